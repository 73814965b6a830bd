import Mail
import MailAuth
import Testing

@Suite struct LookAlikeTests {
    private static let known = KnownSenders(
        ownDomains: ["mailwicket.example", "example.com", "grüner.example"].compactMap { Domain($0) },
        knownDomains: ["customer.org", "abc.net", "support.example.net", "gmail.com", "shop1.example.net"]
            .compactMap { Domain($0) },
        people: [
            .init(
                name: "Ann Müller",
                addresses: ["ann@example.com", "ann.m@home.example"].compactMap { MailAddress($0) }
            ),
            .init(name: "Helpdesk Team", addresses: []), .init(name: "Bob", addresses: []),
        ]
    )

    private static func findings(_ name: String?, _ address: String) throws -> [LookAlike] {
        known.lookAlikes(of: NamedAddress(name: name, address: try #require(MailAddress(address))))
    }

    // MARK: Domains

    @Test(arguments: [
        // The same look: other scripts, figures, marks, two letters for one.
        ("x@examp\u{13A}e.com", LookAlike.Kind.confusableDomain, "example.com"),
        ("x@\u{435}xample.com", .confusableDomain, "example.com"),
        ("x@xn--xample-2of.com", .confusableDomain, "example.com"),
        ("x@mail.examp1e.com", .confusableDomain, "example.com"),
        ("x@exarnple.com", .confusableDomain, "example.com"),
        ("x@custorner.org", .confusableDomain, "customer.org"),
        ("x@ma1lwicket.example", .confusableDomain, "mailwicket.example"),
        ("x@gruner.example", .confusableDomain, "xn--grner-lva.example"),
        // One typing error.
        ("x@exmple.com", .neighbouringDomain, "example.com"),
        ("x@exammple.com", .neighbouringDomain, "example.com"),
        ("x@exmaple.com", .neighbouringDomain, "example.com"),
        ("x@exanple.com", .neighbouringDomain, "example.com"),
        ("x@example.co", .neighbouringDomain, "example.com"),
        ("x@sub.custome.org", .neighbouringDomain, "customer.org"),
        // More than the domain.
        ("x@example-support.com", .extendedDomain, "example.com"),
        ("x@secure-example.net", .extendedDomain, "example.com"),
        ("x@secureexample.net", .extendedDomain, "example.com"),
        ("x@example-com.org", .extendedDomain, "example.com"),
        ("x@example.com.login.example.org", .extendedDomain, "example.com"),
        ("x@customer.org.evil.example", .extendedDomain, "customer.org"),
    ])
    func imitatedDomainsAreFound(_ address: String, _ kind: LookAlike.Kind, _ imitated: String) throws {
        let findings = try Self.findings(nil, address)
        #expect(findings.map(\.kind) == [kind])
        #expect(findings.map(\.imitated) == [imitated])
        #expect(findings.allSatisfy { $0.reason.utf8.allSatisfy { $0 < 0x80 } }, "reasons show no look-alikes")
    }

    @Test(arguments: [
        "x@example.com", "x@mail.example.com", "x@EXAMPLE.com", "x@customer.org", "x@sub.customer.org",
        // Others of their own right.
        "x@example.de", "x@example.net", "x@example.org", "x@samples.com", "x@sampler.com", "x@abd.net", "x@abc.com",
        "x@shop2.example.net", "x@services.example.net", "x@ymail.com", "x@mail.com", "x@hotmail.com", "x@gmx.de",
        "x@example.zendesk.example", "x@examples-of-art.com", "x@supportive.example.net", "x@mycustomers.org",
        "x@[192.0.2.1]", "x@пример.рф", "x@münchen.de", "x@com", "x@customer-service-institute.org",
    ])
    func othersAreNoImitations(_ address: String) throws {
        #expect(try Self.findings("Somebody", address) == [])
    }

    // MARK: Names

    @Test(arguments: [
        ("ann@example.com", LookAlike.Kind.addressInName, "ann@example.com"),
        ("Ann (ann@example.com)", .addressInName, "ann@example.com"),
        ("boss\u{FF20}other.example", .addressInName, "boss@other.example"),
        ("ann@example\u{200B}.com via Service", .addressInName, "ann@example.com"),
        ("Example.com Support", .domainInName, "example.com"),
        ("www.customer.org", .domainInName, "customer.org"),
        ("Support - exаmple.com", .domainInName, "example.com"),
        ("Ann Müller", .nameOfAnother, "Ann Müller"),
        ("Müller, Ann", .nameOfAnother, "Ann Müller"),
        ("ANN MULLER", .nameOfAnother, "Ann Müller"),
        ("\u{410}nn Muller", .nameOfAnother, "Ann Müller"),
        ("𝐀𝐧𝐧 𝐌𝐮𝐥𝐥𝐞𝐫", .nameOfAnother, "Ann Müller"),
        ("A\u{AD}nn Müller", .nameOfAnother, "Ann Müller"),
        ("Helpdesk Team", .nameOfAnother, "Helpdesk Team"),
    ])
    func imitatedNamesAreFound(_ name: String, _ kind: LookAlike.Kind, _ imitated: String) throws {
        let findings = try Self.findings(name, "x@evil.test")
        #expect(findings.map(\.kind) == [kind])
        #expect(findings.map(\.imitated) == [imitated])
    }

    @Test(arguments: [
        ("Ann Müller", "ann@example.com"), ("Ann Müller", "ANN.M@home.example"), ("Ann Müller", "other@example.com"),
        ("Bob", "bob@evil.test"), ("Ann", "ann@evil.test"), ("Ann Maria Müller", "x@evil.test"),
        ("bob@evil.test", "bob@evil.test"), ("bob@evil.test", "noreply@mail.evil.test"),
        ("bob@corp.test via List", "list@lists.test"), ("Evil.test", "x@evil.test"), ("Booking.test", "x@evil.test"),
        ("Example.com via Signing Service", "x@signing.test"), ("Customer.org", "x@mail.customer.org"),
        ("Dr. J. R. Smith, Ph.D.", "x@evil.test"), ("", "x@evil.test"), ("@ . @.", "x@evil.test"),
    ])
    func otherNamesAreNoImitations(_ name: String, _ address: String) throws {
        #expect(try Self.findings(name, address) == [])
    }

    @Test func theReasonIsTold() throws {
        let findings = try Self.findings("ann@example.com", "x@examp1e.com")
        #expect(
            findings.map(\.reason) == [
                "examp1e.com is spelt to look like example.com",
                "the name shows ann@example.com, the address is of examp1e.com",
            ]
        )
    }

    // MARK: Work

    @Test func manyKnownDomainsAndHostileNamesTakeLittleTime() throws {
        let many = KnownSenders(
            ownDomains: [],
            knownDomains: (0..<5000).compactMap { Domain("customer-number-\($0).example") }
        )
        let address = try #require(MailAddress("x@customer-nunber-77.example"))
        let clock = ContinuousClock()
        let time = clock.measure {
            for piece in ["a@b.c ", ".", "@", "a.b ", "\u{200B}", "\u{435}"] {
                let name = String(repeating: piece, count: 100_000)
                #expect(many.lookAlikes(of: NamedAddress(name: name, address: address)).first?.imitated != nil)
            }
        }
        #expect(time < .seconds(3))
    }
}
