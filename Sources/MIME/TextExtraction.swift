/// Which parts of a message are its text, and that text.
struct TextExtraction {
    private var text: [UInt8] = []
    private let limit: Int
    /// The length above which a line that is not encoded is noted.
    private let maxLineLength: Int
    /// How much of a part is decoded: HTML is mostly not text.
    private var sourceLimit: Int { max(limit, limit.multipliedReportingOverflow(by: 4).partialValue) }
    private(set) var defects = DefectList()
    private(set) var work: Work

    init(limit: Int, maxLineLength: Int, work: Work) {
        self.limit = limit
        self.maxLineLength = maxLineLength
        self.work = work
    }

    func takeText() -> String { String(decoding: text, as: UTF8.self) }

    /// Whether the text is not whole.
    private(set) var isTruncated = false

    /// Whether nothing but white space was found.
    private var isBlank: Bool { text.allSatisfy { $0.isFoldingSpace } }

    /// Appends the text of a message, as far as it is chosen.
    ///
    /// - Returns: what each part is to a reader.
    mutating func append(_ message: Message, _ bytes: Span<UInt8>) -> [Role] {
        let roles = Self.roles(of: message, preferHTML: false, work: &work)
        for part in message.parts where roles[part.index] == .text { append(part, bytes) }
        // QUIRK: an alternative whose plain text is empty, from newsletter programs (corpus clients/006).
        guard isBlank, message.parts.count > 1 else { return roles }
        let others = Self.roles(of: message, preferHTML: true, work: &work)
        guard others != roles else { return roles }
        text.removeAll(keepingCapacity: true)
        for part in message.parts where others[part.index] == .text { append(part, bytes) }
        return others
    }

    // MARK: Choice

    /// Says for each part what it is, by the forms that it comes in and, where these leave a choice, by their text.
    static func roles(of message: Message, in bytes: Span<UInt8>, limits: Message.Limits) -> [Role] {
        var work = message.work
        let roles = roles(of: message, preferHTML: false, work: &work)
        guard message.parts.count > 1, roles != Self.roles(of: message, preferHTML: true, work: &work) else {
            return roles
        }
        // The beginning tells, mostly.
        var beginning = TextExtraction(limit: 1024, maxLineLength: .max, work: work)
        let likely = beginning.append(message, bytes)
        guard beginning.isTruncated, likely != roles || beginning.isBlank else { return likely }
        var extraction = TextExtraction(limit: max(0, limits.maxText), maxLineLength: .max, work: work)
        return extraction.append(message, bytes)
    }

    /// What a part is to a reader.
    enum Role: Equatable {
        /// It holds other parts.
        case container
        /// Its text is shown.
        case text
        /// Another form of the same text is shown.
        case alternative
        /// It is kept apart.
        case attachment
    }

    /// Says for each part what it is.
    static func roles(of message: Message, preferHTML: Bool, work: inout Work) -> [Role] {
        let parts = message.parts
        if parts.count == 1, !parts[0].isMultipart {
            return [score(of: parts[0], true, preferHTML) > 0 ? .text : .attachment]
        }
        work.charge(4 * parts.count)
        let (scores, chosen) = bestForms(of: message, preferHTML: preferHTML)
        var roles = [Role](repeating: .attachment, count: parts.count)
        var isShown = [Bool](repeating: true, count: parts.count)
        for part in parts {
            var hasRivals = false
            if let parent = part.parent {
                hasRivals = isAlternative(parts[parent]) || isRelated(parts[parent])
                isShown[part.index] = isShown[parent] && (!hasRivals || chosen[parent] == part.index)
            }
            if part.isMultipart {
                roles[part.index] = .container
            } else if scores[part.index] > 0 {
                if isShown[part.index] {
                    roles[part.index] = .text
                } else if let parent = part.parent, isRelated(parts[parent]), isShown[parent] {
                    roles[part.index] = .attachment
                } else {
                    roles[part.index] = .alternative
                }
            }
        }
        return roles
    }

    /// How well each part can be read, plain text before HTML before nothing, and the best part of each container.
    private static func bestForms(of message: Message, preferHTML: Bool) -> (scores: [Int], chosen: [Int]) {
        let parts = message.parts
        var scores = [Int](repeating: 0, count: parts.count)
        var chosen = [Int](repeating: -1, count: parts.count)
        let isFirst = firstChildren(of: message)
        // Parts come after their containers, so that a walk from the end meets the children first.
        for part in parts.reversed() {
            if !part.isMultipart { scores[part.index] = score(of: part, isFirst[part.index], preferHTML) }
            guard let parent = part.parent else { continue }
            // Walking backwards: in an alternative the last of the best stays, in a related set the first.
            let isBetter =
                isRelated(parts[parent])
                ? scores[part.index] > 0 && scores[part.index] >= scores[parent]
                : scores[part.index] > scores[parent]
            if isBetter { chosen[parent] = part.index }
            scores[parent] = max(scores[parent], scores[part.index])
        }
        return (scores, chosen)
    }

