/// Base64 as keys, SCRAM and tokens have it, read strictly (RFC 4648 sections 3.3 and 3.5).
package struct Base64: Sendable {
    private let alphabet: [UInt8]
    private let isPadded: Bool

    /// With padding (RFC 4648 section 4).
    package static let standard = Base64(last: "+/", isPadded: true)

    /// With the alphabet for addresses and file names, without padding (RFC 7515 section 2).
    package static let url = Base64(last: "-_", isPadded: false)

    private init(last: String, isPadded: Bool) {
        alphabet = Array(("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789" + last).utf8)
        self.isPadded = isPadded
    }

    /// Encodes octets.
    package func encode(_ octets: Span<UInt8>) -> [UInt8] {
        var text: [UInt8] = []
        text.reserveCapacity((octets.count + 2) / 3 * 4)
        var index = 0
        while index < octets.count {
            let count = min(3, octets.count - index)
            var group: UInt32 = 0
            for place in 0..<3 { group = group << 8 | (place < count ? UInt32(octets[index + place]) : 0) }
            for place in 0...count { text.append(alphabet[Int(group >> UInt32(18 - 6 * place)) & 0x3F]) }
            if isPadded { for _ in count..<3 { text.append(UInt8(ascii: "=")) } }
            index += 3
        }
        return text
    }

    /// Decodes text; `nil` for anything that ``encode(_:)`` would not have written, line breaks included.
    ///
    /// The octets that it gives are the only copy that it makes, so that the caller can wipe them.
    package func decode(_ text: Span<UInt8>) -> [UInt8]? {
        let end = isPadded ? endOfDigits(in: text) : text.count
        guard let end, end % 4 != 1 else { return nil }
        var octets: [UInt8] = []
        octets.reserveCapacity(end / 4 * 3 + 2)
        var (bits, width): (UInt32, UInt32) = (0, 0)
        for index in 0..<end {
            guard let value = value(of: text[index]) else {
                SecretBytes.wipe(&octets)
                return nil
            }
            bits = bits << 6 | value
            width += 6
            guard width >= 8 else { continue }
            width -= 8
            octets.append(UInt8(truncatingIfNeeded: bits >> width))
            bits &= (1 << width) - 1
        }
        // Bits that are left over are zero in what was encoded properly.
        guard bits == 0 else {
            SecretBytes.wipe(&octets)
            return nil
        }
        return octets
    }

    /// Where the padding begins; `nil` when the text is not in groups of four.
    private func endOfDigits(in text: Span<UInt8>) -> Int? {
        guard text.count.isMultiple(of: 4) else { return nil }
        var end = text.count
        while end > 0, text.count - end < 2, text[end - 1] == UInt8(ascii: "=") { end -= 1 }
        return end
    }

    private func value(of character: UInt8) -> UInt32? {
        switch character {
        case UInt8(ascii: "A")...UInt8(ascii: "Z"): UInt32(character - UInt8(ascii: "A"))
        case UInt8(ascii: "a")...UInt8(ascii: "z"): UInt32(character - UInt8(ascii: "a")) + 26
        case UInt8(ascii: "0")...UInt8(ascii: "9"): UInt32(character - UInt8(ascii: "0")) + 52
        case alphabet[62]: 62
        case alphabet[63]: 63
        default: nil
        }
    }
}
