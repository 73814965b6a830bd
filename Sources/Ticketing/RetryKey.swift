public import Mail

/// The key by which a repeated delivery finds its first outcome.
///
/// The digest covers the message without its trace headers, and so the Message-ID among the rest: what is delivered
/// again by the same or another way has the same key, while the same Message-ID with other content has another.
public struct RetryKey: Hashable, Sendable {
    /// The stable identifier of the mailbox: two mailboxes are two outcomes.
    public let mailbox: String
    /// The message's identifier, if it has one; it is among what the digest covers, and by it threads are found.
    public let messageID: MessageID?
    /// The SHA-256 digest of the message without trace headers.
    public let digest: [UInt8]
    /// Whether a claim counts for ever.
    ///
    /// Without a Message-ID it counts within a window only, since two equal messages may then be two (a scanner, a
    /// form).
    public let isUnlimited: Bool

    /// Makes a key.
    public init(mailbox: String, messageID: MessageID?, digest: [UInt8], isUnlimited: Bool) {
        self.mailbox = mailbox
        self.messageID = messageID
        self.digest = digest
        self.isUnlimited = isUnlimited
    }
}
