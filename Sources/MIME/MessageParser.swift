/// Reads the structure of a message in one pass over its lines.
struct MessageParser {
    /// A multipart whose end has not been seen.
    private struct OpenMultipart {
        let part: Int
        let boundary: [UInt8]
        let hash: UInt64
        let isDigest: Bool
        var hasParts = false
    }

    /// A line that separates parts.
    private struct Delimiter {
        /// Which open multipart it belongs to.
        let level: Int
        let isClosing: Bool
        /// Where the content before it ends.
        let contentEnd: Int
        /// Where the line after it begins.
        let next: Int
    }

    let limits: Message.Limits
    var fields: [HeaderField] = []
    var parts: [Part] = []
    var defects = DefectList()
    var work: Work
    private var open: [OpenMultipart] = []
    /// The part whose body is being read; `nil` behind a closing boundary.
    private var current: Int?
    /// The end of what is parsed.
    private(set) var end: Int
    /// Names are looked up through a copy, which saves the check for its initialisation.
    let names = FieldNameTable.standard

    init(limits: Message.Limits, size: Int) {
        self.limits = limits
        // Offsets are kept in 32 bits; a line end may lie a little behind the end.
        end = min(size, Int(UInt32.max) - 4)
        work = Work(size: size)
        if end < size { defects.add(.messageTooLarge, part: 0) }
        fields.reserveCapacity(32)
    }

    /// The index of the part whose header is being read, for defects.
    var headerPart: Int { parts.count }

    /// Whether a delimiter could lie in what is being read.
    var isInsideMultipart: Bool { !open.isEmpty }

    mutating func parse(_ bytes: Span<UInt8>) {
        var position = prologueEnd(bytes)
        guard beginPart(bytes, at: position) else { return }
        position = parts[0].bodyRange.lowerBound
        while !open.isEmpty {
            guard !work.isExhausted else {
                defects.add(.workExhausted, part: parts.count - 1)
                break
            }
            guard let delimiter = nextDelimiter(bytes, from: position) else { break }
            endBody(at: delimiter.contentEnd)
            while open.count - 1 > delimiter.level { close(at: delimiter.contentEnd, isTerminated: false) }
            position = delimiter.next
            if delimiter.isClosing {
                close(at: delimiter.next, isTerminated: true)
            } else {
                open[delimiter.level].hasParts = true
                guard beginPart(bytes, at: position) else { break }
                position = parts[parts.count - 1].bodyRange.lowerBound
            }
        }
        endBody(at: end)
        while !open.isEmpty { close(at: end, isTerminated: false) }
    }

    /// Passes over what may stand before the first field.
    private mutating func prologueEnd(_ bytes: Span<UInt8>) -> Int {
        var position = 0
        // QUIRK: scripts that write UTF-8 with a byte order mark (corpus malformed/007).
        if end >= 3, bytes[0] == 0xEF, bytes[1] == 0xBB, bytes[2] == 0xBF { position = 3 }
        // QUIRK: a message cut from an mbox keeps its "From " line, sometimes quoted (corpus malformed/006).
        while isMailboxLine(bytes, at: position) {
            let lineEnd = bytes.lineEnd(from: position, to: end)
            work.charge(lineEnd - position)
            position = lineEnd + bytes.lineBreakLength(at: lineEnd)
        }
        return min(position, end)
    }

    private static let mailboxLine = Array("from ".utf8)

    private func isMailboxLine(_ bytes: Span<UInt8>, at position: Int) -> Bool {
        let start = position < end && bytes[position] == Octet.greater ? position + 1 : position
        guard bytes.hasASCII(Self.mailboxLine, at: start) else { return false }
        // `From : x` is an obsolete field.
        var index = start + 5
        while index < end, bytes[index].isBlank { index += 1 }
        return index >= end || bytes[index] != Octet.colon
    }

    // MARK: Parts

