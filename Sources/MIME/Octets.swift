internal import Mail

/// The octets that mail's grammars speak of by name.
enum Octet {
    static let tab: UInt8 = 0x09
    static let lineFeed: UInt8 = 0x0A
    static let carriageReturn: UInt8 = 0x0D
    static let space: UInt8 = 0x20
    static let quote: UInt8 = 0x22
    static let dash: UInt8 = 0x2D
    static let equals: UInt8 = 0x3D
    static let question: UInt8 = 0x3F
    static let backslash: UInt8 = 0x5C
    static let openParenthesis: UInt8 = 0x28
    static let closeParenthesis: UInt8 = 0x29
    static let less: UInt8 = 0x3C
    static let greater: UInt8 = 0x3E
    static let at: UInt8 = 0x40
    static let comma: UInt8 = 0x2C
    static let colon: UInt8 = 0x3A
    static let semicolon: UInt8 = 0x3B
    static let period: UInt8 = 0x2E
    static let percent: UInt8 = 0x25

    /// The top bit of each of the eight octets of a word that is `octet`.
    @inline(__always)
    static func places(of octet: UInt8, in word: UInt64) -> UInt64 {
        let difference = word ^ (0x0101_0101_0101_0101 &* UInt64(octet))
        // Without the top bits no octet's sum reaches the next one.
        let sums = (difference & 0x7F7F_7F7F_7F7F_7F7F) &+ 0x7F7F_7F7F_7F7F_7F7F
        return ~(sums | difference | 0x7F7F_7F7F_7F7F_7F7F)
    }
}

extension Octet {
    /// Whether one of the eight octets of a word is a control of US-ASCII, DEL included.
    @inline(__always)
    static func hasControl(in word: UInt64) -> Bool {
        let tops: UInt64 = 0x8080_8080_8080_8080
        // An octet below 0x20 borrows from its top bit; one that follows it may seem to, which only costs a closer look.
        let low = (word &- 0x2020_2020_2020_2020) & ~word & tops
        return low | places(of: 0x7F, in: word) != 0
    }
}

extension MutableSpan<UInt8> {
    /// Writes eight octets at `offset`.
    @inline(__always)
    mutating func setWord(_ word: UInt64, at offset: Int) {
        precondition(offset >= 0 && offset <= count - 8)
        for index in 0..<8 { self[offset &+ index] = UInt8(truncatingIfNeeded: word >> (UInt64(index) &* 8)) }
    }
}

extension UInt8 {
    /// Whether the octet is a space or a tab (RFC 5234, `WSP`).
    var isBlank: Bool { self == Octet.space || self == Octet.tab }

    /// Whether the octet ends a line, or is half of what does.
    var isLineBreak: Bool { self == Octet.lineFeed || self == Octet.carriageReturn }

    /// Whether the octet is white space of a folded header.
    var isFoldingSpace: Bool { isBlank || isLineBreak }

    /// The value of a hexadecimal digit.
    var hexValue: UInt8? {
        switch self {
        case UInt8(ascii: "0")...UInt8(ascii: "9"): self - UInt8(ascii: "0")
        case UInt8(ascii: "a")...UInt8(ascii: "f"): self - UInt8(ascii: "a") + 10
        case UInt8(ascii: "A")...UInt8(ascii: "F"): self - UInt8(ascii: "A") + 10
        default: nil
        }
    }
}

extension Span<UInt8> {
    /// The eight octets at `offset` as one number, so that they are compared at once.
    ///
    /// The piece has a length that the compiler knows: it checks once and loads once.
    @inline(__always)
    func word(at offset: Int) -> UInt64 {
        let piece = extracting(offset..<offset + 8)
        let low = UInt64(piece[0]) | UInt64(piece[1]) << 8 | UInt64(piece[2]) << 16 | UInt64(piece[3]) << 24
        let high = UInt64(piece[4]) | UInt64(piece[5]) << 8 | UInt64(piece[6]) << 16 | UInt64(piece[7]) << 24
        return low | high << 32
    }

