import OpenSSL

/// A token in the compact form: `header.payload.signature`, each in Base64 for addresses (RFC 7515 section 3.1).
struct SignedToken {
    let claims: JSONValue

    private let algorithm: TokenAlgorithm
    private let keyName: String?
    private let signed: [UInt8]
    /// Without it the rest is of no use to anybody, so that it alone is wiped.
    private let signature: SecretBytes

    /// Reads a token, and refuses what no key could make valid.
    init(_ text: [UInt8]) throws(TokenRefusal) {
        let parts = text.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
        guard parts.count == 3, let header = Self.object(in: parts[0]), let claims = Self.object(in: parts[1]) else {
            throw .malformed
        }
        algorithm = try Self.algorithm(in: header)
        guard header["crit"] == nil else { throw .criticalHeader }
        try Self.checkKind(of: header)
        signature = try Self.signature(in: parts[2])
        self.claims = claims
        keyName = header["kid"]?.string
        signed = Array(text[..<(parts[2].startIndex - 1)])
    }

    /// Finds the key and verifies the signature.
    func verify(by set: TokenKeySet) throws(TokenRefusal) {
        // A key serves the algorithm that it is made for and no other, whatever the token says (RFC 8725 section 3.1).
        let candidates = set.keys.filter { key in
            key.algorithm == algorithm && (keyName == nil || key.name == nil || key.name == keyName)
        }
        guard !candidates.isEmpty else { throw .unknownKey }
        let isValid = signature.withSpan { signature in
            candidates.contains { $0.isValid(signature, of: signed.span) }
        }
        guard isValid else { throw .signature }
    }

    private static func signature(in part: ArraySlice<UInt8>) throws(TokenRefusal) -> SecretBytes {
        guard var signature = Base64.url.decode(part.span), !signature.isEmpty else { throw .malformed }
        return SecretBytes(wiping: &signature)
    }

    private static func object(in part: ArraySlice<UInt8>) -> JSONValue? {
        guard let text = Base64.url.decode(part.span),
            let value = JSONValue(text, maximumLength: TokenVerifier.maximumLength), case .object = value
        else { return nil }
        return value
    }

    private static func algorithm(in header: JSONValue) throws(TokenRefusal) -> TokenAlgorithm {
        guard let name = header["alg"]?.string else { throw .malformed }
        if name.lowercased() == "none" { throw .unsigned }
        if name.uppercased().hasPrefix("HS") { throw .sharedSecret }
        guard let algorithm = TokenAlgorithm(rawValue: name) else { throw .algorithm }
        return algorithm
    }

    /// RFC 8725 section 3.11: a token that says what it is must be one for access, or not say more than that it is a
    /// token.
    private static func checkKind(of header: JSONValue) throws(TokenRefusal) {
        guard let value = header["typ"] else { return }
        guard var kind = value.string?.lowercased() else { throw .malformed }
        if kind.hasPrefix("application/") { kind.removeFirst("application/".count) }
        guard kind == "jwt" || kind == "at+jwt" else { throw .kind }
    }
}
