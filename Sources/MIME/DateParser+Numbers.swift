/// Dates and times that are numbers with signs between them.
extension DateParser {
    /// The numbers at `index` and behind one sign each, when the sign is one of `marks` and the same for all.
    private static func triple(
        _ tokens: [Token],
        _ index: Int,
        _ marks: UInt8...
    ) -> (first: Int, second: Int, third: (value: Int, digits: Int), mark: UInt8)? {
        guard index + 4 < tokens.count, case .mark(let mark) = tokens[index + 1], marks.contains(mark),
            isMark(tokens, index + 3, mark), let first = number(tokens, index), let second = number(tokens, index + 2),
            let third = number(tokens, index + 4)
        else { return nil }
        return (first.value, second.value, third, mark)
    }

    /// Reads a date of three numbers: 2026-11-21 and 2026/11/21, 21.11.2026, 21-11-2026, 21/11/2026, 11/21/2026.
    ///
    /// - Returns: the position behind it; `nil` when there is none.
    static func readNumericDate(_ tokens: [Token], _ index: Int, _ parts: inout Parts) -> Int? {
        guard parts.year == nil, parts.month == nil, parts.day == nil, let first = number(tokens, index) else {
            return nil
        }
        if first.digits == 4, let date = triple(tokens, index, Octet.dash, slash, Octet.period) {
            (parts.year, parts.month, parts.day) = (date.first, date.second, date.third.value)
            return index + 5
        }
        guard first.digits <= 2, let date = triple(tokens, index, Octet.dash, slash, Octet.period),
            date.third.digits == 4 || date.third.digits == 2
        else { return nil }
        // QUIRK: programs that print the date of their computer's settings. With slashes the month comes first, as in
        // the United States, unless it cannot be one; with periods and dashes the day does (DateTests).
        let isMonthFirst = date.mark == slash && date.first <= 12 || date.second > 12
        parts.month = isMonthFirst ? date.first : date.second
        parts.day = isMonthFirst ? date.second : date.first
        parts.year = date.third.value
        return index + 5
    }

    /// Reads a date without signs: 20261121T093000Z and 20261121093000 (ISO 8601, X.680).
    static func readBasicDate(_ tokens: [Token], _ index: Int, _ parts: inout Parts) -> Int? {
        guard parts.year == nil, parts.month == nil, parts.day == nil, let date = number(tokens, index) else {
            return nil
        }
        var day = date.value
        var next = index + 1
        var time: Int?
        if date.digits == 14 {
            (day, time) = (date.value / 1_000_000, date.value % 1_000_000)
        } else if date.digits == 8, next < tokens.count, case .word(key("t"), _) = tokens[next],
            let found = number(tokens, next + 1), found.digits == 6
        {
            time = found.value
            next += 2
        }
        guard let time else { return nil }
        (parts.year, parts.month, parts.day) = (day / 10_000, day / 100 % 100, day % 100)
        (parts.hour, parts.minute, parts.second) = (time / 10_000, time / 100 % 100, time % 100)
        return next
    }

    /// Reads the time: 09:30, 09:30:00, 09:30:00.123; a few senders write periods: 09.30.00.
    static func readTime(_ tokens: [Token], _ index: Int, _ parts: inout Parts) -> Int? {
        guard parts.hour == nil, let hour = number(tokens, index),
            isMark(tokens, index + 1, Octet.colon)
                || (parts.day != nil && parts.month != nil && isMark(tokens, index + 1, Octet.period)),
            let minute = number(tokens, index + 2)
        else { return nil }
        parts.hour = hour.value
        parts.minute = minute.value
        guard isMark(tokens, index + 3, Octet.colon, Octet.period), let second = number(tokens, index + 4) else {
            return index + 3
        }
        parts.second = second.value
        return isMark(tokens, index + 5, Octet.period) && number(tokens, index + 6) != nil ? index + 7 : index + 5
    }

    /// QUIRK: scripts that send the seconds, or milliseconds, since 1970 (DateTests).
    static func sinceEpoch(_ tokens: [Token]) -> Int64? {
        guard tokens.count == 1, let number = number(tokens, 0) else { return nil }
        switch number.digits {
        case 9, 10: return Int64(number.value) * 1000
        case 12, 13: return Int64(number.value)
        default: return nil
        }
    }

    private static let slash = UInt8(ascii: "/")
}
