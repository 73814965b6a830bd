internal import Foundation
public import Mail
public import Ticketing

/// An entry of the email log with its current outcome, as lists show it.
public struct EmailLogRow: Hashable, Sendable {
    /// The entry's identifier.
    public let id: UniqueID
    /// The mailbox.
    public let mailbox: String
    /// The message.
    public let message: UniqueID
    /// When it was received.
    public let receivedAt: Timestamp
    /// What became of it.
    public let outcome: Outcome
    /// Why.
    public let reason: Reason
    /// The number of the ticket that it made, belongs to or is proposed for.
    public let ticket: Int64?
    /// The message's identifier in its header.
    public let messageID: String?
    /// The message's subject.
    public let subject: String
    /// The sender's address in the header.
    public let fromAddress: String?
    /// The sender's name in the header.
    public let fromName: String?
    /// The envelope's sender; empty for the null reverse-path.
    public let reversePath: String
    /// The message's size in octets.
    public let size: Int

    fileprivate init?(_ row: SQLRow) {
        guard let id = row.id(0), let mailbox = row.text(1), let message = row.id(2), let receivedAt = row.moment(3),
            let outcome = row.text(4).flatMap(Outcome.init(rawValue:)),
            let reason = row.text(5).flatMap(Reason.init(rawValue:)), let subject = row.text(8),
            let reversePath = row.text(11), let size = row.integer(12)
        else { return nil }
        self.id = id
        self.mailbox = mailbox
        self.message = message
        self.receivedAt = receivedAt
        self.outcome = outcome
        self.reason = reason
        ticket = row.integer(6)
        messageID = row.text(7)
        self.subject = subject
        fromAddress = row.text(9)
        fromName = row.text(10)
        self.reversePath = reversePath
        self.size = Int(size)
    }
}

/// Which entries of the email log a list is of.
public struct EmailLogQuery: Hashable, Sendable {
    /// Only those whose From or reverse-path contains this, in any case.
    public var sender: String?
    /// Only those whose subject contains this, in any case.
    public var subject: String?
    /// Only those with exactly this Message-ID, without angle brackets.
    public var messageID: String?
    /// Only those with this outcome.
    public var outcome: Outcome?
    /// Only those in this mailbox.
    public var mailbox: String?
    /// Only those received at this moment or later.
    public var since: Timestamp?
    /// Only those received before this moment.
    public var until: Timestamp?
    /// How many at the most.
    public var limit: Int

    /// Asks for the newest entries of all kinds.
    public init(limit: Int = 100) {
        self.limit = limit
    }

    fileprivate func admits(_ row: EmailLogRow) -> Bool {
        if let sender = sender?.lowercased() {
            let from = "\(row.fromName ?? "") <\(row.fromAddress ?? "")>".lowercased()
            guard from.contains(sender) || row.reversePath.lowercased().contains(sender) else { return false }
        }
        if let subject, !row.subject.lowercased().contains(subject.lowercased()) { return false }
        return true
    }
}

/// One outcome that an entry of the email log has or had.
public struct OutcomeRow: Hashable, Sendable {
    /// Its position: the highest is the current one.
    public let number: Int
    /// What became of the message.
    public let outcome: Outcome
    /// Why.
    public let reason: Reason
    /// The number of the ticket that it made, belongs to or is proposed for.
    public let ticket: Int64?
    /// Who decided.
    public let actor: String
    /// When.
    public let at: Timestamp
    /// How.
    public let trace: Trace
}

/// One arrival of a message, as it is shown.
public struct DeliveryRow: Hashable, Sendable {
    /// The arrival's identifier.
    public let id: UniqueID
    /// When.
    public let receivedAt: Timestamp
    /// Through which listener.
    public let listener: String
    /// The session, as the log names it.
    public let session: String
    /// From whom.
    public let peer: String
    /// What the peer called itself.
    public let helo: String
    /// The `with` keyword of the trace header.
    public let protocolKeyword: String
    /// The envelope's sender; empty for the null reverse-path.
    public let reversePath: String
    /// The envelope's recipients.
    public let recipients: [String]
    /// Whether it is a repetition of an earlier arrival.
    public let isRepeated: Bool

    package init(
        id: UniqueID,
        receivedAt: Timestamp,
        listener: String,
        session: String,
        peer: String,
        helo: String,
        protocolKeyword: String,
        reversePath: String,
        recipients: [String],
        isRepeated: Bool
    ) {
        self.id = id
        self.receivedAt = receivedAt
        self.listener = listener
        self.session = session
        self.peer = peer
        self.helo = helo
        self.protocolKeyword = protocolKeyword
        self.reversePath = reversePath
        self.recipients = recipients
        self.isRepeated = isRepeated
    }
}

extension SQLReader {
    /// The entries that a query asks for, the newest first.
    ///
    /// Texts are compared here instead of by the engine, since engines differ in it; what an index or a moment can
    /// narrow is narrowed before.
    public func emailLog(_ query: EmailLogQuery) throws(StoreError) -> [EmailLogRow] {
        var found: [EmailLogRow] = []
        var before: UniqueID?
        while found.count < query.limit {
            let page = try emailLogPage(query, before: before)
            for row in page where query.admits(row) && found.count < query.limit { found.append(row) }
            guard let last = page.last, page.count == Self.emailLogPageSize else { break }
            before = last.id
        }
        return found
    }

