/// The master keys: one that seals, and the former ones that still open what they sealed.
///
/// A key is replaced by making another the current one and keeping the old one until nothing needs it
/// (``needsResealing(_:)``).
public struct SealingKeyRing: Sendable {
    /// Why keys make no ring.
    public enum Fault: Error, Hashable, Sendable, CustomStringConvertible {
        /// One key is there twice.
        case twice(SealingKeyID)
        /// There are more than ``SealingKeyRing/maximumKeys``.
        case tooMany(Int)

        /// What is wrong, in words.
        public var description: String {
            switch self {
            case .twice(let id): "the master key \(id) is there twice"
            case .tooMany(let count): "there are \(count) master keys; at most \(maximumKeys) are taken"
            }
        }
    }

    /// The most keys of a ring.
    public static let maximumKeys = 16
    /// The longest name of a secret, in octets.
    public static let maximumNameLength = 255

    private let current: MasterKey
    private let keys: [SealingKeyID: MasterKey]

    /// Makes a ring.
    public init(current: MasterKey, former: [MasterKey] = []) throws(Fault) {
        guard former.count < Self.maximumKeys else { throw .tooMany(former.count + 1) }
        var keys = [current.id: current]
        for key in former {
            guard keys.updateValue(key, forKey: key.id) == nil else { throw .twice(key.id) }
        }
        self.current = current
        self.keys = keys
    }

    /// The name of the key that seals.
    public var currentKeyID: SealingKeyID { current.id }

    /// Seals a secret under the current key.
    ///
    /// The nonce is random: a key serves 2^32 secrets before two with one nonce become likelier than SP 800-38D section
    /// 8.3 allows.
    ///
    /// - Parameters:
    ///   - name: What the secret is called. It opens under no other name.
    public func seal(_ secret: SecretBytes, as name: String) throws(SealingFailure) -> SealedSecret {
        try seal(secret, as: name, nonce: RandomOctets.make(count: AES256GCM.nonceLength))
    }

    package func seal(_ secret: SecretBytes, as name: String, nonce: [UInt8]) throws(SealingFailure) -> SealedSecret {
        try Self.check(name)
        guard secret.count <= SealedSecret.maximumSecretLength else {
            throw SealingFailure(name: name, fault: .tooLong(secret.count))
        }
        let data = SealedSecret.associatedData(name: name, keyID: current.id)
        let body = AES256GCM.seal(secret, key: current.sealingKey, nonce: nonce.span, associatedData: data.span)
        return SealedSecret(keyID: current.id, nonce: nonce, body: body)
    }

    /// Opens a secret under the key that it names.
    public func open(_ sealed: SealedSecret, as name: String) throws(SealingFailure) -> SecretBytes {
        try Self.check(name)
        guard let key = keys[sealed.keyID] else {
            throw SealingFailure(name: name, fault: .unknownKey(sealed.keyID))
        }
        let data = SealedSecret.associatedData(name: name, keyID: key.id)
        let secret = AES256GCM.open(
            sealed.body.span,
            key: key.sealingKey,
            nonce: sealed.nonce.span,
            associatedData: data.span
        )
        guard let secret else { throw SealingFailure(name: name, fault: .notAuthentic) }
        return secret
    }

    /// Opens the octets of a secret that was stored.
    public func open(_ octets: Span<UInt8>, as name: String) throws(SealingFailure) -> SecretBytes {
        try Self.check(name)
        let sealed: SealedSecret
        do throws(SealingFault) {
            sealed = try SealedSecret(octets)
        } catch {
            throw SealingFailure(name: name, fault: error)
        }
        return try open(sealed, as: name)
    }

    /// Whether a secret is sealed under a former key.
    public func needsResealing(_ sealed: SealedSecret) -> Bool { sealed.keyID != current.id }

    /// Opens a secret and seals it under the current key.
    public func reseal(_ sealed: SealedSecret, as name: String) throws(SealingFailure) -> SealedSecret {
        try seal(try open(sealed, as: name), as: name)
    }

    private static func check(_ name: String) throws(SealingFailure) {
        let isProper = name.unicodeScalars.allSatisfy { $0.value >= 0x20 && !(0x7F..<0xA0).contains($0.value) }
        guard (1...maximumNameLength).contains(name.utf8.count), isProper else {
            throw SealingFailure(name: name, fault: .name)
        }
    }
}

extension SealingKeyRing: CustomStringConvertible {
    /// The names of the keys, the current one first.
    public var description: String {
        let former = keys.keys.filter { $0 != current.id }.map(\.description).sorted()
        return "master keys " + ([current.id.description] + former).joined(separator: ", ")
    }
}

/// Why a secret was not sealed or opened, and which.
public struct SealingFailure: Error, Hashable, Sendable, CustomStringConvertible {
    /// What the secret is called.
    public let name: String
    /// What is wrong.
    public let fault: SealingFault

    package init(name: String, fault: SealingFault) {
        self.name = name
        self.fault = fault
    }

    /// What is wrong, in words for the log.
    public var description: String {
        // A name that is not one is not repeated.
        fault == .name ? fault.description : "secret \"\(name)\": \(fault)"
    }
}
