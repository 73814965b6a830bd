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
    /// What it is: a person's, or which kind of machine's; `nil` for a message that is kept unread.
    let classification: Classification?
    /// How it was passed on before it came.
    let forwarding: ForwardingEvidence?
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
        classification = nil
        forwarding = nil
        unread = .crashSuspect
    }

    init(unreadable contentDigest: [UInt8]) {
        summary = nil
        self.contentDigest = contentDigest
        classification = nil
        forwarding = nil
        unread = .unreadable
    }

    /// Reads a message.
    ///
    /// - Parameters:
    ///   - bytes: its octets.
    ///   - digest: their SHA-256 digest, where it is known.
    ///   - reversePath: the envelope's; `nil` when there was none, as for an imported message.
    init(_ bytes: Span<UInt8>, digest: [UInt8]? = nil, reversePath: ReversePath?, _ settings: IntakeSettings) {
        let message = Message(parsing: bytes, limits: settings.limits)
        var summary = message.summary(of: bytes, limits: settings.limits, textLimit: Self.maximumText)
        summary.openAttachments(of: message, in: bytes, limits: settings.limits)
        summary.judgeAttachments(by: settings.attachments, unwrapsMessages: settings.unwrapsMessages)
        classification = Classification(MachineEvidence(of: message, summary, in: bytes, reversePath: reversePath))
        forwarding = ForwardingEvidence(of: message, in: bytes)
        // The text is read from the stored octets when someone asks for it; here it would only wait in the queue.
        summary.text = ""
        self.summary = summary
        contentDigest = message.digestWithoutTrace(of: bytes, whole: digest)
        unread = nil
    }

    /// How much of the text is read to tell what the message is: machines say it at the beginning.
    private static let maximumText = 65_536
}
