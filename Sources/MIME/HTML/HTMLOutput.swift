internal import Mail

/// The output of the sanitiser: octets, and the elements that are open in them.
struct HTMLOutput {
    struct Open {
        let element: HTMLElement
        /// The name that is written.
        let name: HTMLElement
        /// Where the start tag stands in the output.
        let tag: Range<Int>
        /// The open element of the same kind below; likewise the other three.
        let previous: Int
        let previousBlock: Int
        let previousBoundary: Int
        let previousBarrier: Int
        /// The end tag was met within a block that is still open.
        var endsLater = false
    }

    private(set) var octets: [UInt8] = []
    private(set) var isTruncated = false
    private(set) var steps = 0
    private var stack: [Open] = []
    private var links: [HTMLLinkText] = []
    private var limit = Int.max
    /// Octets that the end tags of what is open will take.
    private var endSize = 0

    /// The positions of the innermost open elements by kind.
    private var lastByElement = [Int](repeating: -1, count: HTMLElement.allCases.count)
    /// The innermost block, part of a table included.
    private(set) var lastBlock = -1
    /// The innermost table, cell or caption, which end tags of other elements do not reach across.
    private(set) var lastBoundary = -1
    private var lastBarrier = -1

    private static let blocks = HTMLElementSet.blocks.union(.tableParts)
    private static let boundaries = HTMLElementSet.cells.union([.table])
    /// What an item's start tag does not look through for the item before.
    private static let lookedThrough = HTMLElementSet.inline.union([.address, .div, .p])

    mutating func reserve(_ count: Int, limit: Int) {
        octets.reserveCapacity(count)
        self.limit = limit
    }

    var depth: Int { stack.count }

    /// The name of the innermost element.
    var top: HTMLElement? { stack.last?.name }

    /// The position of the innermost open element of a kind, or -1.
    func last(_ element: HTMLElement) -> Int { lastByElement[Int(element.rawValue)] }

    /// Whether nothing but parts of a table may come next.
    var isInTableFrame: Bool { top.map { HTMLElementSet.tableFrames.contains($0) } ?? false }

    /// The innermost element that a list item does not look through.
    var barrier: (index: Int, name: HTMLElement)? {
        lastBarrier < 0 ? nil : (lastBarrier, stack[lastBarrier].name)
    }

    // MARK: Elements

    private mutating func hasRoom(_ count: Int) -> Bool {
        if octets.count + count + endSize > limit { isTruncated = true }
        return !isTruncated
    }

    /// Writes a tag that opens nothing.
    mutating func write(_ tag: [UInt8]) {
        guard hasRoom(tag.count) else { return }
        octets.append(copying: tag.span)
        steps += tag.count
    }

    /// Opens an element without attributes.
    mutating func push(_ name: HTMLElement) {
        push(name, as: name, tag: name.startTag, target: nil)
    }

    /// Opens an element.
    ///
    /// - Parameter target: where a link leads.
    mutating func push(_ element: HTMLElement, as name: HTMLElement, tag: [UInt8], target: WebAddress?) {
        let end = name.endTag.count + (target.map(HTMLLinkText.maxNotice) ?? 0)
        guard hasRoom(tag.count + end) else { return }
        let start = octets.count
        octets.append(copying: tag.span)
        steps += tag.count
        endSize += end
        stack.append(
            Open(
                element: element,
                name: name,
                tag: start..<octets.count,
                previous: last(element),
                previousBlock: lastBlock,
                previousBoundary: lastBoundary,
                previousBarrier: lastBarrier
            )
        )
        let index = stack.count - 1
        lastByElement[Int(element.rawValue)] = index
        if Self.blocks.contains(name) { lastBlock = index }
        if Self.boundaries.contains(name) { lastBoundary = index }
        if !Self.lookedThrough.contains(name) { lastBarrier = index }
        if name == .a, let target { links.append(HTMLLinkText(target: target)) }
    }

    /// Closes the innermost element, and those below that were to end with it.
    mutating func pop() {
        repeat {
            guard let open = stack.popLast() else { return }
            let endTag = open.name.endTag
            octets.append(copying: endTag.span)
            steps += endTag.count
            endSize -= endTag.count
            // An element that ends later is no longer the last of its kind.
            if !open.endsLater { lastByElement[Int(open.element.rawValue)] = open.previous }
            lastBlock = open.previousBlock
            lastBoundary = open.previousBoundary
            lastBarrier = open.previousBarrier
            if open.name == .a, let link = links.popLast() {
                endSize -= HTMLLinkText.maxNotice(link.target)
                octets += link.notice
                steps += link.text.count
            }
        } while stack.last?.endsLater == true
    }

    /// Closes the element at `index` and all within; an index beyond the innermost closes none.
    mutating func pop(to index: Int) {
        while stack.count > max(index, 0) { pop() }
    }

