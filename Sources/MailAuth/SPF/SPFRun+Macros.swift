internal import Mail

extension SPFRun {
    /// The longest name that a question can have; of a longer one, labels at its left are left out.
    private static let maximumDomain = 253
    /// The longest explanation, in octets.
    static let maximumExplanation = 500

    /// The name that a text with macros means (RFC 7208 section 7.3).
    mutating func expandedDomain(_ text: SPFMacroString, _ domain: String) throws(SPFStop) -> String {
        if text.needsValidatedName, !hasCountedName {
            // RFC 7208 section 4.6.4: the question for the client's names counts, and is asked once.
            hasCountedName = true
            try countLookup()
        }
        // Only the end of the name is asked for, so nothing is made of what stands before.
        var pieces: [[UInt8]] = []
        var length = 0
        for part in text.parts.reversed() where length <= Self.maximumDomain + 1 {
            let piece = try expanded(part, domain)
            length += piece.count
            pieces.append(piece)
        }
        var name = ArraySlice(pieces.reversed().joined())
        if name.last == UInt8(ascii: ".") { name.removeLast() }
        while name.count > Self.maximumDomain {
            guard let dot = name.firstIndex(of: UInt8(ascii: ".")) else { break }
            name = name[(dot + 1)...]
        }
        return String(decoding: name, as: UTF8.self)
    }

    /// What a refused client is to be told; `nil` when that cannot be found out (RFC 7208 section 6.2).
    mutating func explanation(of outcome: Outcome) throws(SPFStop) -> String? {
        guard let (text, domain) = outcome.explanation else { return nil }
        // The look-ups come behind the result, so no limit of the result counts them.
        lookups = 0
        hasCountedName = true
        guard let question = DNSQuestion(try expandedDomain(text, domain), .txt) else { return nil }
        guard let answer = answers[question] else { throw .ask([question]) }
        guard case .records(let records) = answer, records.count == 1, case .text(let octets) = records[0],
            let explanation = SPFMacroString(octets.prefix(SPFRecord.maximumLength), in: .explanation)
        else { return nil }
        var result: [UInt8] = []
        for part in explanation.parts where result.count < Self.maximumExplanation {
            result += try expanded(part, domain)
        }
        // What comes from the envelope may be anything; a reply has printable US-ASCII only.
        let printable = result.prefix(Self.maximumExplanation).map { (0x20...0x7E).contains($0) ? $0 : 0x3F }
        return String(decoding: printable, as: UTF8.self)
    }

    private func expanded(_ part: SPFMacroString.Part, _ domain: String) throws(SPFStop) -> [UInt8] {
        switch part {
        case .literal(let octets): octets
        case .macro(let macro): macro.transformed(Array(try value(of: macro.letter, domain).utf8))
        }
    }

    private func value(of letter: SPFMacroString.Macro.Letter, _ domain: String) throws(SPFStop) -> String {
        let client = evaluation.client
        let sender = SPFEvaluation.trimmed(evaluation.identity.domain)
        switch letter {
        case .sender: return "\(evaluation.identity.localPart)@\(sender)"
        case .localPart: return evaluation.identity.localPart
        case .senderDomain: return sender
        case .domain: return domain
        case .address: return client.isVersion6 ? Self.nibbles(client) : "\(client)"
        case .readableAddress: return "\(client)"
        case .validatedName: return try validatedName(domain)
        case .version: return client.isVersion6 ? "ip6" : "in-addr"
        case .helo: return SPFEvaluation.trimmed(evaluation.helo)
        case .receiver: return evaluation.receiver ?? "unknown"
        case .moment: return "\(evaluation.moment.milliseconds / 1000)"
        }
    }

    /// The octets of an address as digits with periods between, highest first (RFC 7208 section 7.3).
    private static func nibbles(_ address: IPAddress) -> String {
        let digits = address.octets.flatMap {
            [SPFMacroString.Macro.digits[Int($0 >> 4)], SPFMacroString.Macro.digits[Int($0 & 15)]]
        }
        return digits.map { String(UnicodeScalar($0)) }.joined(separator: ".")
    }

    /// The name of the client that tells most of a domain: itself, one below it, any (RFC 7208 section 7.3).
    private func validatedName(_ domain: String) throws(SPFStop) -> String {
        let names = try validatedNames()
        let domain = String(decoding: domain.utf8.map(\.asciiLowercased), as: UTF8.self)
        return names.first { $0 == domain } ?? names.first { Self.isWithin($0, domain) } ?? names.first ?? "unknown"
    }
}
