import MIME
import Mail
import MailAuth
import Testing

@Suite struct AuthenticationResultsTests {
    private static func report(_ value: String) -> AuthenticationReport {
        AuthenticationReport(trusting: "mx.example.net", [AuthenticationResultsField(value.utf8)])
    }

    // MARK: Reading

    @Test(arguments: [
        (
            """
            mx.example.net;\r\n       dkim=pass header.i=@example.com header.s=s1 header.b="ab/+c=";\r\n       spf=pass \
            (mx.example.net: domain of a+b=c@example.com designates 192.0.2.1; ok) \
            smtp.mailfrom="a+b=c@example.com";\r\n       dmarc=pass (p=REJECT sp=NONE dis=NONE) header.from=example.com
            """,
            "spf=pass (example.com), dkim=pass (example.com), dmarc=pass (example.com, p=reject)"
        ),
        (
            """
            mx.example.net 1; spf=softfail smtp.mailfrom=bounce=ann=x.example@lists.Example.ORG smtp.helo=h.example; \
            dmarc=fail reason="no luck; dkim=pass header.d=no.example" header.from=example.org polrec.p=quarantine \
            polrec.domain=example.org
            """,
            "spf=softfail (lists.example.org), dmarc=fail (example.org, p=quarantine)"
        ),
        // RFC 8601 appendix B.7.
        (
            """
            foo.example.net (foobar) 1 (baz); dkim (Because I like it) / 1 (One yay) = (wait for it) fail policy (A \
            dot can go here) . (like that) expired (this surprised me) = (as I wasn't expecting it) 1362471462
            """,
            "dkim=fail"
        ),
        ("mx.example.net; none", ""),
        ("mx.example.net; spf=none smtp.helo=host.example", "spf=none (host.example)"),
        ("mx.example.net; spf=hardfail smtp.mailfrom=a@b.example; iprev=pass; x-foo=bar", "spf=fail (b.example)"),
        ("mx.example.net; arc=pass arc.chain=a.example:b.example", "arc=pass (a.example, b.example)"),
        // Without a host, as Microsoft's servers write.
        (
            """
            spf=pass (sender IP is 192.0.2.1)\r\n smtp.mailfrom=example.com; dkim=pass (signature was verified)\r\n \
            header.d=example.com;dmarc=pass action=none\r\n header.from=example.com;compauth=pass reason=100
            """,
            "spf=pass (example.com), dkim=pass (example.com), dmarc=pass (example.com)"
        ),
        ("mx.example.net; dkim=pass header.d=bücher.example", "dkim=pass (xn--bcher-kva.example)"),
        // What is malformed proves nothing, and takes nothing else with it.
        ("mx.example.net; dkim; spf=; =pass; dmarc=pass header.from=example.com", "dmarc=pass (example.com)"),
        ("mx.example.net; dmarc=maybe header.from=example.com; spf=pass smtp.mailfrom=a@", "spf=pass"),
        ("mx.example.net; (dmarc=pass header.from=example.com", ""),
        ("mx.example.net; x=\"y; dmarc=pass header.from=example.com", ""),
        ("mx.example.net dmarc=pass header.from=example.com; spf=fail smtp.mailfrom=a.example", "spf=fail (a.example)"),
    ])
    func fieldsAreRead(_ value: String, _ summary: String) {
        #expect(Self.report(value).description == summary)
    }

    @Test(
        arguments: [
            ("mx.example.net; none", "mx.example.net", 1),
            ("  (c) \"mx.example.net\" 1 ; spf=pass", "mx.example.net", 1),
            ("MX.example.net 2; spf=pass", "MX.example.net", 2), ("spf=pass; dkim=pass", nil, 1), ("", nil, 1),
            ("; none", nil, 1), ("a 99999999999999999999; none", "a", 0),
        ] as [(String, String?, Int)]
    )
    func hostsAreRead(_ value: String, _ host: String?, _ version: Int) {
        let field = AuthenticationResultsField(value.utf8)
        #expect(field.authservID == host)
        #expect(field.version == version)
    }

