/// Wraps text so that readers can join its lines again (RFC 3676, DelSp=no).
///
/// Measured in scalars: a line stays within 998 octets then, unless it holds a run that has no space to be broken at.
struct FlowedTextWriter {
    /// How long a line should be at most (RFC 3676 section 4.2).
    static let lineLength = 78

    private static let signatureMark = "-- "

    private var output: [UInt8] = []

    /// Wraps text whose lines end in LF; the lines of the result end in CRLF.
    static func octets(of text: String) -> [UInt8] {
        var writer = FlowedTextWriter()
        var lines = text.split(separator: "\n", omittingEmptySubsequences: false)
        if lines.last?.isEmpty == true { lines.removeLast() }
        for line in lines { writer.append(line) }
        return writer.output
    }

    private mutating func append(_ line: Substring) {
        let (depth, content) = Self.splitQuote(line.unicodeScalars)
        let marks = String(repeating: ">", count: depth)
        guard content.last == " ", !content.elementsEqual(Self.signatureMark.unicodeScalars) else {
            wrap(content, marks)
            return
        }
        // A space at the end would join the next line to this one.
        let end = content.lastIndex { $0 != " " }.map { content.index(after: $0) } ?? content.startIndex
        wrap(content[..<end], marks)
    }

    /// Reads the marks of a quote, also those with spaces between them: `> > text`.
    private static func splitQuote(_ line: Substring.UnicodeScalarView) -> (Int, Substring.UnicodeScalarView) {
        var rest = line
        var depth = 0
        while rest.first == ">" {
            depth += 1
            rest = rest.dropFirst()
            if rest.first == " " { rest = rest.dropFirst() }
        }
        return (depth, rest)
    }

    private mutating func wrap(_ content: Substring.UnicodeScalarView, _ marks: String) {
        // Marks are written again on each line: of such a quote the lines stay as they are.
        guard marks.utf8.count <= Self.lineLength / 2 else { return write(content, marks) }
        var rest = content
        while let end = Self.breakPoint(rest, room: Self.room(for: rest, marks)) {
            write(rest[..<end], marks)
            rest = rest[end...]
        }
        write(rest, marks)
    }

    private static func room(for content: Substring.UnicodeScalarView, _ marks: String) -> Int {
        lineLength - marks.utf8.count - (isStuffed(content, marks) ? 1 : 0)
    }

    /// Whether a space goes in front, which keeps a line from being read or changed as something else
    /// (RFC 3676 section 4.4).
    private static func isStuffed(_ line: Substring.UnicodeScalarView, _ marks: String) -> Bool {
        guard marks.isEmpty else { return !line.isEmpty }
        return line.first == " " || line.first == ">" || line.starts(with: fromMark)
    }

    private static let fromMark = "From ".unicodeScalars

    /// Where a line is broken: behind the last spaces that fit, or behind the first when none do.
    ///
    /// - Returns: `nil` when it is short enough, or has no place to be broken at.
    private static func breakPoint(_ line: Substring.UnicodeScalarView, room: Int) -> Substring.Index? {
        var length = 0
        var index = line.startIndex
        var best: Substring.Index?
        while index < line.endIndex {
            let isSpace = line[index] == " "
            line.formIndex(after: &index)
            length += 1
            if length > room, best != nil { return best }
            // A run of spaces stays together, and no line may come about that is the mark of a signature.
            if isSpace, index < line.endIndex, line[index] != " ",
                !line[..<index].elementsEqual(signatureMark.unicodeScalars)
            {
                best = index
            }
        }
        return length > room ? best : nil
    }

    private mutating func write(_ line: Substring.UnicodeScalarView, _ marks: String) {
        output += marks.utf8
        if Self.isStuffed(line, marks) { output.append(Octet.space) }
        output += String(line).utf8
        output += FieldWriter.lineEnd
    }
}
