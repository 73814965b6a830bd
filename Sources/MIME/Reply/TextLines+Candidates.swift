internal import Mail

/// Cheap looks at octets, so that of prose no line is decoded.
extension TextLines {
    /// Whether a header block or a separator can begin in a line: with an ornament, or with a label and its colon.
    func canBeginBlock(_ index: Int) -> Bool {
        let content = lines[index].content
        guard let first = octets[content].first, content.count <= Self.longestStructure else { return false }
        switch first {
        case Octet.dash, UInt8(ascii: "_"), Octet.equals, UInt8(ascii: "*"), UInt8(ascii: "~"), UInt8(ascii: "#"), 0xE2:
            return true
        default:
            return octets[content].prefix(80).contains { $0 == Octet.colon || $0 == 0xEF }
        }
    }

    /// Whether a line can ask for an answer above it: a short one that begins with an ornament, or has few words and no comma;
    /// of scripts without spaces a word is anything.
    func canAskForAnswer(_ index: Int) -> Bool {
        let content = lines[index].content
        guard lines[index].isPlain, content.count <= ReplyLine.maximumLength, let first = octets[content].first else {
            return false
        }
        if !first.isASCIILetter { return true }
        var spaces = 0
        for octet in octets[content] {
            if octet == Octet.space { spaces += 1 }
            if octet == Octet.comma { return false }
        }
        return (2..<ReplyLine.maximumWords).contains(spaces)
    }

    /// Whether an attribution can begin in a line: one with an address, one that begins with a date, or one that ends with a
    /// colon or with dashes.
    func canBeginAttribution(_ index: Int) -> Bool {
        let content = lines[index].content
        guard content.count <= 400, let last = octets[content].last else { return false }
        // The last octet of `：` is 0x9A.
        if last == Octet.colon || last == Octet.dash || last == UInt8(ascii: "*") || last == 0x9A { return true }
        var spaces = 0
        var dashes = 0
        for octet in octets[content] {
            switch octet {
            case Octet.at, Octet.less: return true
            case Octet.space: spaces += 1
            // Digits of other scripts have these lead octets.
            case UInt8(ascii: "0")...UInt8(ascii: "9"), 0xD9, 0xDB, 0xE0: if spaces <= 4 { return true }
            default: break
            }
            dashes = octet == Octet.dash ? dashes + 1 : 0
            if dashes == 3 { return true }
        }
        return false
    }
}
