import Mail
import MailAuth
import Testing

/// Evaluates the record of `example.com` for mail from `ann@example.com`.
private func check(
    _ zone: String,
    client: String = "192.0.2.1",
    identity: SPFIdentity = .mailFrom(localPart: "ann", domain: "example.com")
) throws -> (verdict: SPFVerdict, asked: [DNSQuestion], rounds: Int) {
    var evaluation = SPFEvaluation(
        client: try #require(IPAddress(client)),
        identity: identity,
        helo: "mail.example.com",
        receiver: "mx.example.net",
        moment: Timestamp(seconds: 1_000_000)
    )
    return try #require(FakeZone(zone).verdict { evaluation.next($0) })
}

@Suite struct SPFTests {
    // MARK: Records

    @Test(arguments: [
        ("v=spf1 -all", ["-all"]),
        ("V=SPF1 IP4:192.0.2.0/24  A mx/24//64 ~ALL ", ["IP4:192.0.2.0/24", "A", "mx/24//64", "~ALL"]),
        (
            "v=spf1 include:_spf.%{d} exists:%{ir}.list.example.org ?all",
            [
                "include:_spf.%{d}", "exists:%{ir}.list.example.org", "?all",
            ]
        ),
        ("v=spf1", []),
        (
            "v=spf1 a:host.example.com//0 ip6:2001:db8::/32 ptr:example.com",
            [
                "a:host.example.com//0", "ip6:2001:db8::/32", "ptr:example.com",
            ]
        ),
    ])
    func readsRecords(_ text: String, _ terms: [String]) throws {
        #expect(try SPFRecord(Array(text.utf8)).directives.map(\.text) == terms)
    }

    @Test(arguments: [
        ("v=spf10 -all", SPFSyntaxError.Kind.noVersion, "v=spf10 -all"),
        ("v=spf1 -all moo", .unknownMechanism, "moo"),
        ("v=spf1 redirect:example.com", .unknownMechanism, "redirect:example.com"),
        ("v=spf1 -all:x", .unexpectedArgument, "-all:x"),
        ("v=spf1 ptr/24", .unexpectedArgument, "ptr/24"),
        ("v=spf1 include", .missingArgument, "include"),
        ("v=spf1 a:", .missingArgument, "a:"),
        ("v=spf1 ip4", .missingArgument, "ip4"),
        ("v=spf1 a:museum", .malformedDomain, "a:museum"),
        ("v=spf1 exists:example.com/24", .malformedDomain, "exists:example.com/24"),
        ("v=spf1 redirect=a.b-", .malformedDomain, "redirect=a.b-"),
        ("v=spf1 a:%{x}.example.com", .malformedMacro, "a:%{x}.example.com"),
        ("v=spf1 a:%{d0}.example.com", .malformedMacro, "a:%{d0}.example.com"),
        ("v=spf1 a:%{t}.example.com", .malformedMacro, "a:%{t}.example.com"),
        ("v=spf1 a:grüß.example", .malformedMacro, "a:grüß.example"),
        ("v=spf1 other=%", .malformedMacro, "other=%"),
        ("v=spf1 ip4:192.0.2", .malformedAddress, "ip4:192.0.2"),
        ("v=spf1 ip4:2001:db8::1", .malformedAddress, "ip4:2001:db8::1"),
        ("v=spf1 ip6:192.0.2.1", .malformedAddress, "ip6:192.0.2.1"),
        ("v=spf1 ip4:192.0.2.1/33", .malformedPrefix, "ip4:192.0.2.1/33"),
        ("v=spf1 ip4:192.0.2.1/", .malformedPrefix, "ip4:192.0.2.1/"),
        ("v=spf1 a/08", .malformedPrefix, "a/08"),
        ("v=spf1 a//129", .malformedPrefix, "a//129"),
        ("v=spf1 exp=a.b.example exp=c.d.example", .duplicateModifier, "exp=c.d.example"),
    ])
    func saysWhatIsWrong(_ text: String, _ kind: SPFSyntaxError.Kind, _ term: String) {
        let error = #expect(throws: SPFSyntaxError.self) { try SPFRecord(Array(text.utf8)) }
        #expect(error?.kind == kind)
        #expect(error?.term == term)
    }

