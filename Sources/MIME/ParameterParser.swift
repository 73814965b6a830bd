internal import Mail

/// The parameters of a field in the order of their first pieces.
struct ParameterList {
    private(set) var parameters: [Parameter] = []
    /// The boundary as it stands in the field.
    private(set) var boundary: [UInt8] = []
    /// Whether all were read.
    let isComplete: Bool

    init(isComplete: Bool) {
        self.isComplete = isComplete
    }

    func contains(_ name: String) -> Bool { parameters.contains { $0.name == name } }

    mutating func set(_ name: String, to value: String, octets: [UInt8]) {
        if name == "boundary" { boundary = octets }
        let parameter = Parameter(name: name, value: value)
        if let index = parameters.firstIndex(where: { $0.name == name }) {
            parameters[index] = parameter
        } else {
            parameters.append(parameter)
        }
    }
}

/// Reads a token and parameters from a structured field (RFC 2045 section 5.1, RFC 2231).
struct ParameterParser {
    /// A parameter as it stands in the field: perhaps a piece of one (RFC 2231 section 3).
    private struct Piece {
        let name: String
        /// The number of the piece, when it has one.
        let section: Int?
        /// Whether the value is percent-encoded (RFC 2231 section 4).
        let isExtended: Bool
        let value: [UInt8]

        var isWhole: Bool { section == nil && !isExtended }
    }

    private var index: Int
    private let end: Int

    /// The number of pieces read from one field.
    static let maximumPieces = 100

    init(_ bytes: Span<UInt8>, _ range: Range<Int>) {
        index = range.lowerBound
        end = range.upperBound
    }

    /// Reads a token, in lower case; empty when there is none.
    mutating func readToken(_ bytes: Span<UInt8>) -> String {
        skipSpace(bytes)
        let start = index
        while index < end, Self.isToken(bytes[index]) { index += 1 }
        return HeaderText.lowercasedASCII(bytes, start..<index)
    }

    mutating func skip(_ octet: UInt8, _ bytes: Span<UInt8>) -> Bool {
        skipSpace(bytes)
        guard index < end, bytes[index] == octet else { return false }
        index += 1
        return true
    }

    private static func isToken(_ octet: UInt8) -> Bool {
        switch octet {
        case 0...0x20, 0x7F, UInt8(ascii: "("), UInt8(ascii: ")"), UInt8(ascii: "<"), UInt8(ascii: ">"),
            UInt8(ascii: "@"), UInt8(ascii: ","), UInt8(ascii: ";"), UInt8(ascii: ":"), UInt8(ascii: "\\"),
            UInt8(ascii: "\""), UInt8(ascii: "/"), UInt8(ascii: "["), UInt8(ascii: "]"), UInt8(ascii: "?"),
            UInt8(ascii: "="):
            false
        default: true
        }
    }

    /// Skips white space and comments.
    private mutating func skipSpace(_ bytes: Span<UInt8>) {
        while index < end {
            if bytes[index].isFoldingSpace || bytes[index] == 0 {
                index += 1
            } else if bytes[index] == Octet.openParenthesis {
                index = bytes.commentEnd(from: index, to: end) ?? end
            } else {
                return
            }
        }
    }

    /// Reads what is left as parameters.
    mutating func readParameters(_ bytes: Span<UInt8>, work: inout Work) -> ParameterList {
        work.charge(end - index)
        var pieces: [Piece] = []
        while index < end {
            skipSpace(bytes)
            guard index < end else { break }
            if bytes[index] == Octet.semicolon || bytes[index] == Octet.comma {
                index += 1
                continue
            }
            guard pieces.count < Self.maximumPieces else { return Self.join(pieces, isComplete: false, &work) }
            if let piece = readPiece(bytes) { pieces.append(piece) }
        }
        return Self.join(pieces, isComplete: true, &work)
    }

    private mutating func readPiece(_ bytes: Span<UInt8>) -> Piece? {
        let nameStart = index
        while index < end {
            let octet = bytes[index]
            if octet == Octet.equals || octet == Octet.semicolon || octet.isFoldingSpace { break }
            index += 1
        }
        let nameRange = nameStart..<index
        while index < end, bytes[index].isFoldingSpace { index += 1 }
        guard index < end, bytes[index] == Octet.equals else {
            // A word without a value: QUIRK of fields such as `text/plain; utf-8` (corpus malformed/015).
            if index == nameStart { index += 1 }
            return nil
        }
        index += 1
        while index < end, bytes[index].isFoldingSpace { index += 1 }
        let (name, section, isExtended) = Self.readName(bytes, nameRange)
        let value = readValue(bytes, isFileName: name == "name" || name == "filename")
        guard !name.isEmpty else { return nil }
        return Piece(name: name, section: section, isExtended: isExtended, value: value)
    }

