internal import Mail

extension SanitizedHTML {
    /// Makes HTML of plain text: lines stay, `>` becomes quotes, addresses become links.
    ///
    /// - Parameter text: text in UTF-8, lines that belong together joined (RFC 3676 section 4.1).
    public init(plainText text: Span<UInt8>) {
        var writer = PlainTextWriter()
        writer.write(text)
        self.init(html: writer.output.octets, blockedImages: 0, isTruncated: false, steps: writer.steps)
    }
}

/// Plain text to HTML, line by line.
private struct PlainTextWriter {
    private(set) var output = HTMLOutput()
    /// The work of finding addresses and of writing.
    var steps: Int { scanned + output.steps }
    private var scanned = 0
    private var quotes = 0

    /// Quotes within each other that are shown as such.
    private static let maxQuotes = 16
    private static let start = Array(#"<div style="white-space:pre-wrap">"#.utf8)

    mutating func write(_ text: Span<UInt8>) {
        output.reserve(text.count + text.count / 8 + 64, limit: .max)
        output.push(.div, as: .div, tag: Self.start, target: nil)
        var index = 0
        while index < text.count {
            let end = text.lineEnd(from: index, to: text.count)
            let (quotes, start) = Self.quotes(text, index..<end)
            if !changeQuotes(to: quotes), index > 0 { output.write([Octet.lineFeed]) }
            writeLine(text, start..<end)
            scanned += end - index + 1
            index = end + max(1, text.lineBreakLength(at: end))
        }
        output.pop(to: 0)
    }

    /// The number of quote marks before a line (RFC 3676 section 4.5) and where the line itself begins.
    private static func quotes(_ text: Span<UInt8>, _ line: Range<Int>) -> (count: Int, start: Int) {
        var count = 0
        var start = line.lowerBound
        while start < line.upperBound, count < maxQuotes {
            var next = start
            if count > 0, text[next] == Octet.space { next += 1 }
            guard next < line.upperBound, text[next] == Octet.greater else { break }
            count += 1
            start = next + 1
        }
        if count > 0, start < line.upperBound, text[start] == Octet.space { start += 1 }
        return (count, start)
    }

    /// - Returns: whether anything changed.
    private mutating func changeQuotes(to count: Int) -> Bool {
        let isChanged = quotes != count
        while quotes < count {
            output.push(.blockquote)
            quotes += 1
        }
        while quotes > count {
            output.pop()
            quotes -= 1
        }
        return isChanged
    }

    private mutating func writeLine(_ text: Span<UInt8>, _ line: Range<Int>) {
        var written = line.lowerBound
        var index = line.lowerBound
        while index < line.upperBound {
            guard let found = PlainTextLink(text, written..<line.upperBound, at: index) else {
                index += 1
                continue
            }
            scanned += found.scanned
            if let target = found.target {
                output.write(text: text, written..<found.range.lowerBound)
                writeLink(text, found.range, target)
                written = found.range.upperBound
            }
            index = max(found.range.upperBound, index + 1)
        }
        output.write(text: text, written..<line.upperBound)
    }

    private mutating func writeLink(_ text: Span<UInt8>, _ range: Range<Int>, _ target: WebAddress) {
        output.push(.a, as: .a, tag: HTMLSanitizer.linkTag(target), target: target)
        output.write(text: text, range)
        output.pop()
    }
}

/// An address that stands in plain text.
private struct PlainTextLink {
    let range: Range<Int>
    /// Where it leads; `nil` where what looks like an address is none.
    let target: WebAddress?
    /// Octets that were looked at.
    let scanned: Int

    private static let prefixes = ["https://", "http://", "www.", "mailto:"].map { Array($0.utf8) }

    /// Looks for an address whose scheme, or whose at sign, stands at `index`.
    ///
    /// - Parameter bounds: the rest of the line; a mail address does not begin before it.
    init?(_ text: Span<UInt8>, _ bounds: Range<Int>, at index: Int) {
        switch text[index] | 0x20 {
        case UInt8(ascii: "h"), UInt8(ascii: "w"), UInt8(ascii: "m"):
            let isInWord = index > bounds.lowerBound && text[index - 1].isWordOctet
            guard !isInWord, Self.prefixes.contains(where: { text.hasASCII($0, at: index) }) else { return nil }
            self.init(web: text, bounds, at: index)
        case Octet.at | 0x20 where text[index] == Octet.at:
            self.init(mailbox: text, bounds, at: index)
        default:
            return nil
        }
    }

    private init(web text: Span<UInt8>, _ bounds: Range<Int>, at index: Int) {
        var end = index
        while end < bounds.upperBound, text[end] > Octet.space, text[end] != Octet.less, text[end] != Octet.greater,
            text[end] != Octet.quote
        {
            end += 1
        }
        let scanned = 2 * (end - index)
        end = Self.withoutPunctuation(text, index..<end)
        var address: [UInt8] = []
        for position in index..<end { address.append(text[position]) }
        range = index..<end
        target = WebAddress(address)
        self.scanned = scanned
    }

    /// The end of an address without the marks of the sentence around it; a parenthesis that it opens itself stays.
    private static func withoutPunctuation(_ text: Span<UInt8>, _ range: Range<Int>) -> Int {
        var opens = 0
        var closes = 0
        for index in range {
            if text[index] == Octet.openParenthesis { opens += 1 }
            if text[index] == Octet.closeParenthesis { closes += 1 }
        }
        var end = range.upperBound
        trimming: while end > range.lowerBound {
            switch text[end - 1] {
            case Octet.period, Octet.comma, Octet.semicolon, Octet.colon, Octet.question, UInt8(ascii: "!"),
                UInt8(ascii: "'"), UInt8(ascii: "]"), UInt8(ascii: "}"), UInt8(ascii: "*"), UInt8(ascii: "|"):
                end -= 1
            case Octet.closeParenthesis where closes > opens:
                closes -= 1
                end -= 1
            default:
                break trimming
            }
        }
        return end
    }

    private init?(mailbox text: Span<UInt8>, _ bounds: Range<Int>, at index: Int) {
        var start = index
        while start > max(bounds.lowerBound, index - 64), text[start - 1].isLocalPartOctet { start -= 1 }
        while start < index, text[start] == Octet.period { start += 1 }
        var end = index + 1
        let limit = min(bounds.upperBound, index + 256)
        var dot = end
        while end < limit,
            text[end].isASCIILetter || text[end].isASCIIDigit || text[end] == Octet.dash || text[end] == Octet.period
        {
            if text[end] == Octet.period { dot = end }
            end += 1
        }
        let scanned = end - start
        while end > index, text[end - 1] == Octet.period || text[end - 1] == Octet.dash { end -= 1 }
        guard start < index, dot > index + 1, dot + 2 < end else { return nil }
        var address = Array("mailto:".utf8)
        for position in start..<end { address.append(text[position]) }
        range = start..<end
        target = WebAddress(address)
        self.scanned = scanned
    }
}

extension UInt8 {
    fileprivate var isWordOctet: Bool { isASCIILetter || isASCIIDigit || self >= 0x80 }

    /// An octet of a dot-atom as people write mailboxes.
    fileprivate var isLocalPartOctet: Bool {
        isASCIILetter || isASCIIDigit || self == Octet.period || self == UInt8(ascii: "_") || self == UInt8(ascii: "+")
            || self == Octet.dash || self == Octet.percent || self == UInt8(ascii: "'")
    }
}
