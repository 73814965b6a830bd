/// Texts without what stands around them.
extension StringProtocol {
    /// The text without white space at both ends.
    var trimmingBlanks: String { trimming { $0.properties.isWhitespace || $0 == "\u{FEFF}" } }

    /// The text without the stars and bars that HTML to text leaves around bold words and table cells, and without blanks.
    var strippingMarkup: String {
        trimming { $0.properties.isWhitespace || $0 == "*" || $0 == "|" || $0 == "\u{FEFF}" }
    }

    /// A word without the punctuation around it.
    var trimmingMarks: String { trimming { !$0.properties.isAlphabetic && $0.properties.numericType == nil } }

    /// The text without white space at its end.
    var trimmingTrailingBlanks: String { trimming(start: false) { $0.properties.isWhitespace } }

    private func trimming(start: Bool = true, where isAround: (Unicode.Scalar) -> Bool) -> String {
        var text = unicodeScalars[...]
        while start, let first = text.first, isAround(first) { text = text.dropFirst() }
        while let last = text.last, isAround(last) { text = text.dropLast() }
        return String(String.UnicodeScalarView(text))
    }
}
