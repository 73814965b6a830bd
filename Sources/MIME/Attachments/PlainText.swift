/// Text as it goes into a ticket: LF line ends and no control but LF and tab.
enum PlainText {
    /// Makes text of UTF-8 that is valid, at most `limit` octets of it.
    static func text(_ utf8: [UInt8], limit: Int) -> String {
        var clean: [UInt8] = []
        clean.reserveCapacity(min(utf8.count, max(0, limit)))
        var index = 0
        while index < utf8.count {
            let octet = utf8[index]
            index += 1
            switch octet {
            case Octet.carriageReturn:
                if index < utf8.count, utf8[index] == Octet.lineFeed { index += 1 }
                clean.append(Octet.lineFeed)
            case Octet.tab, Octet.lineFeed, Octet.space..<0x7F:
                clean.append(octet)
            case 0..<Octet.space, 0x7F:
                continue
            // C1 controls, U+0080 to U+009F.
            case 0xC2 where index < utf8.count && (0x80..<0xA0).contains(utf8[index]):
                index += 1
            default:
                clean.append(octet)
            }
            guard clean.count <= limit else { return cut(clean, limit) }
        }
        return String(decoding: clean, as: UTF8.self)
    }

    /// Cuts in front of a character rather than within it.
    static func cut(_ utf8: [UInt8], _ limit: Int) -> String {
        var end = min(max(0, limit), utf8.count)
        while end > 0, end < utf8.count, utf8[end] & 0xC0 == 0x80 { end -= 1 }
        return String(decoding: utf8[..<end], as: UTF8.self)
    }
}
