public import Mail

/// The DMARC record of a domain: what it asks for when mail that names it is not its own (RFC 9989 section 4.7).
public struct DMARCRecord: Hashable, Sendable {
    /// How near an authenticated domain must be to the author's.
    public enum Alignment: String, Hashable, Sendable {
        /// Both belong to one organization.
        case relaxed = "r"
        /// Both are the same.
        case strict = "s"
    }

    /// Whether the domain is a public suffix, below which others register theirs.
    public enum PublicSuffix: String, Hashable, Sendable {
        /// It is one.
        case yes = "y"
        /// It is none, but an organization's own.
        case no = "n"
        /// The record does not say.
        case unknown = "u"
    }

    /// What is asked for, of the domain itself.
    public private(set) var policy = DMARCPolicy.none
    /// What is asked for, of its subdomains.
    public private(set) var subdomainPolicy: DMARCPolicy?
    /// What is asked for, of subdomains that do not exist.
    public private(set) var nonexistentPolicy: DMARCPolicy?
    /// How near the domain of a signature must be.
    public private(set) var dkimAlignment = Alignment.relaxed
    /// How near the domain of SPF must be.
    public private(set) var spfAlignment = Alignment.relaxed
    /// Whether the domain is a public suffix.
    public private(set) var publicSuffix = PublicSuffix.unknown
    /// Whether the policy shall be applied one level lower.
    public private(set) var isTesting = false
    /// Of how many mails of a hundred the policy shall be applied in full; RFC 7489 section 6.3, no more in RFC 9989.
    public private(set) var percentage: Int?
    /// Where aggregate reports go.
    public private(set) var aggregateReports: [String] = []
    /// Where failure reports go.
    public private(set) var failureReports: [String] = []
    /// What is wrong with the record though it can be used, in words.
    public private(set) var defects: [String] = []

    /// How many octets a record may have; real ones have a few hundred.
    public static let maximumLength = 8192

    /// Whether a text is meant as a DMARC record: its first tag is the version.
    public static func isRecord(_ octets: [UInt8]) -> Bool {
        let version = try? TagList(octets.prefix { $0 != UInt8(ascii: ";") })
        return version?.tags.count == 1 && version?.tags[0].name.lowercased() == "v"
            && version?.tags[0].value == "DMARC1"
    }

    /// Reads a record; what is wrong behind the version is passed over, but for policies (RFC 9989 sections 4.7 and
    /// 4.10.1).
    ///
    /// - Throws: when the text is no record, or has a policy that does not exist and asks for no reports.
    public init(_ octets: [UInt8]) throws(DMARCSyntaxError) {
        guard Self.isRecord(octets) else { throw .noVersion }
        guard octets.count <= Self.maximumLength else { throw .tooLong }
        let (list, error) = TagList.tolerant(octets)
        if let error { defects.append("\(error)") }
        var malformed: String?
        for tag in list.tags.dropFirst() {
            if !read(tag.name.lowercased(), tag.value.lowercased(), tag.value) {
                defects.append("\(tag.name) cannot be \"\(tag.value.inOneLine)\"")
                if Self.policies.contains(tag.name.lowercased()) { malformed = malformed ?? tag.name }
            }
        }
        if let malformed {
            guard !aggregateReports.isEmpty else { throw .malformedPolicy(malformed) }
            (policy, subdomainPolicy, nonexistentPolicy) = (.none, nil, nil)
        } else if list["p"] == nil {
            defects.append("there is no p, so nothing is asked for")
        }
    }

    private static let policies: Set<String> = ["p", "sp", "np"]

    /// Reads one tag.
    ///
    /// - Returns: `false` when its value is none of those that there are; a tag that is not known has any.
    private mutating func read(_ name: String, _ value: String, _ given: String) -> Bool {
        switch name {
        case "p": Self.set(&policy, DMARCPolicy(rawValue: value))
        case "sp": Self.set(&subdomainPolicy, DMARCPolicy(rawValue: value))
        case "np": Self.set(&nonexistentPolicy, DMARCPolicy(rawValue: value))
        case "adkim": Self.set(&dkimAlignment, Alignment(rawValue: value))
        case "aspf": Self.set(&spfAlignment, Alignment(rawValue: value))
        case "psd": Self.set(&publicSuffix, PublicSuffix(rawValue: value))
        case "t": Self.set(&isTesting, value == "y" ? true : value == "n" ? false : nil)
        case "pct": Self.set(&percentage, Int(value).flatMap { (0...100).contains($0) ? $0 : nil })
        case "rua": Self.set(&aggregateReports, Self.addresses(given))
        case "ruf": Self.set(&failureReports, Self.addresses(given))
        default: true
        }
    }

    private static func set<Value>(_ field: inout Value, _ value: Value?) -> Bool {
        guard let value else { return false }
        field = value
        return true
    }

    // A field that has no value by itself: what cannot be read must not make it one that was given as none.
    private static func set<Value>(_ field: inout Value?, _ value: Value?) -> Bool {
        guard let value else { return false }
        field = value
        return true
    }

    /// The addresses of a list that are well-formed (RFC 3986 section 3); `nil` when none is.
    private static func addresses(_ list: String) -> [String]? {
        let addresses = list.split(separator: ",").compactMap { piece -> String? in
            let octets = piece.utf8.drop { $0 == 0x20 || $0 == 0x09 }.prefix { $0 > 0x20 && $0 < 0x7F }
            guard let colon = octets.firstIndex(of: UInt8(ascii: ":")), octets.first?.isASCIILetter ?? false,
                octets[..<colon].allSatisfy({ $0.isASCIILetter || $0.isASCIIDigit || "+-.".utf8.contains($0) }),
                octets.index(after: colon) < octets.endIndex
            else { return nil }
            return String(octets)
        }
        return addresses.isEmpty ? nil : addresses
    }

    /// What the record asks for when the author's domain is not the record's own.
    func policy(forSubdomainThatExists exists: Bool) -> DMARCPolicy {
        (exists ? nil : nonexistentPolicy) ?? subdomainPolicy ?? policy
    }

    /// The policy as it is applied to one mail.
    ///
    /// - Parameter sample: a random number from 0 to 99.
    func applied(_ policy: DMARCPolicy, sample: Int) -> DMARCPolicy {
        // A mail outside of the percentage gets the next lower policy (RFC 7489 section 6.6.4).
        isTesting || sample >= percentage ?? 100 ? policy.oneLevelLower : policy
    }
}

/// Why a text is no DMARC record that can be used.
public enum DMARCSyntaxError: Error, Hashable, Sendable, CustomStringConvertible {
    /// The first tag is not `v=DMARC1`.
    case noVersion
    /// The record is longer than any that is read.
    case tooLong
    /// A policy is none of those that there are.
    case malformedPolicy(String)

    /// The error in words.
    public var description: String {
        switch self {
        case .noVersion: "the record does not begin with v=DMARC1"
        case .tooLong: "the record is too long"
        case .malformedPolicy(let tag): "the policy \(tag) is none of none, quarantine and reject"
        }
    }
}
