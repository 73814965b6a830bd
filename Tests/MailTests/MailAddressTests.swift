import Mail
import Testing

@Suite("Mail addresses")
struct MailAddressTests {
    @Test(
        "parses what RFC 5321 allows",
        arguments: [
            ("ann@example.com", "ann", "example.com"),
            ("Ann.Lee@EXAMPLE.com", "Ann.Lee", "example.com"),
            ("\"ann lee\"@example.com", "ann lee", "example.com"),
            ("\"a\\\"b\\\\c\"@example.com", "a\"b\\c", "example.com"),
            ("ann@[192.0.2.1]", "ann", "[192.0.2.1]"),
            ("ann@[IPv6:2001:db8::1]", "ann", "[ipv6:2001:db8::1]"),
            ("ann+tag@sub.example.com", "ann+tag", "sub.example.com"),
            ("пример@пример.рф", "пример", "пример.рф"),
            ("ann@example.com.", "ann", "example.com"),
            ("!#$%&'*+-/=?^_`{|}~@example.com", "!#$%&'*+-/=?^_`{|}~", "example.com"),
        ]
    )
    func valid(text: String, localPart: String, domain: String) throws {
        let address = try #require(MailAddress(text))
        #expect(address.localPart == localPart)
        #expect(address.domain.name == domain)
        #expect(MailAddress(address.description) == address)
    }

    @Test(
        "refuses what is no address",
        arguments: [
            "", "@", "ann", "ann@", "@example.com", "a b@example.com", ".ann@example.com", "ann.@example.com",
            "a..b@example.com", "ann@example..com", "ann@-example.com", "ann@example-.com", "ann@exa mple.com",
            "\"ann@example.com", "\"ann\"x@example.com", "ann@[192.0.2.256]", "ann@[192.0.2.1", "ann@[IPv6:1:2:3]",
            "ann@[IPv6:1::2::3]", "ann@example.com@example.org", "ann@[]", "\"\"@example.com",
            String(repeating: "a", count: 65) + "@example.com",
            "ann@" + String(repeating: "a", count: 64) + ".com",
            "ann@" + String(repeating: "a.", count: 127) + "com",
        ]
    )
    func invalid(text: String) {
        #expect(MailAddress(text) == nil)
    }

    @Test("compares without regard to case")
    func comparison() {
        #expect(MailAddress("Ann@Example.COM")?.comparisonKey == "ann@example.com")
        #expect(MailAddress("ПРИМЕР@example.com")?.comparisonKey == "пример@example.com")
    }

    @Test("lists the domains above a domain, longest first")
    func suffixes() {
        #expect(Domain("a.b.example")?.suffixes == ["a.b.example", "b.example", "example"])
        #expect(Domain("[192.0.2.1]")?.suffixes == ["[192.0.2.1]"])
    }
}
