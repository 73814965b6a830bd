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
    package internal(set) var index = 0
    package internal(set) var name = 0..<0
    package internal(set) var element: HTMLElement?
    package internal(set) var attributes: [Attribute] = []
    package internal(set) var isSelfClosing = false
    private var reference: HTMLReference?
    /// Whether tags are those of SVG or MathML: no raw text elements, but CDATA sections.
    package var isForeign = false
    /// How many octets were looked at.
    package internal(set) var steps = 0

    var content = Content.data
    /// The name whose end tag ends raw text.
    var rawName = 0..<0
    let maxAttributes: Int

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

extension UInt8 {
    /// White space as HTML has it; CR counts, since it is read as a line feed.
    var isHTMLSpace: Bool { isFoldingSpace || self == 0x0C }

    /// Whether the octet ends a tag's name.
    var endsTagName: Bool { isHTMLSpace || self == UInt8(ascii: "/") || self == Octet.greater }
}

extension [UInt8] {
    /// Appends a character in UTF-8.
    mutating func append(scalar: Unicode.Scalar) {
        if let encoded = Unicode.UTF8.encode(scalar) { append(contentsOf: encoded) }
    }
}
