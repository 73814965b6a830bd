import Mail
import OpenSSL
import Testing

@Suite("Faults of certificates")
struct CertificateFaultTests {
    private let now = Timestamp(seconds: 1_795_000_000)

    private func expect(_ reason: CertificateError.Reason, in file: String, _ body: () throws -> TLSIdentity) {
        let error = #expect(throws: CertificateError.self) { try body() }
        #expect(error?.reason == reason)
        #expect(error?.file == file)
        #expect(error?.description.hasPrefix(file + ": ") == true)
    }

    @Test("each fault of a file is told with its name and what to do")
    func faults() throws {
        let issued = try TestCertificates.authority.issue(TestCertificates.request("mail.example.com"))
        let certificate = try issued.certificateFile("a.pem")
        let key = try issued.keyFile("a.key")
        let text = try issued.certificateText()
        let damaged = text.replacing("MII", with: "MIX")
        let cut = String(text.prefix(200))
        func load(_ certificate: PEMFile, _ key: PEMFile) throws -> TLSIdentity {
            try TLSIdentity(certificates: certificate, key: key, validAt: now)
        }
        for content in ["", "x", "\0\0"] {
            expect(.noCertificate, in: "b.pem") { try load(PEMFile("b.pem", content), key) }
        }
        expect(.noCertificate, in: "a.key") { try load(key, key) }
        expect(.unreadableCertificate(position: 1), in: "b.pem") { try load(PEMFile("b.pem", damaged), key) }
        expect(.unreadableCertificate(position: 1), in: "b.pem") { try load(PEMFile("b.pem", cut), key) }
        expect(.unreadableCertificate(position: 2), in: "b.pem") { try load(PEMFile("b.pem", text + damaged), key) }
        for content in ["", "x", text] {
            expect(.noKey, in: "b.key") { try load(certificate, PEMFile("b.key", content)) }
        }
        expect(.encryptedKey, in: "b.key") { try load(certificate, PEMFile("b.key", Self.encrypted)) }
        let damagedKey = try issued.keyText().replacing("\nM", with: "\nX")
        expect(.unreadableKey, in: "b.key") { try load(certificate, PEMFile("b.key", damagedKey)) }
        let other = try TestCertificates.otherAuthority.issue(TestCertificates.request("other.example.com"))
        expect(.keyMismatch, in: "b.key") { try load(certificate, other.keyFile("b.key")) }
        let wrongOrder = try TestCertificates.authority.own.certificateText() + text
        expect(.wrongOrder(position: 2), in: "b.pem") { try load(PEMFile("b.pem", wrongOrder), key) }
        let huge = PEMFile(name: "b.pem", content: [UInt8](repeating: 10, count: PEMFile.maximumLength + 1).span)
        expect(.tooLarge, in: "b.pem") { try load(huge, key) }
    }

    @Test("a certificate out of date is refused, unless no moment is given")
    func validity() throws {
        let issued = try TestCertificates.authority.issue(TestCertificates.request("mail.example.com"))
        func load(at moment: Timestamp?) throws -> TLSIdentity {
            try TLSIdentity(
                certificates: issued.certificateFile("a.pem"),
                key: issued.keyFile("a.key"),
                validAt: moment
            )
        }
        let early = TestCertificates.start.advanced(bySeconds: -1)
        let late = TestCertificates.end.advanced(bySeconds: 1)
        expect(.notYetValid(TestCertificates.start), in: "a.pem") { try load(at: early) }
        expect(.expired(TestCertificates.end), in: "a.pem") { try load(at: late) }
        #expect(try load(at: nil).facts == issued.facts)
        let error = #expect(throws: CertificateError.self) { try load(at: late) }
        #expect(error?.description == "a.pem: the certificate expired at 2100-01-01T00:00:00Z. Renew it.")
    }

    // Made with `openssl genpkey -algorithm ed25519 -aes256 -pass pass:x`.
    private static let encrypted = """
        -----BEGIN ENCRYPTED PRIVATE KEY-----
        MIGbMFcGCSqGSIb3DQEFDTBKMCkGCSqGSIb3DQEFDDAcBAhgFCqPKxR+JgICCAAw
        DAYIKoZIhvcNAgkFADAdBglghkgBZQMEASoEEHmtrECt++uLGVUBQ31fQK4EQGzg
        FY3iurcG/9JuxgYmvIpdlWW1rXhsbghEWBVyOSKgA5osdTb3D/bpQXAIVbqIb27i
        2NTlImYri9w+BIQmaCs=
        -----END ENCRYPTED PRIVATE KEY-----
        """
}
