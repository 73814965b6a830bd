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
            // A text that is UTF-8 but for a few octets keeps its characters; one that never is was mislabelled.
            if hasUTF8Sequence(bytes) {
                appendRepaired(bytes, to: &output)
            } else {
                decodeWindows1252(bytes, appendingTo: &output)
            }
            return false
        case .windows1252:
            decodeWindows1252(bytes, appendingTo: &output)
            return true
        case .iconv(let name):
            let start = output.count
            guard let invalid = Iconv.decode(bytes, from: name, appendingTo: &output) else {
                return decodeUnspecified(bytes, appendingTo: &output)
            }
            guard invalid > 0 else { return true }
            // QUIRK: UTF-8 under another name, from web forms (corpus malformed/018).
            if isUTF8(bytes), !bytes.isASCII {
                output.removeSubrange(start...)
                output.append(copying: bytes)
            }
            return false
        }
    }

    private static func decodeUnspecified(_ bytes: Span<UInt8>, appendingTo output: inout [UInt8]) -> Bool {
        if isUTF8(bytes) {
            output.append(copying: bytes)
            return true
        }
        // QUIRK: ISO-2022-JP and its kin in raw headers are US-ASCII by their octets and cannot be seen here.
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

    /// Whether at least one character of two octets or more is well formed.
    private static func hasUTF8Sequence(_ bytes: Span<UInt8>) -> Bool {
        var index = 0
        while index < bytes.count {
            let lead = bytes[index]
            let length =
                switch lead {
                case 0xC2...0xDF: 2
                case 0xE0...0xEF: 3
                case 0xF0...0xF4: 4
                default: 1
                }
            if length > 1, index + length <= bytes.count {
                var isWhole = true
                for offset in 1..<length where bytes[index + offset] & 0xC0 != 0x80 { isWhole = false }
                if isWhole { return true }
            }
            index += 1
        }
        return false
    }

    private static func appendRepaired(_ bytes: Span<UInt8>, to output: inout [UInt8]) {
        var octets: [UInt8] = []
        octets.append(copying: bytes)
        output += String(decoding: octets, as: UTF8.self).utf8
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
