/// The key under which secrets are sealed.
///
/// It lies outside the database, in a file, a credential or the environment.
///
/// The key itself encrypts nothing: what encrypts, and the name that may be shown, are derived from it, so that neither
/// tells of the other.
public struct MasterKey: Sendable, Equatable {
    /// The name of the key, which says nothing of the key.
    public let id: SealingKeyID

    let sealingKey: SecretBytes

    /// The length of a key, in octets.
    public static let length = 32

    /// Reads a key as it is kept: 32 octets, or their Base64 on a line.
    ///
    /// The octets are the caller's to wipe.
    public init(_ content: Span<UInt8>) throws(Fault) {
        self.init(key: try Self.key(in: content))
    }

    private init(key: SecretBytes) {
        id = SealingKeyID(Array(HMACSHA256.code(of: Self.idLabel.span, key: key).prefix(SealingKeyID.length)))
        var sealingKey = HMACSHA256.code(of: Self.sealingLabel.span, key: key)
        self.sealingKey = SecretBytes(wiping: &sealingKey)
    }

    /// Makes a key, in the form to keep: a line of Base64.
    public static func makeText() -> SecretBytes {
        var text = RandomOctets.makeSecret(count: length).withSpan { Base64.standard.encode($0) }
        defer { SecretBytes.wipe(&text) }
        return SecretBytes(count: text.count + 1) { line in
            for index in text.indices { line[index] = text[index] }
            line[text.count] = 0x0A
        }
    }

    // MARK: Reading

    private static func key(in content: Span<UInt8>) throws(Fault) -> SecretBytes {
        let key: SecretBytes
        if content.count == length {
            key = SecretBytes(content)
        } else {
            let end = endOfLine(in: content)
            guard end == textLength else { throw .length(content.count) }
            guard var octets = Base64.standard.decode(content.extracting(0..<end)), octets.count == length else {
                throw .notBase64
            }
            key = SecretBytes(wiping: &octets)
        }
        guard !isGuessable(key) else { throw .guessable }
        return key
    }

    private static func endOfLine(in content: Span<UInt8>) -> Int {
        var end = content.count
        if end > 0, content[end - 1] == 0x0A {
            end -= 1
            if end > 0, content[end - 1] == 0x0D { end -= 1 }
        }
        return end
    }

    /// Whether the octets are such as people type, or one octet repeated.
    ///
    /// Random ones are neither, but for once in 10^13.
    private static func isGuessable(_ key: SecretBytes) -> Bool {
        key.withSpan { key in
            key.indices.allSatisfy { key[$0] >= 0x20 && key[$0] < 0x7F } || key.indices.allSatisfy { key[$0] == key[0] }
        }
    }

    private static let textLength = 44
    private static let idLabel = Array("mailwicket master key: name".utf8)
    private static let sealingLabel = Array("mailwicket master key: AES-256-GCM".utf8)
}

extension MasterKey {
    /// Why octets are no key.
    public enum Fault: Error, Hashable, Sendable, CustomStringConvertible {
        /// They are not as many as a key or its Base64 has.
        case length(Int)
        /// They are as many as Base64 of a key has, and are none.
        case notBase64
        /// The key is text, or one octet repeated.
        case guessable

        /// What is wrong, in words that repeat nothing of the octets.
        public var description: String {
            switch self {
            case .length(let count):
                "a master key is \(MasterKey.length) octets, or their Base64 in \(textLength) characters; this has \(count) octets"
            case .notBase64: "the master key is not Base64 of \(MasterKey.length) octets"
            case .guessable: "the master key is text or one octet repeated, which can be guessed, and not random octets"
            }
        }
    }
}

extension MasterKey: CustomStringConvertible, CustomReflectable {
    /// The key's name.
    public var description: String { "master key \(id)" }

    /// A mirror without children.
    public var customMirror: Mirror { Mirror(self, children: EmptyCollection(), displayStyle: .struct) }
}

/// The name of a master key: eight octets derived from it, shown as hexadecimal digits.
public struct SealingKeyID: Sendable, Hashable, CustomStringConvertible {
    let octets: [UInt8]

    static let length = 8

    init(_ octets: [UInt8]) {
        self.octets = octets
    }

    /// The name in hexadecimal digits.
    public var description: String {
        octets.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
    }
}
