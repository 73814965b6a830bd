internal import Mail

/// The readable text of header values: unfolded, decoded, without controls.
enum HeaderText {
    /// What decoding a value gave.
    struct Decoded {
        var text: String
        /// Octets outside US-ASCII that are no UTF-8 were found outside of encoded words.
        var hasUndeclaredCharset = false
        /// A NUL was found.
        var hasNUL = false
    }

    /// Decodes unstructured text with encoded words (RFC 5322 section 2.2.1, RFC 2047).
    static func decode(_ bytes: Span<UInt8>, _ range: Range<Int>, work: inout Work) -> Decoded {
        work.charge(range.count)
        let range = bytes.trimmed(range)
        var isPlain = true
        for index in range {
            let octet = bytes[index]
            if octet >= 0x7F || octet < Octet.space || octet == Octet.equals {
                isPlain = false
                break
            }
        }
        if isPlain, let text = try? UTF8Span(validating: bytes.extracting(range)) {
            return Decoded(text: String(copying: text))
        }
        var decoder = EncodedWordDecoder()
        decoder.decode(bytes, range)
        work.charge(2 * range.count)
        return decoder.finish()
    }

    /// Decodes the value of a parameter, in which encoded words are against RFC 2047 section 5 and common.
    ///
    /// QUIRK: Outlook, Gmail and many scripts write `name="=?UTF-8?B?…?="` (corpus clients/003).
    static func decodeParameter(_ octets: [UInt8], work: inout Work) -> String {
        decode(octets.span, 0..<octets.count, work: &work).text
    }

    /// Decodes octets in a charset, or by a guess, and removes controls.
    static func decode(_ octets: [UInt8], charset: Charset?) -> String {
        var decoded: [UInt8] = []
        _ = CharsetDecoder.decode(octets.span, as: charset ?? .unspecified, appendingTo: &decoded)
        return cleaned(decoded)
    }

    /// The text without controls and without white space at its ends; a tab or a line end becomes a space.
    static func cleaned(_ utf8: [UInt8]) -> String {
        let span = utf8.span
        let kept = span.trimmed(0..<span.count)
        var isClean = true
        for index in kept where span[index] < Octet.space || span[index] == 0x7F || span[index] == 0xC2 {
            isClean = false
            break
        }
        if isClean, let text = try? UTF8Span(validating: span.extracting(kept)) { return String(copying: text) }
        var clean: [UInt8] = []
        clean.reserveCapacity(kept.count)
        var index = kept.lowerBound
        while index < kept.upperBound {
            let octet = span[index]
            switch octet {
            case Octet.tab, Octet.lineFeed:
                clean.append(Octet.space)
            case 0..<Octet.space, 0x7F:
                break
            // C1 controls, U+0080 to U+009F.
            case 0xC2 where index + 1 < kept.upperBound && span[index + 1] < 0xA0:
                index += 1
            default:
                clean.append(octet)
            }
            index += 1
        }
        let trimmed = clean.span.trimmed(0..<clean.count)
        return String(decoding: clean[trimmed], as: UTF8.self)
    }

    /// The US-ASCII octets of a range in lower case.
    static func lowercasedASCII(_ bytes: Span<UInt8>, _ range: Range<Int>) -> String {
        guard !range.isEmpty else { return "" }
        var lower: [UInt8] = []
        lower.reserveCapacity(range.count)
        for index in range { lower.append(bytes[index].asciiLowercased) }
        return String(decoding: lower, as: UTF8.self)
    }
}
