/// Reads the structure of a message in one pass over its lines.
struct MessageParser {
    /// A multipart whose end has not been seen.
    struct OpenMultipart {
        let part: Int
        let boundary: [UInt8]
        let hash: UInt64
        let isDigest: Bool
        var hasParts = false
        /// Whether the closing delimiter came; parts may come all the same.
        var isClosed = false
    }

    let limits: Message.Limits
    var fields: [HeaderField] = []
    var parts: [Part] = []
    var defects = DefectList()
    var work: Work
    private(set) var open: [OpenMultipart] = []
    /// Multiparts that ended without their closing delimiter, a few at most.
    private(set) var unterminated: [OpenMultipart] = []
    private static let maximumUnterminated = 16
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
            endBody(bytes, at: delimiter.contentEnd)
            while open.count - 1 > delimiter.level { close(at: delimiter.contentEnd) }
            position = delimiter.next
            if delimiter.isClosing {
                terminate(at: delimiter.next)
            } else {
                if !delimiter.isExact { defects.add(.malformedBoundary, part: open[delimiter.level].part) }
                reopen(delimiter.level)
                open[delimiter.level].hasParts = true
                guard beginPart(bytes, at: position) else { break }
                position = parts[parts.count - 1].bodyRange.lowerBound
            }
        }
        endBody(bytes, at: end)
        while !open.isEmpty { close(at: end) }
    }

    /// Passes over what may stand before the first field.
    private mutating func prologueEnd(_ bytes: Span<UInt8>) -> Int {
        // QUIRK: scripts that write UTF-8 with a byte order mark (corpus malformed/007).
        var position = bytes.byteOrderMarkLength
        // QUIRK: a message cut from an mbox keeps its "From " line, sometimes quoted (corpus malformed/006).
        while isMailboxLine(bytes, at: position) {
            let lineEnd = bytes.lineEnd(from: position, to: end)
            work.charge(lineEnd - position)
            position = lineEnd + bytes.lineBreakLength(at: lineEnd)
        }
        return min(headerAfterEmptyLines(bytes, from: position) ?? position, end)
    }

    /// The first line of a header that empty lines stand before.
    ///
    /// QUIRK: scripts that print an empty line before their header (corpus malformed/024). A message without a header
    /// is rarer, and what follows here is a field that is well known.
    private mutating func headerAfterEmptyLines(_ bytes: Span<UInt8>, from start: Int) -> Int? {
        var position = start
        while position < end, bytes[position].isLineBreak { position += bytes.lineBreakLength(at: position) }
        work.charge(position - start)
        guard position > start, isKnownField(bytes, at: position) else { return nil }
        defects.add(.misplacedBlankLine, part: 0)
        return position
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
    private mutating func endBody(_ bytes: Span<UInt8>, at position: Int) {
        guard let part = current else { return }
        current = nil
        let lower = parts[part].bodyRange.lowerBound
        parts[part].bodyRange = lower..<max(lower, position)
        checkEncoding(bytes, part)
    }

    /// Takes content as it stands that is declared as base64 and is prose.
    ///
    /// QUIRK: scripts that set the field and forget to encode (corpus malformed/014). To obey would lose the text.
    private mutating func checkEncoding(_ bytes: Span<UInt8>, _ part: Int) {
        guard parts[part].transferEncoding == .base64 else { return }
        let sample = parts[part].bodyRange.prefix(128)
        work.charge(sample.count)
        guard TransferDecoder.isProse(bytes, sample.startIndex..<sample.endIndex) else { return }
        parts[part].transferEncoding = .identity
        defects.add(.malformedEncoding, part: part)
    }

    /// Ends the innermost multipart by its closing delimiter.
    private mutating func terminate(at position: Int) {
        let multipart = open[open.count - 1]
        open[open.count - 1].isClosed = true
        let lower = parts[multipart.part].bodyRange.lowerBound
        parts[multipart.part].bodyRange = lower..<max(lower, position)
    }

    /// Notes that a part follows where there should be none.
    ///
    /// QUIRK: gateways that append their notice as a part behind the closing delimiter (corpus malformed/023). Some
    /// clients show such parts, so that what is in them must be seen here too.
    private mutating func reopen(_ level: Int) {
        guard open[level].isClosed else { return }
        open[level].isClosed = false
        defects.add(.partAfterEnd, part: open[level].part)
    }

    /// Takes the innermost multipart from those that can have parts.
    private mutating func close(at position: Int) {
        let multipart = open.removeLast()
        guard !multipart.isClosed || !multipart.hasParts else { return }
        let lower = parts[multipart.part].bodyRange.lowerBound
        if !multipart.isClosed { parts[multipart.part].bodyRange = lower..<max(lower, position) }
        if !multipart.hasParts {
            defects.add(.boundaryNotFound, part: multipart.part)
            parts[multipart.part].isMultipart = false
        } else {
            defects.add(.unterminatedMultipart, part: multipart.part)
            if unterminated.count < Self.maximumUnterminated { unterminated.append(multipart) }
        }
    }
}
