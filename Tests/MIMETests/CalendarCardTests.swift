import MIME
import Testing

@Suite struct CalendarCardTests {
    static func card(_ text: String) -> CalendarCard? {
        let bytes = Array(text.split(separator: "\n", omittingEmptySubsequences: false).joined(separator: "\r\n").utf8)
        return CalendarCard(parsing: bytes.span)
    }

    static func event(_ lines: String, method: String? = nil) -> String {
        "BEGIN:VCALENDAR\nVERSION:2.0\n" + (method.map { "METHOD:\($0)\n" } ?? "")
            + "BEGIN:VEVENT\n\(lines)\nEND:VEVENT\nEND:VCALENDAR\n"
    }

    static let invitation = event(
        """
        UID:1@example.org
        SUMMARY;LANGUAGE=en:Review\\, part 2\\; a very long title that a wri
         ter folded
        DTSTART;TZID="Europe/Berlin":20240301T093000
        DTEND;TZID=Europe/Berlin:20240301T103000
        LOCATION:Room 5\\nsecond floor
        ORGANIZER;CN="Doe, Jane":mailto:jane@example.org
        ATTENDEE;CN=Bob;PARTSTAT=ACCEPTED:MAILTO:bob@example.org
        ATTENDEE:mailto:help@example.org
        RRULE:FREQ=WEEKLY;INTERVAL=2;BYDAY=FR;COUNT=5
        DESCRIPTION:Please bring:\\n- paper\\n- pens
        BEGIN:VALARM
        TRIGGER:-PT15M
        DESCRIPTION:Reminder
        SUMMARY:Alarm
        END:VALARM
        """,
        method: "REQUEST"
    )

