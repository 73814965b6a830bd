internal import Mail

/// Lines of text that grow character by character; what is due before a character waits until one comes.
struct HTMLTextLines {
    private(set) var octets: [UInt8] = []
    private(set) var isTruncated = false
    private(set) var steps = 0
    private let limit: Int

    /// Whether anything is due before the next character.
    private var isDue = true
    private var lineBreaks = 0
    private var spaces = 0
    private var tabs = 0
    private var mark: [UInt8] = []
    /// An item or a cell has begun and is still empty; a block within it begins no line.
    private var isAtStart = false

    private var preformatted = 0
    private var quotes = 0
    /// The quotes around the last line written.
    private var writtenQuotes = 0
    private var lists: [List] = []
    private var rows = [Row()]
    private var lineCount = 0

    private struct List {
        /// The next item's number; `nil` where items have none.
        var number: Int?
    }

    private struct Row {
        var hasCell = false
        /// The line of its first text.
        var line: Int?
        /// The line of the first text of the rows before.
        var tableLine: Int?
    }

    /// Marks for quotes and lists deeper than this are not written.
    private static let maxDepth = 16

    init(limit: Int) {
        self.limit = limit
    }

    mutating func charge(_ count: Int) { steps += count }

    /// The text from an offset on.
    func text(from start: Int) -> [UInt8] { Array(octets[min(start, octets.count)...]) }

    /// Marks the characters that turn the direction of the text from an offset on.
    mutating func markDirections(from start: Int) {
        let written = text(from: start)
        guard written.span.hasDirectionControl else { return }
        octets.removeLast(written.count)
        var index = 0
        while index < written.count {
            let mark = written.span.directionMark(at: index)
            octets += mark ?? [written[index]]
            index += mark == nil ? 1 : 3
        }
        steps += written.count
    }

    /// Cuts what marks and line breaks added beyond the limit.
    mutating func finish() {
        guard octets.count > limit else { return }
        octets.removeLast(octets.count - limit)
        isTruncated = true
    }

    // MARK: Characters

    mutating func write(_ source: Span<UInt8>, _ range: Range<Int>) {
        steps += range.count
        var index = range.lowerBound
        while index < range.upperBound, !isTruncated {
            let octet = source[index]
            if !isDue, octet > Octet.space, octet < 0x7F || octet > 0xC2, octet != 0xE2, octet != 0xEF {
                // A character within a word, as most are.
                guard octets.count < limit else {
                    isTruncated = true
                    return
                }
                octets.append(octet)
                index &+= 1
            } else {
                index += writeOne(source, index)
            }
        }
    }

    /// - Returns: the octets read.
    private mutating func writeOne(_ source: Span<UInt8>, _ index: Int) -> Int {
        let octet = source[index]
        let length = source.invisibleLength(at: index)
        if octet.isHTMLSpace || (length > 0 && octet == 0xC2 && source[index + 1] == 0xA0) {
            writeSpace(octet)
            return max(1, length)
        }
        guard octet >= Octet.space, octet != 0x7F, length == 0 else { return max(1, length) }
        writeDue()
        guard octets.count < limit else {
            isTruncated = true
            return 1
        }
        octets.append(octet)
        return 1
    }

    private mutating func writeSpace(_ octet: UInt8) {
        isDue = true
        if preformatted == 0 {
            spaces = 1
        } else if octet == Octet.lineFeed {
            lineBreaks += 1
            spaces = 0
        } else if octet != Octet.carriageReturn {
            spaces = min(spaces + (octet == Octet.tab ? 4 : 1), 120)
        }
    }

    private mutating func writeDue() {
        guard isDue else { return }
        if octets.isEmpty {
            beginLine()
        } else if lineBreaks > 0 {
            if lineBreaks > 1 {
                octets.append(Octet.lineFeed)
                appendQuoteMarks(min(quotes, writtenQuotes), isLast: true)
            }
            octets.append(Octet.lineFeed)
            lineCount += 1
            beginLine()
        } else if tabs > 0, octets.last != Octet.lineFeed {
            octets += repeatElement(Octet.tab, count: min(tabs, 8))
        } else if spaces > 0, octets.last != Octet.lineFeed {
            octets += repeatElement(Octet.space, count: spaces)
        }
        steps += 1
        isDue = false
        isAtStart = false
        lineBreaks = 0
        spaces = 0
        tabs = 0
        if rows[rows.count - 1].line == nil { rows[rows.count - 1].line = lineCount }
    }