    /// A sender who gets words of its own into a field gains nothing.
    @Test(arguments: [
        ("dmarc=fail header.from=example.com; dmarc=pass header.from=example.com", AuthenticationResult.fail),
        ("dmarc=pass header.from=example.com; dmarc=fail header.from=example.com", .fail),
        ("dmarc=pass header.from=evil.example; dmarc=pass header.from=example.com", .permerror),
        ("dmarc=pass header.from=example.com; dmarc=pass header.from=example.com", .pass),
    ])
    func ofTwoResultsTheOneThatProvesLessCounts(_ value: String, _ result: AuthenticationResult) {
        #expect(Self.report("mx.example.net; " + value).dmarc?.result == result)
        let mixed = Self.report("mx.example.net; spf=pass smtp.mailfrom=a.example; spf=fail smtp.mailfrom=b.example")
        #expect(mixed.spf?.result == .fail)
    }

    @Test func aReasonIsOneLine() {
        let report = Self.report("mx.example.net; spf=fail reason=\"a\u{1}b\u{7F}c\" smtp.mailfrom=a.example")
        #expect(report.spf?.reason == "a\u{FFFD}b\u{FFFD}c")
    }

    @Test(arguments: ["(", "(a)", "\"", "\\", ";", "a=b;", "a=b ", "a.b=c ", "x . ", "/ ", "=", "a=\"b\" ", "(\\"])
    func longFieldsAreReadInLinearTime(_ piece: String) {
        let clock = ContinuousClock()
        let time = { (size: Int) in
            let value = "mx.example.net; dkim=pass " + String(repeating: piece, count: size / piece.utf8.count)
            return clock.measure { _ = Self.report(value) }
        }
        _ = time(1000)
        let small = time(50_000)
        // Eight times the octets in less than thirty times the time, and never long.
        let large = time(400_000)
        #expect(large < max(small * 30, .milliseconds(500)))
    }

    // MARK: Proof

    @Test(arguments: [
        ("dmarc=pass header.from=example.com", "example.com", true),
        ("dmarc=pass header.from=ann@Example.com", "EXAMPLE.com", true),
        ("dmarc=pass header.from=xn--bcher-kva.example", "bücher.example", true),
        ("dmarc=pass header.from=example.com", "sub.example.com", false),
        ("dmarc=pass", "example.com", false),
        ("dmarc=none header.from=example.com", "example.com", false),
        ("spf=pass smtp.mailfrom=example.com; dkim=pass header.d=example.com", "example.com", false),
    ])
    func onlyAnAlignedPassProvesAnAuthor(_ value: String, _ author: String, _ isProven: Bool) throws {
        #expect(Self.report("mx.example.net; " + value).proves(try #require(Domain(author))) == isProven)
    }