    @Test func aRecordThatIsTooLongIsNotFollowed() throws {
        let long = "v=spf1 " + String(repeating: "ip4:192.0.2.1 ", count: 1200) + "-all"
        let verdict = try check("example.com TXT \(long)").verdict
        #expect(verdict.result == .permerror)
        #expect(verdict.reason.contains("too long"))
        #expect(verdict.reason.utf8.count < 700)
    }

    @Test func modifiersThatAreNotKnownAreKept() throws {
        let record = try SPFRecord(Array("v=spf1 ra=postmaster a -all x.y=%{t}".utf8))
        #expect(record.unknownModifiers == ["ra=postmaster", "x.y=%{t}"])
        #expect(record.redirect == nil)
    }

    // MARK: Macros (RFC 7208 section 7.4)

    @Test(arguments: [
        ("%{s}", "strong-bad@email.example.com"), ("%{o}", "email.example.com"), ("%{d}", "email.example.com"),
        ("%{d4}", "email.example.com"), ("%{d3}", "email.example.com"), ("%{d2}", "example.com"), ("%{d1}", "com"),
        ("%{dr}", "com.example.email"), ("%{d2r}", "example.email"), ("%{l}", "strong-bad"), ("%{l-}", "strong.bad"),
        ("%{lr}", "strong-bad"), ("%{lr-}", "bad.strong"), ("%{l1r-}", "strong"),
        ("%{ir}.%{v}._spf.%{d2}", "3.2.0.192.in-addr._spf.example.com"),
        ("%{lr-}.lp._spf.%{d2}", "bad.strong.lp._spf.example.com"),
        ("%{d99999999999999999999}", "email.example.com"),
        ("%{h} %{r} %{t} %{c} %{p}", "mail.example.com mx.example.net 1000000 192.0.2.3 unknown"),
        ("%%%_%-", "% %20"), ("%{S}", "strong-bad%40email.example.com"),
    ])
    func macrosAreExpanded(_ macros: String, _ expanded: String) throws {
        let zone = """
            email.example.com TXT v=spf1 -all exp=exp.example.com
            exp.example.com TXT \(macros)
            """
        let sender = SPFIdentity.mailFrom(localPart: "strong-bad", domain: "email.example.com")
        #expect(try check(zone, client: "192.0.2.3", identity: sender).verdict.explanation == expanded)
    }

