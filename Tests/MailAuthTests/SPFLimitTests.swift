import Mail
import MailAuth
import Testing

/// What the limits of RFC 7208 section 4.6.4 hold against.
@Suite struct SPFLimitTests {
    private func check(
        _ zone: FakeZone,
        client: String = "192.0.2.1",
        localPart: String = "ann"
    ) throws -> (verdict: SPFVerdict, asked: [DNSQuestion], rounds: Int) {
        var evaluation = SPFEvaluation(
            client: try #require(IPAddress(client)),
            identity: .mailFrom(localPart: localPart, domain: "example.com"),
            helo: "mail.example.com",
            moment: Timestamp(seconds: 0)
        )
        return try #require(zone.verdict { evaluation.next($0) })
    }

    @Test(arguments: [
        ("ten terms", 10, AuthenticationResult.pass), ("eleven terms", 11, .permerror),
    ])
    func termsWithLookUpsAreCounted(_ name: String, _ count: Int, _ result: AuthenticationResult) throws {
        let terms = String(repeating: "a:other.example.com ", count: count)
        let zone = FakeZone(
            "example.com TXT v=spf1 \(terms)ip4:192.0.2.1 -all\nother.example.com A 192.0.2.2"
        )
        let verdict = try check(zone).verdict
        #expect(verdict.result == result)
        if result == .permerror { #expect(verdict.reason == "more than 10 terms take look-ups") }
    }

    @Test(arguments: [("", AuthenticationResult.fail), (" exists:c.example", .permerror)])
    func lookUpsThatFindNothingAreCounted(_ more: String, _ result: AuthenticationResult) throws {
        let zone = FakeZone("example.com TXT v=spf1 a:a.example mx:b.example\(more) -all")
        let verdict = try check(zone).verdict
        #expect(verdict.result == result)
        if result == .permerror { #expect(verdict.reason == "more than 2 look-ups find nothing") }
    }

    /// Hosts without an address of the client's version are no reason to refuse the record.
    @Test func hostsWithoutAddressesOfVersion6CountOnceForATerm() throws {
        let hosts = (0..<5).map { "example.com MX 1 h\($0).example\nh\($0).example A 192.0.2.5" }
        let zone = FakeZone("example.com TXT v=spf1 mx ip6:2001:db8::/32 -all\n" + hosts.joined(separator: "\n"))
        #expect(try check(zone, client: "2001:db8::1").verdict.result == .pass)
    }

    @Test func theNameOfTheClientCountsOnce() throws {
        let names = "exists:%{p}.a.example exists:%{p}.b.example"
        let terms = { (count: Int) in String(repeating: "a:other.example.com ", count: count) }
        let zone = { (count: Int) in
            FakeZone(
                """
                example.com TXT v=spf1 \(terms(count))\(names) ip4:192.0.2.1 -all
                other.example.com A 192.0.2.2
                """
            )
        }
        #expect(try check(zone(7)).verdict.result == .pass)
        #expect(try check(zone(8)).verdict.result == .permerror)
    }

    @Test func namesOfTheClientBeyondTenAreIgnored() throws {
        var zone = FakeZone("example.com TXT v=spf1 ptr -all")
        for index in 0..<12 {
            zone.add("1.2.0.192.in-addr.arpa", .ptr, .pointer("h\(index).example.com"))
        }
        zone.add("h11.example.com", .a, FakeZone.record(.a, "192.0.2.1"))
        let run = try check(zone)
        #expect(run.verdict.result == .fail)
        #expect(run.asked.count == 12)
        zone.add("h9.example.com", .a, FakeZone.record(.a, "192.0.2.1"))
        #expect(try check(zone).verdict.result == .pass)
    }

    /// Records that include each other, all names at once, and a name for each client.
    @Test func noRecordMakesManyQuestions() throws {
        var zone = FakeZone()
        for name in ["example.com", "a.example.com", "b.example.com"] {
            let terms = "ptr exists:%{p}.x.example mx:%{l}.example.com include:a.example.com include:b.example.com"
            zone.add(name, .txt, .text(Array("v=spf1 \(terms) exp=%{p}.why.example -all".utf8)))
        }
        for index in 0..<10 {
            zone.add("ann.example.com", .mx, .mailExchange(preference: index, host: "h\(index).example"))
            zone.add("h\(index).example", .a, FakeZone.record(.a, "192.0.2.200"))
            zone.add("1.2.0.192.in-addr.arpa", .ptr, .pointer("p\(index).example"))
        }
        let run = try check(zone)
        #expect(run.verdict.result == .permerror)
        #expect(run.asked.count <= 125)
        #expect(Set(run.asked).count == run.asked.count)
    }

    /// The longest record of nothing but terms, and of nothing but macros with a long value.
    @Test(arguments: ["ip4:192.0.2.9 ", "exists:%{s} ", "ptr ", "a=%{s} "])
    func theLongestRecordIsReadInTime(_ term: String) throws {
        let count = (SPFRecord.maximumLength - 20) / term.utf8.count
        var zone = FakeZone()
        let text = "v=spf1 " + String(repeating: term, count: count) + "-all"
        zone.add("example.com", .txt, .text(Array(text.utf8)))
        zone.add("1.2.0.192.in-addr.arpa", .ptr, .pointer("other.example"))
        zone.add("other.example", .a, FakeZone.record(.a, "192.0.2.1"))
        let clock = ContinuousClock()
        let localPart = String(repeating: "a.", count: 120) + "a"
        let time = try clock.measure { _ = try check(zone, localPart: localPart) }
        #expect(time < .seconds(2))
    }

    @Test func aLongExplanationIsCutAndPrintable() throws {
        var zone = FakeZone("example.com TXT v=spf1 -all exp=why.example.com")
        zone.add("why.example.com", .txt, .text(Array(String(repeating: "%{l}", count: 4000).utf8)))
        let explanation = try #require(try check(zone, localPart: "a\r\nü").verdict.explanation)
        #expect(explanation.utf8.count == 500)
        #expect(explanation.utf8.allSatisfy { (0x20...0x7E).contains($0) })
    }
}