    @Test func ourOwnVerdictsHaveTheSameForm() throws {
        var spf = SPFEvaluation(
            client: try #require(IPAddress("192.0.2.1")),
            identity: .helo("Mail.Example.com"),
            helo: "Mail.Example.com",
            moment: Timestamp(seconds: 0)
        )
        let zone = FakeZone("mail.example.com TXT v=spf1 -all\n_dmarc.example.com TXT v=DMARC1; p=reject")
        let verdict = try #require(zone.verdict { spf.next($0) }).verdict
        var dmarc = DMARCEvaluation(
            from: [try #require(Domain("Example.com"))],
            spf: AuthenticatedIdentifier(verdict),
            dkim: [],
            sample: 0
        )
        let aligned = try #require(zone.verdict { dmarc.next($0) }).verdict
        let report = AuthenticationReport(source: .verified, spf: .init(verdict), dmarc: .init(aligned))
        #expect(report.description == "spf=fail (mail.example.com), dmarc=fail (example.com, p=reject)")
        #expect(report.spf?.isHELO == true)
        #expect(report.dmarc?.policyDomain == "example.com")
        #expect(report.dmarc?.reason == aligned.reason)
    }

    // MARK: Writing

    static let full = AuthenticationReport(
        source: .trusted("mx.example.net"),
        spf: .init(.pass, domain: "example.com", reason: "192.0.2.1 matches \"ip4:192.0.2.0/24\" of example.com"),
        dkim: [
            .init(.pass, domain: "example.com", selector: "s1"),
            .init(.permerror, domain: nil, reason: "the key; is (malformed"),
        ],
        dmarc: .init(.fail, domain: "example.org", policy: .reject, policyDomain: "example.org", reason: "a\\b"),
        arc: .init(.pass, sealers: ["a.example", "b.example"])
    )

    @Test func whatIsWrittenIsReadAgain() throws {
        let field = Self.full.headerField(authservID: "mx.example.net")
        let text = String(decoding: field, as: UTF8.self)
        #expect(text.hasPrefix("Authentication-Results: mx.example.net;\r\n spf=pass reason=\"192.0.2.1"))
        #expect(text.hasSuffix("\r\n"))
        let message = Message(parsing: (field + Array("\r\n".utf8)).span)
        #expect(message.defects.isEmpty)
        let results = TrustedResults(message, in: (field + Array("\r\n".utf8)).span, pinned: ["mx.example.net"])
        #expect(results.report == Self.full)
        #expect(
            AuthenticationReport(source: .verified).headerField(authservID: "a b")
                == Array(
                    "Authentication-Results: \"a b\"; none\r\n".utf8
                )
        )
    }

    @Test func aChainIsCutBetweenTwoHosts() throws {
        let sealers = (0..<50).map { "host-\($0).example" }
        let report = AuthenticationReport(source: .verified, arc: .init(.pass, sealers: sealers))
        let written = report.headerField(authservID: "mx.example.net").dropFirst("Authentication-Results:".count)
        let read = AuthenticationReport(trusting: "mx.example.net", [AuthenticationResultsField(written)])
        let kept = try #require(read.arc?.sealers)
        #expect(kept.count > 20 && kept == Array(sealers.prefix(kept.count)))
    }

    @Test func manySignaturesLeaveRoomForTheOtherMethods() {
        let many = (0..<200).map { "dkim=pass header.d=host-\($0).example" }.joined(separator: "; ")
        let fields = ["spf=pass; dmarc=pass; arc=pass", many, "dkim=fail"].map {
            AuthenticationResultsField("mx.example.net; \($0)".utf8)
        }
        let report = AuthenticationReport(trusting: "mx.example.net", fields)
        #expect(report.dkim.count > 50)
        let written = report.headerField(authservID: "mx.example.net").dropFirst("Authentication-Results:".count)
        let read = AuthenticationReport(trusting: "mx.example.net", [AuthenticationResultsField(written)])
        #expect(read.description == report.description)
    }

    @Test(arguments: ["a.example\u{87}", "a.\u{E000}.example", "\u{202E}.example"])
    func aDomainWithoutAFormInASCIIIsNone(_ domain: String) {
        let report = Self.report("mx.example.net; spf=pass smtp.mailfrom=\(domain); dkim=pass header.d=\(domain)")
        #expect(report.description == "spf=pass, dkim=pass")
    }

    @Test func linesAreShortAndNothingEndsTheField() {
        let hostile = "x\r\nSubject: y\r\n\r\n; dmarc=pass \u{0}\"ü" + String(repeating: "long ", count: 400)
        let report = AuthenticationReport(
            source: .verified,
            spf: .init(.fail, domain: hostile, reason: hostile),
            dkim: (0..<20).map { .init(.pass, domain: "host\($0).example.com", selector: hostile) }
        )
        let field = report.headerField(authservID: "mx.example.net")
        #expect(field.allSatisfy { $0 < 0x7F && ($0 >= 0x20 || $0 == 13 || $0 == 10) })
        let lines = String(decoding: field, as: UTF8.self).split(separator: "\r\n", omittingEmptySubsequences: false)
        #expect(lines.last == "")
        #expect(lines.dropFirst().dropLast().allSatisfy { $0.hasPrefix(" ") && $0.utf8.count < 998 })
        #expect(lines.allSatisfy { $0.isEmpty || $0.contains { $0 != " " } })
        let read = AuthenticationReport(trusting: "x", [AuthenticationResultsField(field.dropFirst(23))])
        #expect(read.dmarc == nil)
        #expect(read.spf?.result == .fail)
        #expect(read.dkim.count == 20)
    }
}