    @Test func anAddressOfVersion6IsExpandedByDigits() throws {
        let zone = "example.com TXT v=spf1 exists:%{ir}.%{v}._spf.%{d2} -all"
        let asked = try check(zone, client: "2001:db8::cb01").asked.map(\.name)
        #expect(
            asked.last
                == "1.0.b.c.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.8.b.d.0.1.0.0.2.ip6._spf.example.com"
        )
    }

    @Test func aNameThatIsTooLongLosesItsFirstLabels() throws {
        let long = String(repeating: "a123456789.", count: 30)
        let asked = try check("example.com TXT v=spf1 exists:\(long)%{d} -all").asked
        let name = try #require(asked.last?.name)
        #expect(name.utf8.count <= 253 && name.utf8.count > 240)
        #expect(name.hasSuffix("a123456789.example.com"))
    }

    // MARK: Results

    @Test func theTermThatMatchedIsTold() throws {
        let zone = """
            example.com TXT v=spf1 include:_spf.example.net -all
            _spf.example.net TXT v=spf1 redirect=_more.example.net
            _more.example.net TXT v=spf1 a:out.example.net ~all
            out.example.net A 192.0.2.1
            """
        let verdict = try check(zone).verdict
        #expect(verdict.result == .pass)
        #expect(
            verdict.matches == [
                .init(domain: "example.com", term: "include:_spf.example.net"),
                .init(domain: "_more.example.net", term: "a:out.example.net"),
            ]
        )
        #expect(
            verdict.reason
                == "192.0.2.1 matches \"include:_spf.example.net\" of example.com, there \"a:out.example.net\" of "
                + "_more.example.net"
        )
    }

    @Test(arguments: [
        ("example.com TXT v=spf1 -all", AuthenticationResult.fail, "192.0.2.1 matches \"-all\" of example.com"),
        ("example.com TXT v=spf1 ip4:192.0.2.2", .neutral, "no term of example.com matches 192.0.2.1"),
        ("example.com TXT hello", .none, "example.com has no SPF record"),
        ("example.com TXT !", .temperror, "the DNS has no answer for example.com TXT"),
        ("example.com TXT v=spf1 -all\nexample.com TXT v=spf1 a", .permerror, "example.com has 2 SPF records"),
        (
            "example.com TXT v=spf1 include:none.example -all", .permerror,
            "example.com includes none.example, which has no SPF record"
        ),
        (
            "example.com TXT v=spf1 redirect=none.example", .permerror,
            "example.com redirects to none.example, which has no SPF record"
        ),
        (
            "example.com TXT v=spf1 foo -all", .permerror,
            "the SPF record of example.com is malformed: \"foo\": there is no such mechanism"
        ),
        (
            "example.com TXT v=spf1 mx -all\nexample.com MX 10 a.example\na.example A !", .temperror,
            "the DNS has no answer for a.example A"
        ),
    ])
    func theReasonIsTold(_ zone: String, _ result: AuthenticationResult, _ reason: String) throws {
        let verdict = try check(zone).verdict
        #expect(verdict.result == result)
        #expect(verdict.reason == reason)
    }

    @Test func withoutAReversePathTheClientsNameIsChecked() throws {
        let identity = SPFIdentity(.null, helo: "mail.example.com")
        #expect(identity == .helo("mail.example.com"))
        let zone = """
            mail.example.com TXT v=spf1 a -all exp=why.example.com
            mail.example.com A 192.0.2.7
            why.example.com TXT %{s}
            """
        let verdict = try check(zone, identity: identity).verdict
        #expect(verdict.result == .fail)
        #expect(verdict.domain == "mail.example.com")
        #expect(verdict.explanation == "postmaster@mail.example.com")
        let international = SPFIdentity(.address(try #require(MailAddress("ann@bücher.example"))), helo: "x")
        #expect(international.domain == "xn--bcher-kva.example")
        let address = try #require(MailAddress("\"a b\"@example.com"))
        #expect(SPFIdentity(.address(address), helo: "x") == .mailFrom(localPart: "a b", domain: "example.com"))
    }

    @Test func aHostOfVersion6OnlyPassesByItsOwnAddresses() throws {
        let zone = """
            example.com TXT v=spf1 mx//64 -all
            example.com MX 10 a.example
            a.example A 192.0.2.9
            a.example AAAA 2001:db8::9
            """
        #expect(try check(zone, client: "2001:db8::1").verdict.result == .pass)
        #expect(try check(zone, client: "2001:db8:0:1::1").verdict.result == .fail)
        #expect(try check(zone, client: "::ffff:192.0.2.9").verdict.result == .pass)
    }

    @Test func aNetworkThatHoldsVersion4WithinVersion6MatchesVersion6Only() throws {
        #expect(try check("example.com TXT v=spf1 ip6:::ffff:0:0/80 -all").verdict.result == .fail)
        #expect(try check("example.com TXT v=spf1 ip6:::ffff:0:0/80 -all", client: "::1").verdict.result == .pass)
        #expect(try check("example.com TXT v=spf1 ip6:::ffff:0:0/81 -all", client: "::1").verdict.result == .fail)
        #expect(try check("example.com TXT v=spf1 ip6:::ffff:0:0/96 -all", client: "::1").verdict.result == .fail)
    }

    @Test func hostsOfAnMXAreAskedForTogether() throws {
        let hosts = (0..<10).map { "example.com MX \($0) h\($0).example\nh\($0).example A 192.0.2.\($0 + 10)" }
        let run = try check("example.com TXT v=spf1 mx -all\n" + hosts.joined(separator: "\n"), client: "192.0.2.19")
        #expect(run.verdict.result == .pass)
        #expect(run.asked.count == 12)
        #expect(run.rounds == 4)
    }
}
