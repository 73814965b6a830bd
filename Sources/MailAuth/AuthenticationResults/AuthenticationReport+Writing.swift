public import Mail

extension AuthenticationReport {
    /// The report as a header field, folded, its line end included (RFC 8601 section 2.2).
    ///
    /// Whatever a sender chose is quoted and in US-ASCII, so that no value can be taken for a result.
    public func headerField(authservID: String) -> [UInt8] {
        var writer = AuthenticationResultsWriter(authservID)
        if let spf {
            writer.begin("spf", spf.result, reason: spf.reason)
            writer.add(spf.isHELO ? "smtp.helo" : "smtp.mailfrom", spf.domain)
        }
        for signature in dkim {
            writer.begin("dkim", signature.result, reason: signature.reason)
            writer.add("header.d", signature.domain)
            writer.add("header.s", signature.selector)
        }
        if let dmarc {
            writer.begin("dmarc", dmarc.result, reason: dmarc.reason)
            writer.add("header.from", dmarc.domain)
            writer.add("polrec.p", dmarc.policy?.rawValue)
            writer.add("polrec.domain", dmarc.policyDomain)
        }
        if let arc {
            writer.begin("arc", arc.result, reason: arc.reason)
            writer.add("arc.chain", Self.chain(arc.sealers))
        }
        return writer.finish()
    }

    /// The sealers that fit into a value: what is cut off in the midst of a name would be another name.
    private static func chain(_ sealers: [String]) -> String {
        var chain = ""
        for sealer in sealers {
            let longer = chain.isEmpty ? sealer : "\(chain):\(sealer)"
            guard longer.unicodeScalars.count <= AuthenticationResultsWriter.maximumValue else { break }
            chain = longer
        }
        return chain
    }
}

/// Writes one field, folded between words (RFC 5322 section 2.2.3).
private struct AuthenticationResultsWriter {
    private static let preferredLength = 78
    /// How long a value may be: a line has at most 998 octets, its name and quotes included.
    static let maximumValue = 500

    private var field: [UInt8] = Array("Authentication-Results:".utf8)
    private var column: Int
    private var hasResult = false

    init(_ authservID: String) {
        column = field.count
        append(Self.value(authservID))
    }

    mutating func begin(_ method: String, _ result: AuthenticationResult, reason: String?) {
        hasResult = true
        field.append(UInt8(ascii: ";"))
        field += "\r\n".utf8
        column = 0
        append(Array("\(method)=\(result)".utf8))
        add("reason", reason)
    }

    mutating func add(_ property: String, _ value: String?) {
        guard let value, !value.isEmpty else { return }
        append(Array("\(property)=".utf8) + Self.value(value))
    }

    mutating func finish() -> [UInt8] {
        if !hasResult {
            field.append(UInt8(ascii: ";"))
            append(Array("none".utf8))
        }
        return field + Array("\r\n".utf8)
    }

    /// Appends a word behind a space, on a new line when it does not fit.
    private mutating func append(_ word: [UInt8]) {
        if column > 0, column + 1 + word.count > Self.preferredLength {
            field += "\r\n".utf8
            column = 0
        }
        field.append(0x20)
        field += word
        column += 1 + word.count
    }

    /// A value as a token, or else as a quoted string (RFC 8601 section 2.2, `value`).
    private static func value(_ text: String) -> [UInt8] {
        let octets = text.unicodeScalars.prefix(maximumValue).map { scalar in
            (0x20...0x7E).contains(scalar.value) ? UInt8(scalar.value) : UInt8(ascii: "?")
        }
        // A chain has colons, which no token has.
        guard octets.isEmpty || !octets.allSatisfy({ isToken($0) }) else { return octets }
        var quoted = [UInt8(ascii: "\"")]
        for octet in octets {
            if octet == UInt8(ascii: "\"") || octet == UInt8(ascii: "\\") { quoted.append(UInt8(ascii: "\\")) }
            quoted.append(octet)
        }
        return quoted + [UInt8(ascii: "\"")]
    }

    /// Whether an octet may stand in a token (RFC 2045 section 5.1).
    private static func isToken(_ octet: UInt8) -> Bool {
        octet > 0x20 && octet < 0x7F && !"()<>@,;:\\\"/[]?=".utf8.contains(octet)
    }
}
