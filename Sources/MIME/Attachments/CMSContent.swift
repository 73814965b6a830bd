/// What a cryptographic message of S/MIME holds, as far as it can be read without keys (RFC 5652, RFC 8551).
///
/// The signature is not looked at: whoever shows the content says that it is not verified.
public struct CMSContent: Sendable, Hashable {
    /// The kind of message.
    public enum Kind: String, Sendable, Hashable {
        /// Signed, with the content in it (RFC 5652 section 5).
        case signedData
        /// A signature, or certificates, without content.
        case detachedSignature
        /// Encrypted (RFC 5652 section 6).
        case envelopedData
        /// Encrypted and protected against change (RFC 5083).
        case authenticatedEnvelopedData
        /// Encrypted with a key that is agreed upon otherwise (RFC 5652 section 8).
        case encryptedData
        /// Compressed (RFC 3274).
        case compressedData
        /// Plain data or another type.
        case other
    }

    /// The kind of message.
    public let kind: Kind
    /// Where the signed content lies, in pieces that follow one another.
    public let pieces: [Range<Int>]
    /// Whether the content is whole; a message that was cut gives what is there.
    public let isComplete: Bool

    /// Whether the content cannot be read without a key.
    public var isEncrypted: Bool {
        kind == .envelopedData || kind == .authenticatedEnvelopedData || kind == .encryptedData
    }

    /// The size of the content, in octets.
    public var size: Int { pieces.reduce(0) { $0 + $1.count } }

    /// The content in one piece: an entity with its own header (RFC 8551 section 3.1).
    public func content(in bytes: Span<UInt8>) -> [UInt8] {
        var content: [UInt8] = []
        content.reserveCapacity(size)
        for piece in pieces where piece.upperBound <= bytes.count { content.append(copying: bytes.extracting(piece)) }
        return content
    }

    /// Reads a message; `nil` when the octets are none.
    public init?(_ bytes: Span<UInt8>) {
        // ContentInfo: a sequence of a type and, under [0], the content.
        guard let outer = DERElement(bytes, at: 0, end: bytes.count, isCut: true), outer.tag == DERElement.sequence,
            let type = DERElement(bytes, at: outer.content.lowerBound, end: outer.content.upperBound),
            type.tag == DERElement.objectIdentifier,
            let kind = Self.kind(of: bytes.copied(type.content))
        else { return nil }
        guard kind == .signedData else {
            self.init(kind: kind, pieces: [], isComplete: true)
            return
        }
        guard let explicit = DERElement(bytes, at: type.content.upperBound, end: outer.content.upperBound, isCut: true),
            explicit.tag == DERElement.context0
        else {
            self.init(kind: .detachedSignature, pieces: [], isComplete: false)
            return
        }
        var walk = SignedDataWalk()
        walk.read(bytes, explicit.content)
        self.init(
            kind: walk.hasContent ? .signedData : .detachedSignature,
            pieces: walk.pieces,
            isComplete: walk.isComplete
        )
    }

    private init(kind: Kind, pieces: [Range<Int>], isComplete: Bool) {
        self.kind = kind
        self.pieces = pieces
        self.isComplete = isComplete
    }

    /// The object identifiers of PKCS #7 and S/MIME, 1.2.840.113549.1.7 and 1.2.840.113549.1.9.16.1.
    private static func kind(of identifier: [UInt8]) -> Kind? {
        let pkcs7: [UInt8] = [0x2A, 0x86, 0x48, 0x86, 0xF7, 0x0D, 0x01, 0x07]
        let smime: [UInt8] = [0x2A, 0x86, 0x48, 0x86, 0xF7, 0x0D, 0x01, 0x09, 0x10, 0x01]
        if identifier.dropLast() == pkcs7[...] {
            switch identifier.last {
            case 2: return .signedData
            case 3: return .envelopedData
            case 6: return .encryptedData
            default: return .other
            }
        }
        guard identifier.dropLast() == smime[...] else { return nil }
        switch identifier.last {
        case 9: return .compressedData
        case 23: return .authenticatedEnvelopedData
        default: return .other
        }
    }
}

/// Goes from SignedData to the octets of its content (RFC 5652 sections 5.1 and 5.2).
private struct SignedDataWalk {
    private(set) var pieces: [Range<Int>] = []
    private(set) var hasContent = false
    private(set) var isComplete = false

    mutating func read(_ bytes: Span<UInt8>, _ range: Range<Int>) {
        guard let signed = DERElement(bytes, at: range.lowerBound, end: range.upperBound, isCut: true),
            signed.tag == DERElement.sequence
        else { return }
        // Version and digest algorithms come first.
        var offset = signed.content.lowerBound
        for _ in 0..<2 {
            guard let element = DERElement(bytes, at: offset, end: signed.content.upperBound),
                let next = element.end(bytes)
            else { return }
            offset = next
        }
        guard let info = DERElement(bytes, at: offset, end: signed.content.upperBound, isCut: true),
            info.tag == DERElement.sequence,
            let type = DERElement(bytes, at: info.content.lowerBound, end: info.content.upperBound),
            type.tag == DERElement.objectIdentifier
        else { return }
        guard let explicit = DERElement(bytes, at: type.content.upperBound, end: info.content.upperBound, isCut: true),
            explicit.tag == DERElement.context0
        else {
            isComplete = true
            return
        }
        hasContent = true
        readOctets(bytes, explicit.content)
    }

    /// Collects the primitive strings of an octet string, which may be made of others (X.690 section 8.7.3).
    private mutating func readOctets(_ bytes: Span<UInt8>, _ range: Range<Int>) {
        /// Where each open string ends, and whether by a mark.
        var open: [(end: Int, isIndefinite: Bool)] = []
        var offset = range.lowerBound
        let limit = range.upperBound
        repeat {
            let end = open.last?.end ?? limit
            if let last = open.last, last.isIndefinite, DERElement.isEndMark(bytes, at: offset, end: end) {
                open.removeLast()
                offset += 2
            } else if let last = open.last, !last.isIndefinite, offset >= last.end {
                open.removeLast()
            } else {
                guard let element = DERElement(bytes, at: offset, end: end, isCut: true) else { return }
                switch element.tag {
                case DERElement.octetString:
                    pieces.append(element.content)
                    offset = element.content.upperBound
                    if element.isCut { return }
                case DERElement.constructedOctetString:
                    guard open.count < Self.maximumDepth else { return }
                    open.append((element.content.upperBound, element.isIndefinite))
                    offset = element.content.lowerBound
                case DERElement.sequence where open.isEmpty:
                    // PKCS #7 1.5 has any type here, not only an octet string (RFC 5652 section 5.2.1).
                    pieces.append(element.content)
                    isComplete = !element.isCut
                    return
                default:
                    return
                }
            }
        } while !open.isEmpty
        isComplete = true
    }

    private static let maximumDepth = 16
}
