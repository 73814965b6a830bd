import Mail
import Testing

@Suite("Moments and identifiers")
struct TimestampTests {
    @Test(
        "turns dates into moments and back",
        arguments: [
            (1970, 1, 1, 0, 0, 0, Int64(0), "1970-01-01T00:00:00Z", "Thu, 1 Jan 1970 00:00:00 +0000"),
            (2026, 11, 21, 9, 30, 5, 1_795_253_405, "2026-11-21T09:30:05Z", "Sat, 21 Nov 2026 09:30:05 +0000"),
            (2024, 2, 29, 23, 59, 59, 1_709_251_199, "2024-02-29T23:59:59Z", "Thu, 29 Feb 2024 23:59:59 +0000"),
            (1969, 12, 31, 23, 59, 59, -1, "1969-12-31T23:59:59Z", "Wed, 31 Dec 1969 23:59:59 +0000"),
            (2000, 3, 1, 0, 0, 0, 951_868_800, "2000-03-01T00:00:00Z", "Wed, 1 Mar 2000 00:00:00 +0000"),
        ]
    )
    func civil(
        year: Int,
        month: Int,
        day: Int,
        hour: Int,
        minute: Int,
        second: Int,
        seconds: Int64,
        text: String,
        mail: String
    ) {
        let moment = Timestamp(year: year, month: month, day: day, hour: hour, minute: minute, second: second)
        #expect(moment == Timestamp(seconds: seconds))
        #expect(Timestamp(seconds: seconds).description == text)
        #expect(Timestamp(seconds: seconds).mailDate == mail)
    }

    @Test("makes identifiers that sort by their moment and bear version and variant (RFC 9562)")
    func identifiers() throws {
        let early = UniqueID(at: Timestamp(milliseconds: 1_000), random: (.max, .max))
        let late = UniqueID(at: Timestamp(milliseconds: 1_001), random: (0, 0))
        #expect(early < late)
        #expect(late.description == "00000000-03e9-7000-8000-000000000000")
        #expect(try #require(UniqueID(early.description)) == early)
        #expect(try #require(UniqueID(bytes: early.bytes)) == early)
        #expect(UniqueID("00000000-03e9") == nil)
        #expect(UniqueID(bytes: [1, 2, 3]) == nil)
    }
}

@Suite("Message identifiers")
struct MessageIDTests {
    @Test(
        "refuses white space, controls, brackets and endless text",
        arguments: ["", "a b", "a\u{0}b", "<a@b>", "a\n"]
    )
    func invalid(text: String) {
        #expect(MessageID(text) == nil)
    }

    @Test("keeps what real clients write", arguments: ["a@b", "no-at-sign", "ä@b", "a@[192.0.2.1]", "=?x?=@b"])
    func valid(text: String) {
        #expect(MessageID(text)?.value == text)
    }

    @Test("has a limit")
    func limit() {
        #expect(MessageID(String(repeating: "a", count: 998)) != nil)
        #expect(MessageID(String(repeating: "a", count: 999)) == nil)
    }
}
