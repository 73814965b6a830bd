public import Mail

/// The validation of a message's chain (RFC 8617 section 5.2).
public struct ARCEvaluation: Sendable {
    private enum Stage: Sendable {
        /// The last set, which most broken chains break at.
        case last
        /// The seals of the others, and their signatures, which tell since when the message is as it is.
        case others
        case settled(ARCVerdict)
    }

    private let sets: [ARCSet]
    private let policy: KeyPolicy
    private let moment: Timestamp
    private let leeway: Int64
    private var stage: Stage

    /// Begins a validation at a moment.
    public init(_ message: SignedMessage, at moment: Timestamp, limits: DKIMEvaluation.Limits = .init()) {
        sets = message.chain.sets
        policy = limits.policy
        self.moment = moment
        leeway = limits.leeway
        stage = .last
        if let fault = message.chain.fault {
            stage = .settled(verdict(fault.reason, fault.instance))
        } else if sets.isEmpty {
            stage = .settled(verdict(.noSets, nil))
        }
    }

    /// Goes on with the answers that there are.
    public mutating func next(_ answers: [DNSQuestion: DNSAnswer]) -> EvaluationStep<ARCVerdict> {
        while true {
            switch stage {
            case .settled(let verdict): return .verdict(verdict)
            case .last:
                let questions = missing(sets.suffix(1), answers)
                // What is wrong without a key costs no question.
                guard questions.isEmpty || isLastBroken else { return .ask(questions) }
                stage = afterLast(answers)
            case .others:
                let questions = missing(sets.dropLast(), answers)
                guard questions.isEmpty else { return .ask(questions) }
                stage = .settled(afterOthers(answers))
            }
        }
    }

    /// Whether the last signature does not hold whatever its key is.
    private var isLastBroken: Bool { sets.last.map { signatureReason($0, [:]) != .keyUnavailable } ?? true }

    private func afterLast(_ answers: [DNSQuestion: DNSAnswer]) -> Stage {
        guard let last = sets.last else { return .settled(verdict(.noSets, nil)) }
        let signature = signatureReason(last, answers)
        guard signature == .verified else { return .settled(verdict(.messageSignature(signature), last.instance)) }
        let seal = sealReason(last, answers)
        guard seal == .verified else { return .settled(verdict(.seal(seal), last.instance)) }
        return .others
    }

    private func afterOthers(_ answers: [DNSQuestion: DNSAnswer]) -> ARCVerdict {
        for set in sets.dropLast().reversed() {
            let seal = sealReason(set, answers)
            guard seal == .verified else { return verdict(.seal(seal), set.instance) }
        }
        let unchanged = sets.dropLast().reversed().prefix { signatureReason($0, answers) == .verified }
        return verdict(.verified, nil, oldestPass: sets.count - unchanged.count)
    }

    private func signatureReason(_ set: ARCSet, _ answers: [DNSQuestion: DNSAnswer]) -> DKIMReason {
        let signature: MessageSignature
        do {
            signature = try set.signature.get()
        } catch {
            return error
        }
        guard let prepared = set.prepared else { return .tooMuchWork }
        if let fault = prepared.fault { return fault }
        return reason(signature.tags, prepared.headerDigest, answers)
    }

    private func sealReason(_ set: ARCSet, _ answers: [DNSQuestion: DNSAnswer]) -> DKIMReason {
        set.sealFault ?? reason(set.seal.tags, set.sealDigest, answers)
    }

    private func reason(_ tags: SignatureTags, _ digest: [UInt8], _ answers: [DNSQuestion: DNSAnswer]) -> DKIMReason {
        // When a host says that it sealed is not judged: RFC 8617 section 4.1.3 has the time for information.
        if let fault = tags.expiry(at: moment, leeway: leeway) { return fault }
        guard let answer = answers[tags.keyName] else { return .keyUnavailable }
        return policy.verify(tags, digest, isForSubdomain: false, with: answer).reason
    }

    /// The keys that are still to be asked for, each once.
    private func missing(_ sets: ArraySlice<ARCSet>, _ answers: [DNSQuestion: DNSAnswer]) -> [DNSQuestion] {
        var questions: [DNSQuestion] = []
        for set in sets {
            var names = [set.seal.tags.keyName]
            if let signature = try? set.signature.get(), set.prepared?.fault == nil {
                names.append(signature.tags.keyName)
            }
            for name in names where answers[name] == nil && !questions.contains(name) { questions.append(name) }
        }
        return questions
    }

    private func verdict(_ reason: ARCReason, _ instance: Int?, oldestPass: Int? = nil) -> ARCVerdict {
        ARCVerdict(
            reason: reason,
            instance: instance,
            oldestPass: oldestPass,
            coversPartOnly: sets.last?.prepared?.coversPartOnly ?? false,
            statements: sets.map { set in
                ARCVerdict.Statement(
                    instance: set.instance,
                    sealer: set.seal.tags.domain,
                    selector: set.seal.tags.selector,
                    timestamp: set.seal.tags.timestamp,
                    authenticationResults: set.authenticationResults
                )
            }
        )
    }
}
