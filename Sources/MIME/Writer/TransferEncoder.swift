internal import Mail

/// Encodes content for its travel (RFC 2045 section 6).
enum TransferEncoder {
    /// The longest line of an encoded body.
    static let lineLength = 76

    private static let digits = Array("0123456789ABCDEF".utf8)
    private static let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)

    /// Appends an octet as two hexadecimal digits behind a mark.
    static func appendEscaped(_ octet: UInt8, mark: UInt8, to output: inout [UInt8]) {
        output.append(mark)
        output.append(digits[Int(octet >> 4)])
        output.append(digits[Int(octet & 0x0F)])
    }

    // MARK: base64

    /// Appends octets in base64 (RFC 2045 section 6.8), with CRLF between lines and none at the end.
    static func appendBase64(_ octets: [UInt8], lineLength: Int = Self.lineLength, to output: inout [UInt8]) {
        let groups = (octets.count + 2) / 3
        let lines = groups * 4 / lineLength
        output.reserveCapacity(output.count + groups * 4 + lines * 2)
        var column = 0
        var index = 0
        while index < octets.count {
            if column + 4 > lineLength {
                output += FieldWriter.lineEnd
                column = 0
            }
            let rest = octets.count - index
            let first = UInt32(octets[index]) << 16
            let second = rest > 1 ? UInt32(octets[index + 1]) << 8 : 0
            let group = first | second | (rest > 2 ? UInt32(octets[index + 2]) : 0)
            output.append(alphabet[Int(group >> 18)])
            output.append(alphabet[Int(group >> 12 & 0x3F)])
            output.append(rest > 1 ? alphabet[Int(group >> 6 & 0x3F)] : Octet.equals)
            output.append(rest > 2 ? alphabet[Int(group & 0x3F)] : Octet.equals)
            column += 4
            index += 3
        }
    }

    // MARK: quoted-printable

    /// Appends text whose lines end in CRLF as quoted-printable (RFC 2045 section 6.7).
    static func appendQuotedPrintable(_ text: [UInt8], to output: inout [UInt8]) {
        var column = 0
        var index = 0
        while index < text.count {
            if isLineEnd(text, index) {
                output += FieldWriter.lineEnd
                column = 0
                index += 2
                continue
            }
            let count = characterLength(text, index)
            let isLast = index + count == text.count || isLineEnd(text, index + count)
            let isEscaped = count > 1 || mustEscape(text, index, isLast: isLast, isFirst: column == 0)
            let width = isEscaped ? 3 * count : 1
            // One octet is kept for the mark of a soft line break, unless the line ends here.
            if column + width > (isLast ? lineLength : lineLength - 1) {
                output.append(Octet.equals)
                output += FieldWriter.lineEnd
                column = 0
                // What begins a line may have to be escaped for that.
                continue
            }
            for octet in text[index..<index + count] {
                if isEscaped {
                    appendEscaped(octet, mark: Octet.equals, to: &output)
                } else {
                    output.append(octet)
                }
            }
            column += width
            index += count
        }
    }

    /// How long text is in quoted-printable, soft line breaks not counted.
    static func quotedPrintableLength(_ text: [UInt8]) -> Int {
        text.reduce(0) { $0 + ($1 >= 0x80 || $1 == Octet.equals ? 3 : 1) }
    }

    private static func isLineEnd(_ text: [UInt8], _ index: Int) -> Bool {
        index + 1 < text.count && text[index] == Octet.carriageReturn && text[index + 1] == Octet.lineFeed
    }

    /// The number of octets of the UTF-8 character at `index`, which is not cut by a soft line break.
    private static func characterLength(_ text: [UInt8], _ index: Int) -> Int {
        guard text[index] >= 0xC0 else { return 1 }
        var end = index + 1
        while end < text.count, end < index + 4, text[end] & 0xC0 == 0x80 { end += 1 }
        return end - index
    }

    private static func mustEscape(_ text: [UInt8], _ index: Int, isLast: Bool, isFirst: Bool) -> Bool {
        switch text[index] {
        case Octet.equals, 0x7F...: true
        // White space at the end of a line gets lost on the way.
        case Octet.space, Octet.tab: isLast
        case 0..<Octet.space: true
        // `From ` is quoted by mailbox files, a lone period ends the message for a broken relay.
        case UInt8(ascii: "F") where isFirst: text[index...].starts(with: fromMark)
        case Octet.period where isFirst: isLast
        default: false
        }
    }

    private static let fromMark = Array("From ".utf8)
}
