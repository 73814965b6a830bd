internal import Mail

/// Reads a date in the forms that mail has (RFC 5322 section 3.3 and 4.3, and what is close to them).
enum DateParser {
    /// A piece of a date: a word, a number or a sign.
    private enum Token {
        case word(UInt32, length: Int)
        case number(Int, digits: Int)
        case mark(UInt8)
    }

    private struct Parts {
        var day: Int?
        var month: Int?
        var year: Int?
        var hour: Int?
        var minute: Int?
        var second = 0
        var offset: Int?
        var isAfternoon: Bool?
    }

    /// The tokens that a date has at most; what follows is not read.
    private static let maximumTokens = 40

    static func timestamp(in bytes: Span<UInt8>, _ range: Range<Int>, work: inout Work) -> Timestamp? {
        work.charge(min(range.count, 1024))
        let tokens = tokens(in: bytes, range.lowerBound..<min(range.upperBound, range.lowerBound + 1024))
        var parts = Parts()
        var index = 0
        while index < tokens.count {
            switch tokens[index] {
            case .number(let number, let digits):
                index = readNumber(number, digits, tokens, index, &parts)
            case .word(let letters, let length):
                readWord(letters, length, &parts)
                index += 1
            case .mark(let mark):
                index = readMark(mark, tokens, index, &parts)
            }
        }
        return timestamp(of: parts)
    }

    private static func timestamp(of parts: Parts) -> Timestamp? {
        guard let day = parts.day, let month = parts.month, var year = parts.year else { return nil }
        // RFC 5322 section 4.3.
        if year < 50 { year += 2000 } else if year < 1000 { year += 1900 }
        var hour = parts.hour ?? 0
        if let isAfternoon = parts.isAfternoon, (1...12).contains(hour) {
            hour = hour % 12 + (isAfternoon ? 12 : 0)
        }
        let local = Timestamp(
            year: year,
            month: month,
            day: day,
            hour: hour,
            minute: parts.minute ?? 0,
            second: parts.second
        )
        return local?.advanced(bySeconds: -Int64(parts.offset ?? 0) * 60)
    }

    // MARK: Tokens

    private static func tokens(in bytes: Span<UInt8>, _ range: Range<Int>) -> [Token] {
        var tokens: [Token] = []
        tokens.reserveCapacity(16)
        var index = range.lowerBound
        var depth = 0
        while index < range.upperBound, tokens.count < maximumTokens {
            let octet = bytes[index]
            if octet == Octet.openParenthesis {
                depth += 1
            } else if octet == Octet.closeParenthesis {
                depth = max(0, depth - 1)
            } else if depth > 0 {
                // A comment, which most often names the zone again.
            } else if octet.isASCIIDigit {
                var number = 0
                let start = index
                while index < range.upperBound, bytes[index].isASCIIDigit {
                    number = min(number * 10 + Int(bytes[index] - UInt8(ascii: "0")), 100_000_000)
                    index += 1
                }
                tokens.append(.number(number, digits: index - start))
                continue
            } else if octet.isASCIILetter {
                var letters: UInt32 = 0
                let start = index
                while index < range.upperBound, bytes[index].isASCIILetter {
                    // Three letters tell months, days and zones apart; four would not fit `Sept`.
                    if index - start < 3 { letters = letters << 8 | UInt32(bytes[index].asciiLowercased) }
                    index += 1
                }
                tokens.append(.word(letters, length: index - start))
                continue
            } else if octet == UInt8(ascii: "+") || octet == Octet.dash || octet == Octet.colon
                || octet == Octet.period || octet == UInt8(ascii: "/")
            {
                tokens.append(.mark(octet))
            }
            index += 1
        }
        return tokens
    }

    private static func number(_ tokens: [Token], _ index: Int) -> (value: Int, digits: Int)? {
        guard index < tokens.count, case .number(let value, let digits) = tokens[index] else { return nil }
        return (value, digits)
    }

    private static func isMark(_ tokens: [Token], _ index: Int, _ marks: UInt8...) -> Bool {
        guard index < tokens.count, case .mark(let mark) = tokens[index] else { return false }
        return marks.contains(mark)
    }

