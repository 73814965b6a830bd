extension MessageParser {
    /// A line that separates parts.
    struct Delimiter {
        /// Which open multipart it belongs to.
        let level: Int
        let isClosing: Bool
        /// Whether it is the boundary of that multipart and nothing else.
        let isExact: Bool
        /// Where the content before it ends.
        let contentEnd: Int
        /// Where the line after it begins.
        let next: Int
    }

    static let seed: UInt64 = 0xCBF2_9CE4_8422_2325

    static func hash(_ hash: UInt64, _ octet: UInt8) -> UInt64 {
        (hash ^ UInt64(octet)) &* 0x100_0000_01B3
    }

    /// A line that begins with two dashes.
    private struct DashedLine {
        /// What is behind the dashes, without the blanks at its end.
        let content: Range<Int>
        let hash: UInt64
        /// The hash without the last two octets, which may be the dashes of a closing delimiter.
        let hashBeforeTwo: UInt64
        /// Where the line break is.
        let end: Int
    }

    /// Whether the line at `position`, which begins with two dashes, is a delimiter of an open multipart.
    mutating func isDelimiter(_ bytes: Span<UInt8>, at position: Int) -> Bool {
        delimiter(bytes, Self.dashedLine(bytes, at: position, end: end), bodyStart: position) != nil
    }

    /// The next delimiter at or after `start`, which begins a line.
    ///
    /// Of each two neighbouring octets one is looked at: a delimiter begins with two dashes, and one of them is it.
    mutating func nextDelimiter(_ bytes: Span<UInt8>, from start: Int) -> Delimiter? {
        let end = end
        work.charge(end > start ? 1 : 0)
        var position = start + 1
        var charged = start
        while position < end {
            if bytes[position] != Octet.dash {
                position += 2
                continue
            }
            var first = position
            if bytes[position - 1] == Octet.dash, position - 1 == start || bytes[position - 2].isLineBreak {
                first = position - 1
            } else if position + 1 < end, bytes[position + 1] == Octet.dash, bytes[position - 1].isLineBreak {
                first = position
            } else {
                position += 2
                continue
            }
            let line = Self.dashedLine(bytes, at: first, end: end)
            if let found = delimiter(bytes, line, bodyStart: start) {
                work.charge(found.next - charged)
                return found
            }
            position = line.end + 2
            charged = min(charged, position)
        }
        work.charge(max(0, end - charged))
        return nil
    }

    private static func dashedLine(_ bytes: Span<UInt8>, at first: Int, end: Int) -> DashedLine {
        var hash = seed
        var beforeTwo = seed
        var beforeOne = seed
        let start = first + 2
        var index = start
        var line = (end: start, hash: hash, beforeTwo: beforeTwo)
        while index < end {
            let octet = bytes[index]
            if octet.isLineBreak { break }
            (beforeTwo, beforeOne, hash) = (beforeOne, hash, Self.hash(hash, octet))
            index += 1
            // Blanks behind a boundary are padding (RFC 2046 section 5.1.1).
            if !octet.isBlank { line = (index, hash, beforeTwo) }
        }
        return DashedLine(content: start..<line.end, hash: line.hash, hashBeforeTwo: line.beforeTwo, end: index)
    }

    /// The delimiter that a line is, if it is one.
    private mutating func delimiter(_ bytes: Span<UInt8>, _ line: DashedLine, bodyStart: Int) -> Delimiter? {
        func found(_ level: Int, isClosing: Bool = false, isExact: Bool = true) -> Delimiter {
            Delimiter(
                level: level,
                isClosing: isClosing,
                isExact: isExact,
                contentEnd: Self.contentEndBefore(bytes, line.content.lowerBound - 2, bodyStart),
                next: line.end + bytes.lineBreakLength(at: line.end)
            )
        }
        // A multipart whose end was seen comes last: the same boundary may be that of one around it.
        var closedLevel: Int?
        for level in open.indices.reversed() {
            guard let isClosing = Self.isClosing(bytes, line, open[level]) else { continue }
            guard open[level].isClosed else { return found(level, isClosing: isClosing) }
            if closedLevel == nil, !isClosing { closedLevel = level }
        }
        if let closedLevel { return found(closedLevel) }
        guard let innermost = open.last, isLate(bytes, line) || Self.isLoose(bytes, line.content, innermost) else {
            return nil
        }
        return found(open.count - 1, isExact: false)
    }

    /// Whether a line closes a multipart; `nil` when it is not its boundary at all.
    private static func isClosing(_ bytes: Span<UInt8>, _ line: DashedLine, _ multipart: OpenMultipart) -> Bool? {
        guard multipart.hash == line.hash || multipart.hash == line.hashBeforeTwo else { return nil }
        let boundary = multipart.boundary
        let isClosing: Bool
        if boundary.count == line.content.count, multipart.hash == line.hash {
            isClosing = false
        } else if boundary.count == line.content.count - 2, multipart.hash == line.hashBeforeTwo,
            endsInDashes(bytes, line.content)
        {
            isClosing = true
        } else {
            return nil
        }
        return has(bytes, boundary, at: line.content.lowerBound) ? isClosing : nil
    }

    private static func endsInDashes(_ bytes: Span<UInt8>, _ content: Range<Int>) -> Bool {
        bytes[content.upperBound - 1] == Octet.dash && bytes[content.upperBound - 2] == Octet.dash
    }

    /// Whether a line is the delimiter of a multipart that ended without its closing one.
    ///
    /// QUIRK: programs that close their multiparts in the wrong order (corpus malformed/025).
    private func isLate(_ bytes: Span<UInt8>, _ line: DashedLine) -> Bool {
        !unterminated.isEmpty && unterminated.contains { Self.isClosing(bytes, line, $0) == false }
    }

    /// Whether a line begins with the boundary of a multipart that has no part yet.
    ///
    /// RFC 2046 section 5.1.1 lets anything follow the boundary. Where a whole line was the boundary once, that is not
    /// to be believed: a boundary may begin as another one does. QUIRK: gateways that change the parameter and not the
    /// lines, or that join a delimiter with what follows (corpus malformed/026).
    private static func isLoose(_ bytes: Span<UInt8>, _ line: Range<Int>, _ multipart: OpenMultipart) -> Bool {
        let boundary = multipart.boundary
        guard !multipart.hasParts, !multipart.isClosed, boundary.count < line.count else { return false }
        let isClosing = line.count == boundary.count + 2 && endsInDashes(bytes, line)
        return !isClosing && has(bytes, boundary, at: line.lowerBound)
    }

    private static func has(_ bytes: Span<UInt8>, _ text: [UInt8], at offset: Int) -> Bool {
        for index in text.indices where bytes[offset + index] != text[index] { return false }
        return true
    }

    /// The line end before a delimiter belongs to the delimiter (RFC 2046 section 5.1.1).
    private static func contentEndBefore(_ bytes: Span<UInt8>, _ first: Int, _ bodyStart: Int) -> Int {
        guard first > bodyStart else { return first }
        if bytes[first - 1] == Octet.lineFeed, first - 1 > bodyStart, bytes[first - 2] == Octet.carriageReturn {
            return first - 2
        }
        return first - 1
    }
}
