/// A question to the domain name system (RFC 1035 section 4.1.2).
///
/// Who evaluates a mail asks, and somebody else answers: rules neither wait nor know of sockets.
public struct DNSQuestion: Hashable, Sendable, CustomStringConvertible {
    /// What is asked for.
    public enum RecordType: String, Sendable, Hashable, CaseIterable {
        /// Addresses of version 4 (RFC 1035 section 3.4.1).
        case a
        /// Addresses of version 6 (RFC 3596).
        case aaaa
        /// The hosts that take mail (RFC 1035 section 3.3.9).
        case mx
        /// Texts (RFC 1035 section 3.3.14).
        case txt
        /// The name of an address (RFC 1035 section 3.3.12).
        case ptr
    }

    /// The name in lower case, without a period at its end.
    public let name: String
    /// What is asked for.
    public let type: RecordType

    /// Makes a question.
    ///
    /// - Returns: `nil` when the text is no name: a label is empty or longer than 63 octets, or the whole longer than 253
    ///   (RFC 1035 section 2.3.4).
    public init?(_ name: some StringProtocol, _ type: RecordType) {
        var octets = name.utf8.map(\.asciiLowercased)
        if octets.last == UInt8(ascii: ".") { octets.removeLast() }
        guard !octets.isEmpty, octets.count <= 253 else { return nil }
        let labels = octets.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
        guard labels.allSatisfy({ (1...63).contains($0.count) }) else { return nil }
        self.name = String(decoding: octets, as: UTF8.self)
        self.type = type
    }

    /// The question for the names of an address (RFC 1035 section 3.5, RFC 3596 section 2.5).
    public init(namesOf address: IPAddress) {
        type = .ptr
        guard address.isVersion6 else {
            name = address.octets.reversed().map(String.init).joined(separator: ".") + ".in-addr.arpa"
            return
        }
        let digits = address.octets.reversed().flatMap { [$0 & 15, $0 >> 4] }
        name = digits.map { String($0, radix: 16) }.joined(separator: ".") + ".ip6.arpa"
    }

    /// The name and the type.
    public var description: String { "\(name) \(type.rawValue.uppercased())" }
}

/// What the domain name system says to a question.
public enum DNSAnswer: Hashable, Sendable {
    /// The records of the type that was asked for, in the order in which they came; none when the name has none of it.
    case records([DNSRecord])
    /// The name does not exist (NXDOMAIN; RFC 8020).
    case noSuchName
    /// There is no answer now: none came in time, or a server failed.
    case failure

    /// The records, none for a name that does not exist; `nil` when there was no answer.
    public var records: [DNSRecord]? {
        switch self {
        case .records(let records): records
        case .noSuchName: []
        case .failure: nil
        }
    }
}

/// One record of an answer.
public enum DNSRecord: Hashable, Sendable {
    /// An address of either version.
    case address(IPAddress)
    /// A host that takes mail, the lower number first; an empty name says that none does (RFC 7505).
    case mailExchange(preference: Int, host: String)
    /// A text, its strings joined without anything between; octets, since nothing says that it is UTF-8.
    case text([UInt8])
    /// A name.
    case pointer(String)
}
