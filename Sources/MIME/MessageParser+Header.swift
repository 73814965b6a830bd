internal import Mail

extension MessageParser {
    /// Reads the fields of one header.
    ///
    /// - Returns: where the header ends and where the body begins.
    mutating func readHeader(_ bytes: Span<UInt8>, from start: Int) -> (end: Int, body: Int) {
        let firstField = fields.count
        var ownBoundary = OwnBoundary(next: firstField)
        var position = start
        while position < end {
            let first = bytes[position]
            if first.isLineBreak {
                return (position, position + bytes.lineBreakLength(at: position))
            }
            if first == Octet.dash, isInsideMultipart, position + 1 < end, bytes[position + 1] == Octet.dash,
                isDelimiter(bytes, at: position)
            {
                defects.add(.missingBlankLine, part: headerPart)
                return (position, position)
            }
            guard !work.isExhausted else {
                defects.add(.workExhausted, part: headerPart)
                return (position, position)
            }
            if let next = readField(bytes, at: position, isRecorded: mayRecord(from: firstField, start, position)) {
                work.charge(next - position)
                position = next
                continue
            }
            guard !isOwnDelimiter(bytes, at: position, &ownBoundary),
                let next = nextKnownField(bytes, from: position)
            else {
                defects.add(.missingBlankLine, part: headerPart)
                return (position, position)
            }
            defects.add(.malformedHeaderLine, part: headerPart)
            position = next
        }
        return (end, end)
    }

    /// The boundary that the header which is being read declares.
    private struct OwnBoundary {
        /// The field that is looked at next.
        var next: Int
        var boundary: [UInt8] = []
    }

    /// Whether a line is the first delimiter of the multipart whose header is being read: the empty line is missing.
    private mutating func isOwnDelimiter(_ bytes: Span<UInt8>, at position: Int, _ own: inout OwnBoundary) -> Bool {
        guard bytes[position] == Octet.dash, position + 1 < end, bytes[position + 1] == Octet.dash else { return false }
        while own.boundary.isEmpty, own.next < fields.count {
            let field = fields[own.next]
            own.next += 1
            guard field.name == .contentType else { continue }
            var parser = ParameterParser(bytes, field.valueRange)
            guard parser.readToken(bytes) == "multipart" else { continue }
            own.boundary = parser.readParameters(bytes, work: &work).boundary
        }
        let line = bytes.trimmed(position + 2..<bytes.lineEnd(from: position, to: end))
        guard !own.boundary.isEmpty, line.count == own.boundary.count else { return false }
        for index in line where bytes[index] != own.boundary[index - line.lowerBound] { return false }
        return true
    }

    private mutating func mayRecord(from firstField: Int, _ start: Int, _ position: Int) -> Bool {
        if fields.count - firstField >= limits.maxHeaders {
            defects.add(.tooManyHeaders, part: headerPart)
            return false
        }
        if position - start >= limits.maxHeaderSize {
            defects.add(.headerTooLarge, part: headerPart)
            return false
        }
        return true
    }

    /// Reads the name at `position`.
    ///
    /// - Returns: its end, the end of the blanks behind it, and its hash; `nil` when no colon follows.
    func readName(_ bytes: Span<UInt8>, at position: Int) -> (end: Int, colon: Int, hash: UInt32)? {
        var hash = FieldNameTable.seed
        var index = position
        while index < end {
            let octet = bytes[index]
            // RFC 5322 section 2.2: printable US-ASCII without the colon.
            guard octet > Octet.space, octet < 0x7F, octet != Octet.colon else { break }
            hash = FieldNameTable.hash(hash, octet)
            index += 1
        }
        let nameEnd = index
        // RFC 5322 section 4.5: the obsolete form has blanks before the colon.
        while index < end, bytes[index].isBlank { index += 1 }
        guard nameEnd > position, index < end, bytes[index] == Octet.colon else { return nil }
        return (nameEnd, index, hash)
    }

    /// Reads one field with its folded lines.
    ///
    /// - Returns: where the next line begins; `nil` when this is no field.
    private mutating func readField(_ bytes: Span<UInt8>, at position: Int, isRecorded: Bool) -> Int? {
        guard let name = readName(bytes, at: position) else { return nil }
        var valueEnd = name.colon + 1
        var lineStart = position
        var readUntil = end
        var next: Int
        while true {
            valueEnd = bytes.lineEnd(from: valueEnd, to: end)
            if valueEnd - lineStart > limits.maxLineLength {
                defects.add(.lineTooLong, part: headerPart)
                readUntil = min(readUntil, lineStart + limits.maxLineLength)
            }
            next = valueEnd + bytes.lineBreakLength(at: valueEnd)
            lineStart = next
            guard next < end, next > valueEnd, bytes[next].isBlank else { break }
            valueEnd = next
        }
        guard isRecorded else { return next }
        let value = bytes.trimmed(name.colon + 1..<max(name.colon + 1, min(valueEnd, readUntil)))
        fields.append(
            HeaderField(
                name: names.name(in: bytes, position..<name.end, hash: name.hash),
                start: position,
                nameEnd: name.end,
                valueStart: value.lowerBound,
                valueEnd: value.upperBound,
                end: next
            )
        )
        return next
    }