    /// Closes the innermost link of the table cell, also one that was to end later: none may lie in another.
    mutating func popLink() {
        guard !links.isEmpty, let index = stack.lastIndex(where: { $0.name == .a }), index > lastBoundary else {
            return
        }
        pop(to: index)
    }

    /// Closes the open paragraph of the innermost table cell, if there is one.
    mutating func popParagraph() {
        if last(.p) > lastBoundary { pop(to: last(.p)) }
    }

    /// Lets an element end with the block that is open within.
    mutating func endLater(_ index: Int) {
        stack[index].endsLater = true
        lastByElement[Int(stack[index].element.rawValue)] = stack[index].previous
    }

    /// The start tags of the elements above `index` that go on when it ends, the outermost first.
    mutating func reopenable(above index: Int, limit: Int) -> [(element: HTMLElement, octets: [UInt8])] {
        var tags: [(element: HTMLElement, octets: [UInt8])] = []
        for open in stack[(index + 1)...].suffix(limit) where open.name != .a && !open.endsLater {
            tags.append((open.element, Array(octets[open.tag])))
        }
        steps += tags.count
        return tags
    }

    // MARK: Text

    /// Writes text, escaped, with LF as the line's end and without other controls.
    mutating func write(text source: Span<UInt8>, _ range: Range<Int>) {
        steps += range.count
        let isLink = !links.isEmpty
        if isLink { links[links.count - 1].append(source, range) }
        var start = range.lowerBound
        var index = start
        while index < range.upperBound {
            let octet = source[index]
            if octet > Octet.greater, octet != 0x7F, octet != 0xE2 || !isLink {
                index &+= 1
                continue
            }
            guard let (replacement, length) = Self.replacement(source, index, isLink) else {
                index &+= 1
                continue
            }
            append(source, start..<index)
            if hasRoom(replacement.count) { octets.append(copying: replacement.span) }
            index += length
            start = index
        }
        append(source, start..<index)
    }

    /// What is written for a character that may not stand for itself, and the octets it takes in the source.
    private static func replacement(_ source: Span<UInt8>, _ index: Int, _ isLink: Bool) -> ([UInt8], Int)? {
        switch source[index] {
        case UInt8(ascii: "&"): return (ampersand, 1)
        case Octet.less: return (less, 1)
        case Octet.greater: return (greater, 1)
        case Octet.tab, Octet.lineFeed: return nil
        case Octet.carriageReturn:
            let isPair = index + 1 < source.count && source[index + 1] == Octet.lineFeed
            return (isPair ? [] : [Octet.lineFeed], 1)
        case 0..<Octet.space, 0x7F: return ([], 1)
        case 0xE2: return source.directionMark(at: index).map { ($0, 3) }
        default: return nil
        }
    }

    static let ampersand = Array("&amp;".utf8)
    static let less = Array("&lt;".utf8)
    static let greater = Array("&gt;".utf8)
    static let quote = Array("&quot;".utf8)

    /// Appends octets as they are, as many characters as there is room for.
    private mutating func append(_ source: Span<UInt8>, _ range: Range<Int>) {
        guard !isTruncated else { return }
        var end = range.upperBound
        let room = limit - endSize - octets.count
        if range.count > room {
            isTruncated = true
            end = range.lowerBound + max(room, 0)
            while end > range.lowerBound, source[end] & 0xC0 == 0x80 { end -= 1 }
        }
        octets.append(copying: source.extracting(range.lowerBound..<end))
    }
}

extension Span<UInt8> {
    /// What is shown for the control at `offset` that turns the direction of what follows, which takes three octets.
    func directionMark(at offset: Int) -> [UInt8]? {
        guard offset + 2 < count, self[offset] == 0xE2, self[offset + 1] & 0xFE == 0x80 else { return nil }
        let value = 0x2000 | UInt32(self[offset + 1] & 0x3F) << 6 | UInt32(self[offset + 2] & 0x3F)
        guard let scalar = Unicode.Scalar(value), VisibleText.turnsDirection(scalar) else { return nil }
        return Array(VisibleText.mark(of: scalar).utf8)
    }
}

extension [UInt8] {
    /// Appends an attribute with its value escaped.
    mutating func append(attribute name: [UInt8], _ value: [UInt8]) {
        append(Octet.space)
        self += name
        append(Octet.equals)
        append(Octet.quote)
        for octet in value {
            switch octet {
            case Octet.tab, Octet.lineFeed, Octet.carriageReturn: append(Octet.space)
            case 0..<Octet.space, 0x7F: break
            default: append(escaping: octet)
            }
        }
        append(Octet.quote)
    }

    /// Appends an octet of text or of an attribute's value.
    mutating func append(escaping octet: UInt8) {
        switch octet {
        case UInt8(ascii: "&"): self += HTMLOutput.ampersand
        case Octet.less: self += HTMLOutput.less
        case Octet.greater: self += HTMLOutput.greater
        case Octet.quote: self += HTMLOutput.quote
        default: append(octet)
        }
    }
}
