internal import Mail

/// One encoded word by where it lies (RFC 2047 section 2).
struct EncodedWord {
    let charset: Range<Int>
    let isBase64: Bool
    let text: Range<Int>
    let end: Int

    /// The longest charset name looked for.
    private static let maximumCharsetLength = 64

    /// Matches an encoded word at `start`, where `=?` lies.
    ///
    /// - Parameter failedUntil: up to where a search for the end is known to fail.
    static func match(_ bytes: Span<UInt8>, at start: Int, to end: Int, failedUntil: inout Int) -> EncodedWord? {
        guard start >= failedUntil else { return nil }
        var index = start + 2
        let charsetLimit = min(end, index + maximumCharsetLength)
        while index < charsetLimit, bytes[index] != Octet.question, bytes[index] > Octet.space { index += 1 }
        guard index > start + 2, index + 2 < end, bytes[index] == Octet.question,
            bytes[index + 2] == Octet.question, let isBase64 = isBase64(bytes[index + 1])
        else { return nil }
        let text = index + 3
        guard let textEnd = textEnd(bytes, from: text, to: end, isBase64: isBase64, failedUntil: &failedUntil) else {
            return nil
        }
        return EncodedWord(charset: start + 2..<index, isBase64: isBase64, text: text..<textEnd, end: textEnd + 2)
    }

    private static func isBase64(_ encoding: UInt8) -> Bool? {
        switch encoding.asciiLowercased {
        case UInt8(ascii: "b"): true
        case UInt8(ascii: "q"): false
        default: nil
        }
    }

    /// Where the `?=` lies that ends a text.
    ///
    /// QUIRK: blanks and question marks inside are accepted, since encoders leave them in (corpus malformed/016).
    private static func textEnd(
        _ bytes: Span<UInt8>,
        from start: Int,
        to end: Int,
        isBase64: Bool,
        failedUntil: inout Int
    ) -> Int? {
        var index = start
        while index + 1 < end {
            if bytes[index] == Octet.question, bytes[index + 1] == Octet.equals,
                // An escape such as `?=41` in a broken Q text is no end when the text goes on with two digits.
                isBase64 || !isEscape(bytes, at: index + 1, to: end)
            {
                return index
            }
            // A new word begins: this one has no end of its own. Padding before the end looks alike: `=?=`.
            if bytes[index] == Octet.equals, bytes[index + 1] == Octet.question, index > start,
                index + 2 >= end || bytes[index + 2] != Octet.equals
            {
                failedUntil = index
                return nil
            }
            index += 1
        }
        failedUntil = end
        return nil
    }

    private static func isEscape(_ bytes: Span<UInt8>, at index: Int, to end: Int) -> Bool {
        index + 2 < end && bytes[index + 1].hexValue != nil && bytes[index + 2].hexValue != nil
    }

    /// Appends the decoded octets, still in the word's charset.
    func appendContent(_ bytes: Span<UInt8>, to octets: inout [UInt8]) {
        if isBase64 {
            var decoder = TransferDecoder(chunkSize: 256)
            _ = decoder.decode(.base64, bytes, text) { octets.append(copying: $0) }
            return
        }
        var index = text.lowerBound
        while index < text.upperBound {
            let octet = bytes[index]
            if octet == Octet.equals, index + 2 < text.upperBound, let high = bytes[index + 1].hexValue,
                let low = bytes[index + 2].hexValue
            {
                octets.append(high << 4 | low)
                index += 3
                continue
            }
            // RFC 2047 section 4.2: an underscore is a space.
            octets.append(octet == UInt8(ascii: "_") ? Octet.space : octet)
            index += 1
        }
    }
}

/// Decodes a value word by word into UTF-8.
struct EncodedWordDecoder {
    private var output: [UInt8] = []
    /// Octets outside of encoded words since the last one.
    private var plain: [UInt8] = []
    private var plainIsBlank = true
    private var plainIsASCII = true
    /// Octets of encoded words whose charset is the same: a character may be cut between two of them.
    private var pending: [UInt8] = []
    private var pendingCharset: Charset?
    /// Where these encoded words lie.
    private var pendingRange = 0..<0
    private var decoded = HeaderText.Decoded(text: "")

    mutating func decode(_ bytes: Span<UInt8>, _ range: Range<Int>) {
        output.reserveCapacity(range.count)
        var failedUntil = range.lowerBound
        var index = range.lowerBound
        while index < range.upperBound {
            let octet = bytes[index]
            if octet == Octet.equals, index + 1 < range.upperBound, bytes[index + 1] == Octet.question,
                let word = EncodedWord.match(bytes, at: index, to: range.upperBound, failedUntil: &failedUntil)
            {
                append(word, at: index, bytes)
                index = word.end
                continue
            }
            if octet == 0 { decoded.hasNUL = true }
            if !octet.isLineBreak {
                plain.append(octet)
                if !octet.isBlank { plainIsBlank = false }
                if octet >= 0x80 { plainIsASCII = false }
            }
            index += 1
        }
        flushPending(bytes)
        flushPlain()
    }

    private mutating func append(_ word: EncodedWord, at start: Int, _ bytes: Span<UInt8>) {
        let charset = Charset(name: bytes, word.charset)
        if pendingCharset != nil, plainIsBlank {
            // White space between two encoded words is not shown (RFC 2047 section 6.2).
            plain.removeAll(keepingCapacity: true)
            if pendingCharset != charset { flushPending(bytes) }
        } else {
            flushPending(bytes)
            flushPlain()
        }
        pendingRange = (pendingCharset == nil ? start : pendingRange.lowerBound)..<word.end
        pendingCharset = charset
        word.appendContent(bytes, to: &pending)
    }

    private mutating func flushPending(_ bytes: Span<UInt8>) {
        guard let charset = pendingCharset else { return }
        let octets = pending
        pending = []
        pendingCharset = nil
        let start = output.count
        guard !CharsetDecoder.decode(octets.span, as: charset, appendingTo: &output), Self.hasControls(octets) else {
            return
        }
        // QUIRK: base64 that lost a character on its way (corpus malformed/022). No charset gives text of such octets;
        // RFC 2047 section 6.3 lets them stand as they came.
        output.removeSubrange(start...)
        for index in pendingRange where !bytes[index].isLineBreak { output.append(bytes[index]) }
    }

    /// Whether octets hold what no text holds: controls that are no white space and belong to no escape.
    private static func hasControls(_ octets: [UInt8]) -> Bool {
        octets.contains { $0 < Octet.space && !$0.isFoldingSpace && $0 != 0 && $0 != 0x1B }
    }

    private mutating func flushPlain() {
        let octets = plain
        plain = []
        if plainIsASCII, !octets.contains(0x1B) {
            output += octets
        } else if !CharsetDecoder.decode(octets.span, as: .unspecified, appendingTo: &output) {
            decoded.hasUndeclaredCharset = true
        }
        plainIsBlank = true
        plainIsASCII = true
    }

    mutating func finish() -> HeaderText.Decoded {
        decoded.text = HeaderText.cleaned(output)
        return decoded
    }
}
