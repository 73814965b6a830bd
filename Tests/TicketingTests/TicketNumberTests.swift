import Testing
import Ticketing

@Suite("Ticket numbers")
struct TicketNumberTests {
    // S62.
    @Test(
        "are found in a subject by their full mark",
        arguments: [
            ("[Ticket #MW-42] Printer", 42), ("Re: [Ticket #MW-42] Printer", 42), ("AW: [TICKET #mw-42]", 42),
            ("[Ticket  #MW-42 ]", 42), ("[Ticket #MW-1] and [Ticket #MW-2]", 1), ("[Ticket #XX-1] [Ticket #MW-2]", 2),
            ("[[Ticket #MW-7]", 7), ("[Ticket [Ticket #MW-8]", 8), ("über [Ticket #MW-9]", 9),
        ] as [(String, Int64)]
    )
    func found(subject: String, number: Int64) {
        #expect(TicketNumber.find(in: subject, prefix: "MW") == number)
    }

    @Test(
        "are not found in anything else",
        arguments: [
            "", "#42", "[#42]", "Ticket #MW-42", "[Ticket #42]", "[Ticket #MW42]", "[Ticket #MW-]", "[Ticket #MW-42",
            "[Ticket #MW-4 2]", "[Ticket #MW-0]", "[Ticket #MW--1]", "[Ticket MW-42]", "[Ticket #MWX-42]",
            "[Ticket #MW-9999999999999999999]", "[ticket", "[Ticket #MW-42x]",
        ]
    )
    func notFound(subject: String) {
        #expect(TicketNumber.find(in: subject, prefix: "MW") == nil)
    }

    @Test("may have no prefix")
    func noPrefix() {
        #expect(TicketNumber.find(in: "Re: [Ticket #17] x", prefix: "") == 17)
        #expect(TicketNumber(prefix: "", value: 17).subjectMark == "[Ticket #17]")
        #expect(TicketNumber(prefix: "MW", value: 17).subjectMark == "[Ticket #MW-17]")
    }

    @Test("bear a mark that is found again", arguments: ["", "MW", "ABC-2026"])
    func roundTrip(prefix: String) {
        let number = TicketNumber(prefix: prefix, value: 1234)
        #expect(TicketNumber.find(in: "Re: \(number.subjectMark) x", prefix: prefix) == 1234)
    }
}
