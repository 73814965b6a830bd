internal import Mail

/// Tags, comments and declarations.
extension HTMLTokenizer {
    /// Reads what begins with `<` and is no text.
    mutating func readMarkup(_ html: Span<UInt8>) -> Token? {
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

extension Span<UInt8> {
    fileprivate var isUppercaseCDATA: Bool {
        for index in indices where self[index].isASCIILetter && self[index] & 0x20 != 0 { return false }
        return true
    }
}
