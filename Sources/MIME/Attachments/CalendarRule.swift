internal import Mail

/// A rule of repetition in words (RFC 5545 section 3.3.10).
struct CalendarRule {
    private var parts: [String: String] = [:]

    /// Longer rules are cut; the words would not be read either.
    private static let maximumLength = 512

    init(_ value: String) {
        let octets = value.utf8.prefix(Self.maximumLength)
        for part in octets.split(separator: Octet.semicolon) {
            let pair = part.split(separator: Octet.equals, maxSplits: 1).map {
                String(decoding: Array($0), as: UTF8.self).uppercasedASCII.trimmingBlanks
            }
            if pair.count == 2 { parts[pair[0]] = pair[1] }
        }
    }

    /// Frequency, days, months, count and end; `nil` for frequencies that no calendar shows.
    ///
    /// What is rarer, such as the hours of a day, is left out.
    var words: String? {
        guard let unit = Self.units[parts["FREQ"] ?? ""] else { return nil }
        let interval = parts["INTERVAL"].flatMap { Int($0) } ?? 1
        var words = interval > 1 ? "every \(interval) \(unit)s" : "every \(unit)"
        if let days { words += " on \(days)" }
        if let months { words += " in \(months)" }
        if let count = parts["COUNT"].flatMap({ Int($0) }) { words += count == 1 ? ", once" : ", \(count) times" }
        if let until { words += ", until \(until)" }
        return words
    }

    private static let units = [
        "DAILY": "day", "WEEKLY": "week", "MONTHLY": "month", "YEARLY": "year", "HOURLY": "hour",
    ]

    private static let weekdays = [
        "MO": "Monday", "TU": "Tuesday", "WE": "Wednesday", "TH": "Thursday", "FR": "Friday", "SA": "Saturday",
        "SU": "Sunday",
    ]

    private static let monthNames = [
        "January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November",
        "December",
    ]

    private static let ordinals = [1: "first", 2: "second", 3: "third", 4: "fourth", 5: "fifth", -1: "last"]

    private func list(_ name: String) -> [String] {
        (parts[name] ?? "").split(separator: ",").map { String($0).trimmingBlanks }
    }

    /// The days of a week or a month.
    private var days: String? {
        let names = list("BYDAY").compactMap(Self.day)
        guard !names.isEmpty else {
            let numbers = list("BYMONTHDAY").compactMap { Int($0) }.map { $0 == -1 ? "the last day" : "day \($0)" }
            return numbers.isEmpty ? nil : Self.joined(numbers)
        }
        // QUIRK: Outlook writes the second Tuesday as BYDAY=TU;BYSETPOS=2.
        guard let ordinal = parts["BYSETPOS"].flatMap({ Int($0) }).flatMap({ Self.ordinals[$0] }) else {
            return Self.joined(names)
        }
        return "the \(ordinal) \(Self.joined(names, by: "or"))"
    }

    /// A day such as `MO`, or `-1FR`, the last Friday.
    private static func day(_ text: String) -> String? {
        guard let name = weekdays[String(text.suffix(2))] else { return nil }
        let number = text.dropLast(2)
        guard !number.isEmpty else { return name }
        return Int(number).flatMap { ordinals[$0] }.map { "the \($0) \(name)" }
    }

    private var months: String? {
        let names = list("BYMONTH").compactMap { Int($0) }.filter { (1...12).contains($0) }.map {
            Self.monthNames[$0 - 1]
        }
        return names.isEmpty ? nil : Self.joined(names)
    }

    private var until: String? {
        CalendarCard.Moment(parts["UNTIL"] ?? "", zone: nil)?.date
    }

    private static func joined(_ names: [String], by word: String = "and") -> String {
        guard let last = names.last, names.count > 1 else { return names.first ?? "" }
        return "\(names.dropLast().joined(separator: ", ")) \(word) \(last)"
    }
}
