internal import Mail

/// Rough text of HTML: what a reader needs until the page itself is shown.
///
/// Tags are dropped, blocks become lines, white space collapses, character references are decoded; the content of
/// `script`, `style`, `head`'s title and comments is left out. One pass, no tree.
struct HTMLText {
    private var output: [UInt8] = []
    /// A space is due before the next character.
    private var needsSpace = false
    /// Line ends due before the next character.
    private var pendingLines = 0
    private let limit: Int
    /// Whether the limit was met.
    private(set) var isTruncated = false
    /// How many `pre` elements are open.
    private var preformatted = 0

    init(limit: Int) {
        self.limit = limit
    }

    /// Turns HTML in UTF-8 into text in UTF-8.
    static func text(of html: Span<UInt8>, limit: Int) -> (text: [UInt8], isTruncated: Bool) {
        var converter = HTMLText(limit: limit)
        converter.convert(html)
        return (converter.output, converter.isTruncated)
    }

    private mutating func convert(_ html: Span<UInt8>) {
        output.reserveCapacity(min(limit, html.count / 2))
        var index = 0
        while index < html.count, !isTruncated {
            let octet = html[index]
            if octet == Octet.less {
                index = readMarkup(html, index)
            } else if octet == UInt8(ascii: "&") {
                index = readReference(html, index)
            } else if octet > Octet.space, octet != 0x7F, pendingLines == 0, !needsSpace, output.count < limit {
                // A character within a word, as most are.
                output.append(octet)
                index += 1
            } else {
                append(octet)
                index += 1
            }
        }
    }

    private mutating func append(_ octet: UInt8) {
        if octet == Octet.lineFeed, preformatted > 0 {
            pendingLines += 1
            return
        }
        if octet.isFoldingSpace || octet == 0x0C {
            needsSpace = true
            return
        }
        guard octet >= Octet.space, octet != 0x7F else { return }
        if pendingLines > 0 {
            if !output.isEmpty { for _ in 0..<min(pendingLines, 2) { output.append(Octet.lineFeed) } }
            pendingLines = 0
        } else if needsSpace, let last = output.last, last != Octet.lineFeed {
            output.append(Octet.space)
        }
        needsSpace = false
        guard output.count < limit else {
            isTruncated = true
            return
        }
        output.append(octet)
    }

    // MARK: Markup

    /// Reads what begins with `<`.
    ///
    /// - Returns: the offset behind it.
    private mutating func readMarkup(_ html: Span<UInt8>, _ start: Int) -> Int {
        var index = start + 1
        guard index < html.count else {
            append(Octet.less)
            return index
        }
        let isClosing = html[index] == UInt8(ascii: "/")
        if isClosing { index += 1 }
        guard index < html.count, html[index].isASCIILetter else {
            if index < html.count, html[index] == UInt8(ascii: "!") || html[index] == UInt8(ascii: "?") || isClosing {
                return Self.declarationEnd(html, index, isClosing: isClosing)
            }
            append(Octet.less)
            return start + 1
        }
        let nameStart = index
        var key: UInt64 = 0
        while index < html.count, html[index].isASCIILetter || html[index].isASCIIDigit {
            if index - nameStart < 8 { key = key << 8 | UInt64(html[index].asciiLowercased) }
            index += 1
        }
        let nameEnd = index
        index = Self.tagEnd(html, index)
        guard let element = Self.elements[key] else { return index }
        apply(element, isClosing: isClosing)
        guard element == .hidden, !isClosing else { return index }
        var name: [UInt8] = []
        for position in nameStart..<nameEnd { name.append(html[position].asciiLowercased) }
        return Self.elementEnd(html, index, name)
    }

    private static func declarationEnd(_ html: Span<UInt8>, _ start: Int, isClosing: Bool) -> Int {
        if !isClosing, start + 2 < html.count, html[start + 1] == Octet.dash, html[start + 2] == Octet.dash {
            // A comment; `<!-->` and `<!--->` are whole.
            var index = start + 3
            while index < html.count {
                if html[index] == Octet.greater, html[index - 1] == Octet.dash,
                    html[index - 2] == Octet.dash
                {
                    return index + 1
                }
                index += 1
            }
            return html.count
        }
        var index = start
        while index < html.count, html[index] != Octet.greater { index += 1 }
        return min(index + 1, html.count)
    }

