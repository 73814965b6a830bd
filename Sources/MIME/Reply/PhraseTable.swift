/// Phrases in lower case, found by how a text begins or ends.
///
/// Phrases are kept by their first and their last character, so that a text is compared with few of them.
struct PhraseTable: Sendable {
    /// The phrases in the order of their characters, which shows where one is missing or stands twice.
    let phrases: [String]
    private let whole: Set<String>
    private var byFirst: [Unicode.Scalar: [String]] = [:]
    private var byLast: [Unicode.Scalar: [String]] = [:]

    init(_ phrases: [String]) {
        self.phrases = phrases
        whole = Set(phrases)
        // The longest come first, so that the first one that fits is the best one.
        for phrase in phrases.sorted(by: { $0.utf8.count > $1.utf8.count }) {
            guard let first = phrase.unicodeScalars.first, let last = phrase.unicodeScalars.last else { continue }
            byFirst[first, default: []].append(phrase)
            byLast[last, default: []].append(phrase)
        }
    }

    /// Whether `text` is one of the phrases.
    func contains(_ text: String) -> Bool { whole.contains(text) }

    /// The phrase that `text` begins with, not in the middle of a word.
    func prefix(of text: String) -> String? {
        guard let first = text.unicodeScalars.first, let phrases = byFirst[first] else { return nil }
        return phrases.first { phrase in
            guard text.utf8.starts(with: phrase.utf8) else { return false }
            return Self.isBoundary(text, at: text.utf8.index(text.startIndex, offsetBy: phrase.utf8.count))
        }
    }

    /// The phrase that `text` ends with, whatever stands before it.
    func suffix(of text: String) -> String? {
        guard let last = text.unicodeScalars.last, let phrases = byLast[last] else { return nil }
        return phrases.first { text.utf8.reversed().starts(with: $0.utf8.reversed()) }
    }

    /// Whether `text` holds a phrase at the start of one of its words; of a text without spaces, anywhere.
    func isFound(in text: String) -> Bool {
        var index = text.startIndex
        var isStart = true
        while index < text.endIndex {
            let scalar = text.unicodeScalars[index]
            if isStart || scalar.value > 0x2E80, let phrases = byFirst[scalar],
                phrases.contains(where: { text[index...].utf8.starts(with: $0.utf8) })
            {
                return true
            }
            isStart = !scalar.properties.isAlphabetic
            index = text.unicodeScalars.index(after: index)
        }
        return false
    }

    /// Whether a word ends at an index; scripts that are written without spaces have no such places.
    private static func isBoundary(_ text: String, at index: String.Index) -> Bool {
        guard index < text.endIndex, index > text.startIndex else { return true }
        let next = text.unicodeScalars[index]
        let last = text.unicodeScalars[text.unicodeScalars.index(before: index)]
        return last.value > 0x2E80 || !next.properties.isAlphabetic || !last.properties.isAlphabetic
    }
}
