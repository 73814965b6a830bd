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

    /// Whether the line at `position` is a delimiter of an open multipart.
    mutating func isDelimiter(_ bytes: Span<UInt8>, at position: Int) -> Bool {
        var lineEnd = position
        return delimiter(bytes, at: position, bodyStart: position, lineEnd: &lineEnd) != nil
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
            var lineEnd = first
            if let found = delimiter(bytes, at: first, bodyStart: start, lineEnd: &lineEnd) {
                work.charge(found.next - charged)
                return found
            }
            position = lineEnd + 2
            charged = min(charged, position)
        }
        work.charge(max(0, end - charged))
        return nil
    }

    /// Reads the line at `first`, which begins with two dashes unless it is no delimiter.
    private func delimiter(
        _ bytes: Span<UInt8>,
        at first: Int,
        bodyStart: Int,
        lineEnd: inout Int
    ) -> Delimiter? {
        // The content is hashed without its last two octets and with them: they may be the closing dashes.
        var hash = Self.seed
        var beforeTwo = Self.seed
        var beforeOne = Self.seed
        var index = first + 2
        var contentEnd = index
        var hashAtEnd = (hash, beforeTwo)
        while index < end {
            let octet = bytes[index]
            if octet.isLineBreak { break }
            (beforeTwo, beforeOne, hash) = (beforeOne, hash, Self.hash(hash, octet))
            index += 1
            // Blanks behind a boundary are padding (RFC 2046 section 5.1.1).
            if !octet.isBlank {
                contentEnd = index
                hashAtEnd = (hash, beforeTwo)
            }
        }
        lineEnd = index
        let length = contentEnd - first - 2
        let next = lineEnd + bytes.lineBreakLength(at: lineEnd)
        // A multipart whose end was seen comes last: the same boundary may be that of one around it.
        var closedLevel: Delimiter?
        for level in open.indices.reversed() {
            let isClosing: Bool
            if open[level].boundary.count == length, open[level].hash == hashAtEnd.0 {
                isClosing = false
            } else if open[level].boundary.count == length - 2, open[level].hash == hashAtEnd.1,
                bytes[contentEnd - 1] == Octet.dash, bytes[contentEnd - 2] == Octet.dash
            {
                isClosing = true
            } else {
                continue
            }
            guard has(bytes, open[level].boundary, at: first + 2) else { continue }
            let found = Delimiter(
                level: level,
                isClosing: isClosing,
                isExact: true,
                contentEnd: contentEndBefore(bytes, first, bodyStart),
                next: next
            )
            guard open[level].isClosed else { return found }
            if closedLevel == nil, !isClosing { closedLevel = found }
        }
        if let closedLevel { return closedLevel }
        guard let innermost = open.last else { return nil }
        let begins =
            isLate(bytes, first + 2..<contentEnd, hashAtEnd.0) || isLoose(bytes, first + 2..<contentEnd, innermost)
        guard begins else { return nil }
        return Delimiter(
            level: open.count - 1,
            isClosing: false,
            isExact: false,
            contentEnd: contentEndBefore(bytes, first, bodyStart),
            next: next
        )
    }

    /// Whether a line is the delimiter of a multipart that ended without its closing one.
    ///
    /// QUIRK: programs that close their multiparts in the wrong order (corpus malformed/025).
    private func isLate(_ bytes: Span<UInt8>, _ line: Range<Int>, _ hash: UInt64) -> Bool {
        unterminated.contains {
            $0.boundary.count == line.count && $0.hash == hash && has(bytes, $0.boundary, at: line.lowerBound)
        }
    }

    /// Whether a line begins with the boundary of a multipart that has no part yet.
    ///
    /// RFC 2046 section 5.1.1 lets anything follow the boundary. Where a whole line was the boundary once, that is not
    /// to be believed: a boundary may begin as another one does. QUIRK: gateways that change the parameter and not the
    /// lines, or that join a delimiter with what follows (corpus malformed/026).
    private func isLoose(_ bytes: Span<UInt8>, _ line: Range<Int>, _ multipart: OpenMultipart) -> Bool {
        !multipart.hasParts && !multipart.isClosed && multipart.boundary.count < line.count
            && has(bytes, multipart.boundary, at: line.lowerBound)
            && !(line.count == multipart.boundary.count + 2 && bytes[line.upperBound - 1] == Octet.dash
                && bytes[line.upperBound - 2] == Octet.dash)
    }

    private func has(_ bytes: Span<UInt8>, _ text: [UInt8], at offset: Int) -> Bool {
        for index in text.indices where bytes[offset + index] != text[index] { return false }
        return true
    }

    /// The line end before a delimiter belongs to the delimiter (RFC 2046 section 5.1.1).
    private func contentEndBefore(_ bytes: Span<UInt8>, _ first: Int, _ bodyStart: Int) -> Int {
        guard first > bodyStart else { return first }
        if bytes[first - 1] == Octet.lineFeed, first - 1 > bodyStart, bytes[first - 2] == Octet.carriageReturn {
            return first - 2
        }
        return first - 1
    }
}