@Suite struct TrustedResultsTests {
    private func results(_ header: String, pinned: Set<String> = ["mx.example.net"]) -> TrustedResults {
        let octets = Array((header.split(separator: "\n").joined(separator: "\r\n") + "\r\n\r\nText\r\n").utf8)
        return TrustedResults(Message(parsing: octets.span), in: octets.span, pinned: pinned)
    }

    @Test(arguments: [
        // The topmost field of the pinned host; what is below it may be the sender's.
        (
            """
            Received: from a by mx.example.net
            Authentication-Results: mx.example.net; dmarc=fail header.from=example.com
            Authentication-Results: mx.example.net; dmarc=pass header.from=example.com
            """, [1], [2]
        ),
        // One field for each method, all above what the host received.
        (
            """
            Authentication-Results: mx.example.net; dmarc=fail header.from=example.com
            Authentication-Results: MX.Example.net; spf=fail smtp.mailfrom=a.example
            Received: from a by mx.example.net
            Authentication-Results: mx.example.net; dmarc=pass header.from=example.com
            """, [0, 1], [3]
        ),
        // Others', one without a host, and one in a form of the future.
        (
            """
            Authentication-Results: other.example; dmarc=pass header.from=example.com
            Authentication-Results: dmarc=pass header.from=example.com
            Authentication-Results: mx.example.net 2; dmarc=pass header.from=example.com
            From: ann@example.com
            authentication-results: mx.example.net; dmarc=fail header.from=example.com
            """, [4], [0, 1, 2]
        ),
        // Without Received fields, only the topmost is sure.
        (
            """
            Authentication-Results: mx.example.net; dmarc=fail header.from=example.com
            Authentication-Results: mx.example.net; dmarc=pass header.from=example.com
            From: ann@example.com
            """, [0], [1]
        ),
        ("From: ann@example.com", [], []),
    ])
    func fieldsAreToldApart(_ header: String, _ trusted: [Int], _ foreign: [Int]) {
        let found = results(header)
        #expect(found.trusted == trusted)
        #expect(found.foreign == foreign)
        #expect(found.report?.dmarc?.result == (trusted.isEmpty ? nil : .fail))
        let all = results(header, pinned: [])
        #expect(all.trusted.isEmpty)
        #expect(all.foreign == (trusted + foreign).sorted())
        #expect(all.report == nil)
    }

    @Test func aFieldOfAnotherPinnedHostIsNotBesideTheTopmost() {
        let header = """
            Authentication-Results: a.example; dmarc=fail header.from=example.com
            Authentication-Results: b.example; dmarc=pass header.from=example.com
            Received: from a by b
            """
        let found = results(header, pinned: ["a.example", "b.example"])
        #expect(found.trusted == [0])
        #expect(found.report?.source == .trusted("a.example"))
    }

    @Test func fieldsOfAPartAreNoFieldsOfTheMessage() {
        let header = """
            From: ann@example.com
            Content-Type: message/rfc822

            Authentication-Results: mx.example.net; dmarc=pass header.from=example.com
            """
        let octets = Array(
            header.split(separator: "\n", omittingEmptySubsequences: false).joined(separator: "\r\n").utf8
        )
        let found = TrustedResults(Message(parsing: octets.span), in: octets.span, pinned: ["mx.example.net"])
        #expect(found.trusted.isEmpty && found.foreign.isEmpty)
    }
}
