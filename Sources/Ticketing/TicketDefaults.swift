/// What a new ticket gets where the mail does not say otherwise; a named profile that mailboxes share.
public struct TicketDefaults: Hashable, Sendable {
    /// The profile's short name, by which mailboxes refer to it.
    public var name: String
    /// Where the ticket lands.
    public var queue: String
    /// Its first status.
    public var status: String
    /// Its first priority.
    public var priority: String

    /// Makes a profile.
    public init(name: String, queue: String, status: String, priority: String) {
        self.name = name
        self.queue = queue
        self.status = status
        self.priority = priority
    }
}