    private mutating func beginLine() {
        let start = octets.count
        appendQuoteMarks(quotes, isLast: false)
        writtenQuotes = quotes
        let depth = min(lists.count, Self.maxDepth)
        let indent = 2 * (mark.isEmpty ? depth : max(0, depth - 1))
        octets += repeatElement(Octet.space, count: indent + (preformatted > 0 ? spaces : 0))
        octets += mark
        mark = []
        steps += octets.count - start
    }

    private mutating func appendQuoteMarks(_ depth: Int, isLast: Bool) {
        for level in 0..<min(depth, Self.maxDepth) {
            octets.append(Octet.greater)
            if !isLast || level + 1 < depth { octets.append(Octet.space) }
        }
        if isLast, octets.last == Octet.space { octets.removeLast() }
    }

    /// Appends the address of the link whose text ends here.
    mutating func append(address: [UInt8]) {
        guard !octets.isEmpty else { return }
        guard octets.count + address.count + 3 <= limit else {
            isTruncated = true
            return
        }
        octets += [Octet.space, Octet.less] + address + [Octet.greater]
        steps += address.count
        isDue = true
    }

    // MARK: Blocks

    private mutating func requestBreaks(_ count: Int) {
        isDue = true
        if !isAtStart { lineBreaks = max(lineBreaks, count) }
    }

    mutating func endLine() { requestBreaks(1) }

    /// Between items a paragraph is no more than a line.
    mutating func endParagraph() { requestBreaks(lists.isEmpty ? 2 : 1) }

    mutating func breakLine() {
        isDue = true
        if !isAtStart { lineBreaks += 1 }
    }

    mutating func beginPreformatted() {
        requestBreaks(2)
        preformatted += 1
    }

    mutating func endPreformatted() {
        requestBreaks(2)
        preformatted = max(0, preformatted - 1)
        spaces = 0
    }

    mutating func beginQuote() {
        requestBreaks(2)
        quotes += 1
    }

    mutating func endQuote() {
        requestBreaks(2)
        quotes = max(0, quotes - 1)
    }

    // MARK: Lists

    mutating func beginList(from number: Int?) {
        endParagraph()
        lists.append(List(number: number))
    }

    mutating func endList() {
        isAtStart = false
        mark = []
        _ = lists.popLast()
        endParagraph()
    }

    mutating func beginItem(number: Int?) {
        isAtStart = false
        requestBreaks(1)
        mark = Array("- ".utf8)
        if let last = lists.indices.last, let next = lists[last].number {
            mark = Array("\(number ?? next). ".utf8)
            lists[last].number = (number ?? next) + 1
        }
        isAtStart = true
    }

    mutating func endItem() {
        isAtStart = false
        mark = []
        requestBreaks(1)
    }

    // MARK: Tables

    mutating func beginTable() {
        requestBreaks(2)
        rows.append(Row())
    }

    mutating func endTable() {
        isAtStart = false
        requestBreaks(2)
        guard rows.count > 1, let row = rows.popLast(), let line = row.tableLine ?? row.line else { return }
        if rows[rows.count - 1].line == nil { rows[rows.count - 1].line = line }
    }

    mutating func beginRow() {
        isAtStart = false
        requestBreaks(1)
        tabs = 0
        let row = rows[rows.count - 1]
        rows[rows.count - 1] = Row(tableLine: row.tableLine ?? row.line)
    }

    mutating func endRow() {
        isAtStart = false
        requestBreaks(1)
    }

    /// Begins a cell: on the line of the one before when that was no longer than a line.
    mutating func beginCell() {
        isAtStart = false
        let row = rows[rows.count - 1]
        if row.hasCell, let line = row.line {
            if line == lineCount {
                lineBreaks = 0
                tabs += 1
                isDue = true
            } else {
                requestBreaks(1)
            }
        }
        rows[rows.count - 1].hasCell = true
        isAtStart = true
    }

    mutating func endCell() { isAtStart = false }
}

extension Span<UInt8> {
    fileprivate var hasDirectionControl: Bool {
        for index in indices where self[index] == 0xE2 && directionMark(at: index) != nil { return true }
        return false
    }

    /// The length of a character that text has no use for: a no-break space, a soft hyphen, U+200B or U+FEFF.
    fileprivate func invisibleLength(at index: Int) -> Int {
        switch self[index] {
        case 0xC2:
            index + 1 < count && (self[index + 1] == 0xA0 || self[index + 1] == 0xAD) ? 2 : 0
        case 0xE2:
            index + 2 < count && self[index + 1] == 0x80 && self[index + 2] == 0x8B ? 3 : 0
        case 0xEF:
            index + 2 < count && self[index + 1] == 0xBB && self[index + 2] == 0xBF ? 3 : 0
        default: 0
        }
    }
}
