import Foundation
import OpenSSL
import Testing

/// What a session costs, found out in processes that do nothing else.
@Suite("TLS memory")
struct TLSMemoryTests {
    /// Keeps sessions alive, of which an array can hold none.
    private final class Connection {
        var session: TLSSession

        init(_ session: consuming TLSSession) { self.session = session }
    }

    /// What the process holds in memory, in octets.
    private static func resident() throws -> Int {
        let text = try String(contentsOfFile: "/proc/self/statm", encoding: .utf8)
        let pages = try #require(text.split(separator: " ").dropFirst().first.flatMap { Int($0) })
        return pages * sysconf(Int32(_SC_PAGESIZE))
    }

    /// The octets that each of many sessions holds.
    private static func cost(_ make: () throws -> Connection) throws -> Int {
        let count = 200
        // What is made once is not a session's.
        var connections = [try make()]
        connections.reserveCapacity(count + 1)
        let before = try resident()
        for _ in 0..<count { connections.append(try make()) }
        return try (resident() - before) / count
    }

    @Test("who trickles a hello makes the server hold little more than the hello")
    func trickle() async {
        await #expect(processExitsWith: .success) {
            let server = try TLSContext.forTests()
            var client = try TLSSession(client: .forTests(), serverName: "mail.example.com")
            let hello = client.output()
            let cost = try Self.cost {
                let connection = Connection(TLSSession(server: server))
                _ = connection.session.feed(Array(hello.dropLast()), .every(50))
                return connection
            }
            #expect(cost < 16_384)
        }
    }

    @Test("an idle session holds no buffers", arguments: [TLSVersion.tls12, .tls13])
    func idle(version: TLSVersion) async {
        await #expect(processExitsWith: .success) { [version = version.rawValue as Int] in
            let version = try #require(TLSVersion(rawValue: version))
            let server = try TLSContext.forTests()
            let client = try TLSClientContext.forTests(versions: version...version)
            let cost = try Self.cost {
                var wire = TLSWire(server: server, client: client)
                wire.run()
                try wire.send([UInt8](repeating: 7, count: 20_000), fromClient: true)
                try wire.send([UInt8](repeating: 7, count: 20_000), fromClient: false)
                return Connection(wire.intoServer())
            }
            #expect(cost < 24_576)
        }
    }
}