    private static func readNumber(
        _ number: Int,
        _ digits: Int,
        _ tokens: [Token],
        _ index: Int,
        _ parts: inout Parts
    ) -> Int {
        // 09:30, 09:30:00, 09:30:00.123; a few senders write periods: 09.30.00.
        if parts.hour == nil,
            isMark(tokens, index + 1, Octet.colon)
                || (parts.day != nil && parts.month != nil && isMark(tokens, index + 1, Octet.period)),
            let minute = Self.number(tokens, index + 2)
        {
            parts.hour = number
            parts.minute = minute.value
            guard isMark(tokens, index + 3, Octet.colon, Octet.period), let second = Self.number(tokens, index + 4)
            else { return index + 3 }
            parts.second = second.value
            guard isMark(tokens, index + 5, Octet.period), Self.number(tokens, index + 6) != nil else {
                return index + 5
            }
            return index + 7
        }
        // 2026-11-21 (ISO 8601), 2026/11/21.
        if digits == 4, parts.year == nil, isMark(tokens, index + 1, Octet.dash, UInt8(ascii: "/")),
            let month = Self.number(tokens, index + 2), isMark(tokens, index + 3, Octet.dash, UInt8(ascii: "/")),
            let day = Self.number(tokens, index + 4)
        {
            parts.year = number
            parts.month = month.value
            parts.day = day.value
            return index + 5
        }
        if parts.day == nil, digits <= 2 {
            parts.day = number
        } else if parts.year == nil {
            parts.year = number
        }
        return index + 1
    }

    /// A sign: of a zone when a time came before it, otherwise between day, month and year.
    private static func readMark(_ mark: UInt8, _ tokens: [Token], _ index: Int, _ parts: inout Parts) -> Int {
        guard mark == UInt8(ascii: "+") || mark == Octet.dash, parts.hour != nil,
            let number = number(tokens, index + 1)
        else { return index + 1 }
        // 21-Nov-2026 has its signs before the time; with asctime's year behind it there is no sign.
        guard mark == UInt8(ascii: "+") || parts.year != nil else { return index + 1 }
        let sign = mark == Octet.dash ? -1 : 1
        if isMark(tokens, index + 2, Octet.colon), let minutes = Self.number(tokens, index + 3) {
            parts.offset = sign * zone(hours: number.value, minutes: minutes.value)
            return index + 4
        }
        // +0200 and, of careless senders, +02 and +2.
        let isShort = number.digits <= 2
        parts.offset =
            sign
            * zone(
                hours: isShort ? number.value : number.value / 100,
                minutes: isShort ? 0 : number.value % 100
            )
        return index + 2
    }

    private static func zone(hours: Int, minutes: Int) -> Int {
        // No zone is further than 14 hours from Greenwich; a larger number is a mistake and counts as none.
        hours <= 14 && minutes < 60 ? hours * 60 + minutes : 0
    }

    private static func readWord(_ letters: UInt32, _ length: Int, _ parts: inout Parts) {
        if length >= 3, parts.month == nil, let month = months.firstIndex(of: letters) {
            parts.month = month + 1
            return
        }
        guard parts.hour != nil else { return }
        if length == 2, letters == 0x616D || letters == 0x706D {
            parts.isAfternoon = letters == 0x706D
        } else if length == 3, parts.offset == nil, let zone = zones[letters] {
            parts.offset = zone * 60
        }
        // UT, Z, the military letters and every other word count as +0000 (RFC 5322 section 4.3).
    }

    private static func key(_ text: String) -> UInt32 { text.utf8.reduce(0) { $0 << 8 | UInt32($1) } }

    private static let months: [UInt32] = [
        "jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec",
    ].map(key)

    /// Hours from Greenwich: the zones of RFC 5322 section 4.3, and European ones that are seen.
    private static let zones: [UInt32: Int] = [
        key("gmt"): 0, key("utc"): 0, key("est"): -5, key("edt"): -4, key("cst"): -6, key("cdt"): -5, key("mst"): -7,
        key("mdt"): -6, key("pst"): -8, key("pdt"): -7, key("cet"): 1, key("mez"): 1, key("met"): 1, key("bst"): 1,
        key("wet"): 0, key("eet"): 2, key("msk"): 3, key("jst"): 9, key("kst"): 9,
    ]
}
