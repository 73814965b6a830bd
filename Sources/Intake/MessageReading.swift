internal import MIME
internal import Mail
internal import Storage
internal import Ticketing

/// What was read of a message before anything is decided.
struct MessageReading: Sendable {
    /// The header and structure; `nil` for a message that is kept unread.
    let summary: MessageSummary?
    /// The digest without trace headers, or of all octets when unread.
    let contentDigest: [UInt8]
    /// Why it is kept unread.
    let unread: Reason?

    /// The retry key of the message in a mailbox.
    ///
    /// - Parameters:
    ///   - mailbox: the mailbox's stable identifier.
    ///   - isImported: an imported message is the same one for ever, also without a Message-ID.
    func key(in mailbox: String, isImported: Bool = false) -> RetryKey {
        RetryKey(
            mailbox: mailbox,
            messageID: summary?.messageID,
            digest: contentDigest,
            isUnlimited: summary?.messageID != nil || isImported
        )
    }

    init(suspect message: ReceivedMessage) {
        summary = nil
        contentDigest = message.digest
        unread = .crashSuspect
    }

    init(unreadable contentDigest: [UInt8]) {
        summary = nil
        self.contentDigest = contentDigest
        unread = .unreadable
    }

    init(_ bytes: Span<UInt8>, limits: Message.Limits) {
        let message = Message(parsing: bytes, limits: limits)
        var summary = message.summary(of: bytes, limits: limits)
        // The text is read from the stored octets when someone asks for it; here it would only wait in the queue.
        summary.text = ""
        self.summary = summary
        contentDigest = message.digestWithoutTrace(of: bytes)
        unread = nil
    }
}
