internal import Mail

/// Reads `message/delivery-status` and `message/global-delivery-status` (RFC 3464, RFC 6533), and what real systems
/// make of them.
struct DeliveryStatusParser {
    private(set) var report = DeliveryReport(source: .deliveryStatus, recipients: [])
    private let fields: ReportFields
    private var work: Work

    /// Fields of which each recipient has one.
    private static let recipientFields: Set<String> = ["final-recipient", "original-recipient", "action", "status"]

    /// - Returns: `nil` when the content names no recipient.
    static func parse(_ content: [UInt8], work: inout Work) -> DeliveryReport? {
        var parser = DeliveryStatusParser(content, work)
        parser.read()
        work = parser.work
        return parser.report.recipients.isEmpty ? nil : parser.report
    }

    private init(_ content: [UInt8], _ work: Work) {
        self.work = work
        fields = ReportFields(content, repeating: Self.recipientFields, work: &self.work)
    }

    private mutating func read() {
        report.reportingMTA = fields.text("reporting-mta", work: &work).map { TypedValue($0).text }
        report.originalEnvelopeID = fields.text("original-envelope-id", work: &work)
        // QUIRK: an empty line within a recipient's fields; what follows without an address belongs to it.
        var address: [ReportFields.Field]?
        var verdict: [ReportFields.Field] = []
        for group in fields.groups {
            guard report.recipients.count < DeliveryReport.maximumRecipients, !work.isExhausted else { return }
            let isVerdict = group.contains { $0.name == "action" || $0.name == "status" }
            if group.contains(where: { $0.name == "final-recipient" || $0.name == "original-recipient" }) {
                if let address { add(address) }
                address = nil
                if isVerdict {
                    add(group)
                } else if verdict.isEmpty {
                    address = group
                } else {
                    add(group + verdict)
                }
                verdict = []
            } else if isVerdict {
                if let waiting = address {
                    add(waiting + group)
                    address = nil
                } else {
                    verdict = group
                }
            }
        }
        if let address { add(address) }
    }

    private mutating func add(_ group: [ReportFields.Field]) {
        let final = fields.typedValue("final-recipient", in: group, work: &work)
        let original = fields.typedValue("original-recipient", in: group, work: &work)
        guard let shown = final ?? original, !shown.text.isEmpty else { return }
        let diagnostic = fields.text("diagnostic-code", in: group, work: &work).map(TypedValue.init)
        let finalAddress = final?.address(work: &work)
        let originalAddress = original?.address(work: &work)
        var recipient = DeliveryReport.Recipient(
            address: finalAddress ?? originalAddress,
            addressText: (finalAddress == nil ? original?.text : nil) ?? shown.text,
            originalAddress: originalAddress,
            action: .failed,
            diagnostic: diagnostic?.text,
            remoteMTA: fields.text("remote-mta", in: group, work: &work).map { TypedValue($0).text }
        )
        let action = fields.text("action", in: group, work: &work).flatMap(Self.action)
        let declared = fields.text("status", in: group, work: &work).flatMap { Self.codes(in: $0).first }
        let quoted = diagnostic.flatMap { StatusScanner.bestRefusal(of: Self.codes(in: $0.text)) }
        recipient.status = Self.status(declared: declared, quoted: quoted)
        recipient.replyCode = diagnostic.flatMap { text in
            let octets = Array(text.text.utf8)
            return StatusScanner.replyCode(in: octets.span, 0..<octets.count)
        }
        recipient.action = action ?? Self.action(by: recipient)
        report.recipients.append(recipient)
    }

    private static func codes(in text: String) -> [EnhancedStatusCode] {
        let octets = Array(text.utf8)
        return StatusScanner.enhancedCodes(in: octets.span, 0..<octets.count)
    }

    /// The declared code, unless it says nothing and the other side's reply says more.
    private static func status(declared: EnhancedStatusCode?, quoted: EnhancedStatusCode?) -> EnhancedStatusCode? {
        guard let declared else { return quoted }
        guard declared.isUndefined, declared.class != .success, let quoted, quoted.class == declared.class else {
            return declared
        }
        return quoted
    }

    private static func action(_ text: String) -> DeliveryReport.Action? {
        // Comments and variants follow: `delivered (to mailbox)`, `failure`.
        switch String(text.prefix { $0.isASCII && $0.isLetter }).lowercasedASCII {
        case "failed", "failure", "fail", "error": return .failed
        case "delayed", "delay": return .delayed
        case "delivered", "deliver", "deliverable": return .delivered
        case "relayed", "relay": return .relayed
        case "expanded": return .expanded
        default: return nil
        }
    }

    /// What a recipient without an Action field suggests.
    private static func action(by recipient: DeliveryReport.Recipient) -> DeliveryReport.Action {
        switch recipient.status?.class {
        case .success: .delivered
        case .temporaryFailure: .delayed
        case .permanentFailure, nil: .failed
        }
    }
}
