import MIME

/// Calendars: the input as it is, and as the lines of an event.
enum CalendarChecks {
    static func check(_ octets: [UInt8]) throws(BrokenInvariant) {
        try check(calendar: octets)
        try check(calendar: Array("BEGIN:VCALENDAR\nMETHOD:REQUEST\nBEGIN:VEVENT\n".utf8) + octets)
    }

    private static func check(calendar octets: [UInt8]) throws(BrokenInvariant) {
        guard let card = CalendarCard(parsing: octets.span) else { return }
        try require(card.items.count <= CalendarCard.maximumItems, "more items than are kept")
        for item in card.items {
            try require(item.attendees.count <= CalendarCard.maximumAttendees, "more attendees than are kept")
            try require(
                item.otherAttendees == 0 || item.attendees.count == CalendarCard.maximumAttendees,
                "attendees are left out too early"
            )
            try requirePlain(item.summary ?? "", "a title")
            for moment in [item.start, item.end, item.recurrence] { try requirePlain(moment?.text ?? "", "a moment") }
        }
        try requirePlain(card.text, "the card", inOneLine: false)
        try require(card.text.utf8.count <= 16 * octets.count + 4096, "the card grows")
    }
}
