internal import Mail

/// Divides text into encoded words in UTF-8 (RFC 2047).
struct EncodedWordEncoder {
    /// What is not cut: characters, or scalars of those that no word could hold.
    let units: [ArraySlice<UInt8>]
    private let isBase64: Bool

    private static let start = "=?UTF-8?"
    private static let end = "?="
    /// The marks around a word's text.
    private static let overhead = 12
    /// The longest unit that fits into a word on a line of its own behind the widest indentation, `name="` and a
    /// closing quote.
    private static let maximumBase64Unit = 39
    private static let maximumQuotedUnit = 18

    init(_ text: String) {
        var quotedLength = 0
        var longest = 0
        for character in text {
            longest = max(longest, character.utf8.count)
            quotedLength += character.utf8.reduce(0) { $0 + Self.quotedLength($1) }
        }
        let base64Length = (text.utf8.count + 2) / 3 * 4
        // The Q encoding can be read in a source view, which is worth up to half as much again.
        isBase64 = quotedLength * 2 > base64Length * 3 || longest > Self.maximumQuotedUnit
        let limit = isBase64 ? Self.maximumBase64Unit : Self.maximumQuotedUnit
        var units: [ArraySlice<UInt8>] = []
        for character in text {
            if character.utf8.count <= limit {
                units.append(ArraySlice(character.utf8))
            } else {
                for scalar in character.unicodeScalars { units.append(ArraySlice(UTF8.encode(scalar) ?? .init())) }
            }
        }
        self.units = units
    }

    /// The end of the longest run of units from `start` on whose word is no longer than `room`, one at least.
    func end(from start: Int, room: Int) -> Int {
        let room = room - Self.overhead
        var octets = 0
        var quoted = 0
        var index = start
        while index < units.count {
            octets += units[index].count
            quoted += units[index].reduce(0) { $0 + Self.quotedLength($1) }
            if (isBase64 ? (octets + 2) / 3 * 4 : quoted) > room { break }
            index += 1
        }
        return max(index, start + 1)
    }

    /// The encoded word of a run of units.
    func word(_ range: Range<Int>) -> [UInt8] {
        var word = Array(Self.start.utf8)
        word += isBase64 ? [UInt8(ascii: "B"), Octet.question] : [UInt8(ascii: "Q"), Octet.question]
        let octets = Array(units[range].joined())
        if isBase64 {
            TransferEncoder.appendBase64(octets, lineLength: .max, to: &word)
        } else {
            for octet in octets { Self.appendQuoted(octet, to: &word) }
        }
        word += Self.end.utf8
        return word
    }

    /// Whether the octet stands for itself, in a phrase too (RFC 2047 section 5, rule 3).
    private static func isLiteral(_ octet: UInt8) -> Bool {
        switch octet {
        case UInt8(ascii: "!"), UInt8(ascii: "*"), UInt8(ascii: "+"), UInt8(ascii: "-"), UInt8(ascii: "/"): true
        default: octet.isASCIILetter || octet.isASCIIDigit
        }
    }

    private static func quotedLength(_ octet: UInt8) -> Int {
        octet == Octet.space || isLiteral(octet) ? 1 : 3
    }

    private static func appendQuoted(_ octet: UInt8, to word: inout [UInt8]) {
        if octet == Octet.space {
            word.append(UInt8(ascii: "_"))
        } else if isLiteral(octet) {
            word.append(octet)
        } else {
            TransferEncoder.appendEscaped(octet, mark: Octet.equals, to: &word)
        }
    }
}
