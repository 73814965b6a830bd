/// Words and phrases with what they mean, looked for all at once.
///
/// Texts are given in lower case with each run of white space made one space, so that a phrase is found across the
/// end of a line. Each octet of a text is compared with the phrases that begin with it and with no others.
package struct MeaningTable<Meaning: OptionSet & Sendable>: Sendable {
    private struct Phrase: Sendable {
        let octets: [UInt8]
        let meaning: Meaning
    }

    private var phrases = [[Phrase]](repeating: [], count: 256)

    /// Makes a table of phrases in lower case.
    package init(_ entries: [(meaning: Meaning, phrases: [String])]) {
        for entry in entries {
            for text in entry.phrases {
                let octets = Array(text.utf8)
                guard let first = octets.first else { continue }
                phrases[Int(first)].append(Phrase(octets: octets, meaning: entry.meaning))
            }
        }
    }

    /// What the phrases in a text mean together.
    package func meanings(in text: [UInt8]) -> Meaning {
        var found: Meaning = []
        let span = text.span
        for start in span.indices {
            for phrase in phrases[Int(span[start])] where !found.isSuperset(of: phrase.meaning) {
                if Self.has(span, phrase.octets, at: start) { found.formUnion(phrase.meaning) }
            }
        }
        return found
    }

    /// The first phrase of the table in a text, by its place in the text.
    package func first(in text: [UInt8]) -> (phrase: String, meaning: Meaning)? {
        let span = text.span
        for start in span.indices {
            for phrase in phrases[Int(span[start])] where Self.has(span, phrase.octets, at: start) {
                return (String(decoding: phrase.octets, as: UTF8.self), phrase.meaning)
            }
        }
        return nil
    }

    private static func has(_ text: Span<UInt8>, _ phrase: [UInt8], at start: Int) -> Bool {
        guard phrase.count <= text.count - start else { return false }
        for index in phrase.indices where text[start + index] != phrase[index] { return false }
        return true
    }

    /// Makes of any text what the table compares with.
    package static func normalized(_ text: some StringProtocol) -> [UInt8] {
        var result: [UInt8] = []
        var isSpaceDue = false
        for octet in text.lowercased().utf8 {
            if octet.isFoldingSpace {
                isSpaceDue = !result.isEmpty
                continue
            }
            if isSpaceDue { result.append(Octet.space) }
            isSpaceDue = false
            result.append(octet)
        }
        return result
    }
}
