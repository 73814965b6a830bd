import Mail
import MailAuth
import Testing

/// Evaluates mail from the domains of `from`; identifiers are written `pass example.com`.
private func check(
    _ zone: String,
    from: String = "example.com",
    spf: String? = nil,
    dkim: [String] = [],
    sample: Int = 0
) throws -> (verdict: DMARCVerdict, asked: [DNSQuestion], rounds: Int) {
    let identifier = { (text: String) throws -> AuthenticatedIdentifier in
        let words = text.split(separator: " ")
        let result = try #require(AuthenticationResult(rawValue: String(words[0])))
        return AuthenticatedIdentifier(domain: String(words[1]), result: result)
    }
    var evaluation = DMARCEvaluation(
        from: from.split(separator: " ").compactMap { Domain($0) },
        spf: try spf.map(identifier),
        dkim: try dkim.map(identifier),
        sample: sample
    )
    return try #require(FakeZone(zone).verdict { evaluation.next($0) })
}

@Suite struct DMARCTests {
    // MARK: Records

    @Test func aRecordIsRead() throws {
        let text = """
            v=DMARC1; p=reject; sp=Quarantine; np=none; adkim=s; aspf=r; psd=n; t=y; pct=20; fo=1; x=y; \
            rua=mailto:a@example.com!10m , https://example.com/r,junk; ruf=mailto:b@example.com;
            """
        let record = try DMARCRecord(Array(text.utf8))
        #expect(record.policy == .reject)
        #expect(record.subdomainPolicy == .quarantine)
        #expect(record.nonexistentPolicy == DMARCPolicy.none)
        #expect(record.dkimAlignment == .strict)
        #expect(record.spfAlignment == .relaxed)
        #expect(record.publicSuffix == .no)
        #expect(record.isTesting)
        #expect(record.percentage == 20)
        #expect(record.aggregateReports == ["mailto:a@example.com!10m", "https://example.com/r"])
        #expect(record.failureReports == ["mailto:b@example.com"])
        #expect(record.defects.isEmpty)
    }

    @Test(arguments: [
        ("v=DMARC1", true), ("V = DMARC1 ;p=none", true), (" v=DMARC1;", true), ("v=DMARC1 p=none", false),
        ("v=dmarc1; p=none", false), ("p=none; v=DMARC1", false), ("v=DMARC10; p=none", false), ("", false),
        (";v=DMARC1", false), ("v=spf1 -all", false),
    ])
    func recordsAreKnownByTheirFirstTag(_ text: String, _ isRecord: Bool) {
        #expect(DMARCRecord.isRecord(Array(text.utf8)) == isRecord)
    }

    @Test(arguments: [
        // RFC 9989 section 4.7: without p, nothing is asked for.
        ("v=DMARC1", DMARCPolicy.none, ["there is no p, so nothing is asked for"]),
        (
            "v=DMARC1; p=reject; adkim=x; pct=101; t=maybe", .reject,
            [
                "adkim cannot be \"x\"", "pct cannot be \"101\"", "t cannot be \"maybe\"",
            ]
        ),
        ("v=DMARC1;; p=reject; p=none", .reject, ["\"\" is no name of a tag"]),
        // Section 4.10.1: a policy that does not exist counts as none where reports are asked for.
        ("v=DMARC1; p=rejekt; rua=mailto:a@b.example", .none, ["p cannot be \"rejekt\""]),
        ("v=DMARC1; p=reject; sp=all; rua=mailto:a@b.example", .none, ["sp cannot be \"all\""]),
    ])
    func whatIsWrongIsPassedOver(_ text: String, _ policy: DMARCPolicy, _ defects: [String]) throws {
        let record = try DMARCRecord(Array(text.utf8))
        #expect(record.policy == policy)
        #expect(record.defects == defects)
        #expect(record.subdomainPolicy == nil)
    }

