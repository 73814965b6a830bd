import Foundation
import Testing

/// The binary seeds of the fuzzer: hellos of both versions, and one that asks for another hello.
@Suite("TLS seeds of the fuzzer")
struct FuzzSeedTests {
    private static let seeds: [(name: String, octets: [UInt8])] = [
        ("hello-tls12", RawHello(serverName: "mail.example.com", ciphers: [0xC02B, 0xC02F]).record),
        ("hello-tls13", RawHello(ciphers: [0x1301], extensions: [(43, [2, 3, 4]), (51, [0, 0])]).record),
        (
            "hello-tls13-with-key",
            RawHello(
                ciphers: [0x1301, 0x1302],
                extensions: [(43, [2, 3, 4]), (51, [0, 36, 0, 0x1D, 0, 32] + [UInt8](repeating: 9, count: 32))]
            ).record
        ),
    ]

    /// Writes them anew when `MAILWICKET_WRITE_SEEDS` is set.
    @Test("seeds are what the tests make")
    func kept() throws {
        let isWriting = ProcessInfo.processInfo.environment["MAILWICKET_WRITE_SEEDS"] != nil
        let folder = URL(filePath: #filePath).resolvingSymlinksInPath().deletingLastPathComponent()
            .deletingLastPathComponent().deletingLastPathComponent().appending(path: "Fuzz/seeds/FuzzTLS")
        for seed in Self.seeds {
            let file = folder.appending(path: seed.name)
            if isWriting { try Data(seed.octets).write(to: file) }
            #expect(try [UInt8](Data(contentsOf: file)) == seed.octets, "\(seed.name)")
        }
    }
}
