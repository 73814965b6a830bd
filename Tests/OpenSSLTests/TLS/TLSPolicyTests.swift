import Foundation
import OpenSSL
import TestSupport
import Testing

/// The system's policy for TLS is read once by a process, so a test that sets one has a process of its own.
@Suite("TLS by the system's policy")
struct TLSPolicyTests {
    /// Writes a policy as `openssl.cnf` has it, and gives the file's path.
    private static func write(_ policy: String, to folder: TemporaryFolder) throws -> String {
        let head = "openssl_conf = a\n[a]\nssl_conf = b\n[b]\nsystem_default = c\n[c]\n"
        return try folder.write(head + policy + "\n", to: "openssl.cnf")
    }

    /// Where both ends are when they spoke this version, and the cipher; the server is of this process's policy.
    private static func connect(_ version: TLSVersion) throws -> (state: TLSSession.State, cipher: String?) {
        var wire = try TLSWire(server: .forTests(), client: .forTests(versions: version...version))
        wire.run()
        return (wire.server.state, wire.server.cipher)
    }

    @Test("a higher lowest version stands")
    func lowestVersion() async throws {
        let folder = try TemporaryFolder()
        let path = try Self.write("MinProtocol = TLSv1.3", to: folder)
        await #expect(processExitsWith: .success) { [path = path as String] in
            unsafe setenv("OPENSSL_CONF", path, 1)
            #expect(try Self.connect(.tls13).state == .established)
            var session = try TLSSession(server: .forTests())
            _ = session.feed(RawHello(ciphers: [0xC02B]).record)
            #expect(session.state == .failed(.violation("unsupported protocol")))
        }
    }

    @Test("a lower lowest version, and old ciphers, do not")
    func oldVersions() async throws {
        let folder = try TemporaryFolder()
        let path = try Self.write("MinProtocol = TLSv1\nCipherString = ALL:@SECLEVEL=0", to: folder)
        await #expect(processExitsWith: .success) { [path = path as String] in
            unsafe setenv("OPENSSL_CONF", path, 1)
            for version in [UInt16(0x0301), 0x0302] {
                var session = try TLSSession(server: .forTests())
                _ = session.feed(RawHello(legacyVersion: version, ciphers: [0xC009, 0xC013]).record)
                #expect(session.state == .failed(.violation("unsupported protocol")))
            }
            // RSA key exchange; ECDHE that is anonymous, does not encrypt, and encrypts by 3DES and by RC4.
            let rsa = TestCertificates.identity(TestCertificates.request("mail.example.com", key: .rsa(bits: 2048)))
            for cipher in [UInt16(0x009C), 0x002F, 0xC018, 0xC010, 0xC012, 0xC011] {
                var session = try TLSSession(server: .forTests([rsa]))
                _ = session.feed(RawHello(ciphers: [cipher]).record)
                #expect(session.state == .failed(.violation("no shared cipher")))
            }
        }
    }

    @Test("a choice of ciphers stands")
    func ciphers() async throws {
        let folder = try TemporaryFolder()
        let path = try Self.write(
            "CipherString = ECDHE-ECDSA-AES256-GCM-SHA384\nCiphersuites = TLS_CHACHA20_POLY1305_SHA256",
            to: folder
        )
        await #expect(processExitsWith: .success) { [path = path as String] in
            unsafe setenv("OPENSSL_CONF", path, 1)
            #expect(try Self.connect(.tls12).cipher == "TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384")
            #expect(try Self.connect(.tls13).cipher == "TLS_CHACHA20_POLY1305_SHA256")
            var session = try TLSSession(server: .forTests())
            _ = session.feed(RawHello(ciphers: [0xC02B, 0xC023]).record)
            #expect(session.state == .failed(.violation("no shared cipher")))
        }
    }

    @Test("a key that the system's policy refuses is told when the context is made")
    func policy() throws {
        let weak = TestCertificates.identity(TestCertificates.request("weak.example.com", key: .rsa(bits: 512)))
        let error = #expect(throws: CertificateError.self) {
            try TLSContext.forTests([TestCertificates.server, weak])
        }
        #expect(error?.file == "weak.example.com")
        #expect(error?.reason == .refusedByPolicy("ee key too small"))
    }
}
