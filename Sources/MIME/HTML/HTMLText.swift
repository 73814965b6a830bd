internal import Mail

/// The readable text of HTML: lists, tables, links and quotes keep their form.
///
/// Blocks become lines, white space collapses, items get their mark, cells of a row are parted by tabs, quotes get
/// `>`, and a link is followed by its address in angle brackets (RFC 3986 appendix C). One pass, no tree. What a
/// reader of the page would not see, such as scripts, titles and `display:none`, is left out.
package struct HTMLText {
    private var lines: HTMLTextLines
    private var tokens = HTMLShownTokens(maxAttributes: 64)
    private var links: [Link] = []
    /// What the pictures outside of links say, line by line, for a page that has no text.
    private var pictures: [UInt8] = []

    /// A link whose text is being written.
    private struct Link {
        let target: WebAddress
        /// Where the text begins in the output.
        let start: Int
        /// What a picture in the link says.
        var alternative: [UInt8] = []
    }

    private init(limit: Int) {
        lines = HTMLTextLines(limit: limit)
    }

    /// Turns HTML in UTF-8 into text in UTF-8.
    static func text(of html: Span<UInt8>, limit: Int) -> (text: [UInt8], isTruncated: Bool) {
        let (text, isTruncated, _) = countedText(of: html, limit: limit)
        return (text, isTruncated)
    }

    /// Turns HTML into text and counts the octets that were looked at and written.
    package static func countedText(
        of html: Span<UInt8>,
        limit: Int
    ) -> (text: [UInt8], isTruncated: Bool, steps: Int) {
        var converter = HTMLText(limit: limit)
        converter.convert(html)
        let steps = converter.tokens.tokenizer.steps + converter.lines.steps
        return (converter.lines.octets, converter.lines.isTruncated, steps)
    }

    private mutating func convert(_ html: Span<UInt8>) {
        reading: while !lines.isTruncated {
            switch tokens.next(html) {
            case .text(let range): lines.write(html, range)
            case .reference: writeReference()
            case .startTag: readStartTag(html)
            case .endTag: readEndTag()
            case .comment, .doctype: break
            case .end: break reading
            }
        }
        while !links.isEmpty, !lines.isTruncated { endLink() }
        writePictures()
        lines.finish()
    }

    private mutating func writeReference() {
        guard let (first, second) = tokens.tokenizer.characters else { return }
        // Fillers of newsletters, and references that stand for no character.
        if first == "\u{200C}" || first == "\u{FFFD}" { return }
        var octets: [UInt8] = []
        octets.append(scalar: first)
        if let second { octets.append(scalar: second) }
        lines.write(octets.span, 0..<octets.count)
    }

    // MARK: Tags

    private mutating func readStartTag(_ html: Span<UInt8>) {
        guard let element = tokens.tokenizer.element else { return }
        if isHidden(element, html) { tokens.skipElement() } else { open(element, html) }
    }

    /// Elements that are left out when they are not displayed, as the preview lines of newsletters are.
    private static let hideable: HTMLElementSet = [
        .a, .article, .b, .blockquote, .center, .div, .em, .font, .i, .p, .section, .small, .span, .strong, .table,
    ]

    /// What a style needs to be read; a text shows no pictures.
    private static let policy = HTMLPolicy()

    private mutating func isHidden(_ element: HTMLElement, _ html: Span<UInt8>) -> Bool {
        Self.hideable.contains(element) && isHidden(html)
    }

    /// Whether the start tag says that its element is not displayed.
    private mutating func isHidden(_ html: Span<UInt8>) -> Bool {
        for attribute in tokens.tokenizer.attributes {
            switch HTMLAttribute.named(html, attribute.name) {
            case .hidden: return true
            case .style:
                guard attribute.value.count < 16_384 else { continue }
                var value: [UInt8] = []
                tokens.tokenizer.appendValue(of: attribute, in: html, to: &value)
                lines.charge(value.count)
                if CSSDeclarations(value.span, policy: Self.policy).isHidden { return true }
            default: continue
            }
        }
        return false
    }

    private mutating func open(_ element: HTMLElement, _ html: Span<UInt8>) {
        switch element {
        case .a:
            if !links.isEmpty { endLink() }
            if let value = value(of: .href, html), let target = WebAddress(value), target.isLinkTarget {
                links.append(Link(target: target, start: lines.octets.count))
            }
        case .img, .image:
            if let value = value(of: .alt, html) { readAlternative(value, html) }
        case .li: lines.beginItem(number: value(of: .value, html).flatMap(Self.number))
        case .ol: lines.beginList(from: value(of: .start, html).flatMap(Self.number) ?? 1)
        case .ul, .menu, .dir: lines.beginList(from: nil)
        case .table: lines.beginTable()
        case .tr: lines.beginRow()
        case .td, .th: lines.beginCell()
        case .blockquote: lines.beginQuote()
        case .pre, .listing, .xmp, .plaintext: lines.beginPreformatted()
        case .br: lines.breakLine()
        default: endLines(around: element)
        }
    }

    private mutating func readEndTag() {
        guard let element = tokens.tokenizer.element else { return }
        switch element {
        case .a: if !links.isEmpty { endLink() }
        case .li: lines.endItem()
        case .ol, .ul, .menu, .dir: lines.endList()
        case .table: lines.endTable()
        case .tr: lines.endRow()
        case .td, .th: lines.endCell()
        case .blockquote: lines.endQuote()
        case .pre, .listing, .xmp: lines.endPreformatted()
        case .br: lines.breakLine()
        default: endLines(around: element)
        }
    }

    private static let paragraphs: HTMLElementSet = [.p, .h1, .h2, .h3, .h4, .h5, .h6, .dl]
    private static let ownLines: HTMLElementSet = [
        .address, .article, .aside, .body, .caption, .center, .dd, .details, .dialog, .div, .dt, .fieldset, .figcaption,
        .figure, .footer, .form, .header, .hr, .legend, .main, .nav, .option, .section, .summary, .tbody, .thead,
    ]

    private mutating func endLines(around element: HTMLElement) {
        if Self.paragraphs.contains(element) {
            lines.endParagraph()
        } else if Self.ownLines.contains(element) {
            lines.endLine()
        }
    }

    private mutating func value(of wanted: HTMLAttribute, _ html: Span<UInt8>) -> [UInt8]? {
        for attribute in tokens.tokenizer.attributes where HTMLAttribute.named(html, attribute.name) == wanted {
            guard attribute.value.count < 16_384 else { return nil }
            var value: [UInt8] = []
            tokens.tokenizer.appendValue(of: attribute, in: html, to: &value)
            lines.charge(value.count)
            return value
        }
        return nil
    }

    private static func number(_ value: [UInt8]) -> Int? {
        value.count <= 5 ? Int(String(decoding: value, as: UTF8.self)) : nil
    }

    // MARK: Links and pictures

    /// The longest text of a picture that is shown.
    private static let maximumAlternative = 200
    /// How much the pictures of a page without text may say.
    private static let maximumPictures = 4096

    /// A picture's text is shown where it is an emoji, in a link that has no other, and on a page that has no other.
    private mutating func readAlternative(_ value: [UInt8], _ html: Span<UInt8>) {
        if value.count <= 32, !value.isEmpty, value.allSatisfy({ $0 >= 0x80 }) {
            lines.write(value.span, 0..<value.count)
            return
        }
        guard value.count <= Self.maximumAlternative else { return }
        if let last = links.indices.last {
            if links[last].alternative.isEmpty { links[last].alternative = value }
        } else if pictures.count + value.count < Self.maximumPictures, !isDot(html), !isHidden(html) {
            pictures += value.map { $0.isHTMLSpace ? Octet.space : $0 } + [Octet.lineFeed]
        }
    }

    /// Whether a picture is too small to be seen, as those are that tell the sender when a mail is read.
    private mutating func isDot(_ html: Span<UInt8>) -> Bool {
        for side in [HTMLAttribute.width, .height] {
            let digits = value(of: side, html)?.drop(while: \.isHTMLSpace).prefix(while: \.isASCIIDigit) ?? []
            if let size = Self.number(Array(digits)), size <= 2 { return true }
        }
        return false
    }

    private mutating func writePictures() {
        guard !pictures.isEmpty, !lines.isTruncated, !VisibleText.isSeen(lines.octets) else { return }
        for line in pictures.split(separator: Octet.lineFeed) {
            lines.endLine()
            let line = Array(line)
            lines.write(line.span, 0..<line.count)
        }
    }

    private mutating func endLink() {
        guard let link = links.popLast() else { return }
        if lines.octets.count == link.start {
            guard link.alternative.contains(where: { !$0.isHTMLSpace }) else { return }
            lines.write(link.alternative.span, 0..<link.alternative.count)
        }
        lines.markDirections(from: link.start)
        let text = lines.text(from: link.start)
        let address = link.target.shown
        guard address.count <= 1000, link.target.host?.isSuspicious == true || !Self.isShown(link.target, in: text)
        else {
            return
        }
        lines.append(address: address)
    }

    /// Whether the text of a link says where it leads.
    private static func isShown(_ target: WebAddress, in text: [UInt8]) -> Bool {
        var address = target.shown[...]
        if target.scheme == .mailto || target.scheme == .tel {
            address = address.prefix { $0 != Octet.question }.drop { $0 != Octet.colon }.dropFirst()
            if target.scheme == .tel { return true }
        }
        return bare(address).elementsEqual(bare(text[...]))
    }

    /// An address without its scheme, `www.`, the last slash and blanks, in lower case.
    private static func bare(_ address: ArraySlice<UInt8>) -> [UInt8] {
        var result = address.filter { !$0.isHTMLSpace }.map(\.asciiLowercased)
        for prefix in ["https://", "http://", "mailto:", "www."] where result.starts(with: prefix.utf8) {
            result.removeFirst(prefix.utf8.count)
        }
        if result.last == UInt8(ascii: "/") { result.removeLast() }
        return result
    }
}
