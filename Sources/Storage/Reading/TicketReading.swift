public import Mail

/// A ticket as lists and pages show it.
public struct TicketRow: Hashable, Sendable {
    /// The row's identifier.
    public let id: UniqueID
    /// The number, without prefix.
    public let number: Int64
    /// The mailbox that it came in by.
    public let mailbox: String
    /// Where it is.
    public let queue: String
    /// Its status.
    public let status: String
    /// Its priority.
    public let priority: String
    /// Its title.
    public let subject: String
    /// The address of the one who asks.
    public let requesterAddress: String?
    /// The name of the one who asks, as the mail gave it.
    public let requesterName: String?
    /// The contact who asks.
    public let contact: String?
    /// The customer of the one who asks.
    public let customer: String?
    /// When it was made.
    public let createdAt: Timestamp
    /// When it last changed.
    public let updatedAt: Timestamp

    fileprivate init?(_ row: SQLRow) {
        guard let id = row.id(0), let number = row.integer(1), let mailbox = row.text(2), let queue = row.text(3),
            let status = row.text(4), let priority = row.text(5), let subject = row.text(6),
            let createdAt = row.moment(11), let updatedAt = row.moment(12)
        else { return nil }
        self.id = id
        self.number = number
        self.mailbox = mailbox
        self.queue = queue
        self.status = status
        self.priority = priority
        self.subject = subject
        requesterAddress = row.text(7)
        requesterName = row.text(8)
        contact = row.text(9)
        customer = row.text(10)
        self.createdAt = createdAt
        self.updatedAt = updatedAt
    }
}

/// Which tickets a list is of.
public struct TicketQuery: Hashable, Sendable {
    /// Only those that came in by this mailbox.
    public var mailbox: String?
    /// Only those in this queue.
    public var queue: String?
    /// Only those in this status.
    public var status: String?
    /// How many at the most.
    public var limit: Int

    /// Asks for the newest tickets of all kinds.
    public init(mailbox: String? = nil, queue: String? = nil, status: String? = nil, limit: Int = 100) {
        self.mailbox = mailbox
        self.queue = queue
        self.status = status
        self.limit = limit
    }
}

/// One entry of a ticket's thread, as it is shown.
public struct CommentRow: Hashable, Sendable {
    /// The row's identifier.
    public let id: UniqueID
    /// The message that it came as; its text is read from there.
    public let message: UniqueID?
    /// What kind of author wrote it: `contact`, `agent` or `system`.
    public let authorKind: String
    /// The author's identifier, where there is one.
    public let author: String?
    /// The author's address, as the mail gave it.
    public let authorAddress: String?
    /// The author's name, as the mail gave it.
    public let authorName: String?
    /// Who sees it: `public` or `internal`.
    public let visibility: String
    /// The text of an entry that came as no message.
    public let body: String?
    /// When it was written.
    public let createdAt: Timestamp
    /// What is attached to its message.
    public var attachments: [AttachmentRow] = []

    fileprivate init?(_ row: SQLRow) {
        guard let id = row.id(0), let authorKind = row.text(2), let visibility = row.text(6),
            let createdAt = row.moment(8)
        else { return nil }
        self.id = id
        message = row.id(1)
        self.authorKind = authorKind
        author = row.text(3)
        authorAddress = row.text(4)
        authorName = row.text(5)
        self.visibility = visibility
        body = row.text(7)
        self.createdAt = createdAt
    }
}

/// An address that takes part in a ticket.
public struct ParticipantRow: Hashable, Sendable {
    /// The address, in the form in which addresses are compared.
    public let address: String
    /// The name that a mail gave it.
    public let name: String?
    /// As what it takes part, such as `requester`.
    public let role: String
}

extension SQLReader {
    /// The tickets that a query asks for, the newest first.
    public func tickets(_ query: TicketQuery) throws(StoreError) -> [TicketRow] {
        let (mailbox, queue, status) = (query.mailbox ?? "", query.queue ?? "", query.status ?? "")
        return try rows(
            """
            SELECT id, number, mailbox, queue, status, priority, subject, requester_address, requester_name, contact,
                customer, created_at, updated_at
            FROM ticket
            WHERE (\(mailbox) = '' OR mailbox = \(mailbox)) AND (\(queue) = '' OR queue = \(queue))
                AND (\(status) = '' OR status = \(status))
            ORDER BY number DESC LIMIT \(query.limit)
            """
        ).compactMap { TicketRow($0) }
    }

    /// The ticket with a number.
    public func ticket(number: Int64) throws(StoreError) -> TicketRow? {
        try first(
            """
            SELECT id, number, mailbox, queue, status, priority, subject, requester_address, requester_name, contact,
                customer, created_at, updated_at
            FROM ticket WHERE number = \(number)
            """
        ).flatMap { TicketRow($0) }
    }

    /// The entries of a ticket's thread, the oldest first, each with what is attached to it.
    ///
    /// - Parameter signatureImages: in how many tickets a domain's image may be before it counts as part of a signature;
    ///   0 is no limit.
    public func comments(of ticket: UniqueID, signatureImages: Int = 0) throws(StoreError) -> [CommentRow] {
        var comments = try rows(
            """
            SELECT id, message, author_kind, author, author_address, author_name, visibility, body, created_at
            FROM comment WHERE ticket = \(ticket) ORDER BY created_at, id
            """
        ).compactMap { CommentRow($0) }
        for index in comments.indices {
            guard let message = comments[index].message else { continue }
            comments[index].attachments = try attachments(of: message)
        }
        try numberAttachments(of: &comments, signatureImages: signatureImages)
        return comments
    }

    /// The addresses that take part in a ticket, the requester's among them.
    public func participants(of ticket: UniqueID) throws(StoreError) -> [ParticipantRow] {
        try rows(
            """
            SELECT requester, requester_name, 'requester' FROM ticket WHERE id = \(ticket)
            UNION ALL
            SELECT address, name, role FROM participant WHERE ticket = \(ticket) ORDER BY 3, 1
            """
        )
        .compactMap { row in
            guard let address = row.text(0), let role = row.text(2) else { return nil }
            return ParticipantRow(address: address, name: row.text(1), role: role)
        }
    }
}
