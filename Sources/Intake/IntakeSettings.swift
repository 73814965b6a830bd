public import MIME
public import Ticketing

/// What the intake is told by the configuration; replaced as a whole on reload.
public struct IntakeSettings: Sendable {
    /// The mailboxes.
    public var directory: MailboxDirectory
    /// What stands before ticket numbers.
    public var numberPrefix: String
    /// The parser's limits.
    public var limits: Message.Limits
    /// What happens to attached files.
    public var attachments: AttachmentPolicy
    /// Whether the files of messages within a message are files of the ticket.
    public var unwrapsMessages: Bool

    /// Makes settings.
    public init(
        directory: MailboxDirectory,
        numberPrefix: String,
        limits: Message.Limits = Message.Limits(),
        attachments: AttachmentPolicy = AttachmentPolicy(),
        unwrapsMessages: Bool = true
    ) {
        self.directory = directory
        self.numberPrefix = numberPrefix
        self.limits = limits
        self.attachments = attachments
        self.unwrapsMessages = unwrapsMessages
    }
}

/// How an imported message differs from one that arrives now.
public struct ImportOptions: Hashable, Sendable {
    /// The stable identifier of the mailbox that takes it, whatever its recipients.
    public var mailbox: String
    /// The status of the tickets that it makes, instead of the mailbox's default.
    public var status: String?

    /// Makes options.
    public init(mailbox: String, status: String? = nil) {
        self.mailbox = mailbox
        self.status = status
    }
}

/// The places at which a test may watch, stop or kill the intake.
package enum IntakePoint: String, CaseIterable, Sendable {
    /// The message is about to be parsed.
    case reading
    /// The transaction has begun; the retry key is not claimed.
    case beforeClaim
    /// The retry key is claimed.
    case afterClaim
    /// All rows are written; the commit comes next.
    case inserted
    /// The commit is done; the reply comes next.
    case committed
}
