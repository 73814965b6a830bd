internal import Mail

/// HTML of a sender to safe HTML in one pass.
///
/// Tokens go in, tags of the list come out; a stack of what is open keeps the output balanced. Implied end tags and
/// the parts of a table follow the standard's tree construction (section 13.2.6) closely enough that a browser builds
/// the tree that was written, and that nothing reaches out of where the output is put.
struct HTMLSanitizer {
    let policy: HTMLPolicy
    private(set) var tokens: HTMLShownTokens
    var output = HTMLOutput()
    var blockedImages = 0

    private var hasBody = false
    /// Open elements that were dropped for their depth.
    private var dropped = 0
    /// Octets that may be spent on opening an element again; the size of the source, which keeps the output linear.
    private var reopeningBudget = 0
    private var steps = 0
    /// Room for the characters of a reference.
    private var characters: [UInt8] = []

    init(policy: HTMLPolicy) {
        self.policy = policy
        tokens = HTMLShownTokens(maxAttributes: policy.maxAttributes)
    }

    mutating func sanitize(_ html: Span<UInt8>) -> SanitizedHTML {
        output.reserve(min(policy.maxOutput, html.count), limit: policy.maxOutput)
        reopeningBudget = html.count
        reading: while !output.isTruncated {
            switch tokens.next(html) {
            case .text(let range): writeText(html, range)
            case .reference: writeReference()
            case .startTag: readStartTag(html)
            case .endTag: readEndTag()
            case .comment, .doctype: break
            case .end: break reading
            }
        }
        while output.top != nil { output.pop() }
        return SanitizedHTML(
            html: output.octets,
            blockedImages: blockedImages,
            isTruncated: output.isTruncated,
            steps: steps + tokens.tokenizer.steps + output.steps
        )
    }

    // MARK: Text

    private mutating func writeText(_ html: Span<UInt8>, _ range: Range<Int>) {
        if output.isInTableFrame, !Self.isBlank(html, range) { openCell() }
        output.write(text: html, range)
    }

    private mutating func writeReference() {
        guard let (first, second) = tokens.tokenizer.characters else { return }
        var octets: [UInt8] = []
        swap(&octets, &characters)
        octets.removeAll(keepingCapacity: true)
        octets.append(scalar: first)
        if let second { octets.append(scalar: second) }
        writeText(octets.span, 0..<octets.count)
        swap(&octets, &characters)
    }

    private static func isBlank(_ html: Span<UInt8>, _ range: Range<Int>) -> Bool {
        for index in range where !html[index].isHTMLSpace { return false }
        return true
    }

    // MARK: Start tags

    private mutating func readStartTag(_ html: Span<UInt8>) {
        guard let element = tokens.tokenizer.element.map(Self.canonical), let name = Self.writtenName(of: element)
        else { return }
        open(element, as: name, html)
    }

    /// The element that older names stand for.
    private static func canonical(_ element: HTMLElement) -> HTMLElement {
        switch element {
        case .image: .img
        case .dir, .menu: .ul
        case .listing, .xmp, .plaintext: .pre
        default: element
        }
    }

    private static let written = HTMLElementSet.blocks.union(.inline).union(.tableParts).union([.br, .img, .wbr])
    /// Blocks whose own meaning is of no use here.
    private static let plainBlocks: HTMLElementSet = [
        .body, .details, .dialog, .fieldset, .form, .hgroup, .legend, .search, .summary,
    ]

    /// The element that is written for one of the source; `nil` for those whose tags are dropped.
    private static func writtenName(of element: HTMLElement) -> HTMLElement? {
        if written.contains(element) { return element }
        return plainBlocks.contains(element) ? .div : nil
    }

    /// Elements that often lack their end tag; such a one is not counted when it is dropped for its depth.
    private static let selfEnding: HTMLElementSet = [
        .p, .li, .dd, .dt, .tr, .td, .th, .thead, .tbody, .tfoot, .colgroup, .caption,
    ]

    private mutating func open(_ element: HTMLElement, as name: HTMLElement, _ html: Span<UInt8>) {
        let isVoid = HTMLElementSet.void.contains(name)
        if !isVoid, dropped > 0 || output.depth >= policy.maxDepth {
            if !Self.selfEnding.contains(element) { dropped += 1 }
            return
        }
        if element == .body {
            guard !hasBody else { return }
            hasBody = true
        }
        guard let tag = startTag(element, as: name, html) else { return }
        guard prepare(for: element, as: name) else { return }
        if isVoid {
            output.write(tag.octets)
        } else {
            output.push(element, as: name, tag: tag.octets, target: policy.namesLinkTargets ? tag.target : nil)
        }
    }