    /// Passes over rubbish between fields, but only where a field that is well known follows soon: a text whose
    /// empty line is missing must not lose its first lines.
    ///
    /// - Returns: where that field begins.
    private mutating func nextKnownField(_ bytes: Span<UInt8>, from start: Int) -> Int? {
        var position = start
        for _ in 0..<Self.maximumRubbishLines {
            let lineEnd = bytes.lineEnd(from: position, to: end)
            let next = lineEnd + bytes.lineBreakLength(at: lineEnd)
            work.charge(2 * (next - position))
            guard next < end, !bytes[next].isLineBreak else { return nil }
            if isKnownField(bytes, at: next) { return next }
            position = next
        }
        return nil
    }

    /// Whether a field begins at `position` whose name is in the table.
    func isKnownField(_ bytes: Span<UInt8>, at position: Int) -> Bool {
        guard let name = readName(bytes, at: position) else { return false }
        return names.name(in: bytes, position..<name.end, hash: name.hash) != .other
    }

    /// How many lines of a header may be no fields one after the other.
    private static let maximumRubbishLines = 8

    /// Reads the fields that say what a part is.
    mutating func readStructuralFields(_ bytes: Span<UInt8>, _ part: inout Part) {
        var hasType = false
        var hasEncoding = false
        for index in part.fieldIndices {
            let field = fields[index]
            switch field.name {
            case .contentType:
                guard !hasType else {
                    defects.add(.duplicateField, part: part.index)
                    continue
                }
                hasType = true
                if let type = readContentType(bytes, field.valueRange, part.index) { part.contentType = type }
            case .contentTransferEncoding:
                guard !hasEncoding else { continue }
                hasEncoding = true
                part.transferEncoding = readEncoding(bytes, field.valueRange, part.index)
            case .contentDisposition:
                guard part.disposition == nil else { continue }
                part.disposition = readDisposition(bytes, field.valueRange, part.index)
            case .contentID:
                guard part.contentID == nil else { continue }
                part.contentID =
                    MessageIDParser.identifiers(in: bytes, field.valueRange, limit: 1, work: &work)
                    .first?.value
            default:
                continue
            }
        }
    }

    private mutating func readEncoding(_ bytes: Span<UInt8>, _ range: Range<Int>, _ part: Int) -> TransferEncoding {
        // A comment or a stray parameter behind the word does not change it.
        var upper = range.lowerBound
        while upper < range.upperBound,
            bytes[upper].isASCIILetter || bytes[upper].isASCIIDigit || bytes[upper] == Octet.dash
        {
            upper += 1
        }
        let word = HeaderText.lowercasedASCII(bytes, range.lowerBound..<upper)
        switch word {
        case "7bit", "8bit", "binary", "": return .identity
        case "base64": return .base64
        case "quoted-printable", "quotedprintable": return .quotedPrintable
        default:
            defects.add(.unknownTransferEncoding, part: part)
            return .identity
        }
    }

    private mutating func readContentType(_ bytes: Span<UInt8>, _ range: Range<Int>, _ part: Int) -> ContentType? {
        var parser = ParameterParser(bytes, range)
        let type = parser.readToken(bytes)
        guard !type.isEmpty else {
            if !range.isEmpty { defects.add(.malformedContentType, part: part) }
            return nil
        }
        var subtype = ""
        if parser.skip(UInt8(ascii: "/"), bytes) { subtype = parser.readToken(bytes) }
        let list = parser.readParameters(bytes, work: &work)
        if !list.isComplete { defects.add(.tooManyParameters, part: part) }
        if subtype.isEmpty {
            defects.add(.malformedContentType, part: part)
            // QUIRK: `Content-Type: text` of old Unix mailers; `multipart` alone still has its boundary (corpus
            // malformed/015).
            switch type {
            case "text": subtype = "plain"
            case "multipart": subtype = "mixed"
            default: return nil
            }
        }
        return ContentType(type: type, subtype: subtype, parameters: list.parameters, boundary: list.boundary)
    }

    private mutating func readDisposition(
        _ bytes: Span<UInt8>,
        _ range: Range<Int>,
        _ part: Int
    ) -> ContentDisposition? {
        var parser = ParameterParser(bytes, range)
        let kind = parser.readToken(bytes)
        let list = parser.readParameters(bytes, work: &work)
        if !list.isComplete { defects.add(.tooManyParameters, part: part) }
        guard !kind.isEmpty || !list.parameters.isEmpty else { return nil }
        return ContentDisposition(kind: kind, parameters: list.parameters)
    }
}
