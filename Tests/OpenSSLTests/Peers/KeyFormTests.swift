import OpenSSL
import TestSupport
import Testing

/// What administrators have in their files: keys and certificates that `openssl` made.
@Suite("Keys that were made by others", .enabled(if: PeerProgram.areAtHand("openssl")))
struct KeyFormTests {
    private func run(_ arguments: String...) async throws {
        let outcome = try await ChildProcess.run("openssl", arguments)
        try #require(outcome.succeeded, "\(outcome.errors)")
    }

    @Test(
        "each form of a key is read",
        arguments: [
            // PKCS #1, SEC 1 behind its parameters, PKCS #8.
            ["genrsa", "-traditional", "2048"], ["ecparam", "-name", "prime256v1", "-genkey"],
            ["ecparam", "-name", "secp384r1", "-genkey", "-noout"], ["genpkey", "-algorithm", "ed25519"],
            ["genpkey", "-algorithm", "rsa-pss"],
        ]
    )
    func forms(command: [String]) async throws {
        let files = try TestFiles()
        let key = files.folder("a.key")
        let made = try await ChildProcess.run("openssl", command)
        try #require(made.succeeded, "\(made.errors)")
        try files.folder.write(made.output, to: "a.key")
        try await run(
            "req",
            "-x509",
            "-key",
            key,
            "-out",
            files.folder("a.pem"),
            "-days",
            "3650",
            "-subj",
            "/CN=a.example.com",
            "-addext",
            "subjectAltName=DNS:a.example.com"
        )
        let identity = try TLSIdentity(certificates: files.file("a.pem"), key: files.file("a.key"), validAt: nil)
        #expect(identity.facts.subject == "CN=a.example.com")
        #expect(identity.facts.dnsNames == ["a.example.com"])
        let client = try TLSClientContext(trust: .anchors(TrustAnchors(files.file("a.pem"))))
        var wire = try TLSWire(server: .forTests([identity]), client: client, name: "a.example.com")
        wire.run()
        #expect(wire.server.state == .established)
        #expect(wire.client.peerCertificate?.isVerified == true)
    }

    @Test("a key behind a passphrase is told to be one, in the old form too")
    func encrypted() async throws {
        let files = try TestFiles()
        _ = try files.issue("a", purposes: [.server])
        try await run("genrsa", "-traditional", "-aes128", "-passout", "pass:x", "-out", files.folder("b.key"), "2048")
        let error = #expect(throws: CertificateError.self) {
            try TLSIdentity(certificates: files.file("a.pem"), key: files.file("b.key"), validAt: nil)
        }
        #expect(error?.file == "b.key")
        #expect(error?.reason == .encryptedKey)
    }
}
