public import Mail

/// A ticket to be made.
public struct TicketRecord: Sendable {
    /// The row's identifier.
    public var id: UniqueID
    /// The mailbox that it came in by.
    public var mailbox: String
    /// Where it lands.
    public var queue: String
    /// Its status.
    public var status: String
    /// Its priority.
    public var priority: String
    /// Its title.
    public var subject: String
    /// Who asks, as the mail named them.
    public var requester: NamedAddress?
    /// The contact who asks.
    public var contact: String?
    /// The customer of the one who asks.
    public var customer: String?
    /// When it was made.
    public var createdAt: Timestamp

    /// Makes a record.
    public init(
        id: UniqueID,
        mailbox: String,
        queue: String,
        status: String,
        priority: String,
        subject: String,
        requester: NamedAddress?,
        contact: String?,
        customer: String?,
        createdAt: Timestamp
    ) {
        self.id = id
        self.mailbox = mailbox
        self.queue = queue
        self.status = status
        self.priority = priority
        self.subject = subject
        self.requester = requester
        self.contact = contact
        self.customer = customer
        self.createdAt = createdAt
    }
}

/// An entry of a ticket's thread.
public struct CommentRecord: Sendable {
    /// Who wrote it.
    public enum Author: Hashable, Sendable {
        /// A person outside: the contact, if known, and the address.
        case contact(id: String?, NamedAddress?)
        /// A person who answers tickets: the agent, and the address as the mail gave it.
        case agent(id: String, NamedAddress?)
        /// The server.
        case system
    }

    /// Who sees it.
    public enum Visibility: String, Hashable, Sendable {
        /// All participants.
        case `public`
        /// Agents alone.
        case `internal`
    }

    /// The row's identifier.
    public var id: UniqueID
    /// The ticket.
    public var ticket: UniqueID
    /// The message that it came as; its text is read from there.
    public var message: UniqueID?
    /// Who wrote it.
    public var author: Author
    /// Who sees it.
    public var visibility: Visibility
    /// The text of an entry that came as no message.
    public var body: String?
    /// When it was written.
    public var createdAt: Timestamp

    /// Makes a record.
    public init(
        id: UniqueID,
        ticket: UniqueID,
        message: UniqueID?,
        author: Author,
        visibility: Visibility,
        body: String?,
        createdAt: Timestamp
    ) {
        self.id = id
        self.ticket = ticket
        self.message = message
        self.author = author
        self.visibility = visibility
        self.body = body
        self.createdAt = createdAt
    }
}

extension SQLWriter {
    /// Takes the next ticket number.
    ///
    /// Numbers may have gaps, and none is given twice.
    public func nextTicketNumber() throws(StoreError) -> Int64 {
        let last = try first(
            """
            SELECT MAX(number) FROM (
                SELECT MAX(number) AS number FROM ticket UNION ALL SELECT MAX(number) FROM removed_ticket
            ) AS taken
            """
        )
        return (last?.integer(0) ?? 0) + 1
    }

    /// Writes a ticket.
    public func insert(_ ticket: TicketRecord, number: Int64) throws(StoreError) {
        try run(
            """
            INSERT INTO ticket (id, number, mailbox, queue, status, priority, subject, requester, requester_address,
                requester_name, contact, customer, created_at, updated_at)
            VALUES (\(ticket.id), \(number), \(ticket.mailbox), \(ticket.queue), \(ticket.status), \(ticket.priority),
                \(ticket.subject), \(nullable: ticket.requester?.address.comparisonKey),
                \(nullable: ticket.requester?.address.description), \(nullable: ticket.requester?.name),
                \(nullable: ticket.contact), \(nullable: ticket.customer), \(ticket.createdAt), \(ticket.createdAt))
            """
        )
    }

    /// Writes an entry of a thread.
    public func insert(_ comment: CommentRecord) throws(StoreError) {
        let (kind, author, address): (String, String?, NamedAddress?) =
            switch comment.author {
            case .contact(let id, let address): ("contact", id, address)
            case .agent(let id, let address): ("agent", id, address)
            case .system: ("system", nil, nil)
            }
        try run(
            """
            INSERT INTO comment (ticket, id, message, author_kind, author, author_address, author_name, visibility,
                body, created_at)
            VALUES (\(comment.ticket), \(comment.id), \(nullable: comment.message), \(kind), \(nullable: author),
                \(nullable: address?.address.description), \(nullable: address?.name), \(comment.visibility.rawValue), \(nullable: comment.body),
                \(comment.createdAt))
            """
        )
    }

    /// Lets an address take part in a ticket, beside its requester; one that does already keeps its role.
    public func addParticipant(
        _ participant: NamedAddress,
        role: String,
        contact: String?,
        to ticket: UniqueID
    ) throws(StoreError) {
        try run(
            """
            INSERT INTO participant (ticket, address, name, role, contact)
            VALUES (\(ticket), \(participant.address.comparisonKey), \(nullable: participant.name), \(role), \(nullable: contact))
            ON CONFLICT DO NOTHING
            """
        )
    }

    /// Notes that a ticket changed.
    public func touch(ticket: UniqueID, at moment: Timestamp) throws(StoreError) {
        try run("UPDATE ticket SET updated_at = \(moment) WHERE id = \(ticket) AND updated_at < \(moment)")
    }
}
