public import Mail
public import OpenSSL

/// How a key is to be published (RFC 6376 section 3.6.2), and whether it is.
public struct DKIMKeyPublication: Sendable, Hashable {
    /// The domain in US-ASCII.
    public let domain: Domain
    /// The name of the key within it.
    public let selector: String
    /// The question whose answer is the key.
    public let question: DNSQuestion
    /// The text of the record.
    public let text: String

    private let key: PublicKey

    /// Writes the record of a key.
    public init(domain: Domain, selector: String, key: PublicKey) throws(DKIMSigningError) {
        guard let domain = SignatureTags.domain(domain.name), domain.name.utf8.contains(UInt8(ascii: ".")),
            let name = SignatureTags.domain(selector),
            let question = DNSQuestion("\(name)._domainkey.\(domain)", .txt)
        else { throw .malformedName }
        self.domain = domain
        self.selector = name.name
        self.question = question
        self.key = key
        let octets = key.rawOctets ?? key.subjectPublicKeyInfo
        text = "v=DKIM1; k=\(key.kind.rawValue); p=\(Base64.encoded(octets))"
    }

    /// The text in pieces of at most 255 octets, which is what one string of a record holds (RFC 1035 section 3.3).
    public var strings: [String] {
        var rest = text[...]
        var strings: [String] = []
        while !rest.isEmpty {
            strings.append(String(rest.prefix(255)))
            rest = rest.dropFirst(255)
        }
        return strings
    }

    /// The record as a zone file has it (RFC 1035 section 5.1).
    public var zoneLine: String {
        let quoted = strings.map { "\"\($0)\"" }
        guard quoted.count > 1 else { return "\(question.name). IN TXT \(quoted.joined())" }
        return "\(question.name). IN TXT (\n  \(quoted.joined(separator: "\n  ")) )"
    }

    /// What is wrong with a key as it is published.
    public enum Fault: Sendable, Hashable {
        /// The DNS gave no answer.
        case noAnswer
        /// There is no text under the name.
        case notPublished
        /// There is more than one text under the name, and what a verifier does then is undefined.
        case severalRecords(Int)
        /// The text is no key.
        case malformed(DKIMReason)
        /// The key was withdrawn (`p=` is empty).
        case revoked
        /// It is a key for another algorithm.
        case otherKind(String)
        /// It is another key.
        case otherKey
        /// It is not for SHA-256 (`h=`).
        case notForDigest
        /// It is not for mail (`s=`).
        case notForMail
        /// It says that the domain only tries, so that signatures need not count (`t=y`).
        case testing

        /// What is wrong, as a sentence for people.
        public var sentence: String {
            switch self {
            case .noAnswer: "The DNS gave no answer."
            case .notPublished: "No key is published under this name."
            case .severalRecords(let count): "\(count) texts are published under this name; there must be one."
            case .malformed(let reason): reason.sentence
            case .revoked: "The key is marked as revoked (p= is empty)."
            case .otherKind(let kind): "The published key is of the kind \"\(kind)\"."
            case .otherKey: "Another key is published than the one that signs."
            case .notForDigest: "The published key is not for SHA-256 (h=)."
            case .notForMail: "The published key is not for mail (s=)."
            case .testing: "The record says that the key is only tested (t=y)."
            }
        }
    }

    /// Compares an answer of the DNS with the key; nothing is wrong when the list is empty.
    public func faults(in answer: DNSAnswer) -> [Fault] {
        guard let records = answer.records else { return [.noAnswer] }
        let texts = records.filter { if case .text = $0 { true } else { false } }
        guard !texts.isEmpty else { return [.notPublished] }
        var faults: [Fault] = texts.count > 1 ? [.severalRecords(texts.count)] : []
        let (keys, malformed) = DKIMKeyRecord.records(in: texts)
        if let malformed { faults.append(.malformed(malformed)) }
        for record in keys {
            for fault in self.faults(in: record) where !faults.contains(fault) { faults.append(fault) }
        }
        return faults
    }

    private func faults(in record: DKIMKeyRecord) -> [Fault] {
        var faults: [Fault] = []
        do throws(DKIMReason) {
            let published = try record.publicKey(for: key.kind == .rsa ? .rsaSHA256 : .ed25519SHA256)
            if published != key { faults.append(.otherKey) }
        } catch {
            switch error {
            case .revokedKey: faults.append(.revoked)
            case .keyOfOtherKind(let kind): faults.append(.otherKind(kind))
            case .keyNotForDigest: faults.append(.notForDigest)
            case .keyNotForMail: faults.append(.notForMail)
            default: faults.append(.malformed(error))
            }
        }
        if record.isTesting { faults.append(.testing) }
        return faults
    }
}
