public import Mail
public import Ticketing

/// Whether a retry key was free.
public enum RetryClaim: Hashable, Sendable {
    /// It was; the message is to be decided.
    case claimed
    /// It was held by this entry, but for longer than such a key counts; the message is to be decided.
    case expired(EarlierEntry)
    /// It was not: this entry of the email log has the first outcome.
    case repeated(EarlierEntry)

    /// The entry that a repeated delivery belongs to.
    public struct EarlierEntry: Hashable, Sendable {
        /// The entry's identifier.
        public var emailLog: UniqueID
        /// The message that it is about.
        public var message: UniqueID
        /// The digest of that message's octets.
        public var digest: [UInt8]
    }
}

/// An entry of the email log with its first outcome.
public struct EmailLogEntry: Sendable {
    /// The entry's identifier.
    public var id: UniqueID
    /// The mailbox's stable identifier.
    public var mailbox: String
    /// The message.
    public var message: UniqueID
    /// The delivery that brought it.
    public var delivery: UniqueID
    /// When it was received.
    public var receivedAt: Timestamp
    /// What became of it.
    public var outcome: Outcome
    /// Why.
    public var reason: Reason
    /// The ticket that it made, belongs to or is proposed for.
    public var ticket: UniqueID?
    /// Who decided: `intake`, or a person.
    public var actor: String
    /// How.
    public var trace: Trace

    /// Makes an entry.
    public init(
        id: UniqueID,
        mailbox: String,
        message: UniqueID,
        delivery: UniqueID,
        receivedAt: Timestamp,
        outcome: Outcome,
        reason: Reason,
        ticket: UniqueID?,
        actor: String,
        trace: Trace
    ) {
        self.id = id
        self.mailbox = mailbox
        self.message = message
        self.delivery = delivery
        self.receivedAt = receivedAt
        self.outcome = outcome
        self.reason = reason
        self.ticket = ticket
        self.actor = actor
        self.trace = trace
    }
}

extension SQLReader {
    /// What claiming a retry key would find.
    ///
    /// - Parameter windowStart: claims of unlimited keys count for ever, others from this moment on.
    public func claim(on key: RetryKey, since windowStart: Timestamp) throws(StoreError) -> RetryClaim {
        let row = try first(
            """
            SELECT l.id, l.message, m.digest, k.claimed_at FROM retry_key k JOIN email_log l ON l.id = k.email_log
            JOIN message m ON m.id = l.message
            WHERE k.message_id = \(key.storedMessageID) AND k.mailbox = \(key.mailbox) AND k.digest = \(key.digest)
            """
        )
        guard let row, let emailLog = row.id(0), let message = row.id(1), let digest = row.blob(2),
            let claimedAt = row.moment(3)
        else { return .claimed }
        let entry = RetryClaim.EarlierEntry(emailLog: emailLog, message: message, digest: digest)
        return key.isUnlimited || claimedAt >= windowStart ? .repeated(entry) : .expired(entry)
    }

    /// The entry that holds a retry key now, if one does.
    ///
    /// - Parameter windowStart: claims of unlimited keys count for ever, others from this moment on.
    public func entry(of key: RetryKey, since windowStart: Timestamp) throws(StoreError) -> RetryClaim.EarlierEntry? {
        guard case .repeated(let entry) = try claim(on: key, since: windowStart) else { return nil }
        return entry
    }

    /// The entry that a message of these very octets has already, as the first delivery or as a repeated one.
    ///
    /// For a message of which the server stopped, and whose own retry key therefore is unknown. There is no index for
    /// it, which each ordinary message would pay for: it reads all entries since `windowStart`, so it is for readers,
    /// which have a time limit and hold up no commit, and once for a message, which has a key of its octets afterwards.
    public func entry(
        ofOctets digest: [UInt8],
        mailbox: String,
        since windowStart: Timestamp
    ) throws(StoreError) -> RetryClaim.EarlierEntry? {
        let oldest = UniqueID(at: windowStart, random: (0, 0))
        let row = try first(
            """
            SELECT l.id, m.id FROM email_log l JOIN message m ON m.id = l.message
            WHERE l.id >= \(oldest) AND l.mailbox = \(mailbox) AND m.digest = \(digest)
            UNION ALL
            SELECT l.id, m.id FROM email_log l JOIN repeated_delivery r ON r.email_log = l.id
            JOIN delivery d ON d.id = r.delivery JOIN message m ON m.id = d.message
            WHERE l.id >= \(oldest) AND l.mailbox = \(mailbox) AND m.digest = \(digest)
            LIMIT 1
            """
        )
        guard let emailLog = row?.id(0), let message = row?.id(1) else { return nil }
        return RetryClaim.EarlierEntry(emailLog: emailLog, message: message, digest: digest)
    }
}

extension SQLWriter {
    /// Claims a retry key for an entry that is to be written in the same transaction.
    public func claim(
        _ key: RetryKey,
        for emailLog: UniqueID,
        at moment: Timestamp,
        since windowStart: Timestamp
    ) throws(StoreError) -> RetryClaim {
        let claimed = try change(
            """
            INSERT INTO retry_key (message_id, mailbox, digest, email_log, claimed_at)
            VALUES (\(key.storedMessageID), \(key.mailbox), \(key.digest), \(emailLog), \(moment))
            ON CONFLICT DO NOTHING
            """
        )
        if claimed > 0 { return .claimed }
        let claim = try claim(on: key, since: windowStart)
        if case .repeated = claim { return claim }
        // The claim is older than the window, so this is another message with the same octets.
        try run(
            """
            UPDATE retry_key SET email_log = \(emailLog), claimed_at = \(moment), ticket = NULL
            WHERE message_id = \(key.storedMessageID) AND mailbox = \(key.mailbox) AND digest = \(key.digest)
            """
        )
        return claim
    }

    /// Writes an entry with its first outcome, and lets its Message-ID lead to the ticket.
    ///
    /// - Parameter key: the retry key that was claimed for it.
    public func record(_ entry: EmailLogEntry, claimedBy key: RetryKey) throws(StoreError) {
        try run(
            """
            INSERT INTO email_log (id, mailbox, message, delivery, received_at, outcome, outcome_number, ticket)
            VALUES (\(entry.id), \(entry.mailbox), \(entry.message), \(entry.delivery), \(entry.receivedAt),
                \(entry.outcome.rawValue), 1, \(nullable: entry.ticket))
            """
        )
        try run(
            """
            INSERT INTO outcome (email_log, number, outcome, reason, ticket, actor, at, trace)
            VALUES (\(entry.id), 1, \(entry.outcome.rawValue), \(entry.reason.rawValue), \(nullable: entry.ticket),
                \(entry.actor), \(entry.receivedAt), \(entry.trace.json))
            """
        )
        // A proposed message is not of the ticket, so an answer to it does not lead there either.
        guard key.messageID != nil, let ticket = entry.ticket, entry.outcome != .proposed else { return }
        try run(
            """
            UPDATE retry_key SET ticket = \(ticket)
            WHERE message_id = \(key.storedMessageID) AND mailbox = \(key.mailbox) AND digest = \(key.digest)
            """
        )
    }

    /// Notes that a message arrived again.
    public func recordRepeat(of emailLog: UniqueID, delivery: UniqueID) throws(StoreError) {
        try run(
            """
            INSERT INTO repeated_delivery (email_log, delivery) VALUES (\(emailLog), \(delivery)) ON CONFLICT DO NOTHING
            """
        )
    }
}

extension RetryKey {
    /// The Message-ID as a column, empty when there is none; no real one is empty.
    fileprivate var storedMessageID: String { messageID?.value ?? "" }
}