    /// Ends and begins what a start tag implies.
    ///
    /// - Returns: whether the element may stand where it is then.
    private mutating func prepare(for element: HTMLElement, as name: HTMLElement) -> Bool {
        if HTMLElementSet.tableParts.contains(name) { return prepareTable(for: name) }
        if output.isInTableFrame {
            // What stands between the parts of a table is moved before it by a browser. Here a cell is made for
            // content; a form or the like around rows is passed over.
            switch name {
            case .table: output.pop(to: output.last(.table))
            case .img, .a: openCell()
            default: return false
            }
        }
        if HTMLElementSet.blocks.contains(name) { output.popParagraph() }
        switch name {
        case .li: prepareItem(of: [.ul, .ol], [.li])
        case .dd, .dt: prepareItem(of: [.dl], [.dd, .dt])
        case .a: output.popLink()
        default:
            guard HTMLElementSet.headings.contains(name), let top = output.top else { break }
            if HTMLElementSet.headings.contains(top) { output.pop() }
        }
        return true
    }

    /// Ends the item before, and begins the list that is missing: an item alone would end one of the page around.
    private mutating func prepareItem(of lists: [HTMLElement], _ items: HTMLElementSet) {
        if let barrier = output.barrier, items.contains(barrier.name) { output.pop(to: barrier.index) }
        if lists.allSatisfy({ output.last($0) <= output.lastBoundary }) { output.push(lists[0]) }
    }

    private mutating func prepareTable(for name: HTMLElement) -> Bool {
        let table = output.last(.table)
        guard table >= 0 else { return false }
        switch name {
        case .td, .th:
            if output.last(.tr) > table {
                output.pop(to: output.last(.tr) + 1)
            } else {
                enterRowGroup(table)
                output.push(.tr)
            }
        case .tr:
            enterRowGroup(table)
        case .col where output.last(.colgroup) > table:
            output.pop(to: output.last(.colgroup) + 1)
        default:
            output.pop(to: table + 1)
            if name == .col { output.push(.colgroup) }
        }
        return true
    }

    private mutating func enterRowGroup(_ table: Int) {
        let group = max(output.last(.tbody), output.last(.thead), output.last(.tfoot))
        output.pop(to: max(group, table) + 1)
        if group < table { output.push(.tbody) }
    }

    private mutating func openCell() {
        if prepareTable(for: .td) { output.push(.td) }
    }

    // MARK: End tags

    private mutating func readEndTag() {
        guard let element = tokens.tokenizer.element.map(Self.canonical), Self.writtenName(of: element) != nil else {
            return
        }
        if element == .br, !output.isInTableFrame { output.write(Array("<br>".utf8)) }
        guard !HTMLElementSet.void.contains(element), element != .body else { return }
        if dropped > 0 {
            if !Self.selfEnding.contains(element) { dropped -= 1 }
            return
        }
        close(element)
    }

    private mutating func close(_ element: HTMLElement) {
        let index = output.last(element)
        guard index >= 0 else {
            closeOtherHeading(element)
            return
        }
        steps += 1
        if element == .table {
            output.pop(to: index)
        } else if HTMLElementSet.tableParts.contains(element) {
            if index > output.last(.table) { output.pop(to: index) }
        } else if index > output.lastBoundary {
            if HTMLElementSet.inline.contains(element) {
                closeInline(index)
            } else if element != .li || index > max(output.last(.ul), output.last(.ol)) {
                output.pop(to: index)
            }
        }
    }

    /// A heading is ended by the end tag of any other.
    private mutating func closeOtherHeading(_ element: HTMLElement) {
        guard HTMLElementSet.headings.contains(element) else { return }
        let index = [.h1, .h2, .h3, .h4, .h5, .h6].map { output.last($0) }.max() ?? -1
        if index > output.lastBoundary { output.pop(to: index) }
    }

    /// Ends an element of a line: `<b><i></b></i>` goes on in italics, and a block within keeps it open to the
    /// block's end.
    private mutating func closeInline(_ index: Int) {
        guard index > output.lastBlock else {
            output.endLater(index)
            return
        }
        let tags = output.reopenable(above: index, limit: 8)
        output.pop(to: index)
        for tag in tags where tag.octets.count <= reopeningBudget {
            reopeningBudget -= tag.octets.count
            steps += tag.octets.count
            output.push(tag.element, as: tag.element, tag: tag.octets, target: nil)
        }
    }
}
