public import MIME
public import Mail

/// How a message came to be where it is, besides by its From and To: resent by a person, forwarded by a rule,
/// delivered to an alias.
public struct ForwardingEvidence: Hashable, Sendable {
    /// A recipient that a delivering or forwarding system noted.
    public struct Recipient: Hashable, Sendable {
        /// The address.
        public var address: MailAddress
        /// The field that names it, as it is written.
        public var field: String

        /// Makes a recipient.
        public init(_ address: MailAddress, field: String) {
            self.address = address
            self.field = field
        }
    }

    /// Who resent the message, the latest first (RFC 5322 section 3.6.6).
    public private(set) var resentFrom: [NamedAddress] = []
    /// To whom it was resent.
    public private(set) var resentTo: [NamedAddress] = []
    /// Whose rules forwarded it (`X-Forwarded-For`, the addresses on the way).
    public private(set) var forwardedFor: [MailAddress] = []
    /// The recipients by which a mailbox can be found when the envelope is lost, the surest first, each once.
    public private(set) var recipients: [Recipient] = []

    /// Whether a person or a rule passed the message on.
    public var isForwarded: Bool { !resentFrom.isEmpty || !resentTo.isEmpty || !forwardedFor.isEmpty }

    private static let maximumCount = 200

    /// Reads the evidence from a message's own header.
    public init(of message: Message, in bytes: Span<UInt8>) {
        var byField: [HeaderField.Name: [Recipient]] = [:]
        for field in message.fields {
            switch field.name {
            case .resentFrom:
                resentFrom += message.addresses(of: field, in: bytes)
            case .resentSender where resentFrom.isEmpty:
                resentFrom += message.addresses(of: field, in: bytes)
            case .resentTo, .resentCc:
                resentTo += message.addresses(of: field, in: bytes)
            case .xForwardedFor:
                // QUIRK: Gmail separates the addresses by blanks.
                let words = message.text(of: field, in: bytes).split { " ,;\t".contains($0) }
                forwardedFor += words.prefix(Self.maximumCount).compactMap { MailAddress($0) }
            case _ where Self.order.contains(field.name):
                guard byField[field.name, default: []].count < Self.maximumCount else { continue }
                let name = message.nameText(of: field, in: bytes)
                byField[field.name, default: []] += message.addresses(of: field, in: bytes)
                    .map { Recipient($0.address, field: name) }
            default: continue
            }
        }
        resentFrom = Array(resentFrom.prefix(Self.maximumCount))
        resentTo = Array(resentTo.prefix(Self.maximumCount))
        forwardedFor = Array(forwardedFor.prefix(Self.maximumCount))
        var seen: Set<String> = []
        recipients = Self.order.flatMap { byField[$0] ?? [] }
            .filter { seen.insert($0.address.comparisonKey).inserted }
    }

    /// The envelope's recipient as the last system wrote it, then the addresses before an alias was resolved, then
    /// those of a forwarder.
    private static let order: [HeaderField.Name] = [
        .xOriginalTo, .envelopeTo, .xEnvelopeTo, .deliveredTo, .xRcptTo, .xApparentlyTo, .xForwardedTo,
    ]

    /// The step for a trace; `nil` where the message came by itself.
    public var step: Trace.Step? { isForwarded ? Trace.Step(.forwarded, facts) : nil }

    /// The account for a trace.
    public var facts: [Trace.Fact] {
        resentFrom.prefix(3).map { Trace.Fact("Resent-From", "\($0)") }
            + resentTo.prefix(3).map { Trace.Fact("Resent-To", "\($0)") }
            + forwardedFor.prefix(3).map { Trace.Fact("X-Forwarded-For", "\($0)") }
            + recipients.prefix(5).map { Trace.Fact($0.field, "\($0.address)") }
    }
}
