/// A value of JSON (RFC 8259), as far as tokens and their keys need it.
package enum JSONValue: Sendable, Equatable {
    case null
    case bool(Bool)
    case number(Double)
    case string(String)
    case array([JSONValue])
    case object([String: JSONValue])

    /// Reads a text that is one value and nothing else: strictly, no deeper than `maximumDepth`, no name twice in one
    /// object (RFC 7519 section 4).
    ///
    /// - Returns: `nil` for anything else.
    package init?(_ text: [UInt8], maximumLength: Int, maximumDepth: Int = 8) {
        guard text.count <= maximumLength else { return nil }
        var reader = JSONReader(text)
        guard let value = reader.readDocument(maximumDepth: maximumDepth) else { return nil }
        self = value
    }

    /// The member of an object.
    package subscript(_ name: String) -> JSONValue? {
        if case .object(let members) = self { members[name] } else { nil }
    }

    /// The text of a string.
    package var string: String? {
        if case .string(let text) = self { text } else { nil }
    }

    /// The value of a number.
    package var number: Double? {
        if case .number(let number) = self { number } else { nil }
    }

    /// The strings of an array that has nothing else, or the one string that stands for it.
    package var strings: [String]? {
        switch self {
        case .string(let text): return [text]
        case .array(let values):
            let strings = values.compactMap(\.string)
            return strings.count == values.count ? strings : nil
        case .null, .bool, .number, .object: return nil
        }
    }
}

/// Reads JSON from its beginning to its end, each octet once.
private struct JSONReader {
    private let text: [UInt8]
    private var position = 0

    init(_ text: [UInt8]) {
        self.text = text
    }

    mutating func readDocument(maximumDepth: Int) -> JSONValue? {
        guard let value = readValue(depth: maximumDepth) else { return nil }
        skipSpace()
        return position == text.count ? value : nil
    }

    private mutating func readValue(depth: Int) -> JSONValue? {
        skipSpace()
        switch peek {
        case UInt8(ascii: "{"): return depth > 0 ? readObject(depth: depth - 1) : nil
        case UInt8(ascii: "["): return depth > 0 ? readArray(depth: depth - 1) : nil
        case UInt8(ascii: "\""): return readString().map(JSONValue.string)
        case UInt8(ascii: "t"): return take("true") ? .bool(true) : nil
        case UInt8(ascii: "f"): return take("false") ? .bool(false) : nil
        case UInt8(ascii: "n"): return take("null") ? .null : nil
        default: return readNumber()
        }
    }

    private mutating func readObject(depth: Int) -> JSONValue? {
        var members: [String: JSONValue] = [:]
        let isRead = readList(end: UInt8(ascii: "}")) { reader in
            reader.skipSpace()
            guard reader.peek == UInt8(ascii: "\""), let name = reader.readString() else { return false }
            reader.skipSpace()
            guard reader.take(":"), let value = reader.readValue(depth: depth) else { return false }
            return members.updateValue(value, forKey: name) == nil
        }
        return isRead ? .object(members) : nil
    }

    private mutating func readArray(depth: Int) -> JSONValue? {
        var values: [JSONValue] = []
        let isRead = readList(end: UInt8(ascii: "]")) { reader in
            guard let value = reader.readValue(depth: depth) else { return false }
            values.append(value)
            return true
        }
        return isRead ? .array(values) : nil
    }

    /// Reads what stands between the octet at the position and `end`, parted by commas.
    private mutating func readList(end: UInt8, _ element: (inout JSONReader) -> Bool) -> Bool {
        position += 1
        skipSpace()
        if peek == end {
            position += 1
            return true
        }
        while element(&self) {
            skipSpace()
            guard let separator = peek else { return false }
            position += 1
            if separator == end { return true }
            guard separator == UInt8(ascii: ",") else { return false }
        }
        return false
    }

    // MARK: Strings

    private mutating func readString() -> String? {
        position += 1
        var octets: [UInt8] = []
        while let octet = peek {
            position += 1
            switch octet {
            case UInt8(ascii: "\""): return String(validating: octets, as: UTF8.self)
            case UInt8(ascii: "\\"):
                guard let scalar = readEscape() else { return nil }
                octets += Array(String(Character(scalar)).utf8)
            case ..<0x20: return nil
            default: octets.append(octet)
            }
        }
        return nil
    }

    private mutating func readEscape() -> Unicode.Scalar? {
        guard let octet = peek else { return nil }
        position += 1
        switch octet {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): return Unicode.Scalar(octet)
        case UInt8(ascii: "b"): return "\u{8}"
        case UInt8(ascii: "f"): return "\u{C}"
        case UInt8(ascii: "n"): return "\n"
        case UInt8(ascii: "r"): return "\r"
        case UInt8(ascii: "t"): return "\t"
        case UInt8(ascii: "u"): return readUnicodeEscape()
        default: return nil
        }
    }

    /// The digits behind `\u`, and a second escape where the first is half of a pair of UTF-16.
    private mutating func readUnicodeEscape() -> Unicode.Scalar? {
        guard let first = readHexDigits() else { return nil }
        guard (0xD800...0xDBFF).contains(first) else { return Unicode.Scalar(first) }
        guard take("\\u"), let second = readHexDigits(), (0xDC00...0xDFFF).contains(second) else { return nil }
        return Unicode.Scalar(0x10000 + (first - 0xD800) << 10 + (second - 0xDC00))
    }

    private mutating func readHexDigits() -> UInt32? {
        var number: UInt32 = 0
        for _ in 0..<4 {
            guard let octet = peek, let digit = Character(Unicode.Scalar(octet)).hexDigitValue else { return nil }
            number = number << 4 | UInt32(digit)
            position += 1
        }
        return number
    }

    // MARK: Numbers and words

    /// `[-] int [frac] [exp]` (RFC 8259 section 6).
    private mutating func readNumber() -> JSONValue? {
        let start = position
        _ = take("-")
        guard let first = peek, isDigit(first) else { return nil }
        if first == UInt8(ascii: "0") { position += 1 } else { skipDigits() }
        if take(".") {
            guard skipDigits() > 0 else { return nil }
        }
        if take("e") || take("E") {
            if !take("+") { _ = take("-") }
            guard skipDigits() > 0 else { return nil }
        }
        guard let number = Double(String(decoding: text[start..<position], as: UTF8.self)), number.isFinite else {
            return nil
        }
        return .number(number)
    }

    @discardableResult
    private mutating func skipDigits() -> Int {
        let start = position
        while let octet = peek, isDigit(octet) { position += 1 }
        return position - start
    }

    private func isDigit(_ octet: UInt8) -> Bool { octet >= UInt8(ascii: "0") && octet <= UInt8(ascii: "9") }

    private mutating func take(_ word: StaticString) -> Bool {
        let isThere = word.withUTF8Buffer { unsafe text[position...].starts(with: $0) }
        if isThere { position += word.utf8CodeUnitCount }
        return isThere
    }

    private mutating func skipSpace() {
        while let octet = peek, octet == 0x20 || octet == 0x09 || octet == 0x0A || octet == 0x0D { position += 1 }
    }

    private var peek: UInt8? { position < text.count ? text[position] : nil }
}
