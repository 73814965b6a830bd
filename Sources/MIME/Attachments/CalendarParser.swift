internal import Mail

/// A line of a calendar: a name, parameters and a value (RFC 5545 section 3.1).
struct CalendarLine {
    /// In upper case.
    let name: String
    let parameters: [(name: String, value: String)]
    /// As it stands, unfolded.
    let value: String

    func parameter(_ name: String) -> String? { parameters.first { $0.name == name }?.value }

    /// The value as text, its escapes resolved (RFC 5545 section 3.3.11).
    var text: String {
        guard value.utf8.contains(Octet.backslash) else { return value }
        var text = ""
        var isEscaped = false
        for scalar in value.unicodeScalars {
            if isEscaped {
                text.unicodeScalars.append(scalar == "n" || scalar == "N" ? "\n" : scalar)
                isEscaped = false
            } else if scalar == "\\" {
                isEscaped = true
            } else {
                text.unicodeScalars.append(scalar)
            }
        }
        return text
    }
}

/// Takes a calendar apart into lines.
struct CalendarLineReader {
    private var index = 0

    /// Longer lines are cut; a description seldom has a thousandth of it.
    private static let maximumLength = 65_536
    private static let maximumParameters = 32

    /// The next line with a name; lines that are none are passed over.
    mutating func next(_ bytes: Span<UInt8>) -> CalendarLine? {
        while index < bytes.count {
            if let line = Self.line(unfolded(bytes)) { return line }
        }
        return nil
    }

    /// RFC 5545 section 3.1: a line end and a blank within a line count for nothing.
    private mutating func unfolded(_ bytes: Span<UInt8>) -> [UInt8] {
        var line: [UInt8] = []
        while index < bytes.count {
            let end = bytes.lineEnd(from: index, to: bytes.count)
            let room = max(0, Self.maximumLength - line.count)
            line.append(copying: bytes.extracting(index..<min(end, index + room)))
            // A character that the limit cut would make the whole line look like another charset.
            if end - index > room { line.removeLast(line.reversed().prefix(3).count { $0 >= 0x80 }) }
            index = end + bytes.lineBreakLength(at: end)
            guard index < bytes.count, bytes[index].isBlank else { break }
            index += 1
        }
        // A fold may part the octets of a character, so that they are looked at together.
        var decoded: [UInt8] = []
        _ = CharsetDecoder.decode(line.span, as: .utf8, appendingTo: &decoded)
        return decoded
    }

    private static func line(_ octets: [UInt8]) -> CalendarLine? {
        var position = 0
        func take(until isEnd: (UInt8) -> Bool) -> [UInt8] {
            let start = position
            while position < octets.count, !isEnd(octets[position]) { position += 1 }
            return Array(octets[start..<position])
        }
        let name = take { $0 == Octet.colon || $0 == Octet.semicolon }
        guard !name.isEmpty, position < octets.count, name.count <= 64 else { return nil }
        var parameters: [(name: String, value: String)] = []
        while position < octets.count, octets[position] == Octet.semicolon {
            position += 1
            let key = take { $0 == Octet.equals || $0 == Octet.colon || $0 == Octet.semicolon }
            var value: [UInt8] = []
            if position < octets.count, octets[position] == Octet.equals {
                position += 1
                var isQuoted = false
                value = take { octet in
                    if octet == Octet.quote { isQuoted.toggle() }
                    return !isQuoted && (octet == Octet.colon || octet == Octet.semicolon)
                }
            }
            guard parameters.count < maximumParameters else { continue }
            parameters.append((String(decoding: key, as: UTF8.self).uppercasedASCII, parameterText(value)))
        }
        guard position < octets.count else { return nil }
        return CalendarLine(
            name: String(decoding: name, as: UTF8.self).uppercasedASCII,
            parameters: parameters,
            value: PlainText.text(Array(octets[(position + 1)...]), limit: maximumLength)
        )
    }

    /// A parameter's value without its quotation marks, the escapes of RFC 6868 section 3.1 resolved.
    private static func parameterText(_ octets: [UInt8]) -> String {
        var text: [UInt8] = []
        var index = 0
        while index < octets.count {
            let next = octets[index] == UInt8(ascii: "^") && index + 1 < octets.count ? octets[index + 1] : nil
            let escaped: UInt8? =
                switch next {
                case UInt8(ascii: "n"): Octet.lineFeed
                case UInt8(ascii: "^"): next
                case UInt8(ascii: "'"): Octet.quote
                default: nil
                }
            if let escaped {
                text.append(escaped)
                index += 2
            } else {
                if octets[index] != Octet.quote { text.append(octets[index]) }
                index += 1
            }
        }
        return HeaderText.cleaned(text)
    }
}