    /// Reads the header of a part and opens it.
    ///
    /// - Returns: whether there is room for it.
    private mutating func beginPart(_ bytes: Span<UInt8>, at position: Int) -> Bool {
        guard parts.count < max(limits.maxParts, 1) else {
            defects.add(.tooManyParts, part: 0)
            current = nil
            return false
        }
        let firstField = fields.count
        let header = readHeader(bytes, from: position)
        var part = Part(
            index: parts.count,
            parent: open.last?.part,
            depth: open.count,
            fieldIndices: firstField..<fields.count,
            headerRange: position..<header.end,
            bodyRange: header.body..<header.body,
            contentType: open.last?.isDigest == true ? .message : .plainText,
            transferEncoding: .identity,
            disposition: nil,
            contentID: nil,
            isMultipart: false
        )
        readStructuralFields(bytes, &part)
        current = part.index
        if part.contentType.type == "multipart" { openMultipart(bytes, &part) }
        parts.append(part)
        return true
    }

    private mutating func openMultipart(_ bytes: Span<UInt8>, _ part: inout Part) {
        guard open.count < limits.maxDepth else {
            defects.add(.tooDeep, part: part.index)
            return
        }
        var boundary = part.contentType.boundary
        if boundary.isEmpty {
            defects.add(.missingBoundary, part: part.index)
            guard let guess = guessBoundary(bytes, from: part.bodyRange.lowerBound) else { return }
            boundary = guess
        }
        if part.transferEncoding != .identity {
            // RFC 2045 section 6.4 allows no encoding on a multipart, and to obey it would hide the parts.
            defects.add(.unknownTransferEncoding, part: part.index)
            part.transferEncoding = .identity
        }
        part.isMultipart = true
        open.append(
            OpenMultipart(
                part: part.index,
                boundary: boundary,
                hash: boundary.reduce(Self.seed, Self.hash),
                isDigest: part.contentType.subtype == "digest"
            )
        )
    }

    /// The first line that looks like a boundary.
    ///
    /// QUIRK: senders that lose the parameter, not the lines (corpus malformed/012). Looked for in the first lines
    /// only, where a boundary stands; further on it costs more than it finds.
    private mutating func guessBoundary(_ bytes: Span<UInt8>, from start: Int) -> [UInt8]? {
        let limit = min(end, start + 4096)
        var position = start
        while position < limit {
            let lineEnd = bytes.lineEnd(from: position, to: limit)
            work.charge(lineEnd - position + 1)
            if lineEnd - position > 3, lineEnd - position <= 202, bytes[position] == Octet.dash,
                bytes[position + 1] == Octet.dash
            {
                let range = bytes.trimmed(position + 2..<lineEnd)
                var boundary: [UInt8] = []
                for index in range { boundary.append(bytes[index]) }
                if boundary.count > 1, !boundary.contains(Octet.space) { return boundary }
            }
            position = lineEnd + max(1, bytes.lineBreakLength(at: lineEnd))
        }
        return nil
    }

    /// Ends the body that is being read.
    private mutating func endBody(at position: Int) {
        guard let part = current else { return }
        current = nil
        let lower = parts[part].bodyRange.lowerBound
        parts[part].bodyRange = lower..<max(lower, position)
    }

    /// Ends the innermost multipart.
    private mutating func close(at position: Int, isTerminated: Bool) {
        let multipart = open.removeLast()
        let lower = parts[multipart.part].bodyRange.lowerBound
        parts[multipart.part].bodyRange = lower..<max(lower, position)
        if !multipart.hasParts {
            defects.add(.boundaryNotFound, part: multipart.part)
            parts[multipart.part].isMultipart = false
        } else if !isTerminated {
            defects.add(.unterminatedMultipart, part: multipart.part)
        }
    }

    // MARK: Delimiters

    private static let seed: UInt64 = 0xCBF2_9CE4_8422_2325

    private static func hash(_ hash: UInt64, _ octet: UInt8) -> UInt64 {
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
    private mutating func nextDelimiter(_ bytes: Span<UInt8>, from start: Int) -> Delimiter? {
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
            return Delimiter(
                level: level,
                isClosing: isClosing,
                contentEnd: contentEndBefore(bytes, first, bodyStart),
                next: lineEnd + bytes.lineBreakLength(at: lineEnd)
            )
        }
        return nil
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
