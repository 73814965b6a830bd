internal import Mail

extension SPFRun {
    /// Whether a term matches the client (RFC 7208 section 5).
    ///
    /// - Returns: `nil` when it does not, else what matched in a record that the term includes.
    mutating func matches(
        _ directive: SPFRecord.Directive,
        _ domain: String
    ) throws(SPFStop) -> [SPFVerdict.Match]? {
        if case .include(let text) = directive.mechanism { return try include(text, domain) }
        let isMatch =
            switch directive.mechanism {
            case .all, .include: true
            case .a(let text, let lengths): try matchesA(try target(text, domain), lengths)
            case .mx(let text, let lengths): try matchesMX(try target(text, domain), lengths)
            case .ptr(let text): try matchesPTR(try target(text, domain))
            case .ip4(let network): network.contains(evaluation.client)
            case .ip6(let network): network?.contains(evaluation.client) ?? false
            case .exists(let text): try exists(try target(text, domain))
            }
        return isMatch ? [] : nil
    }

    /// The name that a term means, which counts as one that takes look-ups.
    private mutating func target(_ text: SPFMacroString?, _ domain: String) throws(SPFStop) -> String {
        try countLookup()
        guard let text else { return domain }
        return try expandedDomain(text, domain)
    }

    // MARK: Mechanisms

    private mutating func matchesA(
        _ name: String,
        _ lengths: SPFRecord.PrefixLengths
    ) throws(SPFStop) -> Bool {
        // RFC 7208 section 4.8: a name of which no question can be made does not exist.
        guard let question = addressQuestion(name) else { return false }
        let records = try ask(question)
        if records.isEmpty { try countVoidLookup() }
        return records.contains { isNear($0, lengths) }
    }

    private mutating func matchesMX(
        _ name: String,
        _ lengths: SPFRecord.PrefixLengths
    ) throws(SPFStop) -> Bool {
        guard let question = DNSQuestion(name, .mx) else { return false }
        let hosts = try ask(question).compactMap { record -> String? in
            // A null MX has no host (RFC 7505).
            if case .mailExchange(_, let host) = record, !host.isEmpty, host != "." { host } else { nil }
        }
        guard hosts.count <= Self.maximumNames else {
            throw .permanent("\(name.inOneLine) has more than \(Self.maximumNames) hosts that take mail")
        }
        let questions = hosts.compactMap(addressQuestion)
        try require(questions)
        let answered = questions.map { answers[$0]?.records }
        if answered.contains(where: { $0?.contains { isNear($0, lengths) } ?? false }) { return true }
        if let failed = zip(questions, answered).first(where: { $0.1 == nil }) {
            throw .temporary("the DNS has no answer for \(failed.0)")
        }
        // A host without an address of the client's version is no void look-up while another has one: half of the
        // world's hosts have one of version 4 only.
        if answered.allSatisfy({ $0?.isEmpty ?? true }) { try countVoidLookup() }
        return false
    }

    private mutating func matchesPTR(_ name: String) throws(SPFStop) -> Bool {
        let question = DNSQuestion(namesOf: evaluation.client)
        guard let answer = answers[question] else { throw .ask([question]) }
        // RFC 7208 section 5.5: a failure only means that this term does not match.
        guard let records = answer.records else { return false }
        if records.isEmpty { try countVoidLookup() }
        return try validatedNames().contains { Self.isWithin($0, name) }
    }

    private mutating func exists(_ name: String) throws(SPFStop) -> Bool {
        guard let question = DNSQuestion(name, .a) else { return false }
        let records = try ask(question)
        if records.isEmpty { try countVoidLookup() }
        return !records.isEmpty
    }

    // MARK: Names and addresses

    /// The client's names that have its address (RFC 7208 section 5.5), in lower case.
    func validatedNames() throws(SPFStop) -> [String] {
        let question = DNSQuestion(namesOf: evaluation.client)
        guard let answer = answers[question] else { throw .ask([question]) }
        let names = (answer.records ?? []).compactMap { record in
            if case .pointer(let name) = record { addressQuestion(name) } else { nil }
        }
        let questions = Array(names.prefix(Self.maximumNames))
        try require(questions)
        return questions.filter { question in
            answers[question]?.records?.contains(.address(evaluation.client)) ?? false
        }.map(\.name)
    }

    /// Asks for the answers that are lacking, all at once.
    private func require(_ questions: [DNSQuestion]) throws(SPFStop) {
        var seen: Set<DNSQuestion> = []
        let lacking = questions.filter { answers[$0] == nil && seen.insert($0).inserted }
        guard lacking.isEmpty else { throw .ask(lacking) }
    }

    private func addressQuestion(_ name: String) -> DNSQuestion? {
        DNSQuestion(name, evaluation.client.isVersion6 ? .aaaa : .a)
    }

    private func isNear(_ record: DNSRecord, _ lengths: SPFRecord.PrefixLengths) -> Bool {
        guard case .address(let address) = record else { return false }
        let length = address.isVersion6 ? lengths.version6 : lengths.version4
        return IPNetwork(address, prefixLength: length)?.contains(evaluation.client) ?? false
    }

    /// Whether a name, in lower case, is a domain or lies below it.
    static func isWithin(_ name: String, _ domain: String) -> Bool {
        let domain = String(decoding: domain.utf8.map(\.asciiLowercased), as: UTF8.self)
        return name == domain || name.hasSuffix("." + domain)
    }
}
