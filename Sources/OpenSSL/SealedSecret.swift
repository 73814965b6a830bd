/// A secret as it is stored: encrypted by AES-256-GCM under a master key, and of use under its own name only.
///
/// Its octets tell what they are: `mws` and the version (4), the name of the master key (8), the nonce (12), the
/// ciphertext, and the tag (16). How long the secret is can be seen.
public struct SealedSecret: Sendable, Hashable {
    /// The master key that opens it.
    public let keyID: SealingKeyID

    let nonce: [UInt8]
    /// The ciphertext and the tag.
    let body: [UInt8]

    /// The longest secret, in octets.
    public static let maximumSecretLength = 65_536
    /// How many octets are added to a secret.
    public static let overhead = header.count + SealingKeyID.length + AES256GCM.nonceLength + AES256GCM.tagLength

    /// The mark, and the version behind it.
    static let header: [UInt8] = Array("mws".utf8) + [1]

    init(keyID: SealingKeyID, nonce: [UInt8], body: [UInt8]) {
        self.keyID = keyID
        self.nonce = nonce
        self.body = body
    }

    /// Reads octets that were stored.
    public init(_ octets: Span<UInt8>) throws(SealingFault) {
        let mark = Self.header.dropLast()
        guard octets.count > mark.count, mark.indices.allSatisfy({ octets[$0] == mark[$0] }) else { throw .notSealed }
        guard octets[mark.count] == Self.header[mark.count] else { throw .version(octets[mark.count]) }
        guard octets.count >= Self.overhead else { throw .truncated }
        let length = octets.count - Self.overhead
        guard length <= Self.maximumSecretLength else { throw .tooLong(length) }
        let keyEnd = Self.header.count + SealingKeyID.length
        let nonceEnd = keyEnd + AES256GCM.nonceLength
        keyID = SealingKeyID((Self.header.count..<keyEnd).map { octets[$0] })
        nonce = (keyEnd..<nonceEnd).map { octets[$0] }
        body = (nonceEnd..<octets.count).map { octets[$0] }
    }

    /// The octets to store.
    public var octets: [UInt8] { Self.header + keyID.octets + nonce + body }

    /// What is authenticated beside the secret: the form, the master key, and what the secret is called.
    ///
    /// The first two have a fixed length, so that no two secrets have the same.
    static func associatedData(name: String, keyID: SealingKeyID) -> [UInt8] {
        header + keyID.octets + Array(name.utf8)
    }
}

/// What is wrong with a secret, or with octets that should be a sealed one.
public enum SealingFault: Error, Hashable, Sendable, CustomStringConvertible {
    /// The name is empty, longer than 255 octets, or has control characters.
    case name
    /// The secret is longer than ``SealedSecret/maximumSecretLength``.
    case tooLong(Int)
    /// The octets do not begin as a sealed secret does.
    case notSealed
    /// It was sealed by a later version, or is damaged.
    case version(UInt8)
    /// The octets end too early.
    case truncated
    /// The key ring does not have the key.
    case unknownKey(SealingKeyID)
    /// An octet was altered, or the secret was stored under another name.
    case notAuthentic

    /// What is wrong, in words that repeat nothing of the octets.
    public var description: String {
        switch self {
        case .name:
            "a name of a secret is not 1 to \(SealingKeyRing.maximumNameLength) octets without control characters"
        case .tooLong(let count):
            "it has \(count) octets, and the longest secret has \(SealedSecret.maximumSecretLength)"
        case .notSealed: "this is no sealed secret"
        case .version(let version): "it is sealed in form \(version), which this version does not know"
        case .truncated: "its end is missing"
        case .unknownKey(let id): "it is sealed under the master key \(id), which is not among the keys"
        case .notAuthentic: "it was altered, or is stored under another name than it was sealed for"
        }
    }
}
