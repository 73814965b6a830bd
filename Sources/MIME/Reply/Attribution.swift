internal import Mail

/// An attribution line: who wrote what is quoted below it, and when.
///
/// It is known by its structure: a date, an address or a name, mostly a verb of writing, and a colon at the end.
struct Attribution: Sendable {
    /// The lines that it takes, one or a few.
    var lines: Range<Int>
    /// Where it begins; later than its first line where text stands before it.
    var start: Int
    /// The attribution in one line.
    var text: String
    /// Whether it can only be a mail program's: by the quote marks below it or by its own form.
    var isOfProgram: Bool

    /// Clients fold the line at 70 to 80 columns; names and addresses seldom need a third fold.
    private static let maximumLines = 4

    /// Recognises an attribution that begins in a line.
    init?(in text: TextLines, at index: Int) {
        let line = text[index]
        guard line.isPlain, line.content.count <= 400 else { return nil }
        let first = text.content(index)
        var start = Self.start(of: first)
        // Characters were left out: offsets in the line are no offsets in the text.
        if first.utf8.count != line.content.count { start = first.startIndex }
        var joined = String(first[start...])
        var next = index + 1
        for taken in 1...Self.maximumLines {
            let features = Features(joined)
            let quoteNext = text.isQuoteNext(from: next) || text.isBarNext(from: next)
            if features.isAttribution(quoteNext: quoteNext) {
                isOfProgram = quoteNext || features.isOfProgram
                self.lines = index..<next
                self.start =
                    start == first.startIndex
                    ? line.range.lowerBound
                    : line.content.lowerBound + first.utf8.distance(from: first.startIndex, to: start)
                self.text = joined
                return
            }
            guard taken < Self.maximumLines,
                let follower = Self.continuation(of: joined, features, in: text, at: next)
            else { return nil }
            joined += " " + text.string(text[follower].range).trimmingBlanks
            next = follower + 1
            guard joined.utf8.count <= 600 else { return nil }
        }
        return nil
    }

    /// Where in a line an attribution can begin: at its start, or behind dashes that follow other text.
    ///
    /// QUIRK: Yahoo's classic mail put `--- On …` at the end of the last line that was typed.
    private static func start(of line: String) -> String.Index {
        var dashes = 0
        var index = line.startIndex
        while index < line.endIndex {
            if line.utf8[index] == Octet.dash {
                dashes += 1
            } else {
                if dashes == 3, line.utf8[index] == Octet.space,
                    line.utf8.distance(from: line.startIndex, to: index) > 3
                {
                    return line.utf8.index(index, offsetBy: -3)
                }
                dashes = 0
            }
            index = line.utf8.index(after: index)
        }
        return line.startIndex
    }

    /// The line that goes on with a folded attribution.
    private static func continuation(
        of joined: String,
        _ features: Features,
        in text: TextLines,
        at index: Int
    ) -> Int? {
        guard index < text.count else { return nil }
        let isOpen = features.isOpen
        guard isOpen || features.beginsWithDate else { return nil }
        // A sentence that ends is no folded line; `p.m.` is no such end.
        if !isOpen, let last = joined.utf8.last, last == UInt8(ascii: "!") || last == Octet.question { return nil }
        if !isOpen, joined.utf8.last == Octet.period, !joined.hasSuffix(".m.") { return nil }
        let next = text.nextText[index]
        guard next < text.count else { return nil }
        // QUIRK: Polymail has an empty line before the address.
        if next != index, text.octets[text[next].content.lowerBound] != Octet.less { return nil }
        guard next - index <= 1, text[next].content.count <= 200 else { return nil }
        return isOpen || !text[next].isQuoted ? next : nil
    }
}