    /// Whether the same octets lie at two places.
    func isSame(_ first: Range<Int>, _ second: Range<Int>) -> Bool {
        first.count == second.count
            && (0..<first.count).allSatisfy { self[first.lowerBound + $0] == self[second.lowerBound + $0] }
    }

    /// Whether `text`, which is in lower case, lies at `offset` in any case.
    func hasASCII(_ text: [UInt8], at offset: Int) -> Bool {
        guard offset >= 0, text.count <= count - offset else { return false }
        for index in text.indices where self[offset + index].asciiLowercased != text[index] { return false }
        return true
    }

    /// The length of the line end at `offset`: CRLF, a bare LF, a bare CR, or CR CR LF; zero when there is none.
    ///
    /// QUIRK: CR CR LF is what a text-mode write on Windows makes of CRLF (corpus malformed/005).
    func lineBreakLength(at offset: Int) -> Int {
        guard offset < count else { return 0 }
        switch self[offset] {
        case Octet.lineFeed:
            return 1
        case Octet.carriageReturn:
            guard offset + 1 < count else { return 1 }
            if self[offset + 1] == Octet.lineFeed { return 2 }
            if self[offset + 1] == Octet.carriageReturn, offset + 2 < count, self[offset + 2] == Octet.lineFeed {
                return 3
            }
            return 1
        default:
            return 0
        }
    }

    /// The offset behind the comment that begins at `start`, comments within it included (RFC 5322 section 3.2.2).
    ///
    /// - Returns: `nil` when it does not end before `end`.
    func commentEnd(from start: Int, to end: Int) -> Int? {
        var depth = 0
        var index = start
        while index < end {
            switch self[index] {
            case Octet.openParenthesis: depth += 1
            case Octet.closeParenthesis: depth -= 1
            case Octet.backslash: index += 1
            default: break
            }
            index += 1
            if depth == 0 { return index }
        }
        return nil
    }

    /// The offset of the first line break at or after `offset`, or `end`.
    func lineEnd(from offset: Int, to end: Int) -> Int {
        var index = offset
        while index &+ 8 <= end {
            let word = word(at: index)
            let breaks = Octet.places(of: Octet.lineFeed, in: word) | Octet.places(of: Octet.carriageReturn, in: word)
            if breaks != 0 { return index &+ breaks.trailingZeroBitCount / 8 }
            index &+= 8
        }
        while index < end, !self[index].isLineBreak { index += 1 }
        return index
    }

    /// Whether a line within `range` is longer than `length`.
    ///
    /// Looks for a line break from the end of what one line may be, and so at a few octets of each stretch only.
    func hasLine(longerThan length: Int, in range: Range<Int>) -> Bool {
        var start = range.lowerBound
        while range.upperBound - start > length {
            var index = start + length
            while index >= start, !self[index].isLineBreak { index -= 1 }
            guard index >= start else { return true }
            start = index + 1
        }
        return false
    }

    /// `range` without the white space at its ends.
    func trimmed(_ range: Range<Int>) -> Range<Int> {
        var lower = range.lowerBound
        var upper = range.upperBound
        while lower < upper, self[lower].isFoldingSpace { lower += 1 }
        while upper > lower, self[upper - 1].isFoldingSpace { upper -= 1 }
        return lower..<upper
    }

    /// The length of a U+FEFF at the beginning, which only says that the text is UTF-8; zero when there is none.
    var byteOrderMarkLength: Int { count >= 3 && self[0] == 0xEF && self[1] == 0xBB && self[2] == 0xBF ? 3 : 0 }

    /// Whether an octet is NUL.
    var hasNUL: Bool {
        for index in indices where self[index] == 0 { return true }
        return false
    }

    /// Whether all octets are US-ASCII.
    var isASCII: Bool {
        var all: UInt8 = 0
        for index in indices { all |= self[index] }
        return all < 0x80
    }
}

extension [UInt8] {
    /// Appends the octets of a span; of the loop the compiler makes one copy.
    mutating func append(copying span: Span<UInt8>) {
        append(addingCapacity: span.count) { output in
            for index in span.indices { output.append(span[index]) }
        }
    }
}