    @Test(arguments: [
        ("v=spf1", DMARCSyntaxError.noVersion), ("v=DMARC1; p=rejekt", .malformedPolicy("p")),
        ("v=DMARC1; p=reject; np=x; rua=junk", .malformedPolicy("np")),
        ("v=DMARC1; p=none; n=" + String(repeating: "a", count: 9000), .tooLong),
    ])
    func aRecordThatCannotBeUsedIsRefused(_ text: String, _ error: DMARCSyntaxError) {
        #expect(throws: error) { try DMARCRecord(Array(text.utf8)) }
    }

    // MARK: Alignment

    static let zone = """
        _dmarc.example.com TXT v=DMARC1; p=reject; sp=quarantine
        _dmarc.strict.example.com TXT v=DMARC1; p=reject; adkim=s; aspf=s
        """

    @Test(
        arguments: [
            ("example.com", "pass example.com", [], AuthenticationResult.pass),
            ("example.com", "pass mail.example.com", [], .pass),
            ("a.example.com", "pass b.example.com", [], .pass),
            ("a.example.com", "pass EXAMPLE.COM.", [], .pass),
            ("example.com", "pass example.org", ["pass example.com"], .pass),
            ("example.com", "pass example.org", ["fail example.com", "pass x.example.com"], .pass),
            ("example.com", "pass badexample.com", [], .fail),
            ("example.com", "pass com", [], .fail),
            ("example.com", "softfail example.com", ["permerror example.com"], .fail),
            ("example.com", nil, [], .fail),
            ("strict.example.com", "pass strict.example.com", [], .pass),
            ("strict.example.com", "pass example.com", ["pass a.strict.example.com"], .fail),
            // RFC 7489 section 6.6.2: what could not be checked counts where it would have spoken for the author.
            ("example.com", "temperror example.com", [], .temperror),
            ("example.com", "temperror example.org", ["temperror example.net"], .fail),
            ("example.com", "temperror example.com", ["pass example.com"], .pass),
        ] as [(String, String?, [String], AuthenticationResult)]
    )
    func alignment(_ from: String, _ spf: String?, _ dkim: [String], _ result: AuthenticationResult) throws {
        #expect(try check(Self.zone, from: from, spf: spf, dkim: dkim).verdict.result == result)
    }

    @Test(arguments: [
        // The example of RFC 9989 section 4.10.2.
        ("_dmarc.mail.example.com TXT v=DMARC1\n_dmarc.example.com TXT v=DMARC1", "example.com", true),
        ("_dmarc.mail.example.com TXT v=DMARC1; psd=n\n_dmarc.example.com TXT v=DMARC1", "mail.example.com", true),
        ("_dmarc.com TXT v=DMARC1; psd=y", "example.com", true),
        ("_dmarc.example.com TXT v=DMARC1; psd=y\n_dmarc.com TXT v=DMARC1", "mail.example.com", true),
        ("_dmarc.a.mail.example.com TXT v=DMARC1; psd=y", "a.mail.example.com", false),
        ("_dmarc.com TXT hello", "a.mail.example.com", true),
        ("_dmarc.com TXT v=DMARC1; p=x\n_dmarc.example.com TXT v=DMARC1", "example.com", true),
    ])
    func organizationsEndWhereRecordsSaySo(_ zone: String, _ organization: String, _ hasBelow: Bool) throws {
        // A domain is aligned when its organization is the author's; a policy of its own makes sure there is one.
        let author = "a.mail.example.com"
        let zone = zone.contains("_dmarc.\(author)") ? zone : zone + "\n_dmarc.\(author) TXT v=DMARC1"
        for (candidate, isAligned) in [
            (organization, true), ("x.\(organization)", hasBelow),
            (organization.split(separator: ".").dropFirst().joined(separator: "."), false),
        ] {
            let verdict = try check(zone, from: author, dkim: ["pass \(candidate)"]).verdict
            #expect((verdict.result == .pass) == isAligned, "\(candidate)")
        }
    }

