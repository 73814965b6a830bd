internal import Mail

/// The longest text around an `@` that can be an address.
struct AddressToken {
    let range: Range<Int>
    let address: MailAddress?

    init(_ text: [UInt8], at: Int, from: Int, to: Int, work: inout Work) {
        var lower = at
        if lower > from, text[lower - 1] == Octet.quote {
            let opening = text[from..<lower - 1].lastIndex(of: Octet.quote)
            lower = opening ?? lower
        } else {
            while lower > from, text[lower - 1].isAtomText || text[lower - 1] == Octet.period { lower -= 1 }
        }
        lower = Self.startBehindProse(text, lower, at)
        var upper = at + 1
        var isASCII = true
        var hasPeriod = false
        while upper < to, Self.isDomainText(text[upper]) {
            // Prose without blanks goes on behind a domain of US-ASCII.
            if text[upper] >= Self.ideographicLead, isASCII, hasPeriod, text[upper - 1] != Octet.period { break }
            isASCII = isASCII && text[upper] < 0x80
            hasPeriod = hasPeriod || text[upper] == Octet.period
            upper += 1
        }
        while upper > at + 1, text[upper - 1] == Octet.period || text[upper - 1] == Octet.dash { upper -= 1 }
        // X.400 addresses hold others as `SMTP=a@b`; quotation marks and list signs are atom text too.
        if let equals = text[lower..<at].firstIndex(of: Octet.equals), Self.isScheme(text[lower..<equals]) {
            lower = equals + 1
        }
        while lower < at, "'*|`/-={}".utf8.contains(text[lower]) { lower += 1 }
        range = lower..<upper
        work.charge(range.count)
        guard lower < at, upper > at + 1, at - lower <= 255 else {
            address = nil
            return
        }
        address = AddressParser.parse(text.span, lower..<upper, work: &work).addresses.first?.address
    }

    /// The start of a local part that stands in a text without blanks, as Chinese and Japanese are written.
    private static func startBehindProse(_ text: [UInt8], _ lower: Int, _ at: Int) -> Int {
        guard let last = text[lower..<at].lastIndex(where: { $0 >= 0x80 }), last + 1 < at, last - 2 >= lower else {
            return lower
        }
        return text[last - 2] >= Self.ideographicLead ? last + 1 : lower
    }

    /// The first octet of U+3000 and what follows, in UTF-8: the scripts that are written without blanks.
    private static let ideographicLead: UInt8 = 0xE3

    private static func isScheme(_ octets: ArraySlice<UInt8>) -> Bool {
        let name = String(decoding: octets.map(\.asciiLowercased), as: UTF8.self)
        return name.hasSuffix("smtp") || name.hasSuffix("rfc822")
    }

    private static func isDomainText(_ octet: UInt8) -> Bool {
        octet.isASCIILetter || octet.isASCIIDigit || octet == Octet.period || octet == Octet.dash || octet >= 0x80
            || octet == UInt8(ascii: "_")
    }
}
