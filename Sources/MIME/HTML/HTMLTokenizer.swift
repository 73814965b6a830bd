internal import Mail

/// Octets of HTML to tokens, as the HTML standard has it (section 13.2.5), without a tree.
///
/// One pass, no recursion, no copies: a token is a range of the source, and values are decoded when asked for. Each
/// octet is looked at a bounded number of times, whatever is left open. What the standard leaves to the tree's builder
/// is decided here: the content of raw text elements by the start tag, and CDATA sections by `isForeign`.
package struct HTMLTokenizer {
    package enum Token: Equatable {
        /// Characters as they stand in the source, CRs and NULs included.
        case text(Range<Int>)
        /// A character reference within text; `characters` has what it stands for.
        case reference
        /// `name`, `element`, `attributes` and `isSelfClosing` have more.
        case startTag, endTag
        /// The data of a comment, or of what counts as one.
        case comment(Range<Int>)
        /// What follows `<!DOCTYPE`.
        case doctype(Range<Int>)
        case end
    }

    /// How the content of an element is read.
    package enum Content: Sendable {
        case data, escapableRawText, rawText, scriptData, plaintext, cdata
    }

    package struct Attribute {
        package let name: Range<Int>
        /// The value without its quotes, character references not decoded.
        package let value: Range<Int>
    }

    /// The offset up to which the source has become tokens.
    package private(set) var index = 0
    package private(set) var name = 0..<0
    package private(set) var element: HTMLElement?
    package private(set) var attributes: [Attribute] = []
    package private(set) var isSelfClosing = false
    private var reference: HTMLReference?
    /// Whether tags are those of SVG or MathML: no raw text elements, but CDATA sections.
    package var isForeign = false
    /// How many octets were looked at.
    package private(set) var steps = 0

    private var content = Content.data
    /// The name whose end tag ends raw text.
    private var rawName = 0..<0
    private let maxAttributes: Int

    /// - Parameter maxAttributes: attributes of a tag beyond it are passed over.
    package init(maxAttributes: Int = 64) {
        self.maxAttributes = maxAttributes
        attributes.reserveCapacity(maxAttributes)
    }

    /// The characters of the reference that was read last.
    package var characters: (Unicode.Scalar, Unicode.Scalar?)? { reference?.scalars }

    /// Goes back to `offset`, which lies behind a tag.
    mutating func rewind(to offset: Int) {
        index = offset
        content = .data
        isForeign = false
    }

    /// Reads the next token.
    package mutating func next(_ html: Span<UInt8>) -> Token {
        let start = index
        // A tag that does not end is no token, nor is an empty end tag: the next one is.
        while index < html.count {
            let token = content == .data ? readData(html) : readRawText(html)
            guard let token else { continue }
            steps &+= index &- start &+ 1
            return token
        }
        steps &+= index &- start &+ 1
        return .end
    }

    // MARK: Text

    private mutating func readData(_ html: Span<UInt8>) -> Token? {
        let start = index
        if html[start] == Octet.less, Self.beginsMarkup(html, start) { return readMarkup(html) }
        var end = start
        while end < html.count {
            let octet = html[end]
            if octet == Octet.less, end > start, Self.beginsMarkup(html, end) { break }
            if octet == UInt8(ascii: "&"),
                let found = HTMLReference(html, at: end, end: html.count, inAttribute: false)
            {
                guard end == start else { break }
                reference = found
                index = found.end
                return .reference
            }
            end &+= 1
        }
        index = end
        return .text(start..<end)
    }

    /// Whether `<` begins a tag, a comment or a declaration; it is text otherwise.
    private static func beginsMarkup(_ html: Span<UInt8>, _ start: Int) -> Bool {
        guard start + 1 < html.count else { return false }
        switch html[start + 1] {
        case UInt8(ascii: "!"), Octet.question: return true
        case UInt8(ascii: "/"): return start + 2 < html.count
        case let octet: return octet.isASCIILetter
        }
    }

    /// Reads the content of an element whose tags are text.
    private mutating func readRawText(_ html: Span<UInt8>) -> Token? {
        let start = index
        if content == .escapableRawText, html[start] == UInt8(ascii: "&"),
            let found = HTMLReference(html, at: start, end: html.count, inAttribute: false)
        {
            reference = found
            index = found.end
            return .reference
        }
        let end = rawTextEnd(html)
        if content == .cdata {
            index = min(end + 3, html.count)
            content = .data
        } else if end == start {
            content = .data
            return readMarkup(html)
        } else {
            index = end
        }
        return start == end ? nil : .text(start..<end)
    }

    private func rawTextEnd(_ html: Span<UInt8>) -> Int {
        var end = index
        switch content {
        case .scriptData: return scriptEnd(html)
        case .plaintext, .data: return html.count
        case .cdata:
            while end < html.count, !html.hasASCII(Self.cdataEnd, at: end) { end += 1 }
        case .rawText:
            while end < html.count, !isRawTextEnd(html, end) { end += 1 }
        case .escapableRawText:
            while end < html.count, !isRawTextEnd(html, end) {
                if html[end] == UInt8(ascii: "&"), end > index,
                    HTMLReference(html, at: end, end: html.count, inAttribute: false) != nil
                {
                    break
                }
                end += 1
            }
        }
        return end
    }

    private static let cdataEnd = Array("]]>".utf8)

    /// Whether the end tag of the raw text element lies at `start`.
    private func isRawTextEnd(_ html: Span<UInt8>, _ start: Int) -> Bool {
        guard html[start] == Octet.less, start + 1 < html.count, html[start + 1] == UInt8(ascii: "/") else {
            return false
        }
        let end = start + 2 + rawName.count
        guard end < html.count, html[end].endsTagName else { return false }
        for offset in 0..<rawName.count
        where html[start + 2 + offset].asciiLowercased != html[rawName.lowerBound + offset].asciiLowercased {
            return false
        }
        return true
    }

    /// The end of a script's text; `<!--` and a `<script` behind it hide the end tag.
    private func scriptEnd(_ html: Span<UInt8>) -> Int {
        var escapes = 0
        var dashes = 0
        var end = index
        while end < html.count {
            let octet = html[end]
            if octet == Octet.less {
                dashes = 0
                if escapes < 2, isRawTextEnd(html, end) { return end }
                if escapes == 0, html.hasASCII(Self.commentStart, at: end) {
                    escapes = 1
                    dashes = 2
                    end += 3
                } else if escapes == 1, Self.hasScriptName(html, end + 1) {
                    escapes = 2
                } else if escapes == 2, end + 1 < html.count, html[end + 1] == UInt8(ascii: "/"),
                    Self.hasScriptName(html, end + 2)
                {
                    escapes = 1
                }
            } else if octet == Octet.dash {
                dashes += 1
            } else {
                if octet == Octet.greater, dashes >= 2 { escapes = 0 }
                dashes = 0
            }
            end += 1
        }
        return end
    }

    private static let commentStart = Array("<!--".utf8)
    private static let scriptName = Array("script".utf8)

    private static func hasScriptName(_ html: Span<UInt8>, _ start: Int) -> Bool {
        start + 6 < html.count && html.hasASCII(scriptName, at: start) && html[start + 6].endsTagName
    }
}

