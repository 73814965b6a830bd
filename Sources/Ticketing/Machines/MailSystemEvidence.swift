import MIME
import Mail

/// What tells that a mail system wrote a message, where no part made for programs does.
struct MailSystemEvidence {
    /// Whether the From or Sender field names a mail system: by a name that nobody else has, or by one that some people
    /// have too, beside a mark.
    private(set) var isSender = false
    /// How far the name speaks for a mail system.
    private(set) var rank = MailSystemName.Rank.none
    /// Whether the sender has no name besides, as a person has who reads such a mailbox.
    private var isUnmixed = false
    /// Whether the subject is one of a report.
    private(set) var hasReportSubject = false
    /// Whether the message declares to be a report on deliveries (RFC 6522).
    private(set) var isDeclared = false
    /// What `X-Failed-Recipients` lists, an Exim field that Google and others write too.
    private(set) var failedRecipients: [MailAddress] = []
    private(set) var findings: [MachineEvidence.Finding] = []

    private static let maximumRecipients = 1000

    init(of message: Message, _ summary: MessageSummary, in bytes: Span<UInt8>, _ evidence: MachineEvidence) {
        var named: HeaderField?
        for field in message.fields {
            switch field.name {
            case .from, .sender:
                let name = MailSystemName(field, of: message, in: bytes)
                guard name.rank > rank else { continue }
                rank = name.rank
                isUnmixed = name.isUnmixed
                named = field
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
        let isMarked = hasReportSubject || isDeclared || !failedRecipients.isEmpty || evidence.hasNullReversePath
        if let named, rank == .daemon || (rank == .system && isMarked) {
            isSender = true
            note(.strong, message.nameText(of: named, in: bytes), message.text(of: named, in: bytes))
        }
    }

    private mutating func note(_ strength: MachineEvidence.Strength, _ name: String, _ value: String) {
        findings.append(MachineEvidence.Finding(.deliveryReport, strength, name, value))
    }

    /// Whether the text may make it a report; an empty reverse path alone is that of every automatic answer.
    var mayReport: Bool { isSender || rank == .system || isDeclared || hasReportSubject || !failedRecipients.isEmpty }

    /// What a message says besides its header, as far as a report is known by it.
    struct Content {
        /// The text.
        let text: DeliveryText
        /// Whether it returns or announces the message reported on.
        let hasReturned: Bool
        /// Whether what it returns has an identifier, which clients leave out where people quote.
        let hasIdentifier: Bool
        /// Whether what it returns is a message that one of its own recipients had sent.
        let returnsOwn: Bool
    }

    /// Weighs everything together.
    func isReport(_ content: Content, _ evidence: MachineEvidence) -> Bool {
        let isAnswer = evidence.has(.outOfOffice, .strong) || evidence.has(.autoReply, .weak)
        guard !isAnswer || isSender || !failedRecipients.isEmpty else { return false }
        let isProven = evidence.hasNullReversePath || isDeclared || !failedRecipients.isEmpty || rank == .daemon
        guard mayReport, isProven || isLikely(content, evidence) else { return false }
        let text = content.text
        let tells = !text.words.isDisjoint(with: [.failure, .delay])
        let weight =
            (isSender ? 2 : rank > .none ? 1 : 0) + (evidence.hasNullReversePath ? 2 : 0) + (isDeclared ? 2 : 0)
            + (failedRecipients.isEmpty ? 0 : 3)
            + (hasReportSubject ? 2 : 0) + (tells ? 2 : 0) + (rank == .system && !isSender && text.hasCode ? 1 : 0)
            + (text.recipients.isEmpty ? 0 : 1) + (content.hasReturned ? 1 : 0)
        return weight >= 5
    }

    /// Whether name, subject and text together are a mail system's: people have such names and subjects, and forward
    /// reports with all that stands in them.
    private func isLikely(_ content: Content, _ evidence: MachineEvidence) -> Bool {
        let isAutomatic = evidence.has(.automatic, .strong) || evidence.has(.autoReply, .strong)
        guard hasReportSubject else {
            return rank == .system && content.text.hasCode && (content.hasReturned || isUnmixed)
        }
        if content.returnsOwn || (isAutomatic && content.hasIdentifier) { return true }
        return rank > .none && (isUnmixed || content.text.hasCode || content.hasReturned)
    }
}