    /// The offset behind a tag's `>`, which does not end it inside a quoted attribute value.
    private static func tagEnd(_ html: Span<UInt8>, _ start: Int) -> Int {
        var index = start
        var quote: UInt8 = 0
        var previous: UInt8 = 0
        while index < html.count {
            let octet = html[index]
            if quote != 0 {
                if octet == quote { quote = 0 }
            } else if octet == Octet.greater {
                return index + 1
            } else if octet == Octet.quote || octet == UInt8(ascii: "'"), previous == Octet.equals {
                quote = octet
            }
            if !octet.isFoldingSpace { previous = octet }
            index += 1
        }
        return html.count
    }

    /// The offset behind the closing tag of an element whose content is no text.
    private static func elementEnd(_ html: Span<UInt8>, _ start: Int, _ name: [UInt8]) -> Int {
        var index = start
        while index + 1 < html.count {
            if html[index] == Octet.less, html[index + 1] == UInt8(ascii: "/"), html.hasASCII(name, at: index + 2) {
                return tagEnd(html, index + 2 + name.count)
            }
            index += 1
        }
        return html.count
    }

    /// What an element does to the text around it.
    private enum Element {
        /// Its content is no text.
        case hidden
        case paragraph, preformatted, line, lineBreak, item, cell
    }

    /// The elements that matter by the first eight letters of their names, which tell them apart.
    private static let elements: [UInt64: Element] = {
        let names: [(Element, String)] = [
            (.hidden, "script style title noscript template textarea select"),
            (.paragraph, "p h1 h2 h3 h4 h5 h6 ul ol blockquote table"),
            (.preformatted, "pre"),
            (
                .line,
                "div tr hr dt dd dl section article header footer address form center figure caption option body "
                    + "thead tbody"
            ),
            (.lineBreak, "br"), (.item, "li"), (.cell, "td th"),
        ]
        var table: [UInt64: Element] = [:]
        for (element, list) in names {
            for name in list.split(separator: " ") {
                table[name.utf8.prefix(8).reduce(0) { $0 << 8 | UInt64($1) }] = element
            }
        }
        return table
    }()

    private mutating func apply(_ element: Element, isClosing: Bool) {
        switch element {
        case .hidden: return
        case .lineBreak: pendingLines += 1
        case .line: pendingLines = max(1, pendingLines)
        case .item:
            pendingLines = max(1, pendingLines)
            guard !isClosing else { return }
            append(Octet.dash)
            needsSpace = true
        case .paragraph: pendingLines = max(2, pendingLines)
        case .preformatted:
            pendingLines = max(2, pendingLines)
            preformatted = max(0, preformatted + (isClosing ? -1 : 1))
        case .cell: needsSpace = true
        }
    }

    // MARK: Character references

    /// Reads a character reference at `&`.
    ///
    /// - Returns: the offset behind it, or behind the `&` when it is none.
    private mutating func readReference(_ html: Span<UInt8>, _ start: Int) -> Int {
        var index = start + 1
        if index < html.count, html[index] == UInt8(ascii: "#") {
            index += 1
            let isHex = index < html.count && html[index] | 0x20 == UInt8(ascii: "x")
            if isHex { index += 1 }
            let digits = index
            var value: UInt32 = 0
            while index < html.count, let digit = html[index].hexValue, isHex || digit < 10 {
                value = min(value * (isHex ? 16 : 10) + UInt32(digit), 0x11_0000)
                index += 1
            }
            if index > digits {
                append(reference: value)
                return index < html.count && html[index] == Octet.semicolon ? index + 1 : index
            }
        } else {
            let limit = min(html.count, start + 12)
            while index < limit, html[index].isASCIILetter || html[index].isASCIIDigit { index += 1 }
            if index > start + 1, index < html.count, html[index] == Octet.semicolon {
                var name: [UInt8] = []
                for position in start + 1..<index { name.append(html[position]) }
                if let value = HTMLReference.named[String(decoding: name, as: UTF8.self)] {
                    append(reference: value)
                    return index + 1
                }
            }
        }
        append(UInt8(ascii: "&"))
        return start + 1
    }

    private mutating func append(reference value: UInt32) {
        var value = value
        // HTML: numbers in the C1 range mean windows-1252.
        if (0x80...0x9F).contains(value) {
            var decoded: [UInt8] = []
            _ = CharsetDecoder.decode([UInt8(value)].span, as: .windows1252, appendingTo: &decoded)
            for octet in decoded { append(octet) }
            return
        }
        // A space that does not break is shown as any other; a soft hyphen and joiners are not shown.
        if value == 0xA0 { value = 0x20 }
        if value == 0xAD || value == 0x200B || value == 0x200C || value == 0xFEFF { return }
        guard let scalar = Unicode.Scalar(value), value != 0 else { return }
        for octet in String(Character(scalar)).utf8 { append(octet) }
    }
}