// MARK: - Tags

extension HTMLTokenizer {
    /// Reads what begins with `<` and is no text.
    fileprivate mutating func readMarkup(_ html: Span<UInt8>) -> Token? {
        let octet = html[index + 1]
        if octet.isASCIILetter { return readTag(html, isEnd: false) }
        if octet == UInt8(ascii: "!") { return readDeclaration(html) }
        if octet == Octet.question { return readBogusComment(html, from: index + 1) }
        let first = html[index + 2]
        if first.isASCIILetter { return readTag(html, isEnd: true) }
        if first == Octet.greater {
            index += 3
            return nil
        }
        return readBogusComment(html, from: index + 2)
    }

    private mutating func readTag(_ html: Span<UInt8>, isEnd: Bool) -> Token? {
        let start = index + (isEnd ? 2 : 1)
        var end = start
        while end < html.count, !html[end].endsTagName { end &+= 1 }
        name = start..<end
        attributes.removeAll(keepingCapacity: true)
        isSelfClosing = false
        index = end
        guard readAttributes(html) else {
            index = html.count
            return nil
        }
        element = HTMLElement.named(html, name)
        guard !isEnd else { return .endTag }
        if let element, !isForeign {
            content = element.content
            rawName = name
        }
        return .startTag
    }

    /// Reads attributes up to and with the tag's `>`.
    ///
    /// - Returns: whether the tag ends.
    private mutating func readAttributes(_ html: Span<UInt8>) -> Bool {
        while index < html.count {
            let octet = html[index]
            if octet == Octet.greater {
                index &+= 1
                return true
            }
            if octet == UInt8(ascii: "/") {
                index &+= 1
                if index < html.count, html[index] == Octet.greater { isSelfClosing = true }
            } else if octet.isHTMLSpace {
                index &+= 1
            } else if !readAttribute(html) {
                return false
            }
        }
        return false
    }

