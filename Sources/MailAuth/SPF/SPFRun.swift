internal import Mail

/// One walk through the records with the answers that there are.
struct SPFRun {
    /// What a record says.
    struct Outcome {
        var result: AuthenticationResult
        var matches: [SPFVerdict.Match] = []
        /// Where the text lies that tells why, and the domain of its record.
        var explanation: (text: SPFMacroString, domain: String)?
        var reason: String
    }

    /// How many terms may take look-ups (RFC 7208 section 4.6.4).
    static let maximumLookups = 10
    /// How many of them may find nothing.
    static let maximumVoidLookups = 2
    /// How many hosts of an `mx` and names of a `ptr` are looked up.
    static let maximumNames = 10

    let evaluation: SPFEvaluation
    let answers: [DNSQuestion: DNSAnswer]
    var records: SPFRecordCache
    var lookups = 0
    var voidLookups = 0
    /// Whether the client's validated name was counted among the look-ups.
    var hasCountedName = false

    init(_ evaluation: SPFEvaluation, answers: [DNSQuestion: DNSAnswer], records: SPFRecordCache) {
        self.evaluation = evaluation
        self.answers = answers
        self.records = records
    }

    // MARK: Records

    /// What the record of a domain says of the client.
    mutating func check(_ domain: String) throws(SPFStop) -> Outcome {
        guard let record = try record(of: domain) else {
            return Outcome(result: .none, reason: "\(domain.inOneLine) has no SPF record")
        }
        for directive in record.directives {
            guard let inner = try matches(directive, domain) else { continue }
            return outcome(directive, of: record, domain, inner)
        }
        guard let redirect = record.redirect else {
            return Outcome(result: .neutral, reason: "no term of \(domain.inOneLine) matches \(evaluation.client)")
        }
        return try follow(redirect, from: domain)
    }

    private mutating func record(of domain: String) throws(SPFStop) -> SPFRecord? {
        // RFC 7208 section 4.3: neither an address nor a single label has a record.
        guard let question = DNSQuestion(domain, .txt), question.name.contains("."), !domain.hasPrefix("[") else {
            return nil
        }
        let texts = try ask(question).compactMap { record in
            if case .text(let octets) = record, SPFRecord.isRecord(octets) { octets } else { nil }
        }
        guard let text = texts.first else { return nil }
        guard texts.count == 1 else { throw .permanent("\(domain.inOneLine) has \(texts.count) SPF records") }
        do throws(SPFSyntaxError) {
            return try records.record(text, at: question)
        } catch {
            throw .permanent("the SPF record of \(domain.inOneLine) is malformed: \(error)")
        }
    }

    private func outcome(
        _ directive: SPFRecord.Directive,
        of record: SPFRecord,
        _ domain: String,
        _ inner: [SPFVerdict.Match]
    ) -> Outcome {
        let matches = [SPFVerdict.Match(domain: domain, term: directive.text)] + inner
        // Of records within records the first and the last tell enough.
        let told = matches.count > 2 ? [matches[0], matches[matches.count - 1]] : matches
        let way = told.map { "\"\($0.term.inOneLine)\" of \($0.domain.inOneLine)" }.joined(separator: ", there ")
        return Outcome(
            result: directive.qualifier.result,
            matches: matches,
            explanation: record.explanation.map { ($0, domain) },
            reason: "\(evaluation.client) matches \(way)"
        )
    }

    /// RFC 7208 section 6.1: the other domain's record takes the place of this one, its explanation included.
    private mutating func follow(_ redirect: SPFMacroString, from domain: String) throws(SPFStop) -> Outcome {
        try countLookup()
        let target = try expandedDomain(redirect, domain)
        let outcome = try check(target)
        guard outcome.result != .none else {
            throw .permanent("\(domain.inOneLine) redirects to \(target.inOneLine), which has no SPF record")
        }
        return outcome
    }

    /// What matches in a record that is included; `nil` when it does not let the client pass (RFC 7208 section 5.2).
    mutating func include(_ text: SPFMacroString, _ domain: String) throws(SPFStop) -> [SPFVerdict.Match]? {
        try countLookup()
        let target = try expandedDomain(text, domain)
        let outcome = try check(target)
        guard outcome.result != .none else {
            throw .permanent("\(domain.inOneLine) includes \(target.inOneLine), which has no SPF record")
        }
        return outcome.result == .pass ? outcome.matches : nil
    }

    // MARK: Questions and limits

    /// The records that answer a question; none when there is no such name.
    func ask(_ question: DNSQuestion) throws(SPFStop) -> [DNSRecord] {
        guard let answer = answers[question] else { throw .ask([question]) }
        guard let records = answer.records else { throw .temporary("the DNS has no answer for \(question)") }
        return records
    }

    mutating func countLookup() throws(SPFStop) {
        lookups += 1
        guard lookups <= Self.maximumLookups else {
            throw .permanent("more than \(Self.maximumLookups) terms take look-ups")
        }
    }

    mutating func countVoidLookup() throws(SPFStop) {
        voidLookups += 1
        guard voidLookups <= Self.maximumVoidLookups else {
            throw .permanent("more than \(Self.maximumVoidLookups) look-ups find nothing")
        }
    }
}

extension SPFRecord.Qualifier {
    /// The result for clients that match.
    var result: AuthenticationResult {
        switch self {
        case .pass: .pass
        case .fail: .fail
        case .softfail: .softfail
        case .neutral: .neutral
        }
    }
}
