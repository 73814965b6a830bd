extension CalendarCard {
    /// The card as plain text, as it is put into a ticket.
    public var text: String {
        guard !items.isEmpty else { return heading(for: nil) + "\n" }
        var text = ""
        for item in items {
            if !text.isEmpty { text += "\n" }
            text += heading(for: item) + "\n"
            for (label, value) in rows(of: item) { text += "\(label): \(value)\n" }
            // An answer repeats the invitation; what the attendee says is a comment (RFC 5546 section 3.2.3).
            let remarks = [item.comment, method == "REPLY" ? nil : item.description]
            for remark in remarks.compactMap({ $0?.trimmingBlanks }) where !remark.isEmpty { text += "\n\(remark)\n" }
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
            ("Repeats", item.rule.map { CalendarRule($0).words ?? $0 }),
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
}
