import Mail
import OpenSSL
import SASL

/// The lines of a client that logs in, by each mechanism; and what is read of tokens.
enum SASLChecks {
    static func check(_ octets: [UInt8]) throws(BrokenInvariant) {
        let lines = octets.split(separator: 0x0A, maxSplits: 7, omittingEmptySubsequences: false).map(Array.init)
        for mechanism in SASLMechanism.allCases {
            for isHelpful in [false, true] {
                // Octets as Base64 brings them, and the lines themselves.
                let decoded = try run(mechanism, lines, isHelpful: isHelpful, SASLRun.Form.octets)
                let encoded = try run(mechanism, lines, isHelpful: isHelpful, SASLRun.Form.encoded)
                let isShort = lines.allSatisfy { $0.count < SASLExchange.maximumLineLength / 4 * 3 }
                try require(!isShort || decoded == encoded, "Base64 changes the end")
                _ = try run(mechanism, lines, isHelpful: isHelpful, SASLRun.Form.lines)
            }
        }
        try checkToken(octets)
    }

    private static func run(
        _ mechanism: SASLMechanism,
        _ lines: [[UInt8]],
        isHelpful: Bool,
        _ form: SASLRun.Form
    ) throws(BrokenInvariant) -> [SASLStep] {
        var run = SASLRun(mechanism, isHelpful: isHelpful, form: form)
        return try run.drive(lines)
    }

    // MARK: Tokens

    private static let verifier = TokenVerifier(issuer: "https://id.example", audiences: ["mail"])

    private static func checkToken(_ octets: [UInt8]) throws(BrokenInvariant) {
        let keys: TokenKeySet
        do {
            keys = try TokenKeySet(octets)
        } catch {
            try requirePlain(error.description, "why a set of keys is refused")
            return try checkToken(octets, forgottenKey)
        }
        try require(keys.keys.count <= TokenKeySet.maximumKeys, "more keys than are kept")
        try checkToken(octets, keys)
    }

    /// A key whose other half is forgotten.
    private static let forgottenKey: TokenKeySet = {
        do {
            let octets = try PrivateKey(generating: .ed25519).publicKey.rawOctets ?? []
            let text = String(decoding: Base64.url.encode(octets.span), as: UTF8.self)
            return try TokenKeySet(Array(#"{"keys":[{"kty":"OKP","crv":"Ed25519","x":"\#(text)"}]}"#.utf8))
        } catch {
            fatalError("no key: \(error)")
        }
    }()

    /// No token is signed by a key whose other half nobody has.
    private static func checkToken(_ octets: [UInt8], _ keys: TokenKeySet) throws(BrokenInvariant) {
        let isAccepted: Bool
        do {
            _ = try verifier.identity(in: SecretBytes(octets.span), keys: keys, at: Timestamp(seconds: 1_600_000_000))
            isAccepted = true
        } catch {
            try requirePlain(error.description, "why a token is refused")
            isAccepted = false
        }
        try require(!isAccepted, "a token without a signature lets somebody in")
    }
}
