public import Mail

/// What a message says, as far as the intake decides by it.
public struct MessageSummary: Sendable {
    /// The message's own identifier.
    public var messageID: MessageID?
    /// The messages that this one answers.
    public var inReplyTo: [MessageID] = []
    /// The thread so far, oldest first; of a very long list the first and the last ones.
    public var references: [MessageID] = []
    /// The authors.
    public var from: [NamedAddress] = []
    /// The name that the From field shows, also where no address comes with it.
    public var fromName: String?
    /// What stands in the address's place where From holds no address: `root` in `root (Cron Daemon)`.
    public var fromLocalPart: String?
    /// Who sent the message for the authors, where it says so.
    public var sender: NamedAddress?
    /// Where answers go, where it says so.
    public var replyTo: [NamedAddress] = []
    /// The primary recipients.
    public var to: [NamedAddress] = []
    /// The other recipients.
    public var cc: [NamedAddress] = []
    /// The subject, decoded and in one line; empty when there is none.
    public var subject = ""
    /// The date that the sender gives.
    public var date: Timestamp?
    /// The readable text with LF line ends.
    public var text = ""
    /// The parts that are kept apart from the text.
    public var attachments: [AttachmentSummary] = []
    /// How many Received fields there are.
    public var receivedCount = 0
    /// What is wrong with the message, its structure included.
    public var defects: [Defect] = []
    /// The work that parsing and this took.
    package var work = Work(size: 0)
}

/// A part that is kept apart from the text.
public struct AttachmentSummary: Sendable, Hashable {
    /// Where the file lies: the part's index in ``Message/parts``, and behind a period each the position in what the part
    /// holds, as in ``ReadableMessage/File/path``.
    public var path: String
    /// The name of the file as the sender gives it, decoded and without controls; not a safe path.
    public var name: String?
    /// The declared media type, such as `image/png`.
    public var type: String
    /// The size of the decoded content, in octets.
    public var size: Int
    /// The SHA-256 digest of the decoded content.
    public var sha256: [UInt8]
    /// The Content-ID without angle brackets.
    public var contentID: String?
    /// Whether the part is meant to be shown within the text.
    public var isInline: Bool
    /// The format of the content, as far as its octets tell.
    public var format: FileFormat?
    /// The directory, for a zip or for what ends in one; let go of once the file is judged.
    public var zip: ZipDirectory?
    /// Whether the content is an Office document that holds macros.
    public var hasMacros = false
    /// What is done with the file, once it is judged.
    public var verdict: AttachmentPolicy.Verdict?

    /// Other names that the sender gave to the same file.
    var otherNames: [String] = []
    /// Whether the file lies within a message within the message.
    var isWithinMessage = false
    /// Whether all that lies within the file is known, as far as it holds files.
    var isLookedThrough = true

    /// Whether the file lies within another one.
    var isWithinFile: Bool { path.contains(".") }

    /// What the policy judges by.
    public var facts: AttachmentPolicy.Facts {
        var facts = AttachmentPolicy.Facts(
            name: name,
            declaredType: type,
            format: format,
            zip: zip,
            hasMacros: hasMacros,
            size: size
        )
        facts.otherNames = otherNames
        facts.isLookedThrough = isLookedThrough
        return facts
    }
}