    /// One entry of the email log.
    public func emailLogEntry(_ id: UniqueID) throws(StoreError) -> EmailLogRow? {
        try first(
            """
            SELECT l.id, l.mailbox, l.message, l.received_at, l.outcome, o.reason, t.number, m.message_id, m.subject,
                m.from_address, m.from_name, d.reverse_path, m.size
            FROM email_log l JOIN outcome o ON o.email_log = l.id AND o.number = l.outcome_number
            JOIN message m ON m.id = l.message JOIN delivery d ON d.id = l.delivery
            LEFT JOIN ticket t ON t.id = l.ticket
            WHERE l.id = \(id)
            """
        ).flatMap { EmailLogRow($0) }
    }

    /// The delivery that made an entry of the email log; those that came later are repetitions.
    public func firstDelivery(ofEntry id: UniqueID) throws(StoreError) -> UniqueID? {
        try first("SELECT delivery FROM email_log WHERE id = \(id)")?.id(0)
    }

    /// All outcomes of an entry, the first first.
    public func outcomes(ofEntry id: UniqueID) throws(StoreError) -> [OutcomeRow] {
        try rows(
            """
            SELECT o.number, o.outcome, o.reason, t.number, o.actor, o.at, o.trace
            FROM outcome o LEFT JOIN ticket t ON t.id = o.ticket WHERE o.email_log = \(id) ORDER BY o.number
            """
        ).compactMap { row in
            guard let number = row.integer(0), let outcome = row.text(1).flatMap(Outcome.init(rawValue:)),
                let reason = row.text(2).flatMap(Reason.init(rawValue:)), let actor = row.text(4),
                let at = row.moment(5), let trace = row.text(6)
            else { return nil }
            return OutcomeRow(
                number: Int(number),
                outcome: outcome,
                reason: reason,
                ticket: row.integer(3),
                actor: actor,
                at: at,
                trace: Trace(json: trace) ?? Trace()
            )
        }
    }

    /// All arrivals that led to an entry, the first first.
    public func deliveries(ofEntry id: UniqueID) throws(StoreError) -> [DeliveryRow] {
        try rows(
            """
            SELECT d.id, d.received_at, d.listener, d.session, d.peer, d.helo, d.protocol, d.reverse_path, d.recipients,
                CASE WHEN l.delivery = d.id THEN 0 ELSE 1 END
            FROM email_log l
            JOIN delivery d ON d.id = l.delivery
                OR d.id IN (SELECT delivery FROM repeated_delivery WHERE email_log = l.id)
            WHERE l.id = \(id) ORDER BY d.received_at, d.id
            """
        ).compactMap { row in
            guard let id = row.id(0), let receivedAt = row.moment(1), let listener = row.text(2),
                let session = row.text(3), let peer = row.text(4), let helo = row.text(5),
                let protocolKeyword = row.text(6), let reversePath = row.text(7), let recipients = row.text(8)
            else { return nil }
            return DeliveryRow(
                id: id,
                receivedAt: receivedAt,
                listener: listener,
                session: session,
                peer: peer,
                helo: helo,
                protocolKeyword: protocolKeyword,
                reversePath: reversePath,
                recipients: (try? JSONDecoder().decode([String].self, from: Data(recipients.utf8))) ?? [],
                isRepeated: row.integer(9) == 1
            )
        }
    }

    private static var emailLogPageSize: Int { 500 }

    private func emailLogPage(_ query: EmailLogQuery, before: UniqueID?) throws(StoreError) -> [EmailLogRow] {
        let mailbox = query.mailbox ?? ""
        let outcome = query.outcome?.rawValue ?? ""
        let since = query.since ?? Timestamp(milliseconds: .min)
        let until = query.until ?? Timestamp(milliseconds: .max)
        let last = before?.bytes ?? [UInt8](repeating: 0xFF, count: 16)
        let messageID = query.messageID ?? ""
        return try rows(
            """
            SELECT l.id, l.mailbox, l.message, l.received_at, l.outcome, o.reason, t.number, m.message_id, m.subject,
                m.from_address, m.from_name, d.reverse_path, m.size
            FROM email_log l JOIN outcome o ON o.email_log = l.id AND o.number = l.outcome_number
            JOIN message m ON m.id = l.message JOIN delivery d ON d.id = l.delivery
            LEFT JOIN ticket t ON t.id = l.ticket
            WHERE l.id < \(last) AND l.received_at >= \(since) AND l.received_at < \(until)
                AND (\(mailbox) = '' OR l.mailbox = \(mailbox)) AND (\(outcome) = '' OR l.outcome = \(outcome))
                AND (\(messageID) = ''
                    OR l.id IN (SELECT email_log FROM retry_key WHERE message_id = \(messageID)))
            ORDER BY l.id DESC LIMIT \(Self.emailLogPageSize)
            """
        ).compactMap { EmailLogRow($0) }
    }
}