    /// What cannot be found out of one domain does not undo what another proves.
    @Test func aPassNeedsNoMoreAnswersThanItsOwn() throws {
        let zone = Self.zone + "\n_dmarc.a.example.com TXT !"
        #expect(try check(zone, dkim: ["pass a.example.com"]).verdict.result == .temperror)
        #expect(try check(zone, dkim: ["pass a.example.com", "pass b.example.com"]).verdict.result == .pass)
        let run = try check(zone, spf: "pass example.com", dkim: ["pass a.example.com"])
        #expect(run.verdict.result == .pass)
        #expect(run.asked.map(\.name) == ["_dmarc.example.com"])
    }

    @Test func aSubdomainMayLeaveTheOrganization() throws {
        let zone = Self.zone + "\n_dmarc.own.example.com TXT v=DMARC1; p=none; psd=n"
        #expect(try check(zone, dkim: ["pass own.example.com"]).verdict.result == .fail)
        #expect(try check(zone, dkim: ["pass x.own.example.com"]).verdict.result == .fail)
        #expect(try check(zone, dkim: ["pass x.other.example.com"]).verdict.result == .pass)
    }

    // MARK: Policy

    @Test(arguments: [
        ("example.com", "v=DMARC1; p=reject; sp=none", 0, DMARCPolicy.reject),
        ("a.example.com", "v=DMARC1; p=reject; sp=none", 0, .none),
        ("a.example.com", "v=DMARC1; p=reject", 0, .reject),
        ("a.example.com", "v=DMARC1; p=none; np=reject", 0, .reject),
        ("exists.example.com", "v=DMARC1; p=none; np=reject", 0, .none),
        ("a.example.com", "v=DMARC1; p=none; sp=quarantine; np=reject", 0, .reject),
        ("example.com", "v=DMARC1; p=reject; t=y", 0, .quarantine),
        ("example.com", "v=DMARC1; p=quarantine; t=y", 0, .none),
        ("example.com", "v=DMARC1; p=reject; pct=0", 0, .quarantine),
        ("example.com", "v=DMARC1; p=reject; pct=30", 29, .reject),
        ("example.com", "v=DMARC1; p=reject; pct=30", 30, .quarantine),
        ("example.com", "v=DMARC1; p=quarantine; pct=30", 99, .none),
        ("example.com", "v=DMARC1; p=reject; pct=100", 99, .reject),
    ])
    func policies(_ from: String, _ record: String, _ sample: Int, _ policy: DMARCPolicy) throws {
        let zone = "_dmarc.example.com TXT \(record)\nexists.example.com A 192.0.2.1"
        let verdict = try check(zone, from: from, sample: sample).verdict
        #expect(verdict.result == .fail)
        #expect(verdict.policy == policy)
        #expect(verdict.policyDomain == "example.com")
    }

    @Test func aPublicSuffixSpeaksForOrganizationsWithoutRecords() throws {
        let zone = "_dmarc.example TXT v=DMARC1; p=none; sp=quarantine; psd=y"
        let verdict = try check(zone, from: "a.shop.example", dkim: ["pass other.example"]).verdict
        #expect(verdict.result == .fail)
        #expect(verdict.policyDomain == "example")
        #expect(verdict.policy == .quarantine)
        #expect(try check(zone, from: "a.shop.example", dkim: ["pass shop.example"]).verdict.result == .pass)
        // Its policy is not that of an organization with a record of its own.
        let own = zone + "\n_dmarc.shop.example TXT v=DMARC1; p=reject; sp=none"
        #expect(try check(own, from: "a.shop.example").verdict.policy == DMARCPolicy.none)
    }

    @Test(arguments: [
        ("_dmarc.example.com TXT !", "example.com", AuthenticationResult.temperror),
        ("_dmarc.example.com TXT v=DMARC1; p=x", "example.com", .permerror),
        ("_dmarc.example.com TXT v=DMARC1\n_dmarc.example.com TXT v=DMARC1", "example.com", .none),
        ("_dmarc.com TXT !", "example.com", .temperror),
        ("_dmarc.example.com TXT v=spf1", "example.com", .none),
        ("a A 192.0.2.1", "", .none),
        ("a A 192.0.2.1", "[192.0.2.1]", .none),
    ])
    func resultsWithoutAPolicy(_ zone: String, _ from: String, _ result: AuthenticationResult) throws {
        let verdict = try check(zone, from: from, spf: "pass example.com").verdict
        #expect(verdict.result == result)
        #expect(verdict.policy == nil)
        #expect(!verdict.reason.isEmpty)
    }

