/// Why there is no key, or no signature of it.
public enum KeyError: Error, Hashable, Sendable, CustomStringConvertible {
    /// The octets are no key in the form that was named, or more than one.
    case malformed
    /// The key is neither RSA nor Ed25519.
    case unsupportedKind
    /// The key is encrypted under a passphrase, which nobody is there to type.
    case encrypted
    /// OpenSSL refuses to make the key, by the system's policy or for want of memory or of randomness.
    case notGenerated
    /// OpenSSL refuses to sign, as it does with a key that is too small for the digest or that the policy forbids.
    case notSigned

    /// What is wrong, in words.
    public var description: String {
        switch self {
        case .malformed: "this is no key that can be read"
        case .unsupportedKind: "the key is neither RSA nor Ed25519"
        case .encrypted: "the key is encrypted under a passphrase"
        case .notGenerated: "no key could be made"
        case .notSigned: "the key cannot sign this"
        }
    }
}