    private static func firstChildren(of message: Message) -> [Bool] {
        var isFirst = [Bool](repeating: false, count: message.parts.count)
        for part in message.parts {
            isFirst[part.index] = part.parent.map { $0 + 1 == part.index } ?? true
        }
        return isFirst
    }

    private static func isAlternative(_ part: Part) -> Bool { part.contentType.subtype == "alternative" }

    private static func isRelated(_ part: Part) -> Bool { part.contentType.subtype == "related" }

    private static func score(of part: Part, _ isFirst: Bool, _ preferHTML: Bool) -> Int {
        if part.disposition?.isAttachment == true { return 0 }
        if part.fileName != nil, !isFirst { return 0 }
        if part.contentType.isPlainText { return preferHTML ? 1 : 2 }
        if part.contentType.isHTML { return preferHTML ? 2 : 1 }
        // A multipart without parts is read as text; so is a lone text of any other kind (RFC 2046 section 4.1.4).
        if part.contentType.type == "multipart" { return 1 }
        // A calendar is a file with a card of its own.
        let isLoneText = part.contentType.type == "text" && part.parent == nil && part.fileName == nil
        return isLoneText && !part.contentType.isCalendar ? 1 : 0
    }

    // MARK: Text

    /// Appends the readable text of a part.
    mutating func append(_ part: Part, _ bytes: Span<UInt8>) {
        if let last = text.last, last != Octet.lineFeed { text.append(Octet.lineFeed) }
        guard text.count < limit else {
            if !part.bodyRange.isEmpty { noteCut(part) }
            return
        }
        withUTF8(of: part, bytes) { $0.appendReadable($1, part) }
    }

    /// The text of a part in UTF-8 as it stands, markup and line ends and all.
    mutating func utf8(of part: Part, _ bytes: Span<UInt8>) -> [UInt8] {
        var text: [UInt8] = []
        withUTF8(of: part, bytes) { extraction, utf8 in
            var end = min(utf8.count, extraction.limit)
            // No character is cut in two.
            while end > 0, end < utf8.count, utf8[end] & 0xC0 == 0x80 { end -= 1 }
            text.append(copying: utf8.extracting(0..<end))
        }
        return text
    }

    /// Undoes a part's transfer encoding and its charset.
    private mutating func withUTF8(
        of part: Part,
        _ bytes: Span<UInt8>,
        _ body: (inout TextExtraction, Span<UInt8>) -> Void
    ) {
        work.charge(4 * part.bodyRange.count)
        let charset = part.contentType.charset.map { Charset(name: $0.utf8) } ?? .unspecified
        if charset == .unknown { defects.add(.unknownCharset, part: part.index) }
        if part.transferEncoding == .identity {
            var range = part.bodyRange
            if range.count > sourceLimit {
                range = range.lowerBound..<range.lowerBound + sourceLimit
                noteCut(part)
            }
            if bytes.hasLine(longerThan: maxLineLength, in: range) { defects.add(.lineTooLong, part: part.index) }
            withUTF8(of: bytes.extracting(range), charset, part, body)
        } else {
            let content = decodedContent(of: part, bytes)
            withUTF8(of: content.span, charset, part, body)
        }
    }

    private mutating func decodedContent(of part: Part, _ bytes: Span<UInt8>) -> [UInt8] {
        var content: [UInt8] = []
        content.reserveCapacity(min(part.bodyRange.count, sourceLimit))
        let room = sourceLimit
        var isTruncated = false
        var decoder = TransferDecoder()
        let result = decoder.decode(part.transferEncoding, bytes, part.bodyRange) { piece in
            let free = room - content.count
            content.append(copying: piece.count <= free ? piece : piece.extracting(0..<max(0, free)))
            if piece.count > free { isTruncated = true }
        }
        if isTruncated { noteCut(part) }
        guard result.junk > 0 || result.blanks > 0 else { return content }
        defects.add(.malformedEncoding, part: part.index)
        // A short text that is declared as base64 and is none; the parser has seen to the longer ones.
        if part.transferEncoding == .base64, (result.junk + result.blanks) * 10 > part.bodyRange.count {
            content.removeAll(keepingCapacity: true)
            let count = min(part.bodyRange.count, room)
            content.append(copying: bytes.extracting(part.bodyRange.lowerBound..<part.bodyRange.lowerBound + count))
        }
        return content
    }