    /// Splits `filename*1*` (RFC 2231 section 4.1).
    private static func readName(
        _ bytes: Span<UInt8>,
        _ range: Range<Int>
    ) -> (name: String, section: Int?, isExtended: Bool) {
        var star = range.lowerBound
        while star < range.upperBound, bytes[star] != UInt8(ascii: "*") { star += 1 }
        let name = HeaderText.lowercasedASCII(bytes, range.lowerBound..<star)
        guard star < range.upperBound else { return (name, nil, false) }
        var cursor = star + 1
        var section: Int?
        while cursor < range.upperBound, bytes[cursor].isASCIIDigit {
            section = min((section ?? 0) * 10 + Int(bytes[cursor] - UInt8(ascii: "0")), 100_000)
            cursor += 1
        }
        let isExtended = section == nil || (cursor < range.upperBound && bytes[cursor] == UInt8(ascii: "*"))
        return (name, section, isExtended)
    }

    private mutating func readValue(_ bytes: Span<UInt8>, isFileName: Bool) -> [UInt8] {
        if index < end, bytes[index] == Octet.quote { return readQuotedString(bytes) }
        var value: [UInt8] = []
        let start = index
        while index < end, bytes[index] != Octet.semicolon {
            if bytes[index] == Octet.openParenthesis, !isFileName, index == start || bytes[index - 1].isFoldingSpace {
                break
            }
            // QUIRK: file names with blanks and no quotes; in other values a blank ends the value (corpus
            // malformed/015).
            if bytes[index].isFoldingSpace, !isFileName { break }
            if !bytes[index].isLineBreak { value.append(bytes[index]) }
            index += 1
        }
        while let last = value.last, last.isBlank { value.removeLast() }
        return value
    }

    private mutating func readQuotedString(_ bytes: Span<UInt8>) -> [UInt8] {
        var value: [UInt8] = []
        index += 1
        while index < end, bytes[index] != Octet.quote {
            // QUIRK: Windows paths in quotes are not escaped; only what needs a backslash has one (corpus
            // malformed/015).
            if bytes[index] == Octet.backslash, index + 1 < end,
                bytes[index + 1] == Octet.quote || bytes[index + 1] == Octet.backslash
            {
                index += 1
            }
            if !bytes[index].isLineBreak { value.append(bytes[index]) }
            index += 1
        }
        index = min(index + 1, end)
        // What stands between the closing quote and the semicolon is noise.
        while index < end, bytes[index] != Octet.semicolon, !bytes[index].isFoldingSpace { index += 1 }
        return value
    }

    // MARK: Joining

    private static func join(_ pieces: [Piece], isComplete: Bool, _ work: inout Work) -> ParameterList {
        var list = ParameterList(isComplete: isComplete)
        for piece in pieces where piece.isWhole && !list.contains(piece.name) {
            work.charge(list.parameters.count)
            list.set(piece.name, to: HeaderText.decodeParameter(piece.value, work: &work), octets: piece.value)
        }
        // The extended form wins over the plain one, which is there for old readers (RFC 6266 section 4.3 says so).
        var done: Set<String> = []
        for piece in pieces where !piece.isWhole && done.insert(piece.name).inserted {
            let (octets, charset) = joined(pieces.filter { $0.name == piece.name })
            work.charge(pieces.count + octets.count)
            list.set(piece.name, to: HeaderText.decode(octets, charset: charset), octets: octets)
        }
        return list
    }

    /// Joins the pieces of one parameter in the order of their numbers.
    private static func joined(_ pieces: [Piece]) -> (octets: [UInt8], charset: Charset?) {
        // `name*` without a number is a whole value and wins over numbered pieces.
        let whole = pieces.first { $0.section == nil && $0.isExtended }
        let sorted =
            whole.map { [$0] }
            ?? pieces.filter { $0.section != nil }.sorted { ($0.section ?? 0) < ($1.section ?? 0) }
        var octets: [UInt8] = []
        var charset: Charset?
        for (position, piece) in sorted.enumerated() {
            guard piece.isExtended else {
                octets += piece.value
                continue
            }
            var value = piece.value[...]
            if position == 0 {
                // charset'language'value; QUIRK: without the quotes the whole is the value (corpus malformed/015).
                let quotes = value.indices.filter { value[$0] == UInt8(ascii: "'") }.prefix(2)
                if quotes.count == 2, let first = quotes.first, let second = quotes.last {
                    charset = Charset(name: value[value.startIndex..<first])
                    value = value[(second + 1)...]
                }
            }
            value.span.appendPercentDecoded(0..<value.count, to: &octets)
        }
        return (octets, charset)
    }
}
