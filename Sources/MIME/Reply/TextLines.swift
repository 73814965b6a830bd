internal import Mail

/// A text as lines, each with its quote marks and blanks told apart from what it says.
struct TextLines {
    /// One line; all offsets count octets of UTF-8 from the start of the text.
    struct Line: Sendable {
        /// The line without its line feed.
        var range: Range<Int>
        /// What it says: without quote marks, and without blanks and invisible characters at both ends.
        var content: Range<Int>
        /// How many `>` stand before the content.
        var quoteDepth: Int

        var isBlank: Bool { content.isEmpty }
        var isQuoted: Bool { quoteDepth > 0 }
        var isPlain: Bool { quoteDepth == 0 && !content.isEmpty }
    }

    let octets: [UInt8]
    private(set) var lines: [Line] = []
    /// For each line the first one from there on that says something; the number of lines when there is none.
    private(set) var nextText: [Int] = []

    /// How many octets were looked at; shared by all copies of these lines.
    let work = Effort()

    final class Effort {
        fileprivate(set) var steps = 0
    }

    /// Lines that are longer are prose, whatever they hold.
    static let longestStructure = 1000

    init(_ text: String) {
        octets = Array(text.utf8)
        work.steps = octets.count
        var start = 0
        for index in octets.indices where octets[index] == Octet.lineFeed {
            lines.append(line(start..<index))
            start = index + 1
        }
        if start < octets.count { lines.append(line(start..<octets.count)) }
        markInitialsAsQuotes()
        nextText = Array(repeating: lines.count, count: lines.count + 1)
        for index in lines.indices.reversed() {
            nextText[index] = lines[index].isBlank ? nextText[index + 1] : index
        }
    }

    subscript(index: Int) -> Line { lines[index] }

    var count: Int { lines.count }

    /// What a line says; empty for one that is too long to be anything but prose.
    func content(_ index: Int) -> String {
        let range = lines[index].content
        return range.count > Self.longestStructure ? "" : string(range)
    }

    /// A part of the text, without the bidirectional controls and zero-width characters that would part words.
    func string(_ range: Range<Int>) -> String {
        work.steps += range.count
        let text = String(decoding: octets[range], as: UTF8.self)
        guard text.unicodeScalars.contains(where: Self.isFormat) else { return text }
        return String(String.UnicodeScalarView(text.unicodeScalars.filter { !Self.isFormat($0) }))
    }

    private static func isFormat(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.value {
        case 0x200B, 0x200E, 0x200F, 0x2060, 0xFEFF: true
        default: VisibleText.turnsDirection(scalar)
        }
    }

    /// Whether the next line that says something, from `index` on, is a quoted one.
    func isQuoteNext(from index: Int) -> Bool {
        let next = nextText[min(index, lines.count)]
        return next < lines.count && lines[next].isQuoted
    }

    /// Whether that line begins with a bar, which stands for a quote below an attribution and for a table elsewhere.
    func isBarNext(from index: Int) -> Bool {
        let next = nextText[min(index, lines.count)]
        return next < lines.count && octets[lines[next].content.lowerBound] == UInt8(ascii: "|")
    }

    /// The octets of whole lines, line feeds included.
    func range(ofLines range: Range<Int>) -> Range<Int> {
        guard !range.isEmpty else { return 0..<0 }
        let end = range.upperBound < lines.count ? lines[range.upperBound].range.lowerBound : octets.count
        return lines[range.lowerBound].range.lowerBound..<end
    }

    // MARK: Lines

    private func line(_ range: Range<Int>) -> Line {
        let trimmed = trimmed(range)
        var index = trimmed.lowerBound
        var depth = 0
        // Deep indentation is code or a list, not a quote.
        if index - range.lowerBound <= 3 {
            while index < trimmed.upperBound, octets[index] == Octet.greater {
                depth += 1
                index += 1
                // QUIRK: some clients write one space between the marks, others two.
                var next = index
                while next < trimmed.upperBound, next - index < 2, octets[next] == Octet.space { next += 1 }
                if next < trimmed.upperBound, octets[next] == Octet.greater { index = next }
            }
        }
        // `>>> look here <<<` is an ornament.
        if depth > 0, trimmed.count > 2 * depth + 1, octets[trimmed.upperBound - 1] == Octet.less,
            octets[trimmed.upperBound - 2] == Octet.less
        {
            return Line(range: range, content: trimmed, quoteDepth: 0)
        }
        return Line(range: range, content: self.trimmed(index..<trimmed.upperBound), quoteDepth: depth)
    }

    /// Quote marks with the author's initials, `JD> text`, count where two lines in a row have the same ones.
    private mutating func markInitialsAsQuotes() {
        var previous: (initials: ArraySlice<UInt8>, line: Int)?
        for index in lines.indices {
            guard let initials = initials(of: lines[index]) else { continue }
            if let last = previous, last.line == index - 1, last.initials == initials {
                for line in [index - 1, index] where lines[line].quoteDepth == 0 {
                    let start = lines[line].content.lowerBound + initials.count + 1
                    lines[line].quoteDepth = 1
                    lines[line].content = trimmed(start..<max(start, lines[line].content.upperBound))
                }
            }
            previous = (initials, index)
        }
    }

    private func initials(of line: Line) -> ArraySlice<UInt8>? {
        guard line.isPlain else { return nil }
        let start = line.content.lowerBound
        var index = start
        while index < line.content.upperBound, index - start < 4, octets[index].isASCIILetter { index += 1 }
        guard index > start, index - start < 4, index < line.content.upperBound, octets[index] == Octet.greater
        else { return nil }
        return octets[start..<index]
    }

    private func trimmed(_ range: Range<Int>) -> Range<Int> {
        var (start, end) = (range.lowerBound, range.upperBound)
        while start < end, let length = blankLength(at: start, before: end) { start += length }
        while start < end, let length = blankLength(endingAt: end, after: start) { end -= length }
        return start..<end
    }

    /// The length of the blank or invisible character at an offset.
    private func blankLength(at index: Int, before end: Int) -> Int? {
        let octet = octets[index]
        if octet < 0x80 { return octet <= Octet.space || octet == 0x7F ? 1 : nil }
        if octet == 0xC2, index + 1 < end, octets[index + 1] == 0xA0 { return 2 }
        guard index + 2 < end else { return nil }
        return Self.isBlank(octet, octets[index + 1], octets[index + 2]) ? 3 : nil
    }

    private func blankLength(endingAt end: Int, after start: Int) -> Int? {
        let octet = octets[end - 1]
        if octet < 0x80 { return octet <= Octet.space || octet == 0x7F ? 1 : nil }
        if octet == 0xA0, end - 2 >= start, octets[end - 2] == 0xC2 { return 2 }
        guard end - 3 >= start else { return nil }
        return Self.isBlank(octets[end - 3], octets[end - 2], octet) ? 3 : nil
    }

    private static func isBlank(_ first: UInt8, _ second: UInt8, _ third: UInt8) -> Bool {
        switch (first, second, third) {
        case (0xE2, 0x80, 0x80...0x8F), (0xE2, 0x80, 0xAA...0xAF), (0xE2, 0x81, 0xA0), (0xE2, 0x81, 0xA6...0xA9),
            (0xE3, 0x80, 0x80),
            (0xEF, 0xBB, 0xBF):
            true
        default: false
        }
    }
}