    private mutating func withUTF8(
        of content: Span<UInt8>,
        _ charset: Charset,
        _ part: Part,
        _ body: (inout TextExtraction, Span<UInt8>) -> Void
    ) {
        let mayBeUTF8 = charset == .utf8 || charset == .unspecified || charset == .unknown
        if mayBeUTF8, CharsetDecoder.isUTF8(content), charset == .utf8 || !ISO2022JP.isLikely(content) {
            body(&self, content.extracting(droppingFirst: content.byteOrderMarkLength))
            return
        }
        var charset = charset
        if part.contentType.isHTML, charset == .unspecified || charset == .unknown {
            charset = Self.charset(declaredIn: content) ?? charset
        }
        var decoded: [UInt8] = []
        decoded.reserveCapacity(content.count + content.count / 4)
        if !CharsetDecoder.decode(content, as: charset, appendingTo: &decoded) {
            defects.add(.malformedText, part: part.index)
        }
        body(&self, decoded.span.extracting(droppingFirst: decoded.span.byteOrderMarkLength))
    }

    /// The charset that a page's `meta` element names.
    ///
    /// QUIRK: form mailers that send a page as it is and declare nothing outside of it (corpus clients/010).
    private static func charset(declaredIn html: Span<UInt8>) -> Charset? {
        let end = min(html.count, 2048)
        var index = 0
        while index < end, !html.hasASCII(charsetMark, at: index) { index += 1 }
        guard index < end else { return nil }
        var lower = index + charsetMark.count
        while lower < html.count, html[lower] == Octet.quote || html[lower] == UInt8(ascii: "'") { lower += 1 }
        var upper = lower
        while upper < min(html.count, lower + 40), html[upper] > Octet.space, html[upper] != Octet.quote,
            html[upper] != Octet.greater, html[upper] != Octet.semicolon, html[upper] != UInt8(ascii: "'")
        {
            upper += 1
        }
        return Charset(name: html, lower..<upper)
    }

    private static let charsetMark = Array("charset=".utf8)

    private mutating func appendReadable(_ utf8: Span<UInt8>, _ part: Part) {
        let room = limit - text.count
        if part.contentType.isHTML {
            let (converted, isTruncated) = HTMLText.text(of: utf8, limit: room)
            text += converted
            if isTruncated { truncate(part) }
            return
        }
        if part.contentType.isFlowed {
            let joined = FlowedText.joined(utf8, deletesSpace: part.contentType.deletesSpace)
            if appendNormalized(joined.span, room: room) { truncate(part) }
            return
        }
        if appendNormalized(utf8, room: room) { truncate(part) }
    }

    private mutating func noteCut(_ part: Part) {
        isTruncated = true
        defects.add(.textTruncated, part: part.index)
    }

    private mutating func truncate(_ part: Part) {
        noteCut(part)
        // No character is cut in two.
        var end = text.count
        while end > 0, text[end - 1] & 0xC0 == 0x80 { end -= 1 }
        if end > 0, text[end - 1] >= 0xC0 {
            let lead = text[end - 1]
            let length = lead >= 0xF0 ? 4 : lead >= 0xE0 ? 3 : 2
            if text.count - end + 1 < length { text.removeLast(text.count - end + 1) }
        }
    }

    /// Appends text with its line ends made LF and without controls but tabs.
    ///
    /// - Returns: whether it was cut.
    private mutating func appendNormalized(_ source: Span<UInt8>, room: Int) -> Bool {
        let start = text.count
        let limit = start + min(source.count, room)
        text += repeatElement(0, count: limit - start)
        var index = 0
        var filled = start
        var output = text.mutableSpan
        while true {
            // A run without line ends and controls is as long as a line as a rule.
            let runEnd = min(source.count, index &+ limit &- filled)
            let shift = filled &- index
            while index &+ 8 <= runEnd {
                let word = source.word(at: index)
                if Octet.hasControl(in: word) { break }
                output.setWord(word, at: index &+ shift)
                index &+= 8
            }
            while index < runEnd {
                let octet = source[index]
                if octet < Octet.space || octet == 0x7F { break }
                output[index &+ shift] = octet
                index &+= 1
            }
            filled = index &+ shift
            guard index < runEnd else { break }
            let octet = source[index]
            let lineBreak = source.lineBreakLength(at: index)
            index &+= max(1, lineBreak)
            if lineBreak > 0 || octet == Octet.tab {
                output[filled] = lineBreak > 0 ? Octet.lineFeed : octet
                filled &+= 1
            }
        }
        text.removeLast(limit - filled)
        return index < source.count
    }
}
