import MIME
import Mail
import MailAuth
import Testing

/// Inputs made of the pieces of the grammars by seeded chance: every reader ends, and no evaluation asks without end.
@Suite struct HostileInputTests {
    /// Numbers that are the same in each run (splitmix64).
    private struct Numbers: RandomNumberGenerator {
        var state: UInt64

        mutating func next() -> UInt64 {
            state &+= 0x9E37_79B9_7F4A_7C15
            var mixed = state
            mixed = (mixed ^ mixed >> 30) &* 0xBF58_476D_1CE4_E5B9
            mixed = (mixed ^ mixed >> 27) &* 0x94D0_49BB_1331_11EB
            return mixed ^ mixed >> 31
        }

        mutating func text(of pieces: [String], upTo count: Int) -> String {
            (0..<Int.random(in: 0...count, using: &self)).map { _ in pieces.randomElement(using: &self) ?? "" }.joined()
        }
    }

    private static let names = ["a.example", "b.example", "c.example", "mail.a.example", "1.2.0.192.in-addr.arpa"]

    private static let terms = [
        " a", " mx", " ptr", " all", " -all", " ?all", " include:a.example", " include:b.example",
        " redirect=c.example",
        " a:%{d}", " exists:%{ir}.%{v}.b.example", " exists:%{p}.a.example", " mx:b.example/24//64", " exp=b.example",
        " ip4:192.0.2.0/24", " ip6:2001:db8::/32", " include:%{l}.%{o1}", " a:%{h2r-}", " x=%{c}", "/", ":", "%", "{",
        "}",
        " ", ".", "\u{0}", "ü", "0",
    ]

    @Test(arguments: 0..<8) func recordsOfSPF(seed: Int) throws {
        var numbers = Numbers(state: UInt64(seed))
        for _ in 0..<60 {
            var zone = FakeZone()
            for name in Self.names {
                zone.add(name, .txt, .text(Array(("v=spf1" + numbers.text(of: Self.terms, upTo: 14)).utf8)))
                for _ in 0..<Int.random(in: 0...12, using: &numbers) {
                    let other = Self.names.randomElement(using: &numbers) ?? ""
                    zone.add(name, .mx, .mailExchange(preference: 1, host: other))
                    zone.add(name, .ptr, .pointer(other))
                    zone.add(name, .a, FakeZone.record(.a, "192.0.2.\(Int.random(in: 1...3, using: &numbers))"))
                }
                if Bool.random(using: &numbers) { zone.fail(name) }
            }
            for client in ["192.0.2.1", "2001:db8::1"] {
                var evaluation = SPFEvaluation(
                    client: try #require(IPAddress(client)),
                    identity: .mailFrom(localPart: "b", domain: "a.example"),
                    helo: "mail.a.example",
                    moment: Timestamp(seconds: 0)
                )
                let run = try #require(zone.verdict { evaluation.next($0) }, "no end")
                #expect(run.asked.count <= 125 && run.rounds <= 40)
                #expect(Set(run.asked).count == run.asked.count)
                #expect(!run.verdict.reason.isEmpty && run.verdict.reason.utf8.count < 4000)
                #expect((run.verdict.explanation ?? "").utf8.allSatisfy { (0x20...0x7E).contains($0) })
            }
        }
    }

    private static let tags = [
        "v=DMARC1", ";", " ", "p=", "sp=", "np=", "none", "reject", "quarantine", "psd=", "y", "n", "u", "t=", "pct=",
        "0",
        "50", "adkim=s", "aspf=r", "rua=mailto:a@b.example", ",", "=", "\r\n\t", "\u{0}", "ü", "v", "x=y",
    ]

    @Test(arguments: 0..<8) func recordsOfDMARC(seed: Int) throws {
        var numbers = Numbers(state: UInt64(seed))
        let domains = ["a.b.c.example", "b.c.example", "c.example", "example", "x.c.example", "other.test"]
        for _ in 0..<100 {
            var zone = FakeZone()
            for domain in domains where Int.random(in: 0...3, using: &numbers) > 0 {
                let text = "v=DMARC1;" + numbers.text(of: Self.tags, upTo: 12)
                zone.add("_dmarc." + domain, .txt, .text(Array(text.utf8)))
                _ = TagList.tolerant(text.utf8)
                if Int.random(in: 0...9, using: &numbers) == 0 { zone.fail("_dmarc." + domain) }
            }
            let identifiers = domains.map { domain in
                AuthenticatedIdentifier(
                    domain: domain,
                    result: AuthenticationResult.allCases.randomElement(using: &numbers) ?? .none
                )
            }
            var evaluation = DMARCEvaluation(
                from: domains.shuffled(using: &numbers).prefix(2).compactMap { Domain($0) },
                spf: identifiers[0],
                dkim: identifiers,
                sample: Int.random(in: 0..<100, using: &numbers)
            )
            let run = try #require(zone.verdict { evaluation.next($0) }, "no end")
            #expect(run.asked.count <= 40)
            #expect(run.verdict.result != .fail || run.verdict.policy != nil)
            #expect((run.verdict.policy ?? .none) <= (run.verdict.publishedPolicy ?? .none))
        }
    }

    private static let results = [
        "mx.example.net", ";", " ", "=", "spf", "dkim", "dmarc", "pass", "fail", "(", ")", "\"", "\\", ".", "/", "1",
        "header.from=example.com", "smtp.mailfrom=a@b.example", "reason=", "header.d=", "\r\n ", "none", "ü", "\u{0}",
        "@",
    ]

    @Test(arguments: 0..<8) func fieldsOfResults(seed: Int) {
        var numbers = Numbers(state: UInt64(seed))
        for _ in 0..<400 {
            let field = AuthenticationResultsField(numbers.text(of: Self.results, upTo: 40).utf8)
            let report = AuthenticationReport(trusting: "mx.example.net", [field])
            // What is written of it is read as the same.
            let written = report.headerField(authservID: "mx.example.net").dropFirst("Authentication-Results:".count)
            let read = AuthenticationReport(trusting: "mx.example.net", [AuthenticationResultsField(written)])
            #expect(read.description == report.description)
        }
    }

    @Test(arguments: 0..<4) func namesOfSenders(seed: Int) throws {
        var numbers = Numbers(state: UInt64(seed))
        let known = KnownSenders(
            ownDomains: ["example.com"].compactMap { Domain($0) },
            people: [.init(name: "Ann Example", addresses: [])]
        )
        let pieces = [
            "ann", "@", ".", "example", ".com", " ", "\u{200B}", "\u{202E}", "\u{435}", "é", "e\u{301}", "🙂", "-",
        ]
        for _ in 0..<300 {
            let domain = Domain(numbers.text(of: pieces, upTo: 8)) ?? Domain("other.test")
            let address = MailAddress(localPart: "x", domain: try #require(domain))
            let name = numbers.text(of: pieces, upTo: 12)
            for finding in known.lookAlikes(of: NamedAddress(name: name, address: address)) {
                #expect(!finding.reason.contains { $0.isNewline } && finding.reason.utf8.count < 2000)
            }
        }
    }
}
