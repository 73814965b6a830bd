internal import Mail

/// A line by its shape: what a person says in it, or what stands in a signature.
struct ProseLine {
    private let content: String
    private let isTooLong: Bool
    private let words: [Substring]
    /// How many words begin with a small letter, and how many with any letter; addresses and numbers are no words.
    private var lettered = (small: 0, all: 0)
    /// Whether some letter has a case, which tells sentences from names.
    private var hasCase = false

    init(_ text: TextLines, _ line: Int) {
        content = text.content(line).strippingMarkup
        isTooLong = text[line].content.count > TextLines.longestStructure
        words = content.split(separator: " ")
        for word in words.prefix(Self.maximumWords) where !word.contains(where: Self.isOfData) {
            guard let first = word.unicodeScalars.first(where: \.properties.isAlphabetic) else { continue }
            lettered.all += 1
            if first.properties.isLowercase { lettered.small += 1 }
            if first.properties.isCased { hasCase = true }
        }
    }

    /// Signatures have no longer lines.
    private static let maximumWords = 40

    private static func isOfData(_ character: Character) -> Bool {
        character == "@" || character == "/" || character.isNumber
    }

    // MARK: Said

    /// Whether the line says more than a greeting does.
    var isSaid: Bool {
        if isTooLong { return true }
        guard content.contains(where: { $0.isLetter || $0.isNumber }) else { return false }
        guard words.count <= 6, content.utf8.count <= 90 else { return true }
        if let last = content.last, last == "," || last == "，" || last == "、" { return false }
        return ProseWords.greetings.prefix(of: content.lowercased()) == nil
    }

    // MARK: Sentences

    /// Whether the line is a sentence, and ends as one.
    var isMarkedSentence: Bool {
        guard let mark = content.last(where: { !Self.closers.contains($0) }), Self.marks.contains(mark) else {
            return false
        }
        if mark == "?" || Self.wideMarks.contains(mark) { return true }
        // `Example Ltd.`, `Verein e.V.` and other abbreviations.
        if mark == ".", let word = words.last, Self.isAbbreviation(word) { return false }
        return words.count >= 3 && (lettered.small >= 1 || !hasCase)
    }

    private static let wideMarks: Set<Character> = ["。", "！", "？", "؟", "।"]
    private static let marks: Set<Character> = [".", "!", "?", "…", "。", "！", "？", "؟", "।"]
    private static let closers: Set<Character> = [")", "\"", "'", "”", "“", "’", "»", "«", " "]

    private static func isAbbreviation(_ word: Substring) -> Bool {
        let body = word.dropLast()
        return body.contains(".") || (body.count <= 4 && body.first?.isUppercase == true)
    }

    /// Whether the line reads as a sentence, be it without a mark at its end.
    private var isSentence: Bool {
        if isMarkedSentence { return true }
        guard lettered.all >= 3 else { return false }
        return lettered.small == lettered.all || (lettered.small >= 3 && lettered.small * 2 > lettered.all)
    }

    // MARK: Signatures

    /// Whether the line can stand in a signature behind an empty line: contact data or a few words, and nothing that announces
    /// or says something.
    var isOfSignature: Bool {
        guard let last = content.last, last != ":", last != "：", !isItem, !isSentence else { return false }
        let lowered = content.lowercased()
        guard ProseWords.postscripts.prefix(of: lowered) == nil else { return false }
        if hasLink { return true }
        guard !ProseWords.isFirstPerson(lowered) else { return false }
        return words.count <= 6
            || content.contains { Self.isOfData($0) || $0 == "," || $0 == "|" || $0 == "·" || $0 == "•" }
    }

    /// Whether the line is an item of a list.
    private var isItem: Bool {
        guard let mark = words.first, mark == "-" || mark == "*" || mark == "•" || mark == "–" else { return false }
        return words.count > 1
    }

    private var hasLink: Bool {
        content.contains("@") || content.contains("://") || content.lowercased().contains("www.")
    }
}
