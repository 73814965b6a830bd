extension CalendarCard {
    /// The card as plain text, as it is put into a ticket.
    public var text: String {
        guard !items.isEmpty else { return heading(for: nil) + "\n" }
        var text = ""
        for item in items {
            if !text.isEmpty { text += "\n" }
            text += heading(for: item) + "\n"
            for (label, value) in rows(of: item) { text += "\(label): \(value)\n" }
            if let description = item.description?.trimmingBlanks, !description.isEmpty, method != "REPLY" {
                text += "\n\(description)\n"
            }
        }
        if !isComplete { text += "\nThe calendar holds more than is shown.\n" }
        return text
    }

    /// What the message is about, in a few words.
    private func heading(for item: Item?) -> String {
        let thing =
            switch item?.kind {
            case "VTODO": "Task"
            case "VJOURNAL": "Journal entry"
            case "VFREEBUSY": "Free and busy times"
            default: "Event"
            }
        let title = item?.summary.map { ": \($0)" } ?? ""
        let prefix: String
        switch method {
        case "REPLY": return answers(item) + title
        case "REQUEST":
            prefix = item?.kind == "VEVENT" || item == nil ? "Invitation" : "Request (\(thing.lowercasedASCII))"
        case "CANCEL": prefix = "Cancelled"
        case "COUNTER": prefix = "Another time is proposed"
        case "DECLINECOUNTER": prefix = "The proposed time is declined"
        case "REFRESH": prefix = "Asks for the latest version"
        case "ADD": prefix = "Further dates"
        default: prefix = item?.status == "CANCELLED" ? "Cancelled" : thing
        }
        return prefix + title
    }

    /// What the attendees of a reply say (RFC 5546 section 3.2.3).
    private func answers(_ item: Item?) -> String {
        let answers = (item?.attendees ?? []).map { person in
            let word =
                switch person.answer {
                case "ACCEPTED": "accepted"
                case "DECLINED": "declined"
                case "TENTATIVE": "tentatively accepted"
                case "DELEGATED": "delegated"
                case "COMPLETED": "completed"
                case "IN-PROCESS": "began"
                default: "answered"
                }
            return "\(person.text) \(word)"
        }
        return answers.isEmpty ? "Answer" : answers.joined(separator: ", ")
    }

    private func rows(of item: Item) -> [(String, String)] {
        var rows: [(String, String?)] = [
            ("Start", item.start?.text),
            (item.kind == "VTODO" ? "Due" : "End", item.end == item.start ? nil : item.end?.text),
            ("Duration", item.end == nil ? item.duration.flatMap(Self.words(forDuration:)) : nil),
            ("Repeats", item.rule.map(Self.words(forRule:))),
            ("Occurrence", item.recurrence?.text),
            ("Location", item.location),
            ("Organizer", item.organizer?.text),
        ]
        if method != "REPLY", !item.attendees.isEmpty {
            var names = item.attendees.map { person in
                person.text + (Self.answers[person.answer ?? ""].map { " (\($0))" } ?? "")
            }
            if item.otherAttendees > 0 { names.append("and \(item.otherAttendees) more") }
            rows.append(("Attendees", names.joined(separator: ", ")))
        }
        return rows.compactMap { label, value in
            // A value of several lines would look like further rows.
            value.map { (label, HeaderText.cleaned(Array($0.utf8))) }
        }.filter { !$0.1.isEmpty }
    }

    private static let answers = [
        "ACCEPTED": "accepted", "DECLINED": "declined", "TENTATIVE": "tentative", "DELEGATED": "delegated",
    ]

    /// A duration such as `PT1H30M` in words (RFC 5545 section 3.3.6); `nil` when it is none.
    private static func words(forDuration value: String) -> String? {
        let units: [Character: String] = ["W": "week", "D": "day", "H": "hour", "M": "minute", "S": "second"]
        var words: [String] = []
        var digits = ""
        for character in value.prefix(32) {
            if character.isASCII, character.isNumber {
                digits.append(character)
            } else if let unit = units[character], let number = Int(digits) {
                if number > 0 { words.append("\(number) \(unit)\(number == 1 ? "" : "s")") }
                digits = ""
            } else if character != "P", character != "T", character != "+" {
                return nil
            }
        }
        return words.isEmpty ? nil : words.joined(separator: ", ")
    }

    /// The frequency of a rule, its end and count in words (RFC 5545 section 3.3.10); the rest is not shown.
    private static func words(forRule value: String) -> String {
        var parts: [String: String] = [:]
        for part in value.uppercasedASCII.prefix(512).split(separator: ";") {
            let pair = part.split(separator: "=", maxSplits: 1)
            if pair.count == 2 { parts[String(pair[0])] = String(pair[1]) }
        }
        let units = ["DAILY": "day", "WEEKLY": "week", "MONTHLY": "month", "YEARLY": "year", "HOURLY": "hour"]
        guard let unit = units[parts["FREQ"] ?? ""] else { return value }
        let interval = Int(parts["INTERVAL"] ?? "1") ?? 1
        var words = interval > 1 ? "every \(interval) \(unit)s" : "every \(unit)"
        if let days = parts["BYDAY"] { words += " on \(days.lowercasedASCII)" }
        if let count = Int(parts["COUNT"] ?? "") { words += ", \(count) times" }
        if let until = parts["UNTIL"], until.utf8.count >= 8 {
            let day = Array(until.prefix(8))
            words += ", until \(String(day[0..<4]))-\(String(day[4..<6]))-\(String(day[6..<8]))"
        }
        return words
    }
}
