/// How a part is signed or encrypted, by what it declares and by how it begins.
public enum Protection: String, Sendable, Hashable, CaseIterable {
    /// S/MIME with the content inside the signature (RFC 8551 section 3.5.2).
    case smimeSigned
    /// S/MIME, encrypted (RFC 8551 section 3.3).
    case smimeEncrypted
    /// S/MIME, compressed (RFC 8551 section 3.6).
    case smimeCompressed
    /// The certificates of S/MIME without content (RFC 8551 section 3.8).
    case smimeCertificates
    /// A signature beside the content, S/MIME or OpenPGP (RFC 1847 section 2.1).
    case signatureBeside
    /// OpenPGP, encrypted (RFC 3156 section 4).
    case pgpEncrypted
    /// OpenPGP in the text, encrypted (RFC 9580 section 6.2).
    case pgpInlineEncrypted
    /// OpenPGP in the text, signed and readable (RFC 9580 section 7).
    case pgpInlineSigned

    /// Whether the content cannot be read without a key.
    public var isEncrypted: Bool { self == .smimeEncrypted || self == .pgpEncrypted || self == .pgpInlineEncrypted }

    /// What a container declares.
    ///
    /// QUIRK: Exchange makes `multipart/mixed` of `multipart/encrypted`; the control part that RFC 3156 section 4 wants
    /// within tells all the same.
    init?(container part: Part, in message: Message) {
        guard part.isMultipart else { return nil }
        if let declared = Protection(part.contentType) {
            self = declared
        } else if message.parts.contains(where: {
            $0.parent == part.index && $0.contentType.mediaType == "application/pgp-encrypted"
        }) {
            self = .pgpEncrypted
        } else {
            return nil
        }
    }

    /// Whether a part may be S/MIME in one piece, so that its content is worth a look.
    ///
    /// The name counts as much as the type: gateways and web mail declare what they do not know as a file (RFC 8551
    /// section 3.2.1 has the names).
    static func mayBeSMIME(_ part: Part) -> Bool {
        switch part.contentType.mediaType {
        case "application/pkcs7-mime", "application/x-pkcs7-mime", "application/x-smime", "application/cms": true
        default: part.names.contains { !FileExtension.ends(of: $0).isDisjoint(with: ["p7m", "p7z"]) }
        }
    }

    /// What a part declares by its type.
    public init?(_ type: ContentType) {
        switch type.mediaType {
        case "multipart/encrypted":
            self = .pgpEncrypted
        case "multipart/signed":
            self = .signatureBeside
        case "application/pkcs7-mime", "application/x-pkcs7-mime":
            switch type.parameter("smime-type")?.lowercasedASCII {
            case "signed-data", "signed-receipt": self = .smimeSigned
            case "enveloped-data", "authenveloped-data": self = .smimeEncrypted
            case "compressed-data": self = .smimeCompressed
            case "certs-only": self = .smimeCertificates
            // QUIRK: Outlook leaves the parameter out; the content tells.
            default: return nil
            }
        default: return nil
        }
    }

    /// What a part is by its decoded content, whatever it declares.
    public init?(content: Span<UInt8>) {
        if let cms = CMSContent(content) {
            switch cms.kind {
            case .signedData: self = .smimeSigned
            case .detachedSignature: self = .smimeCertificates
            case .compressedData: self = .smimeCompressed
            case .other: return nil
            default: self = .smimeEncrypted
            }
            return
        }
        self.init(armorIn: content)
    }

    /// What the armor of OpenPGP in a text makes of it.
    init?(armorIn text: Span<UInt8>) {
        let blocks = PGPArmor.blocks(in: text)
        if blocks.contains(where: { $0.kind == .message }) {
            self = .pgpInlineEncrypted
        } else if blocks.contains(where: { $0.kind == .signedMessage }) {
            self = .pgpInlineSigned
        } else {
            return nil
        }
    }
}

/// Finds the armor of OpenPGP in a text (RFC 9580 section 6.2).
public enum PGPArmor {
    /// A block between its head and its tail.
    public struct Block: Sendable, Hashable {
        /// What the head line says.
        public enum Kind: String, Sendable, Hashable, CaseIterable {
            /// Encrypted, or signed and not readable.
            case message = "MESSAGE"
            /// Readable text, with a signature behind it.
            case signedMessage = "SIGNED MESSAGE"
            /// A signature.
            case signature = "SIGNATURE"
            /// A public key.
            case publicKey = "PUBLIC KEY BLOCK"
            /// A private key, which nobody should send.
            case privateKey = "PRIVATE KEY BLOCK"
        }

        /// What the head line says.
        public let kind: Kind
        /// Where the block lies, with both lines.
        public let range: Range<Int>
        /// Whether the tail is there; otherwise the block goes to the end.
        public let isComplete: Bool
    }

    private static let head = Array("-----begin pgp ".utf8)
    private static let tail = Array("-----end pgp ".utf8)
    private static let dashes = Array("-----".utf8)
    private static let maximumBlocks = 100

    /// The blocks of a text, in their order.
    public static func blocks(in text: Span<UInt8>) -> [Block] {
        var blocks: [Block] = []
        var open: (kind: Block.Kind, start: Int)?
        var line = 0
        while line < text.count, blocks.count < maximumBlocks {
            let end = text.lineEnd(from: line, to: text.count)
            if let kind = kind(text, line..<end, behind: head) {
                // A signature belongs to the signed text in front of it.
                if open?.kind != .signedMessage || kind != .signature { open = (kind, line) }
            } else if let kind = kind(text, line..<end, behind: tail), let begun = open,
                kind == begun.kind || (begun.kind == .signedMessage && kind == .signature)
            {
                blocks.append(Block(kind: begun.kind, range: begun.start..<end, isComplete: true))
                open = nil
            }
            line = end + max(1, text.lineBreakLength(at: end))
        }
        if let open { blocks.append(Block(kind: open.kind, range: open.start..<text.count, isComplete: false)) }
        return blocks
    }

    private static func kind(_ text: Span<UInt8>, _ line: Range<Int>, behind mark: [UInt8]) -> Block.Kind? {
        guard text.hasASCII(mark, at: line.lowerBound) else { return nil }
        let line = text.trimmed(line)
        let start = line.lowerBound + mark.count
        guard start + dashes.count < line.upperBound, line.upperBound - start < 40,
            text.hasOctets(dashes, at: line.upperBound - dashes.count)
        else { return nil }
        return Block.Kind(
            rawValue: String(decoding: text.copied(start..<line.upperBound - dashes.count), as: UTF8.self)
        )
    }
}
