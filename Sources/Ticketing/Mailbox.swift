public import Mail

/// Where mail is taken in: a stable identifier, its addresses, and the defaults of the tickets it makes.
public struct Mailbox: Hashable, Sendable {
    /// Whether the mailbox takes mail.
    public enum State: String, Hashable, Sendable, CaseIterable {
        /// It takes mail.
        case active
        /// It takes none for now: senders are asked to try again later.
        case paused
        /// It takes none: senders are told so.
        case inactive
    }

    /// The stable identifier that stored rows point at; an address may change, this may not.
    public var id: String
    /// The name that people see.
    public var name: String
    /// The addresses that belong to it, the primary one first.
    public var addresses: [MailAddress]
    /// The domains of which it takes every address that no mailbox has.
    public var catchAllDomains: [Domain]
    /// What separates a local part from its extension (`support+tag@…`); `nil` for none.
    public var extensionDelimiter: Character?
    /// The defaults of new tickets.
    public var defaults: TicketDefaults
    /// Whether it takes mail.
    public var state: State

    /// Makes a mailbox.
    public init(
        id: String,
        name: String,
        addresses: [MailAddress],
        catchAllDomains: [Domain] = [],
        extensionDelimiter: Character? = "+",
        defaults: TicketDefaults,
        state: State = .active
    ) {
        self.id = id
        self.name = name
        self.addresses = addresses
        self.catchAllDomains = catchAllDomains
        self.extensionDelimiter = extensionDelimiter
        self.defaults = defaults
        self.state = state
    }
}
