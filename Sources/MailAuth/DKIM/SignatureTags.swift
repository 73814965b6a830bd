internal import MIME
internal import Mail

/// The ways of signing (RFC 8301 section 3.1, RFC 8463 section 3).
enum SignatureAlgorithm: String, Sendable, Hashable {
    case rsaSHA256 = "rsa-sha256"
    case ed25519SHA256 = "ed25519-sha256"

    /// The kind of its key, as key records name it.
    var keyKind: String {
        switch self {
        case .rsaSHA256: "rsa"
        case .ed25519SHA256: "ed25519"
        }
    }

    /// Those that were in use once.
    static let historic: Set<String> = ["rsa-sha1"]
}

/// The tags that all signatures have: of DKIM and both of ARC's.
struct SignatureTags: Sendable, Hashable {
    let algorithm: SignatureAlgorithm
    /// The signature itself (`b=`).
    let signature: [UInt8]
    /// The signing domain in US-ASCII and lower case (`d=`).
    let domain: Domain
    /// The name of the key within the domain (`s=`).
    let selector: String
    /// When it was made (`t=`).
    let timestamp: Timestamp?
    /// When it ends (`x=`).
    let expiration: Timestamp?
    /// Where the key is published (RFC 6376 section 3.6.2.1).
    let keyName: DNSQuestion

    init(_ list: TagList) throws(DKIMReason) {
        let algorithm = try list.required("a")
        guard let known = SignatureAlgorithm(rawValue: algorithm) else {
            throw SignatureAlgorithm.historic.contains(algorithm)
                ? .historicAlgorithm(algorithm) : .unknownAlgorithm(TagList.shown(algorithm))
        }
        self.algorithm = known
        signature = try list.base64("b")
        guard let domain = Self.domain(try list.required("d")) else { throw .malformedTag("d") }
        // RFC 6376 section 3.2: a domain name has two labels at least.
        guard domain.name.utf8.contains(UInt8(ascii: ".")) else { throw .malformedTag("d") }
        guard let selector = Self.domain(try list.required("s")),
            let keyName = DNSQuestion("\(selector)._domainkey.\(domain)", .txt)
        else { throw .malformedTag("s") }
        self.domain = domain
        self.selector = selector.name
        self.keyName = keyName
        timestamp = try list.moment("t")
        expiration = try list.moment("x")
        if let timestamp, let expiration, expiration <= timestamp { throw .expiresBeforeSigned }
    }

    /// Reads a domain name, in US-ASCII even where it is written with U-labels (RFC 8616 section 4).
    static func domain(_ text: String) -> Domain? {
        guard let domain = Domain(text), !domain.isLiteral else { return nil }
        return InternationalDomain.ascii(domain)
    }

    /// What is wrong with it when it has ended.
    func expiry(at moment: Timestamp, leeway: Int64) -> DKIMReason? {
        guard let expiration, expiration < moment.advanced(bySeconds: -leeway) else { return nil }
        return .expired(expiration)
    }

    /// What is wrong with its times at a moment, if anything is.
    ///
    /// - Parameter leeway: how many seconds clocks may differ.
    func fault(at moment: Timestamp, leeway: Int64) -> DKIMReason? {
        if let fault = expiry(at: moment, leeway: leeway) { return fault }
        if let timestamp, timestamp > moment.advanced(bySeconds: leeway) { return .signedInFuture(timestamp) }
        return nil
    }
}

extension TagList {
    /// The value of a tag that must be there and say something.
    func required(_ name: String) throws(DKIMReason) -> String {
        guard let value = self[name] else { throw .missingTag(name) }
        guard !value.isEmpty else { throw .malformedTag(name) }
        return value
    }

    /// The octets of a tag that must be there.
    func base64(_ name: String) throws(DKIMReason) -> [UInt8] {
        guard let octets = Base64.decoded(try required(name)), !octets.isEmpty else { throw .malformedTag(name) }
        return octets
    }

    /// The moment that a tag gives in seconds since 1970, of at most twelve digits (RFC 6376 section 3.5).
    func moment(_ name: String) throws(DKIMReason) -> Timestamp? {
        guard let value = self[name] else { return nil }
        guard (1...12).contains(value.utf8.count), value.utf8.allSatisfy(\.isASCIIDigit), let seconds = Int64(value)
        else { throw .malformedTag(name) }
        return Timestamp(seconds: seconds)
    }

    /// A value of a stranger as a reason may show it: a line of printable US-ASCII that is not long.
    static func shown(_ value: String) -> String {
        String(
            decoding: value.utf8.prefix(80).map { (0x20...0x7E).contains($0) ? $0 : UInt8(ascii: "?") },
            as: UTF8.self
        )
    }

    /// The words of a value that colons separate, white space around them left out.
    static func words(_ value: String) -> [String] {
        value.utf8.split(separator: UInt8(ascii: ":"), omittingEmptySubsequences: false).map { word in
            var word = word
            while let first = word.first, first.isFoldingSpace { word.removeFirst() }
            while let last = word.last, last.isFoldingSpace { word.removeLast() }
            return String(decoding: word, as: UTF8.self)
        }
    }
}

extension UInt8 {
    /// Whether the octet is a blank or part of a fold.
    var isFoldingSpace: Bool { self == 0x20 || self == 0x09 || self == 0x0D || self == 0x0A }
}
