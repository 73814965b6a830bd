public import Mail

/// Something that a person should know: a stored row until it is cleared.
public struct Alarm: Hashable, Sendable {
    /// What kind of trouble it is, such as `store-fault`.
    public var kind: String
    /// What it is about, such as a listener's name; empty for the whole server.
    public var subject: String
    /// What happened and what to do, as a sentence.
    public var text: String
    /// How often it happened since it was raised.
    public var occurrences: Int
    /// When it was raised.
    public var raisedAt: Timestamp
    /// When it last happened.
    public var lastAt: Timestamp

    /// Makes an alarm.
    public init(
        kind: String,
        subject: String = "",
        text: String,
        occurrences: Int = 1,
        raisedAt: Timestamp,
        lastAt: Timestamp
    ) {
        self.kind = kind
        self.subject = subject
        self.text = text
        self.occurrences = occurrences
        self.raisedAt = raisedAt
        self.lastAt = lastAt
    }
}

extension SQLReader {
    /// The alarms that no one cleared, the oldest first.
    public func openAlarms() throws(StoreError) -> [Alarm] {
        try rows(
            """
            SELECT kind, subject, text, occurrences, raised_at, last_at FROM alarm WHERE cleared_at IS NULL
            ORDER BY raised_at
            """
        ).compactMap { row in
            guard let kind = row.text(0), let subject = row.text(1), let text = row.text(2),
                let occurrences = row.integer(3), let raisedAt = row.moment(4), let lastAt = row.moment(5)
            else { return nil }
            return Alarm(
                kind: kind,
                subject: subject,
                text: text,
                occurrences: Int(occurrences),
                raisedAt: raisedAt,
                lastAt: lastAt
            )
        }
    }
}

extension SQLWriter {
    /// Raises an alarm, or counts it again when it is open.
    public func raise(_ alarm: Alarm) throws(StoreError) {
        try run(
            """
            INSERT INTO alarm (kind, subject, text, occurrences, raised_at, last_at, cleared_at)
            VALUES (\(alarm.kind), \(alarm.subject), \(alarm.text), \(alarm.occurrences), \(alarm.raisedAt),
                \(alarm.lastAt), \(SQLValue.null))
            ON CONFLICT (kind, subject) DO UPDATE SET
                text = excluded.text,
                last_at = excluded.last_at,
                raised_at = CASE WHEN alarm.cleared_at IS NULL THEN alarm.raised_at ELSE excluded.raised_at END,
                occurrences = excluded.occurrences
                    + CASE WHEN alarm.cleared_at IS NULL THEN alarm.occurrences ELSE 0 END,
                cleared_at = NULL
            """
        )
    }

    /// Clears an alarm, if it is open.
    public func clearAlarm(kind: String, subject: String = "", at moment: Timestamp) throws(StoreError) {
        try run(
            """
            UPDATE alarm SET cleared_at = \(moment)
            WHERE kind = \(kind) AND subject = \(subject) AND cleared_at IS NULL
            """
        )
    }

    /// Remembers what was being read when the server stopped.
    public func record(crashSuspect digest: [UInt8], at moment: Timestamp) throws(StoreError) {
        try run(
            "INSERT INTO crash_suspect (digest, found_at) VALUES (\(digest), \(moment)) ON CONFLICT DO NOTHING"
        )
    }

    /// Writes refusals and drops the oldest beyond the limit.
    func record(_ refusals: [(id: UniqueID, refusal: Refusal)], keeping limit: Int) throws(StoreError) {
        for (id, refusal) in refusals {
            try run(
                """
                INSERT INTO refusal (id, at, listener, session, peer, helo, reverse_path, forward_path, reply)
                VALUES (\(id), \(refusal.at), \(refusal.listener), \(refusal.session), \(refusal.peer),
                    \(refusal.helo), \(nullable: refusal.reversePath), \(nullable: refusal.forwardPath), \(refusal.reply))
                ON CONFLICT DO NOTHING
                """
            )
        }
        try run(
            """
            DELETE FROM refusal WHERE id <= (SELECT id FROM refusal ORDER BY id DESC LIMIT 1 OFFSET \(limit))
            """
        )
    }
}
