public import Mail

/// The verification of a message's DKIM signatures (RFC 6376 section 6, RFC 8301, RFC 8463).
public struct DKIMEvaluation: Sendable {
    /// Which signatures are accepted.
    public struct Limits: Sendable, Hashable {
        /// Seconds by which clocks may differ.
        public var leeway: Int64 = 300
        /// The smallest RSA key in bits; RFC 8301 section 3.2 allows none below 1024.
        public var minimumKeyBits = 1024
        /// The largest RSA key in bits, since its owner decides what it costs to verify.
        public var maximumKeyBits = 8192
        /// Keys that are tried where several are published under one name.
        public var maxKeyRecords = 4

        /// The limits that hold where the configuration says nothing.
        public init() {}

        var policy: KeyPolicy {
            KeyPolicy(minimumBits: minimumKeyBits, maximumBits: maximumKeyBits, maximumRecords: maxKeyRecords)
        }
    }

    private enum State: Sendable {
        case pending(DKIMSignature, SignedMessage.Prepared)
        case settled(DKIMSignatureVerdict)
    }

    private var states: [State]
    private let ignoredCount: Int
    private let policy: KeyPolicy

    /// Begins a verification at a moment.
    public init(_ message: SignedMessage, at moment: Timestamp, limits: Limits = Limits()) {
        policy = limits.policy
        ignoredCount = message.ignoredCount
        states = message.entries.map { entry in
            switch entry {
            case .unreadable(let reason, let domain, let selector):
                return .settled(DKIMSignatureVerdict(unreadable: reason, domain: domain, selector: selector))
            case .signature(let signature, let prepared):
                let tags = signature.content.tags
                // What is wrong without a key costs no question.
                if let fault = tags.fault(at: moment, leeway: limits.leeway) ?? prepared.fault {
                    let outcome = KeyPolicy.Outcome(reason: fault, isTesting: false)
                    return .settled(DKIMSignatureVerdict(signature, prepared, outcome))
                }
                return .pending(signature, prepared)
            }
        }
    }

    /// Goes on with the answers that there are.
    public mutating func next(_ answers: [DNSQuestion: DNSAnswer]) -> EvaluationStep<DKIMVerdict> {
        var questions: [DNSQuestion] = []
        var verdicts: [DKIMSignatureVerdict] = []
        for index in states.indices {
            switch states[index] {
            case .settled(let verdict): verdicts.append(verdict)
            case .pending(let signature, let prepared):
                let tags = signature.content.tags
                guard let answer = answers[tags.keyName] else {
                    if !questions.contains(tags.keyName) { questions.append(tags.keyName) }
                    continue
                }
                let outcome = policy.verify(
                    tags,
                    prepared.headerDigest,
                    isForSubdomain: signature.hasSubdomainIdentity,
                    with: answer
                )
                let verdict = DKIMSignatureVerdict(signature, prepared, outcome)
                states[index] = .settled(verdict)
                verdicts.append(verdict)
            }
        }
        guard questions.isEmpty else { return .ask(questions) }
        return .verdict(DKIMVerdict(signatures: verdicts, ignoredCount: ignoredCount))
    }
}

extension DKIMSignatureVerdict {
    init(unreadable reason: DKIMReason, domain: Domain?, selector: String?) {
        self.init(
            reason: reason,
            domain: domain,
            selector: selector,
            algorithm: nil,
            identity: nil,
            signaturePrefix: nil,
            coversPartOnly: false,
            isTesting: false
        )
    }

    init(_ signature: DKIMSignature, _ prepared: SignedMessage.Prepared, _ outcome: KeyPolicy.Outcome) {
        let tags = signature.content.tags
        self.init(
            reason: outcome.reason,
            domain: tags.domain,
            selector: tags.selector,
            algorithm: tags.algorithm.rawValue,
            identity: signature.identity,
            signaturePrefix: String(Base64.encoded(Array(tags.signature.prefix(6)))),
            coversPartOnly: prepared.coversPartOnly,
            isTesting: outcome.isTesting
        )
    }
}
