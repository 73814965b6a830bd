internal import Mail

/// Reads a date in the forms that mail has (RFC 5322 section 3.3 and 4.3, and what is close to them).
enum DateParser {
    /// A piece of a date: a word, a number or a sign.
    enum Token {
        case word(UInt32, length: Int)
        case number(Int, digits: Int)
        case mark(UInt8)
    }

    struct Parts {
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
        if let milliseconds = sinceEpoch(tokens) { return Timestamp(milliseconds: milliseconds) }
        var parts = Parts()
        var index = 0
        while index < tokens.count {
            switch tokens[index] {
            case .number(let number, let digits):
                index =
                    readTime(tokens, index, &parts) ?? readNumericDate(tokens, index, &parts)
                    ?? readBasicDate(tokens, index, &parts) ?? readNumber(number, digits, tokens, index, &parts)
            case .word(let letters, let length):
                readWord(letters, length, tokens, index, &parts)
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
                    number = min(number * 10 + Int(bytes[index] - UInt8(ascii: "0")), 1_000_000_000_000_000)
                    index += 1
                }
                tokens.append(.number(number, digits: index - start))
                continue
            } else if isLetter(octet) {
                var letters: UInt32 = 0
                let start = index
                while index < range.upperBound, isLetter(bytes[index]) {
                    // Three letters tell months, days and zones apart as a rule; four would not fit `Sept`.
                    if index - start < 3 { letters = letters << 8 | UInt32(bytes[index].asciiLowercased) }
                    index += 1
                }
                if letters == ambiguousMonth, index - start > 3 {
                    letters = bytes[start + 3].asciiLowercased == UInt8(ascii: "l") ? key("jul") : key("jun")
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

    private static func isLetter(_ octet: UInt8) -> Bool { octet.isASCIILetter || octet >= 0x80 }

    static func number(_ tokens: [Token], _ index: Int) -> (value: Int, digits: Int)? {
        guard index < tokens.count, case .number(let value, let digits) = tokens[index] else { return nil }
        return (value, digits)
    }

    static func isMark(_ tokens: [Token], _ index: Int, _ marks: UInt8...) -> Bool {
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
        if index + 1 < tokens.count, case .word(let letters, _) = tokens[index + 1] {
            if yearMarks.contains(letters) {
                parts.year = number
                return index + 2
            }
            if monthMarks.contains(letters) {
                parts.month = number
                return index + 2
            }
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

    private static func readWord(
        _ letters: UInt32,
        _ length: Int,
        _ tokens: [Token],
        _ index: Int,
        _ parts: inout Parts
    ) {
        // Of two names the first is a day of the week: `mar.` is Tuesday in French, Spanish and Italian.
        if length >= 3, let month = months[letters], parts.month == nil || (parts.hour == nil && parts.year == nil) {
            parts.month = month
            return
        }
        guard parts.hour != nil else { return }
        if let isAfternoon = isAfternoon(letters, length, tokens, index) {
            parts.isAfternoon = isAfternoon
        } else if parts.offset == nil, let zone = length == 3 ? zones[letters] : length == 4 ? longZones[letters] : nil
        {
            parts.offset = zone * 60
        }
        // UT, Z, the military letters and every other word count as +0000 (RFC 5322 section 4.3).
    }

    /// Whether a word behind a time says am or pm, also as `a.m.`.
    private static func isAfternoon(_ letters: UInt32, _ length: Int, _ tokens: [Token], _ index: Int) -> Bool? {
        switch letters {
        case key("am") where length == 2: return false
        case key("pm") where length == 2: return true
        case key("a") where length == 1 && isMark(tokens, index + 1, Octet.period): return false
        case key("p") where length == 1 && isMark(tokens, index + 1, Octet.period): return true
        default: return nil
        }
    }
}
