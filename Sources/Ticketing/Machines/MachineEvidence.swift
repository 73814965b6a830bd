public import MIME
public import Mail

/// What in a message tells that a machine wrote it, and which kind of machine.
public struct MachineEvidence: Hashable, Sendable {
    /// What a machine's message is.
    ///
    /// Where several fit, the earlier one says more.
    public enum Kind: String, Hashable, Sendable, CaseIterable {
        /// A mail system tells what became of a message.
        case deliveryReport = "delivery-report"
        /// A provider tells of a complaint (RFC 5965).
        case feedbackReport = "feedback-report"
        /// A reader's program tells that a message was displayed or dropped (RFC 8098).
        case readReceipt = "read-receipt"
        /// A filter wants the sender to prove to be a person.
        case challenge
        /// A person's program tells that the person is away.
        case outOfOffice = "out-of-office"
        /// Any other automatic answer (RFC 3834).
        case autoReply = "auto-reply"
        /// A mailing list passed the message on (RFC 2369, RFC 2919).
        case list
        /// The same message went to many.
        case bulk
        /// A program wrote the message, and not as an answer.
        case automatic
    }

    /// How far a finding reaches.
    public enum Strength: String, Hashable, Sendable {
        /// People's mail may have it too; it counts beside others.
        case weak
        /// It is enough.
        case strong
    }

    /// One thing found.
    public struct Finding: Hashable, Sendable {
        /// What it speaks for.
        public var kind: Kind
        /// How far it reaches.
        public var strength: Strength
        /// Where it was found, and what it is.
        public var fact: Trace.Fact

        /// Makes a finding.
        public init(_ kind: Kind, _ strength: Strength, _ name: String, _ value: String) {
            self.kind = kind
            self.strength = strength
            fact = Trace.Fact(name, Self.beginning(of: value))
        }

        /// In octets: a character may have marks without end.
        private static let maximumLength = 200

        private static func beginning(of value: String) -> String {
            guard value.utf8.count > maximumLength else { return value }
            var octets = Array(value.utf8.prefix(maximumLength + 1))
            // Cut in front of a scalar rather than within it.
            while let last = octets.popLast(), last & 0xC0 == 0x80 {}
            return String(decoding: octets, as: UTF8.self)
        }
    }

    /// What was found, in the order of reading.
    public internal(set) var findings: [Finding] = []
    /// The report of a mail system, when the message is one.
    public internal(set) var deliveryReport: DeliveryReport?
    /// The receipt of a reader, when the message is one.
    public internal(set) var readReceipt: DispositionNotification?
    /// The feedback of a provider, when the message is one.
    public internal(set) var feedbackReport: FeedbackReport?
    /// Whether the reverse-path is null (RFC 5321 section 4.5.5).
    public internal(set) var hasNullReversePath = false
    /// Whether the sender asks for no automatic answers.
    public internal(set) var declinesAutoReplies = false

    /// Whether the message answers another, as far as its header tells: it names it, or is an automatic answer.
    var isAnswer = false
    /// The kinds of automatic answers for which weak evidence counts where something else tells a machine.
    var agreeing: Set<Kind> = []

    /// How many findings are kept.
    private static let maximumCount = 50

    /// Reads the evidence from a message.
    ///
    /// - Parameters:
    ///   - message: the parsed message.
    ///   - summary: its summary.
    ///   - bytes: the octets that were parsed.
    ///   - reversePath: the envelope's; `nil` when it is lost, so that a Return-Path field counts.
    public init(of message: Message, _ summary: MessageSummary, in bytes: Span<UInt8>, reversePath: ReversePath?) {
        readFields(message, summary, bytes)
        if let reversePath {
            hasNullReversePath = reversePath == .null
        } else {
            hasNullReversePath = Self.hasNullReturnPath(message, bytes)
        }
        if hasNullReversePath { add(.automatic, .strong, "reverse-path", "<>") }
        isAnswer = !summary.inReplyTo.isEmpty || hasNullReversePath || isAnAutoReply
        readSubject(summary.subject)
        readReports(message, summary, bytes)
        readChallenge(summary)
    }

    mutating func add(_ kind: Kind, _ strength: Strength, _ name: String, _ value: String) {
        guard findings.count < Self.maximumCount else { return }
        let finding = Finding(kind, strength, name, value)
        if !findings.contains(finding) { findings.append(finding) }
    }

    /// Whether a field of the message's own says that it is an automatic answer.
    var isAnAutoReply: Bool { has(.autoReply, .strong) || has(.outOfOffice, .strong) }

    /// Whether anything of the given strength speaks for a kind.
    func has(_ kind: Kind, _ strength: Strength) -> Bool {
        findings.contains { $0.kind == kind && $0.strength == strength }
    }
}
