import OpenSSL
import TestSupport
import Testing

/// Our server against `gnutls-cli`, which tells the channel binding in TLS 1.2 as well.
@Suite("TLS with GnuTLS", .enabled(if: PeerProgram.areAtHand("gnutls-cli")))
struct GnuTLSPeerTests {
    @Test("both have one channel binding", arguments: [TLSVersion.tls12, .tls13])
    func channelBinding(version: TLSVersion) async throws {
        let files = try TestFiles()
        let listener = try LoopbackSocket.listening()
        let client = try ChildProcess(
            "gnutls-cli",
            [
                "--verbose", "--x509cafile", files.folder("ca.pem"), "--sni-hostname", "mail.example.com",
                "--verify-hostname", "mail.example.com", "--priority",
                "NORMAL:-VERS-ALL:+VERS-TLS\(version == .tls13 ? "1.3" : "1.2")", "--port", "\(try listener.port)",
                "127.0.0.1",
            ],
            hasInput: true
        )
        try client.write("NOOP\r\n")
        let context = try TLSContext.forTests()
        let binding = try await onThread {
            let socket = try listener.accept()
            var session = TLSSession(server: context)
            let received = try session.run(over: socket) { $0.last == UInt8(ascii: "\n") }
            let binding = session.channelBinding
            session.closeNotify()
            try socket.send(session.output())
            try socket.finish()
            return received == Array("NOOP\r\n".utf8) ? binding : nil
        }
        #expect(try await client.ending(within: 20) == .exited(0))
        let text = (binding ?? []).map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
        #expect(text.count == 64)
        #expect(client.output.contains("'tls-exporter': \(text)"))
    }
}
