internal import Mail

extension String {
    /// The text with `A` to `Z` in lower case and nothing else changed.
    var lowercasedASCII: String { String(decoding: utf8.map(\.asciiLowercased), as: UTF8.self) }

    /// The text with `a` to `z` in upper case and nothing else changed.
    var uppercasedASCII: String {
        String(decoding: utf8.map { $0.isASCIILetter ? $0 & 0xDF : $0 }, as: UTF8.self)
    }

    /// The text without the white space at its ends.
    var trimmingBlanks: String {
        let octets = Array(utf8)
        return String(decoding: octets[octets.span.trimmed(0..<octets.count)], as: UTF8.self)
    }
}
