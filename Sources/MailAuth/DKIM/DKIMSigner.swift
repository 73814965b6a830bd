public import MIME
public import Mail
public import OpenSSL

/// Why nothing was signed.
public enum DKIMSigningError: Error, Sendable, Hashable, CustomStringConvertible {
    /// The domain or the selector is no name that the DNS can hold.
    case malformedName
    /// The RSA key is smaller than anybody may accept (RFC 8301 section 3.2).
    case weakKey(bits: Int)
    /// The message has no From field, which must be signed.
    case missingFrom
    /// The message has a line end that is not CRLF, and would be another one when it arrives (RFC 6376 section 5.3).
    case bareLineEnds
    /// The key could not sign.
    case key(KeyError)

    /// What is wrong, in words.
    public var description: String {
        switch self {
        case .malformedName: "the domain or the selector is no name that the DNS can hold"
        case .weakKey(let bits): "the RSA key has \(bits) bits; at least 1024 are needed, and 2048 are usual"
        case .missingFrom: "the message has no From field"
        case .bareLineEnds: "the message has line ends that are not CRLF"
        case .key(let error): error.description
        }
    }
}

/// Signs messages for a domain (RFC 6376 section 5), relaxed in header and body.
public struct DKIMSigner: Sendable {
    /// The signing domain.
    public let domain: Domain
    /// The name of the key within the domain.
    public let selector: String
    /// The fields that are signed where a message has them, each as often as it is there.
    public var signedFields = DKIMSigner.standardFields
    /// Those of them that are signed once more than they are there, so that nobody adds another one (section 8.15).
    public var oversignedFields = DKIMSigner.standardOversignedFields
    /// After how many seconds a signature expires; `nil` for never.
    public var lifetime: Int64?

    private let key: PrivateKey
    private let algorithm: SignatureAlgorithm

    /// What people and programs read of a message (RFC 6376 section 5.4.1; for List-Unsubscribe-Post RFC 8058 section 4).
    public static let standardFields = [
        "From", "Sender", "Reply-To", "Subject", "Date", "Message-ID", "To", "Cc", "In-Reply-To", "References",
        "MIME-Version", "Content-Type", "Content-Transfer-Encoding", "Auto-Submitted", "Resent-Date", "Resent-From",
        "Resent-Sender", "Resent-To", "Resent-Cc", "Resent-Message-ID", "List-Id", "List-Help", "List-Unsubscribe",
        "List-Unsubscribe-Post", "List-Subscribe", "List-Post", "List-Owner", "List-Archive",
    ]

    /// Those that change what a message seems to be when they are added.
    ///
    /// Sender and the fields of lists are not among them: who sends a message on adds them rightly.
    public static let standardOversignedFields: Set<String> = [
        "From", "Reply-To", "Subject", "Date", "Message-ID", "To", "Cc", "In-Reply-To", "References", "MIME-Version",
        "Content-Type", "Content-Transfer-Encoding",
    ]

    /// Makes a signer of a domain's key.
    public init(domain: Domain, selector: String, key: PrivateKey) throws(DKIMSigningError) {
        let publication = try DKIMKeyPublication(domain: domain, selector: selector, key: key.publicKey)
        if key.kind == .rsa, key.bits < 1024 { throw .weakKey(bits: key.bits) }
        self.domain = publication.domain
        self.selector = publication.selector
        self.key = key
        algorithm =
            switch key.kind {
            case .rsa: .rsaSHA256
            case .ed25519: .ed25519SHA256
            }
    }

    /// Signs a message.
    ///
    /// - Parameters:
    ///   - bytes: the octets that the message was parsed from, as they will be sent.
    ///   - moment: when it is signed.
    /// - Returns: the DKIM-Signature field, folded, its line end included. It belongs before all others. Its lines have at
    ///   most 78 octets, unless the domain alone is longer.
    public func signature(
        of message: Message,
        in bytes: Span<UInt8>,
        at moment: Timestamp
    ) throws(DKIMSigningError) -> String {
        guard !bytes.hasBareLineEnd(in: 0..<bytes.count) else { throw .bareLineEnds }
        let index = FieldIndex(message, bytes)
        guard index.count(of: "from") > 0 else { throw .missingFrom }
        let request = BodyDigests.Request(canonicalization: .relaxed, length: nil)
        let body = BodyDigests([request], of: bytes, message.bodyRange.lowerBound..<bytes.count)
        guard let bodyHash = body[request] else { preconditionFailure("the digest of the whole body was asked for") }

        let names = fieldNames(index)
        var field = FoldedField("DKIM-Signature:")
        write(names, Base64.encoded(bodyHash), moment, into: &field)
        let digest = digest(of: index.selection(names.map { $0.lowercased() }, without: nil), bytes, field)
        do throws(KeyError) {
            field.appendSplittable(Base64.encoded(try key.signature(forSHA256: digest.span)))
        } catch {
            throw .key(error)
        }
        return field.text + "\r\n"
    }

    /// The names for `h=`.
    private func fieldNames(_ index: FieldIndex) -> [String] {
        signedFields.flatMap { name in
            let count = index.count(of: name.lowercased()) + (oversignedFields.contains(name) ? 1 : 0)
            return [String](repeating: name, count: count)
        }
    }

    /// Writes all tags, the last one without its value.
    private func write(_ names: [String], _ bodyHash: String, _ moment: Timestamp, into field: inout FoldedField) {
        let seconds = moment.milliseconds / 1000
        field.append(" v=1;")
        field.append(" a=\(algorithm.rawValue);")
        field.append(" c=relaxed/relaxed;")
        field.append(" d=\(domain);")
        field.append(" s=\(selector);")
        field.append(" t=\(seconds);")
        if let lifetime { field.append(" x=\(seconds + lifetime);") }
        for (place, name) in names.enumerated() {
            field.append((place == 0 ? " h=" : "") + name + (place == names.count - 1 ? ";" : ":"))
        }
        field.append(" bh=\(bodyHash);")
        field.append(" b=")
    }

    /// The digest of the fields and of the signature without its value.
    private func digest(of fields: [HeaderField], _ bytes: Span<UInt8>, _ own: FoldedField) -> [UInt8] {
        var header = CanonicalHeader()
        for field in fields { header.append(field, of: bytes, .relaxed) }
        let octets = Array(own.text.utf8)
        for field in Message(parsing: octets.span).fields.prefix(1) {
            header.append(field, of: octets.span, .relaxed, endsLine: false)
        }
        return header.digest
    }
}

/// A field that is written piece by piece, its lines kept short (RFC 5322 section 2.1.1).
private struct FoldedField {
    private(set) var text: String
    private var column: Int
    private static let width = 78

    init(_ start: String) {
        text = start
        column = start.utf8.count
    }

    /// Adds a piece in which no line may end; a blank at its beginning goes where a line begins.
    mutating func append(_ piece: String) {
        let length = piece.utf8.count
        if column + length <= Self.width {
            text += piece
            column += length
        } else {
            let rest = piece.first == " " ? String(piece.dropFirst()) : piece
            text += "\r\n " + rest
            column = 1 + rest.utf8.count
        }
    }

    /// Adds a piece in which a line may end anywhere.
    mutating func appendSplittable(_ piece: String) {
        var rest = piece[...]
        while !rest.isEmpty {
            if column >= Self.width {
                text += "\r\n "
                column = 1
            }
            let part = rest.prefix(Self.width - column)
            text += part
            column += part.utf8.count
            rest = rest.dropFirst(part.count)
        }
    }
}
