import OpenSSL

/// The keys by which an issuer's tokens are verified: a JSON Web Key Set (RFC 7517).
public struct TokenKeySet: Sendable {
    /// Why a text is no set of keys.
    public enum Failure: Error, Hashable, Sendable, CustomStringConvertible {
        /// It is not JSON of the form, or too long.
        case malformed
        /// It has no key of a kind that is known, or too many.
        case keys

        /// What is wrong, in words.
        public var description: String {
            switch self {
            case .malformed: "this is no JSON Web Key Set of at most \(maximumLength) octets"
            case .keys:
                "the set has no key for signatures by RSA (2048 bits or more), P-256 or Ed25519, or more than "
                    + "\(maximumKeys)"
            }
        }
    }

    /// The longest text that is read, in octets.
    public static let maximumLength = 65_536
    /// The most keys that a set may have, so that a token without the name of its key costs no more than these.
    public static let maximumKeys = 32

    package let keys: [TokenKey]

    /// Reads a set.
    ///
    /// What is of no use for verifying signatures is left out (RFC 7517 section 5).
    public init(_ text: [UInt8]) throws(Failure) {
        guard let value = JSONValue(text, maximumLength: Self.maximumLength), case .array(let values)? = value["keys"]
        else { throw .malformed }
        keys = values.compactMap(TokenKey.init)
        guard (1...Self.maximumKeys).contains(keys.count) else { throw .keys }
    }
}

/// The algorithms of signatures that are taken (RFC 7518 section 3.1, RFC 8037 section 3.1).
package enum TokenAlgorithm: String, Sendable {
    case rs256 = "RS256"
    case es256 = "ES256"
    case edDSA = "EdDSA"
}

/// One key of a set.
package struct TokenKey: Sendable {
    private enum Material: Sendable {
        case asymmetric(PublicKey)
        case p256(P256PublicKey)
    }

    /// Its name in the set.
    package let name: String?
    /// The one algorithm that it is for.
    package let algorithm: TokenAlgorithm
    private let material: Material

    /// Reads a JSON Web Key; `nil` for what cannot verify a signature here.
    package init?(_ value: JSONValue) {
        guard let (algorithm, material) = Self.material(in: value), Self.isForSignatures(value) else { return nil }
        if let named = value["alg"], named.string != algorithm.rawValue { return nil }
        self.algorithm = algorithm
        self.material = material
        name = value["kid"]?.string
    }

    private static func isForSignatures(_ value: JSONValue) -> Bool {
        if let use = value["use"], use.string != "sig" { return false }
        if let operations = value["key_ops"], operations.strings?.contains("verify") != true { return false }
        return true
    }

    private static func material(in value: JSONValue) -> (TokenAlgorithm, Material)? {
        switch (value["kty"]?.string, value["crv"]?.string) {
        case ("RSA", nil):
            guard let modulus = octets(value["n"]), let exponent = octets(value["e"]),
                isExponent(exponent),
                let key = try? PublicKey(rsa: RSAKeyText.encoding(modulus: modulus, exponent: exponent).span),
                // RFC 7518 section 3.3, and no more than anybody uses, since a verification's cost grows with it.
                (2048...8192).contains(key.bits)
            else { return nil }
            return (.rs256, .asymmetric(key))
        case ("EC", "P-256"):
            guard let x = octets(value["x"]), let y = octets(value["y"]),
                let key = try? P256PublicKey(x: x.span, y: y.span)
            else { return nil }
            return (.es256, .p256(key))
        case ("OKP", "Ed25519"):
            guard let x = octets(value["x"]), let key = try? PublicKey(ed25519: x.span) else { return nil }
            return (.edDSA, .asymmetric(key))
        default: return nil
        }
    }

    /// An odd number of at most 32 bits, and not 1, with which anything is a signature.
    private static func isExponent(_ octets: [UInt8]) -> Bool {
        let digits = octets.drop { $0 == 0 }
        guard let last = digits.last else { return false }
        return digits.count <= 4 && last & 1 == 1 && (digits.count > 1 || last > 1)
    }

    private static func octets(_ value: JSONValue?) -> [UInt8]? {
        guard let text = value?.string, let octets = Base64.url.decode(Array(text.utf8).span), !octets.isEmpty,
            octets.count <= 1_024
        else { return nil }
        return octets
    }

    /// Whether a signature is this key's over a message.
    package func isValid(_ signature: Span<UInt8>, of message: Span<UInt8>) -> Bool {
        switch material {
        case .p256(let key): key.isValid(signature, of: message)
        case .asymmetric(let key):
            algorithm == .edDSA
                ? key.isEd25519(signature, of: message)
                : key.isValid(signature, forSHA256: SHA256.digest(of: message).span)
        }
    }
}

/// The DER of a key of RSA (RFC 8017 appendix A.1.1).
private enum RSAKeyText {
    static func encoding(modulus: [UInt8], exponent: [UInt8]) -> [UInt8] {
        tagged(0x30, integer(modulus) + integer(exponent))
    }

    /// A positive INTEGER, without leading zeros but the one that keeps it positive.
    private static func integer(_ octets: [UInt8]) -> [UInt8] {
        let digits = octets.drop { $0 == 0 }
        guard let first = digits.first else { return tagged(0x02, [0]) }
        return tagged(0x02, (first >= 0x80 ? [0] : []) + digits)
    }

    private static func tagged(_ tag: UInt8, _ content: [UInt8]) -> [UInt8] {
        let count = content.count
        switch count {
        case ..<0x80: return [tag, UInt8(count)] + content
        case ..<0x100: return [tag, 0x81, UInt8(count)] + content
        default: return [tag, 0x82, UInt8(truncatingIfNeeded: count >> 8), UInt8(truncatingIfNeeded: count)] + content
        }
    }
}
