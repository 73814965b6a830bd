import MIME

/// What a message is: a person's, or which kind of machine's.
public struct Classification: Hashable, Sendable {
    /// The kind of machine; `nil` for a person's message, as far as it can be told.
    public let kind: MachineEvidence.Kind?
    /// Other kinds that the message is too: an absence note that came through a list.
    public let otherKinds: Set<MachineEvidence.Kind>
    /// Whether the message must not cause an automatic answer (RFC 3834 section 2).
    public let forbidsAutoReply: Bool
    /// The account for a trace: the findings that count, then those that do not.
    public let facts: [Trace.Fact]

    /// Decides by the strongest evidence, and by weak evidence where two of it agree.
    public init(_ evidence: MachineEvidence) {
        var kinds = Set(evidence.findings.filter { $0.strength == .strong }.map(\.kind))
        if evidence.deliveryReport == nil { kinds.remove(.deliveryReport) }
        // QUIRK: vacation of BSD marks its answers as bulk mail and nothing else.
        let isBulkAnswer = kinds.contains(.bulk) && !kinds.contains(.list) && evidence.isAnswer
        let isAutomatic =
            !kinds.isDisjoint(with: [.automatic, .autoReply]) || evidence.declinesAutoReplies || isBulkAnswer
        // An automatic message with the subject of an absence note is one; the subject alone proves nothing.
        if isAutomatic, kinds.isDisjoint(with: Self.reports) { kinds.formUnion(evidence.agreeing) }
        let ranked = MachineEvidence.Kind.allCases.filter { kinds.contains($0) }
        kind = ranked.first
        otherKinds = Set(ranked.dropFirst())
        forbidsAutoReply = !kinds.isEmpty || evidence.hasNullReversePath || evidence.declinesAutoReplies
        let counted = evidence.findings.filter { kinds.contains($0.kind) }
        let idle = evidence.findings.filter { !kinds.contains($0.kind) }
        facts =
            (kind.map { [Trace.Fact("kind", $0.rawValue)] } ?? []) + counted.map(\.fact)
            + idle.map { Trace.Fact("\($0.fact.name) (\($0.kind.rawValue), \($0.strength.rawValue))", $0.fact.value) }
            + Self.facts(of: evidence.deliveryReport)
    }

    /// The step for a trace; `nil` where nothing speaks for a machine.
    public var step: Trace.Step? {
        facts.isEmpty ? nil : Trace.Step(kind == nil ? .perhapsMachine : .machine, facts)
    }

    private static let reports: Set<MachineEvidence.Kind> = [.deliveryReport, .feedbackReport, .readReceipt]

    /// How many recipients of a report a trace names.
    private static let maximumRecipients = 10

    private static func facts(of report: DeliveryReport?) -> [Trace.Fact] {
        guard let report else { return [] }
        var facts = report.recipients.prefix(maximumRecipients).map { recipient in
            let status = recipient.status.map { " \($0)" } ?? ""
            return Trace.Fact("recipient", "\(recipient.addressText): \(recipient.action.rawValue)\(status)")
        }
        if let id = report.returned?.messageID { facts.append(Trace.Fact("original Message-ID", "\(id)")) }
        return facts
    }
}
