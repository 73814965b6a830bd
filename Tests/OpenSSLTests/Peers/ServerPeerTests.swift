import OpenSSL
import TestSupport
import Testing

/// Our client against `openssl s_server`.
@Suite("TLS with a server that is not ours", .enabled(if: PeerProgram.areAtHand("openssl")))
struct ServerPeerTests {
    @Test("both prove themselves, and a line comes back reversed", arguments: [TLSVersion.tls12, .tls13])
    func dialogue(version: TLSVersion) async throws {
        let files = try TestFiles()
        let served = try files.issue("mail.example.com", purposes: [.server])
        let identity = try files.issue("sender.example.com", purposes: [.client]).identity(named: "sender")
        let server = try ChildProcess(
            "openssl",
            [
                "s_server", "-accept", "127.0.0.1:0", "-naccept", "1", "-rev", "-CAfile", files.folder("ca.pem"),
                "-Verify", "2", "-verify_return_error", "-cert", files.folder("mail.example.com.pem"),
                "-key", files.folder("mail.example.com.key"),
            ],
            hasInput: true
        )
        let port = try await poll("the port of s_server") {
            server.output.firstMatch(of: /ACCEPT 127\.0\.0\.1:(\d+)/).flatMap { UInt16($0.1) }
        }
        let context = try TLSClientContext.forTests(identity: identity, versions: version...version)
        let seen = try await onThread {
            let socket = try LoopbackSocket.connected(to: port)
            var session = TLSSession(client: context, serverName: "mail.example.com")
            // In TLS 1.3 the client is done before the server has judged its certificate.
            while session.state == .handshaking {
                try socket.send(session.output())
                _ = session.feed(try socket.receive())
            }
            let certificate = session.peerCertificate
            guard session.state == .established else { return (session.state, "", certificate) }
            _ = try session.say(Array("wicket\n".utf8)[...])
            let received = try session.run(over: socket) { $0.last == UInt8(ascii: "\n") }
            session.closeNotify()
            try socket.send(session.output())
            try socket.finish()
            return (session.state, String(decoding: received, as: UTF8.self), certificate)
        }
        #expect(seen.0 == .established)
        #expect(seen.1 == "tekciw\n")
        #expect(seen.2?.facts == served.facts)
        #expect(seen.2?.isVerified == true)
        #expect(try await server.ending(within: 20) == .exited(0))
        #expect(server.errors.contains("CN = sender.example.com"))
    }
}
