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

    /// The characters of the phrases that may be written as a letter and marks too, each as the phrases have it.
    private var composed: [Character: Character] = [:]

    /// Makes a table of phrases in lower case.
    package init(_ entries: [(meaning: Meaning, phrases: [String])]) {
        for entry in entries {
            for text in entry.phrases {
                let octets = Array(text.utf8)
                // Characters are equal where Unicode calls them canonically equivalent.
                for character in text where !character.isASCII { composed[character] = character }
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

    /// What the phrases mean with which a text begins.
    package func meanings(startingAt text: ArraySlice<UInt8>) -> Meaning {
        guard let first = text.first else { return [] }
        return phrases[Int(first)].reduce(into: []) { found, phrase in
            if text.starts(with: phrase.octets) { found.formUnion(phrase.meaning) }
        }
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

    /// Makes of a short text what the table compares with, its letters composed as those of the phrases are.
    package func comparable(_ text: String) -> [UInt8] {
        let lower = text.lowercased()
        guard !lower.utf8.allSatisfy({ $0 < 0x80 }) else { return Self.normalized(lower) }
        let characters = lower.map { character in
            // No letter of the phrases has more marks.
            character.unicodeScalars.dropFirst(4).isEmpty ? composed[character] ?? character : character
        }
        return Self.normalized(String(characters))
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
