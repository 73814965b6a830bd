internal import Mail

/// Finds status codes in text.
enum StatusScanner {
    /// The enhanced status codes of a text (RFC 3463 section 2), and no addresses, versions or dates.
    static func enhancedCodes(in bytes: Span<UInt8>, _ range: Range<Int>) -> [EnhancedStatusCode] {
        var found: [EnhancedStatusCode] = []
        var index = range.lowerBound
        while index < range.upperBound, found.count < 8 {
            defer { index += 1 }
            guard let statusClass = EnhancedStatusCode.Class(rawValue: bytes[index] &- UInt8(ascii: "0")),
                index + 4 < range.upperBound, bytes[index + 1] == Octet.period,
                index == range.lowerBound || mayPrecede(bytes[index - 1])
            else { continue }
            var end = index + 2
            guard let subject = number(bytes, &end, range.upperBound), subject <= 7,
                end < range.upperBound, bytes[end] == Octet.period
            else { continue }
            end += 1
            guard let detail = number(bytes, &end, range.upperBound) else { continue }
            if end < range.upperBound {
                // A fourth number makes it an address or a version.
                let isPeriod = bytes[end] == Octet.period
                if bytes[end].isASCIIDigit || bytes[end].isASCIILetter { continue }
                if isPeriod, end + 1 < range.upperBound, bytes[end + 1].isASCIIDigit { continue }
            }
            found.append(EnhancedStatusCode(statusClass, subject, detail))
            index = end - 1
        }
        return found
    }

    private static func mayPrecede(_ octet: UInt8) -> Bool {
        !octet.isASCIIDigit && !octet.isASCIILetter && octet != Octet.period && octet < 0x80
    }

    private static func number(_ bytes: Span<UInt8>, _ index: inout Int, _ end: Int) -> UInt16? {
        var value: UInt16 = 0
        let start = index
        while index < end, index - start < 3, bytes[index].isASCIIDigit {
            value = value * 10 + UInt16(bytes[index] - UInt8(ascii: "0"))
            index += 1
        }
        return index > start ? value : nil
    }

    /// The first code of a refusing SMTP reply (RFC 5321 section 4.2.1).
    static func replyCode(in bytes: Span<UInt8>, _ range: Range<Int>) -> Int? {
        var index = range.lowerBound
        while index + 2 < range.upperBound {
            defer { index += 1 }
            let first = bytes[index]
            guard first == UInt8(ascii: "4") || first == UInt8(ascii: "5"),
                (UInt8(ascii: "0")...UInt8(ascii: "7")).contains(bytes[index + 1]), bytes[index + 2].isASCIIDigit,
                index == range.lowerBound || mayPrecedeReply(bytes[index - 1])
            else { continue }
            let end = index + 3
            if end < range.upperBound {
                switch bytes[end] {
                case Octet.space, Octet.tab, Octet.carriageReturn, Octet.lineFeed, Octet.colon, UInt8(ascii: "]"),
                    Octet.comma, Octet.quote, UInt8(ascii: "'"):
                    break
                case Octet.dash:
                    // `550-5.7.1` and `550-text`, but no telephone number.
                    let isNumber =
                        end + 2 < range.upperBound && bytes[end + 1].isASCIIDigit && bytes[end + 2].isASCIIDigit
                    if isNumber { continue }
                case Octet.period:
                    guard end + 1 >= range.upperBound || !bytes[end + 1].isASCIIDigit else { continue }
                default: continue
                }
            }
            return (index..<end).reduce(0) { $0 * 10 + Int(bytes[$1] - UInt8(ascii: "0")) }
        }
        return nil
    }

    private static func mayPrecedeReply(_ octet: UInt8) -> Bool {
        switch octet {
        case Octet.space, Octet.tab, Octet.lineFeed, Octet.carriageReturn, Octet.colon, Octet.quote,
            UInt8(ascii: "'"), Octet.greater, UInt8(ascii: "#"), UInt8(ascii: "["), Octet.equals, Octet.semicolon:
            true
        default: false
        }
    }

    /// The code that tells most of a refusal: of the wanted classes the first, unless it says only "other" and one of
    /// the same class says more.
    static func bestRefusal(of codes: [EnhancedStatusCode]) -> EnhancedStatusCode? {
        let refusals = codes.filter { $0.class != .success }
        guard let first = refusals.first else { return nil }
        guard first.isUndefined else { return first }
        return refusals.first { $0.class == first.class && !$0.isUndefined } ?? first
    }
}

extension EnhancedStatusCode {
    /// Whether the code names a class and nothing else (RFC 3463 section 3.1, X.0.0).
    var isUndefined: Bool { subject == 0 && detail == 0 }
}
