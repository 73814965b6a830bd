/// An identifier made by the application instead of the store: a UUID of version 7 (RFC 9562 section 5.7).
///
/// It begins with its moment of making, so that rows made one after the other lie side by side in an index.
public struct UniqueID: Hashable, Comparable, Sendable, CustomStringConvertible {
    /// The first eight octets, most significant first: milliseconds, version, and twelve random bits.
    public let high: UInt64
    /// The last eight octets: variant and 62 random bits.
    public let low: UInt64

    /// Makes an identifier of a moment and 74 random bits, the surplus of which is ignored.
    public init(at moment: Timestamp, random: (UInt64, UInt64)) {
        high = UInt64(truncatingIfNeeded: moment.milliseconds) << 16 | 0x7000 | (random.0 & 0x0FFF)
        low = 0x8000_0000_0000_0000 | (random.1 & 0x3FFF_FFFF_FFFF_FFFF)
    }

    /// Reads the sixteen octets that ``bytes`` gives.
    ///
    /// - Returns: `nil` when there are not sixteen.
    public init?(bytes: some Collection<UInt8>) {
        guard bytes.count == 16 else { return nil }
        high = bytes.prefix(8).reduce(0) { $0 << 8 | UInt64($1) }
        low = bytes.suffix(8).reduce(0) { $0 << 8 | UInt64($1) }
    }

    /// Reads the text form with or without hyphens.
    ///
    /// - Returns: `nil` when the text is not 32 hexadecimal digits.
    public init?(_ text: some StringProtocol) {
        let digits = text.utf8.filter { $0 != UInt8(ascii: "-") }
        guard digits.count == 32, digits.allSatisfy(\.isASCIIHexDigit),
            let high = UInt64(String(decoding: digits.prefix(16), as: UTF8.self), radix: 16),
            let low = UInt64(String(decoding: digits.suffix(16), as: UTF8.self), radix: 16)
        else { return nil }
        self.high = high
        self.low = low
    }

    /// The sixteen octets, in network byte order.
    public var bytes: [UInt8] {
        var octets: [UInt8] = []
        octets.reserveCapacity(16)
        for half in [high, low] {
            for shift in stride(from: 56, through: 0, by: -8) {
                octets.append(UInt8(truncatingIfNeeded: half >> UInt64(shift)))
            }
        }
        return octets
    }

    /// Whether `left` was made before `right`, or sorts before it within the same millisecond.
    public static func < (left: UniqueID, right: UniqueID) -> Bool { (left.high, left.low) < (right.high, right.low) }

    /// The text form in lower case: `0193a5c2-7d10-7abc-8def-0123456789ab`.
    public var description: String {
        var text: [UInt8] = []
        text.reserveCapacity(36)
        for (index, octet) in bytes.enumerated() {
            if index == 4 || index == 6 || index == 8 || index == 10 { text.append(UInt8(ascii: "-")) }
            text.append(Self.digits[Int(octet >> 4)])
            text.append(Self.digits[Int(octet & 0x0F)])
        }
        return String(decoding: text, as: UTF8.self)
    }

    private static let digits = Array("0123456789abcdef".utf8)
}