    // MARK: Several authors (RFC 7489 section 6.6.1)

    @Test(arguments: [
        ("example.com example.com", "pass example.com", AuthenticationResult.pass, DMARCPolicy?.some(.reject)),
        ("example.org example.com", "pass example.org", .fail, .reject),
        ("example.org example.net", "pass other.example", .fail, .quarantine),
        ("example.org none.example", "pass example.org", .none, nil),
        ("example.org failing.example", "pass example.org", .temperror, nil),
        ("example.org none1.example n2.example n3.example n4.example n5.example", "pass example.org", .permerror, nil),
        ("a.example.com n1.example n2.example n3.example n4.example n5.example", "pass x.example", .fail, .quarantine),
    ])
    func theStrictestPolicyOfSeveralAuthorsApplies(
        _ from: String,
        _ spf: String,
        _ result: AuthenticationResult,
        _ policy: DMARCPolicy?
    ) throws {
        let zone =
            Self.zone + """

                _dmarc.example.org TXT v=DMARC1; p=none
                _dmarc.example.net TXT v=DMARC1; p=quarantine
                _dmarc.failing.example TXT !
                """
        let verdict = try check(zone, from: from, spf: spf).verdict
        #expect(verdict.result == result)
        #expect(verdict.policy == policy)
    }

    // MARK: Words and work

    @Test func theReasonIsTold() throws {
        let pass = try check(Self.zone, dkim: ["pass mail.example.com"]).verdict
        #expect(pass.reason == "DKIM passes for mail.example.com, which is aligned")
        let fail = try check(Self.zone, spf: "fail example.com", dkim: ["pass example.org"]).verdict
        #expect(
            fail.reason
                == "nothing passes for example.com: DKIM pass for example.org, which is not aligned; SPF fail for "
                + "example.com"
        )
        #expect(try check(Self.zone).verdict.reason == "neither SPF nor a signature speaks for example.com")
    }

    @Test func aLongNameMakesEightQuestions() throws {
        let asked = try check("x A 192.0.2.1", from: "a.b.c.d.e.f.g.h.i.j.mail.example.com").asked.map(\.name)
        #expect(
            asked == [
                "_dmarc.a.b.c.d.e.f.g.h.i.j.mail.example.com", "_dmarc.g.h.i.j.mail.example.com",
                "_dmarc.h.i.j.mail.example.com", "_dmarc.i.j.mail.example.com", "_dmarc.j.mail.example.com",
                "_dmarc.mail.example.com", "_dmarc.example.com", "_dmarc.com",
            ]
        )
    }

    @Test func domainsThatCannotBeAlignedAreNotAskedFor() throws {
        let dkim = ["pass x.com", "pass com"] + (0..<200).map { "pass s\($0).other.example" }
        let run = try check(Self.zone, spf: "pass example.org", dkim: dkim)
        #expect(run.verdict.result == .fail)
        #expect(run.asked.map(\.name) == ["_dmarc.example.com", "_dmarc.com"])
        let below = (0..<200).map { index in "pass \(index).a.b.c.d.e.f.g.h.example.com" }
        let zone = Self.zone + "\n_dmarc.h.example.com TXT v=DMARC1; psd=n"
        #expect(try check(zone, dkim: below).asked.count <= 30)
    }

    @Test func aDomainOfAnotherScriptIsAskedForInASCII() throws {
        let zone = "_dmarc.xn--bcher-kva.example TXT v=DMARC1; p=reject"
        let run = try check(zone, from: "bücher.example", dkim: ["pass xn--bcher-kva.example"])
        #expect(run.verdict.result == .pass)
        #expect(run.verdict.domain == "xn--bcher-kva.example")
    }
}
