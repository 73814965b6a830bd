/// One mail address: a local part and a domain (RFC 5321 section 4.1.2, `Mailbox`).
public struct MailAddress: Hashable, Sendable, CustomStringConvertible {
    /// The local part as it is meant: without quotes and backslashes, its case kept.
    public let localPart: String

    /// The domain in lower case.
    public let domain: Domain

    /// The longest local part accepted, in octets (RFC 5321 section 4.5.3.1.1).
    public static let maximumLocalPartLength = 64

    /// Makes an address of its two parts.
    public init(localPart: String, domain: Domain) {
        self.localPart = localPart
        self.domain = domain
    }

    /// Parses `local-part@domain`, where the local part may be a quoted string (RFC 5321 section 4.1.2).
    ///
    /// - Returns: `nil` when the text is no such address or a part is longer than RFC 5321 section 4.5.3.1 allows.
    public init?(_ text: some StringProtocol) {
        let octets = Array(text.utf8)
        guard let (localPart, end) = Self.parseLocalPart(octets), end < octets.count, octets[end] == UInt8(ascii: "@"),
            !localPart.isEmpty, localPart.count <= Self.maximumLocalPartLength,
            let domain = Domain(octets: Array(octets[(end + 1)...]))
        else { return nil }
        self.init(localPart: String(decoding: localPart, as: UTF8.self), domain: domain)
    }

    /// The address as it is written in an envelope, the local part quoted where it must be.
    public var description: String {
        Self.isDotString(localPart.utf8) ? "\(localPart)@\(domain)" : "\(quotedLocalPart)@\(domain)"
    }

    /// The key by which addresses are compared: both parts in lower case.
    ///
    /// RFC 5321 section 2.4 leaves the case of a local part to its host; no system that people write to tells two
    /// addresses apart by it, while many clients change it.
    public var comparisonKey: String {
        let isASCII = localPart.utf8.allSatisfy { $0 < 0x80 }
        let local =
            isASCII
            ? String(decoding: localPart.utf8.map(\.asciiLowercased), as: UTF8.self)
            : localPart.lowercased()
        return "\(local)@\(domain.name)"
    }

    /// Whether either part holds octets outside US-ASCII, so that it needs SMTPUTF8 (RFC 6531).
    public var isInternationalized: Bool {
        domain.isInternationalized || !localPart.utf8.allSatisfy { $0 < 0x80 }
    }

    private var quotedLocalPart: String {
        var quoted = "\""
        for character in localPart.unicodeScalars {
            if character == "\"" || character == "\\" { quoted.unicodeScalars.append("\\") }
            quoted.unicodeScalars.append(character)
        }
        return quoted + "\""
    }

    private static func isDotString(_ octets: some Sequence<UInt8>) -> Bool {
        // An atom is due at the start and behind each dot.
        var isAtomDue = true
        for octet in octets {
            if octet == UInt8(ascii: ".") {
                if isAtomDue { return false }
                isAtomDue = true
            } else {
                guard octet.isAtomText else { return false }
                isAtomDue = false
            }
        }
        return !isAtomDue
    }

    /// Reads a local part from the start of `octets`.
    ///
    /// - Returns: its meaning, and the offset just behind it.
    private static func parseLocalPart(_ octets: [UInt8]) -> (value: [UInt8], end: Int)? {
        guard let first = octets.first else { return nil }
        guard first == UInt8(ascii: "\"") else {
            let end = octets.firstIndex(of: UInt8(ascii: "@")) ?? octets.endIndex
            let local = Array(octets[..<end])
            return isDotString(local) ? (local, end) : nil
        }
        var value: [UInt8] = []
        var index = 1
        while index < octets.count {
            let octet = octets[index]
            switch octet {
            case UInt8(ascii: "\""):
                return (value, index + 1)
            case UInt8(ascii: "\\"):
                index += 1
                guard index < octets.count, (0x20...0x7E).contains(octets[index]) else { return nil }
                value.append(octets[index])
            case 0x20...0x7E, 0x80...0xFF:
                value.append(octet)
            default:
                return nil
            }
            index += 1
        }
        return nil
    }
}
