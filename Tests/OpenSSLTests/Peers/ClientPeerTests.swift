import OpenSSL
import TestSupport
import Testing

/// Our server against `openssl s_client`.
@Suite("TLS with a client that is not ours", .enabled(if: PeerProgram.areAtHand("openssl")))
struct ClientPeerTests {
    /// What the server knows when its session is over.
    private struct Seen: Sendable {
        var state: TLSSession.State
        var received = ""
        var version: TLSVersion?
        var cipher: String?
        var serverName: String?
        var isResumed = false
        var channelBinding: [UInt8]?
        var certificate: TLSPeerCertificate?
    }

    /// Lets the client connect once, and answers a line.
    private func serve(
        _ context: TLSContext,
        _ arguments: [String],
        environment: [String: String] = [:],
        input: String = "NOOP\r\n"
    ) async throws -> (seen: Seen, client: ChildProcess) {
        let listener = try LoopbackSocket.listening()
        let address = ["s_client", "-connect", "127.0.0.1:\(try listener.port)"]
        let client = try ChildProcess("openssl", address + arguments, environment: environment, hasInput: true)
        try client.write(input)
        let seen = try await onThread {
            let socket = try listener.accept()
            var session = TLSSession(server: context)
            let received = try session.run(over: socket) { $0.last == UInt8(ascii: "\n") }
            let seen = Seen(
                state: session.state,
                received: String(decoding: received, as: UTF8.self),
                version: session.version,
                cipher: session.cipher,
                serverName: session.serverName,
                isResumed: session.isResumed,
                channelBinding: session.channelBinding,
                certificate: session.peerCertificate
            )
            if session.state == .established {
                _ = try session.say(Array("250 as you like\r\n".utf8)[...])
                session.closeNotify()
            }
            try socket.send(session.output())
            try socket.finish()
            return seen
        }
        _ = try await client.ending(within: 20)
        return (seen, client)
    }

    private func arguments(_ version: TLSVersion, _ files: TestFiles) -> [String] {
        [
            version == .tls13 ? "-tls1_3" : "-tls1_2", "-CAfile", files.folder("ca.pem"), "-verify_return_error",
            "-servername", "mail.example.com", "-verify_hostname", "mail.example.com",
        ]
    }

    @Test("it verifies us, hears us and is told the end", arguments: [TLSVersion.tls12, .tls13])
    func dialogue(version: TLSVersion) async throws {
        let files = try TestFiles()
        let export = ["-keymatexport", "EXPORTER-Channel-Binding", "-keymatexportlen", "32"]
        let (seen, client) = try await serve(.forTests(), arguments(version, files) + export)
        #expect(seen.state == .established)
        #expect(seen.received == "NOOP\r\n")
        #expect(seen.version == version)
        #expect(seen.serverName == "mail.example.com")
        #expect(try await client.ending() == .exited(0))
        let output = client.output
        #expect(output.contains("Verify return code: 0 (ok)"))
        #expect(output.contains("250 as you like"))
        #expect(output.contains("Secure Renegotiation IS"))
        // This client exports with no context, which is the same as an empty one in TLS 1.3 alone (RFC 8446 section 7.5).
        guard version == .tls13 else { return }
        let binding = (seen.channelBinding ?? []).map { ($0 < 16 ? "0" : "") + String($0, radix: 16, uppercase: true) }
        #expect(binding.count == 32)
        #expect(output.contains("Keying material: \(binding.joined())"))
    }

    @Test("it resumes with the ticket that it wrote down", arguments: [TLSVersion.tls12, .tls13])
    func resumption(version: TLSVersion) async throws {
        let files = try TestFiles()
        let context = try TLSContext.forTests()
        let common = arguments(version, files)
        let first = try await serve(context, common + ["-sess_out", files.folder("session")])
        #expect(!first.seen.isResumed)
        let second = try await serve(context, common + ["-sess_in", files.folder("session")])
        #expect(second.seen.isResumed)
        #expect(second.seen.received == "NOOP\r\n")
        #expect(second.client.output.contains("Reused, \(version == .tls13 ? "TLSv1.3" : "TLSv1.2")"))
    }

    @Test("it proves itself by a certificate, and is refused without one", arguments: [TLSVersion.tls12, .tls13])
    func certificate(version: TLSVersion) async throws {
        let files = try TestFiles()
        let issued = try files.issue("sender.example.com", purposes: [.client])
        let context = try TLSContext.forTests(clientCertificates: .required(TestCertificates.anchors))
        let own = ["-cert", files.folder("sender.example.com.pem"), "-key", files.folder("sender.example.com.key")]
        let known = try await serve(context, arguments(version, files) + own)
        #expect(known.seen.received == "NOOP\r\n")
        #expect(known.seen.certificate?.facts == issued.facts)
        #expect(known.seen.certificate?.isVerified == true)
        #expect(known.client.output.contains("Acceptable client certificate CA names\nCN = Test CA"))

        let unknown = try await serve(context, arguments(version, files))
        #expect(unknown.seen.state == .failed(.untrusted("the peer has none")))
        #expect(unknown.client.errors.contains("alert"))
    }

    @Test("in TLS 1.2 without an extended master secret there is no channel binding")
    func noExtendedMasterSecret() async throws {
        let files = try TestFiles()
        try files.folder.write(
            "openssl_conf = a\n[a]\nssl_conf = b\n[b]\nsystem_default = c\n[c]\nOptions = -ExtendedMasterSecret\n",
            to: "openssl.cnf"
        )
        let context = try TLSContext.forTests()
        let environment = ["OPENSSL_CONF": files.folder("openssl.cnf")]
        let without = try await serve(context, arguments(.tls12, files), environment: environment)
        #expect(without.seen.received == "NOOP\r\n")
        #expect(without.client.output.contains("Extended master secret: no"))
        #expect(without.seen.channelBinding == nil)

        let with = try await serve(context, arguments(.tls12, files))
        #expect(with.client.output.contains("Extended master secret: yes"))
        #expect(with.seen.channelBinding?.count == 32)
    }

    @Test("its wish to renegotiate is refused")
    func renegotiation() async throws {
        let files = try TestFiles()
        let (seen, client) = try await serve(.forTests(), arguments(.tls12, files), input: "R\n")
        #expect(seen.received.isEmpty)
        #expect(client.errors.contains("no renegotiation"))
    }

    @Test("its TLS 1.0 and 1.1 are refused", arguments: ["-tls1", "-tls1_1"])
    func oldVersion(option: String) async throws {
        let (seen, client) = try await serve(.forTests(), [option, "-cipher", "ALL:@SECLEVEL=0"])
        #expect(seen.state == .failed(.violation("unsupported protocol")))
        #expect(client.errors.contains("alert protocol version"))
    }
}
