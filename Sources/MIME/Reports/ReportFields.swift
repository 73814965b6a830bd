internal import Mail

/// Groups of fields as machine-readable reports have them (RFC 3464 section 2.1.1, RFC 8098 section 3.1, RFC 5965
/// section 3): lines like those of a header, the groups separated by empty lines.
struct ReportFields {
    struct Field {
        /// The name in lower case.
        let name: String
        /// Where the value lies in the content.
        let value: Range<Int>
    }

    /// The groups that hold at least one field.
    private(set) var groups: [[Field]] = []
    let content: [UInt8]

    /// How many fields are read.
    static let maximumFields = 10_000
    /// How much of a report is read, in octets.
    static let maximumSize = 262_144

    /// Reads fields.
    ///
    /// - Parameter repeating: names of which a second one begins another group: reports that lack the empty lines.
    init(_ content: [UInt8], repeating: Set<String> = [], work: inout Work) {
        self.content = content
        work.charge(2 * content.count)
        let bytes = content.span
        var group: [Field] = []
        var count = 0
        var position = 0
        while position < bytes.count, count < Self.maximumFields {
            var end = bytes.lineEnd(from: position, to: bytes.count)
            var next = end + bytes.lineBreakLength(at: end)
            let line = bytes.trimmed(position..<end)
            if line.isEmpty {
                if !group.isEmpty { groups.append(group) }
                group.removeAll()
            } else if let colon = Self.colon(bytes, line) {
                while next < bytes.count, next > end, bytes[next].isBlank {
                    let folded = bytes.lineEnd(from: next, to: bytes.count)
                    // A line of blanks separates groups as an empty one does.
                    guard !bytes.trimmed(next..<folded).isEmpty else { break }
                    end = folded
                    next = end + bytes.lineBreakLength(at: end)
                }
                let name = HeaderText.lowercasedASCII(bytes, bytes.trimmed(line.lowerBound..<colon))
                if repeating.contains(name), group.contains(where: { $0.name == name }) {
                    groups.append(group)
                    group.removeAll()
                }
                group.append(Field(name: name, value: bytes.trimmed(colon + 1..<end)))
                count += 1
            }
            position = max(next, position + 1)
        }
        if !group.isEmpty { groups.append(group) }
    }

    /// The colon behind a field's name; `nil` when the line is no field.
    private static func colon(_ bytes: Span<UInt8>, _ line: Range<Int>) -> Int? {
        for index in line {
            if bytes[index] == Octet.colon { return index > line.lowerBound ? index : nil }
            guard bytes[index] > Octet.space, bytes[index] < 0x7F else {
                // The obsolete form has blanks before the colon (RFC 5322 section 4.5).
                let rest = bytes.trimmed(index..<line.upperBound)
                return !rest.isEmpty && bytes[rest.lowerBound] == Octet.colon ? rest.lowerBound : nil
            }
        }
        return nil
    }

    /// The readable value of a field.
    func text(_ field: Field, work: inout Work) -> String {
        HeaderText.decode(content.span, field.value, work: &work).text
    }

    /// The first value of a name that is an address, which holds no encoded words (RFC 2047 section 5).
    func typedValue(_ name: String, in group: [Field], work: inout Work) -> TypedValue? {
        work.charge(group.count)
        for field in group where field.name == name && !field.value.isEmpty {
            work.charge(field.value.count)
            let text = HeaderText.decode(content[field.value].filter { !$0.isLineBreak }, charset: .utf8)
            return TypedValue(text)
        }
        return nil
    }

    /// The first value of a name in a group that is not empty.
    func text(_ name: String, in group: [Field], work: inout Work) -> String? {
        work.charge(group.count)
        for field in group where field.name == name {
            let text = text(field, work: &work)
            if !text.isEmpty { return text }
        }
        return nil
    }

    /// The first value of a name in any group.
    func text(_ name: String, work: inout Work) -> String? {
        for group in groups {
            if let text = text(name, in: group, work: &work) { return text }
        }
        return nil
    }

    /// The values of a name in all groups.
    func texts(_ name: String, work: inout Work) -> [String] {
        let fields = groups.joined().filter { $0.name == name }
        return fields.map { text($0, work: &work) }.filter { !$0.isEmpty }
    }

    /// The addresses that the values of a name are.
    func addresses(_ name: String, work: inout Work) -> [MailAddress] {
        texts(name, work: &work).compactMap { TypedValue($0).address(work: &work) }
    }
}

/// A value of the form `type; text`, such as `rfc822; ann@example.com` or `smtp; 550 no` (RFC 3464 section 2.1.2).
struct TypedValue {
    let type: String
    let text: String

    init(_ value: String) {
        let octets = Array(value.utf8)
        let typeEnd =
            octets.firstIndex { !($0.isASCIILetter || $0.isASCIIDigit || $0 == Octet.dash) } ?? octets.endIndex
        var separator = typeEnd
        while separator < octets.endIndex, octets[separator].isBlank { separator += 1 }
        guard typeEnd > 0, separator < octets.endIndex, octets[separator] == Octet.semicolon else {
            type = ""
            text = value
            return
        }
        type = String(decoding: octets[..<typeEnd].map(\.asciiLowercased), as: UTF8.self)
        let span = octets.span
        let rest = span.trimmed(separator + 1..<span.count)
        text = String(decoding: octets[rest], as: UTF8.self)
    }

    /// The address that the text is, in brackets or not, with a comment or not.
    func address(work: inout Work) -> MailAddress? {
        // RFC 6533 section 3: an address of the type utf-8 may bear characters as `\x{1F408}`.
        let octets = type == "utf-8" ? Self.unescaped(Array(text.utf8)) : Array(text.utf8)
        return AddressParser.parse(octets.span, 0..<octets.count, work: &work).addresses.first?.address
    }

    private static func unescaped(_ octets: [UInt8]) -> [UInt8] {
        var result: [UInt8] = []
        var index = 0
        while index < octets.count {
            guard octets[index...].starts(with: opening),
                let close = octets[index...].prefix(opening.count + 7).firstIndex(of: UInt8(ascii: "}")),
                let scalar = UInt32(
                    String(decoding: octets[index + opening.count..<close], as: UTF8.self),
                    radix: 16
                ).flatMap(Unicode.Scalar.init)
            else {
                result.append(octets[index])
                index += 1
                continue
            }
            result += Array(String(Character(scalar)).utf8)
            index = close + 1
        }
        return result
    }

    private static let opening = Array("\\x{".utf8)
}
