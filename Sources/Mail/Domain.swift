/// The domain part of a mail address, or an address literal such as `[192.0.2.1]`.
///
/// Kept in lower case, since domains compare without regard to case (RFC 5321 section 2.4). A domain may hold
/// U-labels where SMTPUTF8 is in force (RFC 6531 section 3.3).
public struct Domain: Hashable, Sendable, CustomStringConvertible {
    /// The domain in lower case, without a trailing dot.
    public let name: String

    /// The longest domain accepted, in octets (RFC 5321 section 4.5.3.1.2).
    public static let maximumLength = 255

    /// Parses a domain or an address literal.
    ///
    /// - Returns: `nil` when `text` is neither (RFC 5321 section 4.1.2, `Domain` and `address-literal`).
    public init?(_ text: some StringProtocol) {
        self.init(octets: Array(text.utf8))
    }

    /// Parses octets, as ``init(_:)`` does text; octets that are no UTF-8 become U+FFFD.
    package init?(octets text: [UInt8]) {
        var octets = text
        if octets.first == UInt8(ascii: "[") {
            guard AddressLiteral.isValid(octets) else { return nil }
        } else {
            if octets.last == UInt8(ascii: "."), octets.count > 1 { octets.removeLast() }
            guard Self.isValid(octets) else { return nil }
        }
        let isASCII = octets.allSatisfy { $0 < 0x80 }
        name =
            isASCII
            ? String(decoding: octets.map(\.asciiLowercased), as: UTF8.self)
            : String(decoding: octets, as: UTF8.self).lowercased()
    }

    /// The domain in lower case.
    public var description: String { name }

    /// Whether this is an address literal instead of a name.
    public var isLiteral: Bool { name.utf8.first == UInt8(ascii: "[") }

    /// Whether the name holds octets outside US-ASCII.
    public var isInternationalized: Bool { !name.utf8.allSatisfy { $0 < 0x80 } }

    /// The domain itself and each domain above it, longest first: `a.b.c`, `b.c`, `c`.
    public var suffixes: [String] {
        guard !isLiteral else { return [name] }
        var result: [String] = []
        var rest = name[...]
        while true {
            result.append(String(rest))
            guard let dot = rest.firstIndex(of: ".") else { return result }
            rest = rest[rest.index(after: dot)...]
        }
    }

    private static func isValid(_ octets: [UInt8]) -> Bool {
        guard !octets.isEmpty, octets.count <= maximumLength else { return false }
        var labelLength = 0
        var previous: UInt8 = UInt8(ascii: ".")
        for octet in octets {
            switch octet {
            case UInt8(ascii: "."):
                guard labelLength > 0, previous != UInt8(ascii: "-") else { return false }
                labelLength = 0
            case UInt8(ascii: "-"):
                guard labelLength > 0 else { return false }
                labelLength += 1
            // An underscore is no host name, but real systems have one and their mail must not be lost.
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"), 0x80...0xFF:
                labelLength += 1
            default:
                return false
            }
            // A U-label may take more octets than an A-label (RFC 6531 section 3.3), so only ASCII counts here.
            guard labelLength <= 63 || octet >= 0x80 else { return false }
            previous = octet
        }
        return labelLength > 0 && previous != UInt8(ascii: "-")
    }
}

/// The grammar of address literals (RFC 5321 section 4.1.3).
enum AddressLiteral {
    static func isValid(_ octets: [UInt8]) -> Bool {
        guard octets.count > 2, octets.count <= Domain.maximumLength, octets.last == UInt8(ascii: "]") else {
            return false
        }
        let content = octets[1..<(octets.count - 1)]
        if content.starts(with: Array("IPv6:".utf8), by: { $0.asciiLowercased == $1.asciiLowercased }) {
            return isIPv6(content.dropFirst(5))
        }
        return isIPv4(content)
    }

    static func isIPv4(_ octets: ArraySlice<UInt8>) -> Bool {
        let numbers = octets.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
        return numbers.count == 4
            && numbers.allSatisfy { digits in
                guard (1...3).contains(digits.count), digits.allSatisfy(\.isASCIIDigit) else { return false }
                return digits.reduce(0) { $0 * 10 + Int($1 - UInt8(ascii: "0")) } <= 255
            }
    }

    private static func isIPv6(_ octets: ArraySlice<UInt8>) -> Bool {
        var groups = 0
        var compressed = false
        var rest = octets
        if rest.starts(with: "::".utf8) {
            compressed = true
            rest = rest.dropFirst(2)
        }
        while !rest.isEmpty {
            let end = rest.firstIndex(of: UInt8(ascii: ":")) ?? rest.endIndex
            let group = rest[rest.startIndex..<end]
            if end == rest.endIndex, group.contains(UInt8(ascii: ".")) {
                guard isIPv4(group) else { return false }
                groups += 2
                break
            }
            guard (1...4).contains(group.count), group.allSatisfy(\.isASCIIHexDigit) else { return false }
            groups += 1
            guard end != rest.endIndex else { break }
            rest = rest[(end + 1)...]
            if rest.first == UInt8(ascii: ":") {
                guard !compressed else { return false }
                compressed = true
                rest = rest.dropFirst()
            } else if rest.isEmpty {
                return false
            }
        }
        return compressed ? groups < 8 : groups == 8
    }
}
