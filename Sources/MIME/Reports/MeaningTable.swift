internal import Mail

/// Words and phrases with what they mean, looked for all at once.
///
/// Texts are given in lower case with each run of white space made one space, so that a phrase is found across the
/// end of a line. Each octet of a text is compared with the phrases that begin with it and with no others.
package struct MeaningTable<Meaning: OptionSet & Sendable>: Sendable where Meaning.RawValue: FixedWidthInteger {
    private var phrases = PhraseIndex()

    /// The characters of the phrases that may be written as a letter and marks too, each as the phrases have it.
    private var composed: [Character: Character] = [:]

    /// Makes a table of phrases in lower case.
    package init(_ entries: [(meaning: Meaning, phrases: [String])]) {
        var listed: [(octets: [UInt8], meaning: UInt32)] = []
        for entry in entries {
            for text in entry.phrases {
                // Characters are equal where Unicode calls them canonically equivalent.
                for character in text where !character.isASCII { composed[character] = character }
                listed.append((Array(text.utf8), UInt32(truncatingIfNeeded: entry.meaning.rawValue)))
            }
        }
        phrases = PhraseIndex(listed)
    }

    /// What the phrases in a text mean together.
    package func meanings(in text: [UInt8]) -> Meaning {
        Meaning(rawValue: .init(truncatingIfNeeded: phrases.meanings(in: text.span)))
    }

    /// What the phrases mean with which a text begins.
    package func meanings(startingAt text: ArraySlice<UInt8>) -> Meaning {
        Meaning(rawValue: .init(truncatingIfNeeded: phrases.meanings(startingAt: text)))
    }

    /// The first phrase of the table in a text, by its place in the text.
    package func first(in text: [UInt8]) -> (phrase: String, meaning: Meaning)? {
        phrases.first(in: text.span).map { phrase, meaning in
            (String(decoding: phrase, as: UTF8.self), Meaning(rawValue: .init(truncatingIfNeeded: meaning)))
        }
    }

    /// Makes of a short text what the table compares with, its letters composed as those of the phrases are.
    package func comparable(_ text: String) -> [UInt8] {
        guard !text.utf8.allSatisfy({ $0 < 0x80 }) else { return Self.normalized(text) }
        let lower = text.lowercased()
        let characters = lower.map { character in
            // No letter of the phrases has more marks.
            character.unicodeScalars.dropFirst(4).isEmpty ? composed[character] ?? character : character
        }
        return Self.normalized(String(characters))
    }

    /// Makes of any text what the table compares with.
    package static func normalized(_ text: String) -> [UInt8] {
        var result: [UInt8] = []
        result.reserveCapacity(text.utf8.count)
        var isSpaceDue = false
        let isASCII = text.utf8.allSatisfy { $0 < 0x80 }
        for octet in isASCII ? text.utf8 : text.lowercased().utf8 {
            if octet.isFoldingSpace {
                isSpaceDue = !result.isEmpty
                continue
            }
            if isSpaceDue { result.append(Octet.space) }
            isSpaceDue = false
            result.append(octet.asciiLowercased)
        }
        return result
    }
}

/// The phrases of a table side by side, in the order of their first octets.
private struct PhraseIndex: Sendable {
    private struct Phrase: Sendable {
        /// Where the octets lie.
        let start: Int
        let count: Int
        let meaning: UInt32
    }

    private var phrases: [Phrase] = []
    private var octets: [UInt8] = []
    /// For each first octet the position of its first phrase, and one more for the end.
    private var heads = [Int](repeating: 0, count: 257)

    init() {}

    init(_ listed: [(octets: [UInt8], meaning: UInt32)]) {
        for head in UInt8.min...UInt8.max {
            for phrase in listed where phrase.octets.first == head {
                phrases.append(Phrase(start: octets.count, count: phrase.octets.count, meaning: phrase.meaning))
                octets += phrase.octets
            }
            heads[Int(head) + 1] = phrases.count
        }
    }

    func meanings(in text: Span<UInt8>) -> UInt32 {
        var found: UInt32 = 0
        let (phrases, heads) = (phrases.span, heads.span)
        for start in text.indices {
            let head = Int(text[start])
            var index = heads[head]
            let end = heads[head + 1]
            while index < end {
                let phrase = phrases[index]
                index += 1
                if found & phrase.meaning != phrase.meaning, has(text, phrase, at: start) { found |= phrase.meaning }
            }
        }
        return found
    }

    func meanings(startingAt text: ArraySlice<UInt8>) -> UInt32 {
        guard let first = text.first else { return 0 }
        var found: UInt32 = 0
        for phrase in phrases[heads[Int(first)]..<heads[Int(first) + 1]] where has(text.span, phrase, at: 0) {
            found |= phrase.meaning
        }
        return found
    }

    func first(in text: Span<UInt8>) -> (phrase: ArraySlice<UInt8>, meaning: UInt32)? {
        for start in text.indices {
            let head = Int(text[start])
            for phrase in phrases[heads[head]..<heads[head + 1]] where has(text, phrase, at: start) {
                return (octets[phrase.start..<phrase.start + phrase.count], phrase.meaning)
            }
        }
        return nil
    }

    private func has(_ text: Span<UInt8>, _ phrase: Phrase, at start: Int) -> Bool {
        guard phrase.count <= text.count - start else { return false }
        let octets = octets.span
        var index = 0
        while index < phrase.count {
            if text[start + index] != octets[phrase.start + index] { return false }
            index += 1
        }
        return true
    }
}
