public import Mail

/// How much a store holds.
public struct StoreCounts: Hashable, Sendable {
    /// Tickets.
    public let tickets: Int
    /// Entries of the email log.
    public let emailLogEntries: Int
    /// Messages that the email log is about.
    public let messages: Int
    /// Refusals that are kept.
    public let refusals: Int
    /// When the last message was received.
    public let lastReceivedAt: Timestamp?
}

extension SQLReader {
    /// How much the store holds.
    public func counts() throws(StoreError) -> StoreCounts {
        let row = try first(
            """
            SELECT (SELECT COUNT(*) FROM ticket), (SELECT COUNT(*) FROM email_log), (SELECT COUNT(*) FROM message),
                (SELECT COUNT(*) FROM refusal), (SELECT received_at FROM email_log ORDER BY id DESC LIMIT 1)
            """
        )
        return StoreCounts(
            tickets: Int(row?.integer(0) ?? 0),
            emailLogEntries: Int(row?.integer(1) ?? 0),
            messages: Int(row?.integer(2) ?? 0),
            refusals: Int(row?.integer(3) ?? 0),
            lastReceivedAt: row?.moment(4)
        )
    }

    /// The refusals that are kept, the newest first.
    public func refusals(limit: Int) throws(StoreError) -> [Refusal] {
        try rows(
            """
            SELECT at, listener, session, peer, helo, reverse_path, forward_path, reply FROM refusal
            ORDER BY id DESC LIMIT \(limit)
            """
        ).compactMap { row in
            guard let at = row.moment(0), let listener = row.text(1), let session = row.text(2), let peer = row.text(3),
                let helo = row.text(4), let reply = row.text(7)
            else { return nil }
            return Refusal(
                at: at,
                listener: listener,
                session: session,
                peer: peer,
                helo: helo,
                reversePath: row.text(5),
                forwardPath: row.text(6),
                reply: reply
            )
        }
    }
}
