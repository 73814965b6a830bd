internal import Mail

/// The line of a ticket system above which the answer is to stand; below it is what the system sent.
enum ReplyLine {
    /// The lines that it takes, a rule above it included; `nil` where there is none.
    static func lines(in text: TextLines, at index: Int) -> Range<Int>? {
        if isReplyLine(text, index) { return index..<(index + 1) }
        guard text[index].isPlain, text[index].content.count <= maximumLength, isRule(text.content(index)) else {
            return nil
        }
        let next = text.nextText[min(index + 1, text.count)]
        guard next < text.count, next - index <= 2, isReplyLine(text, next) else { return nil }
        return index..<(next + 1)
    }

    /// In octets; of scripts with three octets for a character these are few words.
    static let maximumLength = 160
    /// Without an ornament a line is a request and nothing more.
    static let maximumWords = 9

    private static func isReplyLine(_ text: TextLines, _ index: Int) -> Bool {
        guard text[index].isPlain, text[index].content.count <= maximumLength else { return false }
        let content = text.content(index)
        let words = content.lowercased()
        guard SeparatorWords.lines.isFound(in: words), SeparatorWords.answers.isFound(in: words) else { return false }
        if content.unicodeScalars.prefix(2).allSatisfy({ !$0.properties.isAlphabetic }) { return true }
        if content.hasPrefix("["), content.hasSuffix("]") { return true }
        let parts = words.split(separator: " ")
        guard parts.count <= maximumWords, !words.contains(","), let first = parts.first.map(String.init) else {
            return false
        }
        return SeparatorWords.requests.contains(first) || SeparatorWords.answers.isFound(in: first)
    }

    /// Whether a line consists of ornaments only, of more than one kind perhaps.
    private static func isRule(_ content: String) -> Bool {
        content.unicodeScalars.count >= 3 && content.unicodeScalars.allSatisfy { LineShape.isOrnament($0) || $0 == " " }
    }
}
