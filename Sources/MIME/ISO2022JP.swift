/// ISO-2022-JP as it is sent, with the characters of NEC and IBM that Microsoft's encoder adds (`iso-2022-jp-ms`,
/// code page 50221).
///
/// The C library knows these characters in EUC only, so that the escapes are replaced by EUC's eighth bits.
enum ISO2022JP {
    /// What the octets between two escapes are.
    private enum CharacterSet {
        case ascii, jisX0208, jisX0212, katakana
    }

    private static let escape: UInt8 = 0x1B
    private static let shiftOut: UInt8 = 0x0E
    private static let shiftIn: UInt8 = 0x0F

    /// The octets in EUC-JP.
    static func eucJP(_ bytes: Span<UInt8>) -> [UInt8] {
        var output: [UInt8] = []
        output.reserveCapacity(bytes.count + bytes.count / 8)
        var set = CharacterSet.ascii
        var index = 0
        while index < bytes.count {
            let octet = bytes[index]
            if octet == escape, let (next, length) = characterSet(bytes, at: index) {
                set = next
                index += length
                continue
            }
            switch set {
            case _ where octet.isLineBreak:
                // RFC 1468: a line begins in US-ASCII, even when the sender forgot to say so.
                set = .ascii
                output.append(octet)
            case .ascii where octet == shiftOut || octet == shiftIn:
                break
            case .katakana where (0x21...0x5F).contains(octet):
                output += [0x8E, octet | 0x80]
            case .jisX0208 where isPair(bytes, index):
                output += [octet | 0x80, bytes[index + 1] | 0x80]
                index += 1
            case .jisX0212 where isPair(bytes, index):
                output += [0x8F, octet | 0x80, bytes[index + 1] | 0x80]
                index += 1
            default:
                output.append(octet)
            }
            index += 1
        }
        return output
    }

    private static func isPair(_ bytes: Span<UInt8>, _ index: Int) -> Bool {
        index + 1 < bytes.count && (0x21...0x7E).contains(bytes[index]) && (0x21...0x7E).contains(bytes[index + 1])
    }

    /// The character set that an escape names, and the length of the escape.
    private static func characterSet(_ bytes: Span<UInt8>, at index: Int) -> (CharacterSet, length: Int)? {
        guard index + 2 < bytes.count else { return nil }
        switch (bytes[index + 1], bytes[index + 2]) {
        case (UInt8(ascii: "("), UInt8(ascii: "B")), (UInt8(ascii: "("), UInt8(ascii: "J")): return (.ascii, 3)
        case (UInt8(ascii: "("), UInt8(ascii: "I")): return (.katakana, 3)
        case (UInt8(ascii: "$"), UInt8(ascii: "@")), (UInt8(ascii: "$"), UInt8(ascii: "B")): return (.jisX0208, 3)
        case (UInt8(ascii: "$"), UInt8(ascii: "(")) where index + 3 < bytes.count && bytes[index + 3] == 0x44:
            return (.jisX0212, 4)
        default: return nil
        }
    }

    /// Whether text that declares nothing has the escape that begins Japanese characters.
    ///
    /// QUIRK: old Japanese mailers and phones name no charset (corpus clients/011).
    static func isLikely(_ bytes: Span<UInt8>) -> Bool {
        var index = 0
        while index &+ 16 <= bytes.count {
            let places =
                Octet.places(of: escape, in: bytes.word(at: index))
                | Octet.places(of: escape, in: bytes.word(at: index &+ 8))
            if places != 0, hasEscape(bytes, index..<index &+ 16) { return true }
            index &+= 16
        }
        return hasEscape(bytes, index..<bytes.count)
    }

    private static func hasEscape(_ bytes: Span<UInt8>, _ range: Range<Int>) -> Bool {
        for index in range where bytes[index] == escape {
            if let (set, _) = characterSet(bytes, at: index), set != .ascii { return true }
        }
        return false
    }
}
