import MIME
import Mail

/// What tells that a mail system wrote a message, where no part made for programs does.
struct MailSystemEvidence {
    /// Whether the From or Sender field names a mail system.
    private(set) var isSender = false
    /// Whether it has a name that people who look after mail have too.
    private(set) var mayBeSender = false
    /// Whether the subject is one of a report.
    private(set) var hasReportSubject = false
    /// Whether the message declares to be a report on deliveries (RFC 6522).
    private(set) var isDeclared = false
    /// What `X-Failed-Recipients` lists, an Exim field that Google and others write too.
    private(set) var failedRecipients: [MailAddress] = []
    private(set) var findings: [MachineEvidence.Finding] = []

    private static let maximumRecipients = 1000

    init(of message: Message, _ summary: MessageSummary, in bytes: Span<UInt8>, _ evidence: MachineEvidence) {
        for field in message.fields {
            switch field.name {
            case .from, .sender:
                let text = message.text(of: field, in: bytes)
                // An empty path where a person has an address is a mail system's too.
                let found = Self.names.meanings(in: MeaningTable<Name>.normalized(text))
                mayBeSender = mayBeSender || !found.isEmpty
                guard !isSender, found.contains(.mailSystem) || text.hasSuffix("<>") else { continue }
                isSender = true
                note(.strong, message.nameText(of: field, in: bytes), text)
            case .xFailedRecipients where failedRecipients.count < Self.maximumRecipients:
                failedRecipients += message.addresses(of: field, in: bytes).map(\.address)
                    .prefix(Self.maximumRecipients)
                note(.strong, message.nameText(of: field, in: bytes), message.text(of: field, in: bytes))
            default: continue
            }
        }
        hasReportSubject = evidence.has(.deliveryReport, .weak)
        let root = message.parts[0].contentType
        if root.mediaType == "multipart/report", root.parameter("report-type") ?? "delivery-status" == "delivery-status"
        {
            isDeclared = true
            note(.strong, "Content-Type", root.mediaType)
        }
    }

    private mutating func note(_ strength: MachineEvidence.Strength, _ name: String, _ value: String) {
        findings.append(MachineEvidence.Finding(.deliveryReport, strength, name, value))
    }

    /// Whether the text may make it a report; an empty reverse path alone is that of every automatic answer.
    var mayReport: Bool { isSender || isDeclared || hasReportSubject || !failedRecipients.isEmpty }

    /// Weighs everything together.
    func isReport(_ text: DeliveryText, nullPath: Bool, hasReturned: Bool, _ evidence: MachineEvidence) -> Bool {
        let tells = !text.words.isDisjoint(with: [.failure, .delay])
        let isAnswer = evidence.has(.outOfOffice, .strong) || evidence.has(.autoReply, .weak)
        guard !isAnswer || isSender || !failedRecipients.isEmpty else { return false }
        // A person may have such a subject, and such words too: a mail system's mark is wanted in any case.
        guard
            isSender || nullPath || isDeclared || !failedRecipients.isEmpty
                || (hasReportSubject && (hasReturned || mayBeSender))
        else { return false }
        guard mayReport else { return false }
        let weight =
            (isSender ? 2 : mayBeSender ? 1 : 0) + (nullPath ? 2 : 0) + (isDeclared ? 2 : 0)
            + (failedRecipients.isEmpty ? 0 : 3)
            + (hasReportSubject ? 2 : 0) + (tells ? 2 : 0) + (text.recipients.isEmpty ? 0 : 1) + (hasReturned ? 1 : 0)
        return weight >= 5
    }

    // MARK: Names of mail systems

    private struct Name: OptionSet {
        let rawValue: UInt8
        static let mailSystem = Name(rawValue: 1)
        static let keeper = Name(rawValue: 2)
    }

    private static let names = MeaningTable<Name>([
        (
            .mailSystem,
            [
                "mailer-daemon", "mailer_daemon", "mailer daemon", "mailerdaemon", "maildaemon", "mail-daemon",
                "mdaemon", "mail delivery", "mail.delivery", "mail_delivery", "delivery subsystem", "delivery system",
                "delivery service", "postmaster@", "post_master@", "ndr administrator", "ndr@", "double-bounce",
                "imss@",
            ]
        ),
        (
            .keeper,
            [
                "postmaster", "mail administrator", "system administrator", "mailadm", "mail system", "mail_service",
                "mailserver", "mail server", "smtp_gateway", "for_smtp", "smtp service", "bounce@",
            ]
        ),
    ])
}
