/// The readable text of the parts of a message.
struct TextExtraction {
    private(set) var text: [UInt8] = []
    private let limit: Int
    /// How much of a part is decoded: HTML is mostly not text.
    private let sourceLimit: Int
    /// How much of a part is read to be decoded.
    private let encodedLimit: Int
    /// The length above which a line that is not encoded is noted.
    private let maxLineLength: Int
    private(set) var defects = DefectList()
    private(set) var work: Work

    /// Begins with no text.
    ///
    /// - Parameters:
    ///   - limit: the most text that is kept, in octets of UTF-8.
    ///   - sourceLimit: where only the beginning of each part matters, how much of it is decoded.
    init(limit: Int, sourceLimit: Int? = nil, maxLineLength: Int = .max, work: Work) {
        self.limit = limit
        self.sourceLimit = sourceLimit ?? max(limit, limit.multipliedReportingOverflow(by: 4).partialValue)
        // An octet takes three in quoted-printable, and its lines end.
        encodedLimit = sourceLimit.map { 4 * $0 } ?? .max
        self.maxLineLength = maxLineLength
        self.work = work
    }

    func takeText() -> String { String(decoding: text, as: UTF8.self) }

    /// Whether the text is not whole.
    private(set) var isTruncated = false

    /// Appends the text of a message, as far as it is chosen.
    ///
    /// - Returns: what each part is to a reader.
    mutating func append(_ message: Message, _ bytes: Span<UInt8>) -> [Role] {
        var choice = TextChoice(of: message, preferHTML: false, work: work)
        let roles = choice.roles(bytes)
        work = choice.work
        for part in message.parts where roles[part.index] == .text { append(part, bytes) }
        return roles
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
        let charset = part.contentType.charset.map { Charset(name: $0.utf8) } ?? .unspecified
        if charset == .unknown { defects.add(.unknownCharset, part: part.index) }
        if part.transferEncoding == .identity {
            var range = part.bodyRange
            if range.count > sourceLimit {
                let beginning = bytes.extracting(range.lowerBound..<range.lowerBound + sourceLimit)
                range = range.lowerBound..<range.lowerBound + beginning.countOfWholeCharacters
                noteCut(part)
            }
            work.charge(4 * range.count)
            if bytes.hasLine(longerThan: maxLineLength, in: range) { defects.add(.lineTooLong, part: part.index) }
            withUTF8(of: bytes.extracting(range), charset, part, body)
        } else {
            let content = decodedContent(of: part, bytes)
            withUTF8(of: content.span, charset, part, body)
        }
    }

    /// The content of a part that is encoded, as far as it is decoded.
    mutating func decodedContent(of part: Part, _ bytes: Span<UInt8>) -> [UInt8] {
        let count = min(part.bodyRange.count, encodedLimit)
        let range = part.bodyRange.lowerBound..<part.bodyRange.lowerBound + count
        work.charge(4 * count)
        var content: [UInt8] = []
        content.reserveCapacity(min(count, sourceLimit))
        let room = sourceLimit
        var isCut = count < part.bodyRange.count
        var decoder = TransferDecoder()
        let result = decoder.decode(part.transferEncoding, bytes, range) { piece in
            let free = room - content.count
            content.append(copying: piece.count <= free ? piece : piece.extracting(0..<max(0, free)))
            if piece.count > free { isCut = true }
        }
        if isCut {
            noteCut(part)
            content.removeLast(content.count - content.span.countOfWholeCharacters)
        }
        guard result.junk > 0 || result.blanks > 0 else { return content }
        defects.add(.malformedEncoding, part: part.index)
        // A short text that is declared as base64 and is none; the parser has seen to the longer ones.
        if part.transferEncoding == .base64, (result.junk + result.blanks) * 10 > count {
            content.removeAll(keepingCapacity: true)
            content.append(
                copying: bytes.extracting(range.lowerBound..<range.lowerBound + min(count, room))
            )
        }
        return content
    }

    private mutating func withUTF8(
        of content: Span<UInt8>,
        _ charset: Charset,
        _ part: Part,
        _ body: (inout TextExtraction, Span<UInt8>) -> Void
    ) {
        var charset = charset
        if charset.isWide, !content.mayBeWide {
            // QUIRK: programs that keep texts in UTF-16, send them in UTF-8, and name the former (corpus malformed/029).
            defects.add(.malformedText, part: part.index)
            charset = .utf8
        }
        let mayBeUTF8 = charset == .utf8 || charset == .unspecified || charset == .unknown
        if mayBeUTF8, CharsetDecoder.isUTF8(content), charset == .utf8 || !ISO2022JP.isLikely(content) {
            body(&self, content.extracting(droppingFirst: content.byteOrderMarkLength))
            return
        }
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

extension Span<UInt8> {
    /// Whether octets that are declared as UTF-16 or UTF-32 can be that.
    ///
    /// UTF-8 with a blank or a line end, or of an odd length, cannot. A few ideographs of UTF-16 look like letters.
    fileprivate var mayBeWide: Bool {
        var hasBlank = false
        for index in indices {
            if self[index] == 0 { return true }
            if self[index].isFoldingSpace { hasBlank = true }
        }
        return !CharsetDecoder.isUTF8(self) || (count.isMultiple(of: 2) && !hasBlank)
    }

    /// The count without a character of UTF-8 at the end that is not whole.
    fileprivate var countOfWholeCharacters: Int {
        var start = count
        while start > 0, count - start < 3, self[start - 1] & 0xC0 == 0x80 { start -= 1 }
        guard start > 0, self[start - 1] >= 0xC0 else { return count }
        let lead = self[start - 1]
        let length = lead >= 0xF0 ? 4 : lead >= 0xE0 ? 3 : 2
        return count - start + 1 < length ? start - 1 : count
    }
}
