/// Base 64 as tags have it: white space may stand anywhere, and padding may lack (RFC 6376 section 2.10).
enum Base64 {
    private static let digits = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)

    /// Decodes a text.
    ///
    /// - Returns: `nil` when it holds anything else, or ends in the middle of an octet.
    static func decoded(_ text: String) -> [UInt8]? {
        var octets: [UInt8] = []
        octets.reserveCapacity(text.utf8.count / 4 * 3)
        var pending: UInt32 = 0
        var count = 0
        var padding = 0
        for character in text.utf8 {
            if character == 0x20 || (0x09...0x0D).contains(character) { continue }
            if character == UInt8(ascii: "=") {
                padding += 1
                continue
            }
            guard padding == 0, let value = value(of: character) else { return nil }
            pending = pending << 6 | UInt32(value)
            count += 1
            guard count % 4 == 0 else { continue }
            octets.append(UInt8(truncatingIfNeeded: pending >> 16))
            octets.append(UInt8(truncatingIfNeeded: pending >> 8))
            octets.append(UInt8(truncatingIfNeeded: pending))
        }
        switch count % 4 {
        case 0: return padding == 0 ? octets : nil
        case 1: return nil
        case 2:
            octets.append(UInt8(truncatingIfNeeded: pending >> 4))
            return padding <= 2 ? octets : nil
        default:
            octets.append(UInt8(truncatingIfNeeded: pending >> 10))
            octets.append(UInt8(truncatingIfNeeded: pending >> 2))
            return padding <= 1 ? octets : nil
        }
    }

    /// Encodes octets, with padding and without line ends.
    static func encoded(_ octets: [UInt8]) -> String {
        var text: [UInt8] = []
        text.reserveCapacity((octets.count + 2) / 3 * 4)
        for start in stride(from: 0, to: octets.count, by: 3) {
            let group = octets[start..<min(start + 3, octets.count)]
            let bits = group.reduce(UInt32(0)) { $0 << 8 | UInt32($1) } << (8 * UInt32(3 - group.count))
            for place in 0..<4 {
                let digit = digits[Int(bits >> (18 - 6 * UInt32(place)) & 63)]
                text.append(place <= group.count ? digit : UInt8(ascii: "="))
            }
        }
        return String(decoding: text, as: UTF8.self)
    }

    private static func value(of character: UInt8) -> UInt8? {
        switch character {
        case UInt8(ascii: "A")...UInt8(ascii: "Z"): character - UInt8(ascii: "A")
        case UInt8(ascii: "a")...UInt8(ascii: "z"): character - UInt8(ascii: "a") + 26
        case UInt8(ascii: "0")...UInt8(ascii: "9"): character - UInt8(ascii: "0") + 52
        case UInt8(ascii: "+"): 62
        case UInt8(ascii: "/"): 63
        default: nil
        }
    }
}