    @Test func invitation() throws {
        let card = try #require(Self.card(Self.invitation))
        #expect(card.method == "REQUEST")
        #expect(card.isComplete)
        let item = try #require(card.items.first)
        #expect(item.summary == "Review, part 2; a very long title that a writer folded")
        #expect(item.start?.date == "2024-03-01" && item.start?.time == "09:30" && item.start?.zone == "Europe/Berlin")
        #expect(item.organizer?.name == "Doe, Jane" && item.organizer?.address == "jane@example.org")
        #expect(item.identifier == "1@example.org")
        #expect(
            card.text == """
                Invitation: Review, part 2; a very long title that a writer folded
                Start: 2024-03-01 09:30 (Europe/Berlin)
                End: 2024-03-01 10:30 (Europe/Berlin)
                Repeats: every 2 weeks on Friday, 5 times
                Location: Room 5 second floor
                Organizer: Doe, Jane <jane@example.org>
                Attendees: Bob <bob@example.org> (accepted), help@example.org

                Please bring:
                - paper
                - pens

                """
        )
    }

    @Test(arguments: [
        ("ACCEPTED", "Bob <bob@example.org> accepted: Review"), ("DECLINED", "Bob <bob@example.org> declined: Review"),
        ("TENTATIVE", "Bob <bob@example.org> tentatively accepted: Review"),
        ("X-OTHER", "Bob <bob@example.org> answered: Review"),
    ])
    func replies(answer: String, heading: String) throws {
        let card = try #require(
            Self.card(
                Self.event(
                    "SUMMARY:Review\nDTSTART:20240301T083000Z\nATTENDEE;PARTSTAT=\(answer);CN=Bob:mailto:bob@example.org",
                    method: "REPLY"
                )
            )
        )
        #expect(card.text == "\(heading)\nStart: 2024-03-01 08:30 (UTC)\n")
    }

    @Test(arguments: [
        ("CANCEL", "Cancelled: x\n"), ("COUNTER", "Another time is proposed: x\n"), ("PUBLISH", "Event: x\n"),
        ("request ", "Invitation: x\n"), ("REPLY", "Answer: x\n"),
    ])
    func methods(method: String, text: String) {
        #expect(Self.card(Self.event("SUMMARY:x", method: method))?.text == text)
    }

    @Test(arguments: [
        ("20240301", "20240302", "2024-03-01", nil), ("20240228", "20240301", "2024-02-28", "2024-02-29"),
        ("20230228", "20230301", "2023-02-28", nil), ("20231230", "20240101", "2023-12-30", "2023-12-31"),
        ("20240301", "20240301", "2024-03-01", nil),
    ])
    func wholeDays(start: String, end: String, first: String, last: String?) {
        let card = Self.card(Self.event("DTSTART;VALUE=DATE:\(start)\nDTEND;VALUE=DATE:\(end)"))
        let expected = "Event\nStart: \(first)\n" + (last.map { "End: \($0)\n" } ?? "")
        #expect(card?.text == expected)
    }

    @Test(arguments: [
        ("DURATION:PT1H30M", "Duration: 1 hour, 30 minutes\n"), ("DURATION:P1W", "Duration: 1 week\n"),
        ("DURATION:rubbish", ""),
        ("RRULE:FREQ=YEARLY;UNTIL=20301231T000000Z", "Repeats: every year, until 2030-12-31\n"),
        ("RRULE:FREQ=SECONDLY", "Repeats: FREQ=SECONDLY\n"), ("RECURRENCE-ID:20240401", "Occurrence: 2024-04-01\n"),
        ("DTSTART:rubbish", ""), ("DTSTART:20240301T0", "Start: 2024-03-01\n"), ("STATUS:CONFIRMED", ""),
        ("LOCATION:\\n", ""), ("ORGANIZER;CN=Room:invalid:nomail", "Organizer: Room\n"),
    ])
    func rows(line: String, row: String) {
        #expect(Self.card(Self.event(line))?.text == "Event\n" + row)
    }

    @Test func taskAndSeveralItems() {
        let text =
            "BEGIN:VCALENDAR\nBEGIN:VTODO\nSUMMARY:Call\nDUE:20240301\nEND:VTODO\n"
            + "BEGIN:VEVENT\nSUMMARY:Meet\nEND:VEVENT\nEND:VCALENDAR"
        #expect(Self.card(text)?.text == "Task: Call\nDue: 2024-03-01\n\nEvent: Meet\n")
    }

    @Test func brokenObjects() {
        #expect(Self.card("") == nil)
        #expect(Self.card("Hello, an invitation is enclosed.") == nil)
        #expect(Self.card("BEGIN:VEVENT\nSUMMARY:x\nEND:VEVENT") == nil)
        let open = Self.card("BEGIN:VCALENDAR\nBEGIN:VEVENT\nSUMMARY:x")
        #expect(open?.items.first?.summary == "x")
        #expect(open?.isComplete == false)
        // What is around an event ends it too, and one within another is none of its own.
        let calendar = "BEGIN:VCALENDAR\nBEGIN:VEVENT\nSUMMARY:x\nEND:VCALENDAR\n"
        let two = Self.card(calendar + calendar.replacing("x", with: "y"))
        #expect(two?.items.map(\.summary) == ["x", "y"])
        #expect(two?.isComplete == false)
        let nested = "BEGIN:VEVENT\nBEGIN:VEVENT\nSUMMARY:x\nEND:VEVENT\nSUMMARY:y\nEND:VEVENT\n"
        #expect(Self.card("BEGIN:VCALENDAR\n\(nested)END:VCALENDAR")?.items.map(\.summary) == ["x"])
        #expect(Self.card("BEGIN:VCALENDAR\n:x\n;;\nSUMMARY\nBEGIN:VEVENT\nSUMMARY:y\nEND:VCALENDAR")?.items.count == 1)
    }

    @Test func limits() throws {
        let events = String(repeating: "BEGIN:VEVENT\nEND:VEVENT\n", count: 100)
        let many = try #require(Self.card("BEGIN:VCALENDAR\n\(events)END:VCALENDAR"))
        #expect(many.items.count == CalendarCard.maximumItems)
        #expect(!many.isComplete)
        let crowd = String(repeating: "ATTENDEE:mailto:a@example.org\n", count: 80)
        let item = try #require(Self.card(Self.event(crowd))?.items.first)
        #expect(item.attendees.count == CalendarCard.maximumAttendees)
        #expect(item.otherAttendees == 30)
        let long = try #require(Self.card(Self.event("SUMMARY:" + String(repeating: "é", count: 1_000_000))))
        #expect((long.items.first?.summary ?? "").utf8.count < 70_000)
        let nested = String(repeating: "BEGIN:X\n", count: 10_000)
        #expect(Self.card("BEGIN:VCALENDAR\n\(nested)")?.isComplete == false)
    }

    @Test(arguments: [
        ("FREQ=DAILY", "every day"), ("FREQ=DAILY;COUNT=1", "every day, once"),
        ("FREQ=WEEKLY;BYDAY=MO,TU,WE", "every week on Monday, Tuesday and Wednesday"),
        ("freq=weekly;interval=3;byday=su;wkst=mo", "every 3 weeks on Sunday"),
        ("FREQ=MONTHLY;BYDAY=-1FR", "every month on the last Friday"),
        ("FREQ=MONTHLY;BYDAY=TU;BYSETPOS=2", "every month on the second Tuesday"),
        ("FREQ=MONTHLY;BYDAY=MO,TU;BYSETPOS=-1", "every month on the last Monday or Tuesday"),
        ("FREQ=MONTHLY;BYMONTHDAY=15,-1", "every month on day 15 and the last day"),
        ("FREQ=YEARLY;BYMONTH=3,13;BYMONTHDAY=1", "every year on day 1 in March"),
        ("FREQ=WEEKLY;BYDAY=XX,9MO;INTERVAL=x;UNTIL=2030", "every week"),
        ("FREQ=DAILY;UNTIL=20301231T235959Z", "every day, until 2030-12-31"),
        ("FREQ=DAILY;UNTIL=\u{E9}\u{E9}\u{E9}\u{E9}", "every day"), ("FREQ=MINUTELY", "FREQ=MINUTELY"), ("x", "x"),
    ])
    func rules(rule: String, words: String) {
        #expect(Self.card(Self.event("RRULE:\(rule)"))?.text == "Event\nRepeats: \(words)\n")
    }

    @Test(
        arguments: [
            ("TZID=Europe/Berlin", "(Europe/Berlin)"),
            ("TZID=\"W. Europe Standard Time\"", "(W. Europe Standard Time)"),
            ("TZID=\"(UTC+01:00) Rome, Paris; and others\"", "((UTC+01:00) Rome, Paris; and others)"),
            ("TZID=/mozilla.org/20050126_1/Europe/Berlin", "(Europe/Berlin)"),
            ("TZID=\"tzone://Microsoft/Utc\"", "(UTC)"),
            ("TZID=\"tzone://Microsoft/Custom\"", nil), ("TZID=/", nil), ("VALUE=DATE-TIME", nil),
        ] as [(String, String?)]
    )
    func zones(parameter: String, zone: String?) {
        let row = "Start: 2024-03-01 09:30" + (zone.map { " \($0)" } ?? "")
        #expect(Self.card(Self.event("DTSTART;\(parameter):20240301T093000"))?.text == "Event\n\(row)\n")
    }

    /// What answers and proposals add, and what is only for other programs.
    @Test func remarksAndOtherProperties() {
        let lines = """
            SUMMARY:Review
            DTSTART:20240301T083000Z
            COMMENT:Can we meet an hour\\n later?
            DESCRIPTION:The invitation
            X-ALT-DESC;FMTTYPE=text/html:<html><body>The invitation</body></html>
            X-MICROSOFT-CDO-BUSYSTATUS:BUSY
            ATTENDEE;PARTSTAT=TENTATIVE:mailto:bob@example.org
            """
        #expect(
            Self.card(Self.event(lines, method: "REPLY"))?.text
                == "bob@example.org tentatively accepted: Review\nStart: 2024-03-01 08:30 (UTC)\n\nCan we meet an hour\n later?\n"
        )
        #expect(
            Self.card(Self.event(lines, method: "COUNTER"))?.text
                == "Another time is proposed: Review\nStart: 2024-03-01 08:30 (UTC)\n"
                + "Attendees: bob@example.org (tentative)\n\nCan we meet an hour\n later?\n\nThe invitation\n"
        )
    }

    /// A series, an occurrence that was moved, and the rules of a zone, which have dates of their own.
    @Test func seriesWithAnExceptionAndAZone() {
        let text = """
            BEGIN:VCALENDAR
            METHOD:REQUEST
            BEGIN:VTIMEZONE
            TZID:Europe/Berlin
            BEGIN:DAYLIGHT
            DTSTART:19700329T020000
            RRULE:FREQ=YEARLY;BYMONTH=3;BYDAY=-1SU
            END:DAYLIGHT
            END:VTIMEZONE
            BEGIN:VEVENT
            SUMMARY:Standup
            DTSTART;TZID=Europe/Berlin:20240304T090000
            RRULE:FREQ=WEEKLY;BYDAY=MO
            END:VEVENT
            BEGIN:VEVENT
            SUMMARY:Standup (moved)
            RECURRENCE-ID;TZID=Europe/Berlin:20240311T090000
            DTSTART;TZID=Europe/Berlin:20240311T100000
            END:VEVENT
            END:VCALENDAR
            """
        #expect(
            Self.card(text)?.text == """
                Invitation: Standup
                Start: 2024-03-04 09:00 (Europe/Berlin)
                Repeats: every week on Monday

                Invitation: Standup (moved)
                Start: 2024-03-11 10:00 (Europe/Berlin)
                Occurrence: 2024-03-11 09:00 (Europe/Berlin)

                """
        )
    }

    @Test func otherCharsets() {
        // A fold between the octets of a character, a line in windows-1252, and octets that are no text at all.
        let lines: [([UInt8], String)] = [
            ([0xC3, 0x0D, 0x0A, 0x20, 0xA9], "\u{E9}"), ([0x4D, 0xFC, 0x6C, 0x6C, 0x65, 0x72], "M\u{FC}ller"),
            ([0x61, 0xC2, 0xC2, 0x85, 0x85, 0x62], "a\u{C2}\u{C2}\u{2026}\u{2026}b"),
        ]
        for (octets, expected) in lines {
            let bytes = Array("BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\nSUMMARY:".utf8) + octets
            let card = CalendarCard(parsing: bytes.span)
            #expect(card?.items.first?.summary == expected)
        }
        let long = String(repeating: "\u{E9}", count: 40_000)
        let title = Self.card(Self.event("SUMMARY:x" + long))?.items.first?.summary
        #expect(
            title?.hasPrefix("x\u{E9}") == true
                && title?.unicodeScalars.allSatisfy { "x\u{E9}".unicodeScalars.contains($0) } == true
        )
    }

    @Test(arguments: [
        ("ORGANIZER;CN=\"A; B: ^'C^'\":mailto:a@example.org", "Organizer: A; B: \"C\" <a@example.org>\n"),
        ("ORGANIZER;CN=a^^b^nc^d:mailto:a@example.org", "Organizer: a^b c^d <a@example.org>\n"),
        ("ORGANIZER;X=\"open:mailto:a@example.org", ""),
        ("organizer;cn=A:MAILTO:a@example.org", "Organizer: A <a@example.org>\n"),
    ])
    func parameters(line: String, row: String) {
        #expect(Self.card(Self.event(line))?.text == "Event\n" + row)
    }

    @Test func textHoldsNoControls() throws {
        let card = try #require(Self.card(Self.event("SUMMARY:a\u{0}b\u{1B}[31m\\n c\u{85}\nLOCATION:x\u{7}")))
        #expect(card.text == "Event: ab[31m  c\nLocation: x\n")
    }
}
