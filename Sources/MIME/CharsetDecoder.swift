/// Octets in a charset to UTF-8; always gives text.
package enum CharsetDecoder {
    /// Decodes octets: as declared, else as UTF-8, else as windows-1252.
    ///
    /// - Returns: whether the octets are valid as declared.
    static func decode(_ bytes: Span<UInt8>, as charset: Charset, appendingTo output: inout [UInt8]) -> Bool {
        switch charset {
        case .unspecified, .unknown:
            return decodeUnspecified(bytes, appendingTo: &output)
        case .utf8:
            if isUTF8(bytes) {
                output.append(copying: bytes)
                return true
            }
            appendRepaired(bytes, to: &output)
            return false
        case .windows1252:
            decodeWindows1252(bytes, appendingTo: &output)
            return true
        case .iso2022JP:
            let octets = ISO2022JP.eucJP(bytes)
            return decode(bytes, octets.span, from: "EUC-JP-MS", appendingTo: &output)
        case .iconv("UTF-16"):
            return decode(bytes, bytes, from: utf16Name(bytes), appendingTo: &output)
        case .iconv("UTF-32"):
            // The big end first where no mark says otherwise, and a character's first octet is zero.
            let isMarked = bytes.count >= 4 && (bytes[0] == 0xFF || bytes[2] == 0xFE)
            let name = isMarked ? "UTF-32" : bytes.isEmpty || bytes[0] == 0 ? "UTF-32BE" : "UTF-32LE"
            return decode(bytes, bytes, from: name, appendingTo: &output)
        case .iconv(let name):
            return decode(bytes, bytes, from: name, appendingTo: &output)
        }
    }

    /// Decodes by iconv, or by a guess where much of the text has no meaning in the declared charset.
    ///
    /// - Parameters:
    ///   - bytes: the octets as they came.
    ///   - source: the same as iconv takes them.
    private static func decode(
        _ bytes: Span<UInt8>,
        _ source: Span<UInt8>,
        from name: String,
        appendingTo output: inout [UInt8]
    ) -> Bool {
        let start = output.count
        guard let invalid = Iconv.decode(source, from: name, appendingTo: &output) else {
            return decodeUnspecified(bytes, appendingTo: &output)
        }
        guard invalid > 0 else { return true }
        if isUTF8(bytes), !bytes.isASCII {
            // QUIRK: UTF-8 under another name, from web forms (corpus malformed/018).
            output.removeSubrange(start...)
            output.append(copying: bytes)
        } else if invalid >= foreignCount(output.span.extracting(start..<output.count)) - invalid, !bytes.isASCII {
            // QUIRK: Western text under the name of the computer's other language (corpus malformed/020).
            output.removeSubrange(start...)
            decodeWindows1252(bytes, appendingTo: &output)
        }
        return false
    }

    /// How many characters of a text in UTF-8 are outside US-ASCII.
    private static func foreignCount(_ utf8: Span<UInt8>) -> Int {
        var count = 0
        for index in utf8.indices where utf8[index] >= 0xC0 { count &+= 1 }
        return count
    }

    /// The order of octets in UTF-16 (RFC 2781 section 4.3): as a mark says, else the big end first.
    ///
    /// QUIRK: Windows programs write the little end first without a mark; most characters of a text have one zero
    /// octet, and where that lies tells (corpus malformed/021).
    private static func utf16Name(_ bytes: Span<UInt8>) -> String {
        if bytes.count >= 2, (bytes[0] == 0xFE && bytes[1] == 0xFF) || (bytes[0] == 0xFF && bytes[1] == 0xFE) {
            return "UTF-16"
        }
        var zeros = (first: 0, second: 0)
        for index in 0..<min(bytes.count, 1024) where bytes[index] == 0 {
            if index & 1 == 0 { zeros.first += 1 } else { zeros.second += 1 }
        }
        return zeros.second > zeros.first ? "UTF-16LE" : "UTF-16BE"
    }

    private static func decodeUnspecified(_ bytes: Span<UInt8>, appendingTo output: inout [UInt8]) -> Bool {
        if isUTF8(bytes) {
            if ISO2022JP.isLikely(bytes) { return decode(bytes, as: .iso2022JP, appendingTo: &output) }
            output.append(copying: bytes)
            return true
        }
        decodeWindows1252(bytes, appendingTo: &output)
        return false
    }

    /// Whether the system can decode a charset of the list.
    package static func isKnown(_ name: String) -> Bool {
        var output: [UInt8] = []
        return Iconv.decode([0x61, 0x61, 0x61, 0x61].span, from: name, appendingTo: &output) != nil
    }

    static func isUTF8(_ bytes: Span<UInt8>) -> Bool {
        (try? UTF8Span(validating: bytes)) != nil
    }

    /// Decodes what is declared as UTF-8 and is not.
    ///
    /// A text that is UTF-8 but for a few octets keeps its characters; one that is mostly not was mislabelled.
    private static func appendRepaired(_ bytes: Span<UInt8>, to output: inout [UInt8]) {
        var octets: [UInt8] = []
        octets.append(copying: bytes)
        let repaired = Array(String(decoding: octets, as: UTF8.self).utf8)
        var replaced = 0
        for index in repaired.indices.dropLast(2)
        where repaired[index] == 0xEF && repaired[index + 1] == 0xBF && repaired[index + 2] == 0xBD { replaced += 1 }
        if replaced > foreignCount(repaired.span) - replaced {
            decodeWindows1252(bytes, appendingTo: &output)
        } else {
            output += repaired
        }
    }

    private static func decodeWindows1252(_ bytes: Span<UInt8>, appendingTo output: inout [UInt8]) {
        let table = windows1252
        output.reserveCapacity(output.count + bytes.count + bytes.count / 8)
        for index in bytes.indices {
            let octet = bytes[index]
            if octet < 0x80 {
                output.append(octet)
            } else {
                let scalar = octet < 0xA0 ? table[Int(octet - 0x80)] : UInt16(octet)
                if scalar < 0x800 {
                    output.append(UInt8(truncatingIfNeeded: 0xC0 | scalar >> 6))
                } else {
                    output.append(UInt8(truncatingIfNeeded: 0xE0 | scalar >> 12))
                    output.append(UInt8(truncatingIfNeeded: 0x80 | (scalar >> 6 & 0x3F)))
                }
                output.append(UInt8(truncatingIfNeeded: 0x80 | (scalar & 0x3F)))
            }
        }
    }

    /// 0x80 to 0x9F; the five that windows-1252 leaves open are the C1 controls, as in the WHATWG's table.
    private static let windows1252: [UInt16] = [
        0x20AC, 0x0081, 0x201A, 0x0192, 0x201E, 0x2026, 0x2020, 0x2021, 0x02C6, 0x2030, 0x0160, 0x2039, 0x0152,
        0x008D, 0x017D, 0x008F, 0x0090, 0x2018, 0x2019, 0x201C, 0x201D, 0x2022, 0x2013, 0x2014, 0x02DC, 0x2122,
        0x0161, 0x203A, 0x0153, 0x009D, 0x017E, 0x0178,
    ]
}
