internal import MIME
internal import Mail

/// What a signature says that covers fields and a body: a DKIM-Signature or an ARC-Message-Signature.
struct MessageSignature: Sendable, Hashable {
    let tags: SignatureTags
    let headerCanonicalization: Canonicalization
    let bodyCanonicalization: Canonicalization
    /// The names of the signed fields in lower case, in their order (`h=`).
    let fieldNames: [String]
    /// The digest of the body as it was signed (`bh=`).
    let bodyHash: [UInt8]
    /// After how many octets of its canonical form the body ends that was signed (`l=`).
    let bodyLength: Int?

    /// The digest of the body that it is to be compared with.
    var bodyRequest: BodyDigests.Request {
        BodyDigests.Request(canonicalization: bodyCanonicalization, length: bodyLength)
    }

    init(_ list: TagList) throws(DKIMReason) {
        tags = try SignatureTags(list)
        (headerCanonicalization, bodyCanonicalization) = try Self.canonicalizations(list["c"])
        bodyHash = try list.base64("bh")
        guard let names = list["h"] else { throw .missingTag("h") }
        fieldNames = TagList.words(names).map { name in
            String(decoding: name.utf8.map(\.asciiLowercased), as: UTF8.self)
        }
        // Section 5.4: whose message it is must be signed, or anybody's name could stand there.
        guard fieldNames.contains("from") else { throw .fromNotSigned }
        bodyLength = try Self.length(list["l"])
        if let query = list["q"] {
            guard TagList.words(query).contains("dns/txt") else { throw .unknownQuery }
        }
    }

    /// Section 3.5, `c=`: of the header, then of the body, each simple unless it is said.
    private static func canonicalizations(
        _ value: String?
    ) throws(DKIMReason) -> (header: Canonicalization, body: Canonicalization) {
        guard let value else { return (.simple, .simple) }
        let names = value.utf8.split(separator: UInt8(ascii: "/"), maxSplits: 1, omittingEmptySubsequences: false)
            .map { String(decoding: $0, as: UTF8.self) }
        guard let header = Canonicalization(rawValue: names[0]) else { throw .malformedTag("c") }
        guard names.count == 2 else { return (header, .simple) }
        guard let body = Canonicalization(rawValue: names[1]) else { throw .malformedTag("c") }
        return (header, body)
    }

    /// Section 3.5, `l=`: up to 76 digits, so that a number may be larger than any body.
    private static func length(_ value: String?) throws(DKIMReason) -> Int? {
        guard let value else { return nil }
        guard (1...76).contains(value.utf8.count), value.utf8.allSatisfy(\.isASCIIDigit) else {
            throw .malformedTag("l")
        }
        return Int(value) ?? .max
    }
}

/// What a DKIM-Signature says (RFC 6376 section 3.5).
struct DKIMSignature: Sendable, Hashable {
    let content: MessageSignature
    /// The agent or user on whose behalf the domain signs (`i=`), `@` and the domain where it is not said.
    let identity: String
    /// Whether the identity lies in a subdomain of the signing domain.
    let hasSubdomainIdentity: Bool

    init(_ list: TagList) throws(DKIMReason) {
        guard try list.required("v") == "1" else { throw .unknownVersion }
        content = try MessageSignature(list)
        guard content.fieldNames.allSatisfy(Self.isFieldName) else { throw .malformedTag("h") }
        let signer = content.tags.domain
        guard let value = list["i"] else {
            identity = "@\(signer)"
            hasSubdomainIdentity = false
            return
        }
        guard let text = Self.unquoted(value), let at = text.lastIndex(of: "@"),
            let domain = SignatureTags.domain(String(text[text.index(after: at)...]))
        else { throw .malformedTag("i") }
        guard domain == signer || domain.name.hasSuffix(".\(signer)") else { throw .identityOutsideDomain }
        identity = text
        hasSubdomainIdentity = domain != signer
    }

    /// RFC 5322 section 2.2, without the semicolon, which ends the tag.
    private static func isFieldName(_ name: String) -> Bool {
        !name.isEmpty && name.utf8.allSatisfy { (0x21...0x7E).contains($0) && $0 != 0x3A && $0 != 0x3B }
    }

    /// Undoes the quoted-printable of tags, in which white space means nothing (RFC 6376 section 2.11).
    ///
    /// - Returns: `nil` when it is malformed, or says a control, which would reach a log.
    private static func unquoted(_ value: String) -> String? {
        var octets: [UInt8] = []
        var rest = value.utf8[...]
        while let octet = rest.popFirst() {
            if octet.isFoldingSpace { continue }
            guard octet == UInt8(ascii: "=") else {
                octets.append(octet)
                continue
            }
            guard let high = rest.popFirst()?.hexDigit, let low = rest.popFirst()?.hexDigit else { return nil }
            octets.append(high << 4 | low)
        }
        guard octets.allSatisfy({ $0 >= 0x20 && $0 != 0x7F }) else { return nil }
        return String(validating: octets, as: UTF8.self)
    }
}

extension UInt8 {
    /// The value of a hexadecimal digit; tags have capitals only.
    fileprivate var hexDigit: UInt8? {
        switch self {
        case UInt8(ascii: "0")...UInt8(ascii: "9"): self - UInt8(ascii: "0")
        case UInt8(ascii: "A")...UInt8(ascii: "F"): self - UInt8(ascii: "A") + 10
        default: nil
        }
    }
}
