import Inbound
import SMTP
import Testing

@Suite("Addresses, networks and the configuration of a listener")
struct ConfigurationTests {
    @Test(
        "Addresses in their text form",
        arguments: [
            ("127.0.0.1", "127.0.0.1"), ("0.0.0.0", "0.0.0.0"), ("::1", "::1"), ("::", "::"),
            ("2001:db8::1", "2001:db8:0:0:0:0:0:1"), ("::ffff:192.0.2.1", "192.0.2.1"),
            ("fe80::1%eth0", "fe80:0:0:0:0:0:0:1"), ("1:2:3:4:5:6:7:8", "1:2:3:4:5:6:7:8"),
            ("64:ff9b::192.0.2.33", "64:ff9b:0:0:0:0:c000:221"),
        ]
    )
    func address(_ text: String, _ expected: String) {
        #expect(IPAddress(text)?.description == expected)
    }

    @Test(
        "What is no address",
        arguments: [
            "", "1.2.3", "1.2.3.256", "1.2.3.4.5", "a.b.c.d", "1:2:3", "1::2::3", ":1", "1:2:3:4:5:6:7:8:9", "12345::",
            "+1::",
            "1.2.3.4::", "::1::",
        ]
    )
    func noAddress(_ text: String) {
        #expect(IPAddress(text) == nil)
    }

    @Test(
        "Networks",
        arguments: [
            ("192.0.2.0/24", "192.0.2.77", true), ("192.0.2.0/24", "192.0.3.1", false), ("0.0.0.0/0", "8.8.8.8", true),
            ("0.0.0.0/0", "2001:db8::1", false), ("192.0.2.1", "192.0.2.1", true), ("192.0.2.1", "192.0.2.2", false),
            ("2001:db8::/32", "2001:db8:ffff::1", true), ("2001:db8::/32", "2001:db9::1", false),
            ("10.0.0.0/8", "::ffff:10.1.2.3", true), ("::/0", "2001:db8::1", true),
            ("127.0.0.0/9", "127.128.0.1", false),
        ]
    )
    func network(_ text: String, _ address: String, _ isInside: Bool) throws {
        let network = try #require(Network(text))
        #expect(network.contains(try #require(IPAddress(address))) == isInside)
    }

    @Test(
        "What is no network",
        arguments: ["192.0.2.1/24", "192.0.2.0/33", "192.0.2.0/-1", "2001:db8::/129", "x/8", "1.2.3.4/"]
    )
    func noNetwork(_ text: String) {
        #expect(Network(text) == nil)
    }

    @Test(
        "Where a listener listens",
        arguments: [
            ("127.0.0.1:2525", "127.0.0.1:2525"), ("localhost:25", "127.0.0.1:25"), ("[::1]:2525", "[::1]:2525"),
            ("unix:/run/x.sock", "unix:/run/x.sock"), ("0.0.0.0:0", "0.0.0.0:0"),
        ]
    )
    func listenerAddress(_ text: String, _ expected: String) {
        #expect(ListenerAddress(text)?.description == expected)
    }

    @Test(
        "What is no place to listen",
        arguments: ["", "2525", ":2525", "127.0.0.1", "::1:2525", "mail.example.com:25", "127.0.0.1:99999", "unix:"]
    )
    func noListenerAddress(_ text: String) {
        #expect(ListenerAddress(text) == nil)
    }

    private static func configuration(
        _ address: String,
        _ dialect: SMTPSession.Dialect = .smtp
    ) throws -> ListenerConfiguration {
        ListenerConfiguration(name: "x", dialect: dialect, address: try #require(ListenerAddress(address)))
    }

    @Test("WIRE 65: LMTP refuses port 25")
    func portOfSMTP() throws {
        #expect(try Self.configuration("127.0.0.1:25", .lmtp).validate().map(\.key) == ["address"])
        #expect(try Self.configuration("127.0.0.1:25", .smtp).validate().isEmpty)
    }

    @Test(
        "WIRE 99: what other hosts can reach needs an explicit setting",
        arguments: ["0.0.0.0:25", "[::]:25", "192.0.2.1:25"]
    )
    func publicAddress(_ address: String) throws {
        var configuration = try Self.configuration(address)
        #expect(configuration.validate().map(\.key) == ["public"])
        configuration.isPublic = true
        #expect(configuration.validate().isEmpty)
    }

    @Test("WIRE 99: by default only this host may connect")
    func defaultNetworks() throws {
        var configuration = try Self.configuration("0.0.0.0:25")
        let outside = try #require(IPAddress("192.0.2.1"))
        #expect(!configuration.allows(outside))
        #expect(configuration.allows(try #require(IPAddress("127.0.0.1"))))
        configuration.isPublic = true
        #expect(configuration.allows(outside))
        configuration.allowedNetworks = [try #require(Network("198.51.100.0/24"))]
        #expect(!configuration.allows(outside))
    }

    @Test("Trust and what follows from it")
    func trust() throws {
        let lmtp = try Self.configuration("127.0.0.1:24", .lmtp)
        #expect(lmtp.isTrusted)
        #expect(lmtp.connectionsPerAddress == 0)
        let policy = lmtp.policy(hostname: "h")
        #expect(policy.bareNewlines == .accept && policy.acceptsEarlyTalkers && policy.isTrusted)
        let smtp = try Self.configuration("127.0.0.1:25")
        #expect(!smtp.isTrusted)
        #expect(smtp.connectionsPerAddress == 200)
        #expect(smtp.policy(hostname: "h").bareNewlines == .reject)
        #expect(!smtp.policy(hostname: "h").acceptsEarlyTalkers)
        var far = try Self.configuration("192.0.2.1:24", .lmtp)
        #expect(!far.isTrusted)
        far.trusted = true
        #expect(far.isTrusted && !far.policy(hostname: "h").acceptsEarlyTalkers)
    }

    @Test("Limits out of range are named")
    func limits() throws {
        var configuration = try Self.configuration("127.0.0.1:25")
        configuration.maxRecipients = 99
        configuration.idleTimeout = 0
        configuration.allowedUIDs = [1]
        #expect(configuration.validate().map(\.key) == ["allowed_uids", "max_recipients", "idle_timeout"])
    }
}
