import MIME
import Mail
import MailAuth
import OpenSSL

/// Signs with any tags, right or wrong, by other code than the one that is tested, but for the canonical forms.
struct Forge {
    /// The tags in their order; `bh` and `b` are computed where they are not here.
    var tags: [(name: String, value: String)] = [
        ("v", "1"), ("a", "ed25519-sha256"), ("c", "relaxed/relaxed"), ("d", "example.org"), ("s", "sel"),
        ("h", "from:to:subject"),
    ]
    var fieldName = "DKIM-Signature"
    var key = TestKeys.edwards

    /// The zone that has the key.
    static var zone: FakeZone { FakeZone(texts: ["sel._domainkey.example.org": TestKeys.record(TestKeys.edwards)]) }

    mutating func set(_ name: String, _ value: String?) {
        tags.removeAll { $0.name == name }
        if let value { tags.append((name, value)) }
    }

    func value(_ name: String) -> String? { tags.last { $0.name == name }?.value }

    /// The message, whose lines end in LF, with CRLF and a signature before it.
    func sign(_ message: String) throws -> [UInt8] {
        let octets = withCRLF(Array(message.utf8))
        return try field(over: octets) + octets
    }

    /// The signature's field.
    func field(over octets: [UInt8]) throws -> [UInt8] {
        let forms = (value("c") ?? "simple").split(separator: "/").map(String.init)
        let header = Canonicalization(rawValue: forms.first ?? "") ?? .simple
        let body = Canonicalization(rawValue: forms.dropFirst().first ?? "") ?? .simple
        let parsed = Message(parsing: octets.span)

        var written = tags
        if value("bh") == nil {
            var canonical = canonicalBody(octets, body, parsed.bodyRange.lowerBound..<octets.count)
            if let length = value("l").flatMap(Int.init), (0..<canonical.count).contains(length) {
                canonical.removeSubrange(length...)
            }
            written.append(("bh", base64(SHA256.digest(of: canonical.span))))
        }
        let isSigned = value("b") == nil
        if isSigned { written.append(("b", "")) }
        let text = fieldName + ": " + written.map { "\($0.name)=\($0.value)" }.joined(separator: "; ")
        guard isSigned else { return Array((text + "\r\n").utf8) }

        var signed = CanonicalHeader()
        var remaining = Array(parsed.fields)
        for name in (value("h") ?? "").split(separator: ":") {
            let wanted = name.filter { !$0.isWhitespace }.lowercased()
            let place = remaining.lastIndex { parsed.nameText(of: $0, in: octets.span).lowercased() == wanted }
            if let place { signed.append(remaining.remove(at: place), of: octets.span, header) }
        }
        append(text, to: &signed, header)
        return Array((text + base64(try key.signature(forSHA256: signed.digest.span)) + "\r\n").utf8)
    }

    private func append(_ text: String, to signed: inout CanonicalHeader, _ form: Canonicalization) {
        let octets = Array((text + "\r\n").utf8)
        for field in Message(parsing: octets.span).fields {
            signed.append(field, of: octets.span, form, endsLine: false)
        }
    }
}

/// Keys made for this run.
enum TestKeys {
    static let edwards = make(.ed25519)
    static let otherEdwards = make(.ed25519)
    static let rsa = make(.rsa(bits: 1024))
    static let largeRSA = make(.rsa(bits: 2048))
    static let weakRSA = make(.rsa(bits: 768))

    private static func make(_ kind: PrivateKey.Kind) -> PrivateKey {
        do {
            return try PrivateKey(generating: kind)
        } catch {
            preconditionFailure("no key: \(error)")
        }
    }

    /// The record of a key.
    static func record(_ key: PrivateKey) -> String {
        let octets = key.publicKey.rawOctets ?? key.publicKey.subjectPublicKeyInfo
        return "v=DKIM1; k=\(key.kind.rawValue); p=\(base64(octets))"
    }
}

func base64(_ octets: [UInt8]) -> String {
    let digits = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/")
    var text = ""
    for start in stride(from: 0, to: octets.count, by: 3) {
        let group = Array(octets[start..<min(start + 3, octets.count)])
        let bits = group.map { octet in String(octet, radix: 2).leftPadded(to: 8) }.joined()
        for place in stride(from: 0, to: bits.count, by: 6) {
            let piece = String(bits.dropFirst(place).prefix(6))
            let number = Int(piece + String(repeating: "0", count: 6 - piece.count), radix: 2) ?? 0
            text.append(digits[number])
        }
        text += String(repeating: "=", count: 3 - group.count)
    }
    return text
}

extension String {
    fileprivate func leftPadded(to length: Int) -> String { String(repeating: "0", count: length - count) + self }
}

/// The canonical form of a body in one piece.
func canonicalBody(_ octets: [UInt8], _ form: Canonicalization, _ range: Range<Int>? = nil) -> [UInt8] {
    var result: [UInt8] = []
    CanonicalBody.write(octets.span, range ?? 0..<octets.count, form) { piece in
        for index in piece.indices { result.append(piece[index]) }
    }
    return result
}