    private mutating func readAttribute(_ html: Span<UInt8>) -> Bool {
        let start = index
        var end = start &+ 1
        while end < html.count, !html[end].endsTagName, html[end] != Octet.equals { end &+= 1 }
        let name = start..<end
        while end < html.count, html[end].isHTMLSpace { end &+= 1 }
        var value = end..<end
        if end < html.count, html[end] == Octet.equals {
            end &+= 1
            while end < html.count, html[end].isHTMLSpace { end &+= 1 }
            guard end < html.count else { return false }
            let quote = html[end]
            let isQuoted = quote == Octet.quote || quote == UInt8(ascii: "'")
            let lower = isQuoted ? end &+ 1 : end
            end = lower
            if isQuoted {
                while end < html.count, html[end] != quote { end &+= 1 }
                guard end < html.count else { return false }
            } else {
                while end < html.count, !html[end].isHTMLSpace, html[end] != Octet.greater { end &+= 1 }
            }
            value = lower..<end
            if isQuoted { end &+= 1 }
        }
        index = end
        if attributes.count < maxAttributes { attributes.append(Attribute(name: name, value: value)) }
        return true
    }

    /// Appends the value of an attribute with its character references decoded.
    package func appendValue(of attribute: Attribute, in html: Span<UInt8>, to value: inout [UInt8]) {
        var position = attribute.value.lowerBound
        let end = attribute.value.upperBound
        while position < end {
            let octet = html[position]
            if octet == UInt8(ascii: "&"),
                let found = HTMLReference(html, at: position, end: end, inAttribute: true)
            {
                value.append(scalar: found.scalars.0)
                if let second = found.scalars.1 { value.append(scalar: second) }
                position = found.end
                continue
            }
            position += 1
            if octet == 0 {
                value.append(scalar: "\u{FFFD}")
            } else if octet != Octet.carriageReturn {
                value.append(octet)
            } else if position == end || html[position] != Octet.lineFeed {
                value.append(Octet.lineFeed)
            }
        }
    }

    // MARK: Comments and declarations

    private mutating func readDeclaration(_ html: Span<UInt8>) -> Token? {
        let start = index + 2
        if start + 1 < html.count, html[start] == Octet.dash, html[start + 1] == Octet.dash {
            return readComment(html, from: start + 2)
        }
        if html.hasASCII(Self.doctypeName, at: start) {
            let data = start + Self.doctypeName.count
            let end = Self.firstGreater(html, data)
            index = min(end + 1, html.count)
            return .doctype(data..<end)
        }
        if isForeign, html.hasASCII(Self.cdataStart, at: start), html.extracting(start..<start + 7).isUppercaseCDATA {
            content = .cdata
            index = start + Self.cdataStart.count
            return nil
        }
        return readBogusComment(html, from: start)
    }

    private static let doctypeName = Array("doctype".utf8)
    private static let cdataStart = Array("[cdata[".utf8)

    private static func firstGreater(_ html: Span<UInt8>, _ start: Int) -> Int {
        var end = start
        while end < html.count, html[end] != Octet.greater { end += 1 }
        return end
    }

    private mutating func readBogusComment(_ html: Span<UInt8>, from start: Int) -> Token {
        let end = Self.firstGreater(html, start)
        index = min(end + 1, html.count)
        return .comment(start..<end)
    }

    /// Reads a comment from behind its `<!--`; it ends at `-->` or `--!>`, and `<!-->` and `<!--->` are whole.
    private mutating func readComment(_ html: Span<UInt8>, from start: Int) -> Token {
        for length in 0...1 where start + length < html.count && html[start + length] == Octet.greater {
            if length == 0 || html[start] == Octet.dash {
                index = start + length + 1
                return .comment(start..<start)
            }
        }
        var end = start
        var dashes = 0
        while end < html.count {
            let octet = html[end]
            if dashes >= 2 {
                let isBang = octet == UInt8(ascii: "!") && end + 1 < html.count && html[end + 1] == Octet.greater
                if octet == Octet.greater || isBang {
                    index = end + (isBang ? 2 : 1)
                    return .comment(start..<end - 2)
                }
            }
            dashes = octet == Octet.dash ? dashes + 1 : 0
            end += 1
        }
        index = end
        return .comment(start..<end - min(dashes, 2))
    }
}

extension UInt8 {
    /// White space as HTML has it; CR counts, since it is read as a line feed.
    var isHTMLSpace: Bool { isFoldingSpace || self == 0x0C }

    /// Whether the octet ends a tag's name.
    fileprivate var endsTagName: Bool { isHTMLSpace || self == UInt8(ascii: "/") || self == Octet.greater }
}

extension Span<UInt8> {
    fileprivate var isUppercaseCDATA: Bool {
        for index in indices where self[index].isASCIILetter && self[index] & 0x20 != 0 { return false }
        return true
    }
}

extension [UInt8] {
    /// Appends a character in UTF-8.
    mutating func append(scalar: Unicode.Scalar) {
        if let encoded = Unicode.UTF8.encode(scalar) { append(contentsOf: encoded) }
    }
}
