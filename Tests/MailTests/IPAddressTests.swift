import Mail
import Testing

/// Addresses and networks as they are read and written.
@Suite struct IPAddressTests {
    @Test(arguments: [
        ("192.0.2.1", "192.0.2.1"), ("0.0.0.0", "0.0.0.0"), ("255.255.255.255", "255.255.255.255"),
        ("::", "::"), ("::1", "::1"), ("1::", "1::"), ("2001:DB8:0:0:1:0:0:1", "2001:db8::1:0:0:1"),
        ("2001:db8:0:1:1:1:1:1", "2001:db8:0:1:1:1:1:1"), ("2001:0:0:1:0:0:0:1", "2001:0:0:1::1"),
        ("fe80:0:0:0:0:0:0:1", "fe80::1"), ("1:2:3:4:5:6:7::", "1:2:3:4:5:6:7:0"),
        ("::2:3:4:5:6:7:8", "0:2:3:4:5:6:7:8"),
        ("::ffff:192.0.2.1", "192.0.2.1"), ("64:ff9b::192.0.2.33", "64:ff9b::c000:221"),
        ("1:2:3:4:5:6:1.2.3.4", "1:2:3:4:5:6:102:304"),
    ])
    func isWritten(text: String, expected: String) {
        #expect(IPAddress(text)?.description == expected)
    }

    @Test(arguments: [
        "", "1.2.3", "1.2.3.4.5", "1.2.3.256", "1.2.3.04", "1.2.3.", "1.2.3.a", "1.2.3.4/8", "1", ":", ":::", "1:2",
        "1::2::3",
        "1:2:3:4:5:6:7:8:9", "1:2:3:4:5:6:7:8::", "12345::", "::g", "fe80::1%eth0", "[::1]", "::1.2.3", "1.2.3.4::",
        "::1:",
    ])
    func isNone(text: String) {
        #expect(IPAddress(text) == nil)
    }

    @Test(arguments: [
        ("192.0.2.0/24", "192.0.2.255", true), ("192.0.2.0/24", "192.0.3.0", false),
        ("192.0.2.77/24", "192.0.2.1", true),
        ("0.0.0.0/0", "203.0.113.9", true), ("192.0.2.1", "192.0.2.1", true), ("192.0.2.1/32", "192.0.2.2", false),
        ("10.0.0.0/9", "10.127.0.1", true), ("10.0.0.0/9", "10.128.0.1", false),
        ("2001:db8::/33", "2001:db8:7fff::1", true),
        ("2001:db8::/33", "2001:db8:8000::1", false), ("::/0", "192.0.2.1", false), ("0.0.0.0/0", "::1", false),
        ("::1/128", "::1", true), ("192.0.2.0/24", "::ffff:192.0.2.9", true),
    ])
    func contains(network: String, address: String, expected: Bool) throws {
        let network = try #require(IPNetwork(network))
        #expect(network.contains(try #require(IPAddress(address))) == expected)
    }

    @Test func isNoNetwork() {
        for text in ["", "/8", "1.2.3.4/33", "1.2.3.4/", "1.2.3.4/-1", "1.2.3.4/+8", "::/129", "1.2.3.4/8/8"] {
            #expect(IPNetwork(text) == nil, "\(text)")
        }
        #expect(IPNetwork("192.0.2.77/24")?.description == "192.0.2.0/24")
    }

    @Test func loopback() {
        for text in ["127.0.0.1", "127.9.9.9", "::1", "::ffff:127.0.0.1"] {
            #expect(IPAddress(text)?.isLoopback == true)
        }
        for text in ["128.0.0.1", "::2", "::"] { #expect(IPAddress(text)?.isLoopback == false) }
    }

    @Test func questions() throws {
        #expect(DNSQuestion("Example.COM.", .txt)?.description == "example.com TXT")
        for name in ["", ".", "a..b", String(repeating: "a", count: 64), String(repeating: "ab.", count: 90)] {
            #expect(DNSQuestion(name, .a) == nil, "\(name)")
        }
        #expect(DNSQuestion(namesOf: try #require(IPAddress("192.0.2.1"))).name == "1.2.0.192.in-addr.arpa")
        let name = DNSQuestion(namesOf: try #require(IPAddress("2001:db8::cb01"))).name
        #expect(name == "1.0.b.c.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.8.b.d.0.1.0.0.2.ip6.arpa")
    }
}
