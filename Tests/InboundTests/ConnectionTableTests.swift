import Inbound
import NIOCore
import NIOPosix
import Testing

@Suite("How connections are counted", .timeLimit(.minutes(1)))
struct ConnectionTableTests {
    /// Peers that come one after the other and stay, and which of them a limit of two for each host lets in.
    static let table: [[(address: String, isAdmitted: Bool)]] = [
        [("192.0.2.1", true), ("192.0.2.1", true), ("192.0.2.1", false), ("192.0.2.2", true)],
        // One /64 is one host, whichever of its addresses it takes.
        [
            ("2001:db8:0:1::1", true), ("2001:db8:0:1:ffff:ffff:ffff:ffff", true), ("2001:db8:0:1::2", false),
            ("2001:db8:0:2::1", true), ("2001:db8:0:2::2", true), ("2001:db8:0:2::3", false),
        ],
        // Mapped into IPv6, IPv4 addresses share 64 bits and are not one host.
        [
            ("::ffff:192.0.2.1", true), ("::ffff:192.0.2.2", true), ("::ffff:192.0.2.3", true), ("192.0.2.1", true),
            ("::ffff:192.0.2.1", false),
        ],
        [("::1", true), ("::ffff:127.0.0.1", true), ("::1", true), ("::2", false), ("127.0.0.1", true)],
    ]

    @Test("A limit for each host counts IPv4 by address and IPv6 by /64", arguments: table)
    func perHost(_ peers: [(address: String, isAdmitted: Bool)]) async throws {
        let table = ConnectionTable()
        var configuration = try RunningListener.configuration { $0.maxConnectionsPerAddress = 2 }
        configuration.isPublic = true
        var channels: [any Channel] = []
        for peer in peers {
            let channel = try await Self.channel()
            channels.append(channel)
            let address = try #require(IPAddress(peer.address))
            let admission = table.admit(channel, from: address, configuration)
            #expect((admission == .admitted) == peer.isAdmitted, "\(peer.address)")
        }
        for channel in channels { try await channel.close() }
        // Who has gone leaves his place to another of his network.
        try await eventually("the end of all") { table.count == 0 }
        let again = try await Self.channel()
        let address = try #require(IPAddress(peers[0].address))
        #expect(table.admit(again, from: address, configuration) == .admitted)
        try await again.close()
    }

    /// Any channel will do: the table only waits for its end.
    private static func channel() async throws -> any Channel {
        try await DatagramBootstrap(group: MultiThreadedEventLoopGroup.singleton).bind(host: "127.0.0.1", port: 0).get()
    }
}
