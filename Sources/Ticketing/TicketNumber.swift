internal import Mail

/// A ticket's number as people write it: `MW-42`.
public struct TicketNumber: Hashable, Sendable, CustomStringConvertible {
    /// What stands before the number, from the configuration; empty for none.
    public let prefix: String
    /// The number itself, from 1.
    public let value: Int64

    /// Makes a number.
    public init(prefix: String, value: Int64) {
        self.prefix = prefix
        self.value = value
    }

    /// The number with its prefix.
    public var description: String { prefix.isEmpty ? "\(value)" : "\(prefix)-\(value)" }

    /// The mark that a subject bears so that answers find their ticket: `[Ticket #MW-42]`.
    public var subjectMark: String { "[Ticket #\(self)]" }

    /// The ticket number that a subject bears.
    ///
    /// Only the full mark counts: a bare `#42` is too often an order or an invoice. Letters may have any case, and
    /// blanks may stand where a client folded the line.
    ///
    /// - Returns: the first number with this prefix, or `nil`. Runs in time linear in the subject's length.
    public static func find(in subject: String, prefix: String) -> Int64? {
        let octets = Array(subject.utf8.lazy.map(\.asciiLowercased))
        let opening = Array("[ticket".utf8)
        let prefixOctets = prefix.utf8.map(\.asciiLowercased)
        var index = 0
        while index + opening.count < octets.count {
            guard octets[index] == opening[0], octets[index..<(index + opening.count)].elementsEqual(opening) else {
                index += 1
                continue
            }
            index += opening.count
            if let number = number(in: octets, from: index, prefix: prefixOctets) { return number }
        }
        return nil
    }

    private static func number(in octets: [UInt8], from start: Int, prefix: [UInt8]) -> Int64? {
        var rest = octets[start...].drop { $0 == UInt8(ascii: " ") }
        guard rest.popFirst() == UInt8(ascii: "#") else { return nil }
        if !prefix.isEmpty {
            guard rest.starts(with: prefix) else { return nil }
            rest = rest.dropFirst(prefix.count)
            guard rest.popFirst() == UInt8(ascii: "-") else { return nil }
        }
        var value: Int64 = 0
        var digits = 0
        while let digit = rest.first, (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(digit) {
            digits += 1
            guard digits <= 18 else { return nil }
            value = value * 10 + Int64(digit - UInt8(ascii: "0"))
            rest = rest.dropFirst()
        }
        rest = rest.drop { $0 == UInt8(ascii: " ") }
        return digits > 0 && value > 0 && rest.first == UInt8(ascii: "]") ? value : nil
    }
}
