import Mail
import OpenSSL
import Testing

@Suite("Facts of certificates")
struct CertificateFactsTests {
    @Test("a certificate tells its facts")
    func facts() throws {
        var request = TestCertificates.request("Mail.Example.com", "*.example.com", purposes: [.server, .client])
        request.commonName = "P\u{F6}st, \u{1F4EE}"
        request.emailAddresses = ["postmaster@example.com"]
        request.ipAddresses = ["192.0.2.7", "2001:db8::7"].compactMap { IPAddress($0) }
        let issued = try TestCertificates.authority.issue(request)
        let facts = issued.facts
        #expect(facts.subject == "CN=P\u{F6}st\\, \u{1F4EE}")
        #expect(facts.issuer == "CN=Test CA")
        #expect(facts.dnsNames == ["mail.example.com", "*.example.com"])
        #expect(facts.emailAddresses == ["postmaster@example.com"])
        #expect(facts.ipAddresses == request.ipAddresses)
        #expect(facts.notBefore == TestCertificates.start)
        #expect(facts.notAfter == TestCertificates.end)
        #expect(facts.isValid(at: TestCertificates.start))
        #expect(facts.isValid(at: TestCertificates.end))
        #expect(!facts.isValid(at: TestCertificates.start.advanced(bySeconds: -1)))
        #expect(!facts.isValid(at: TestCertificates.end.advanced(bySeconds: 1)))
        let der = try issued.certificateDER()
        #expect(facts.fingerprint == SHA256.digest(of: der.span))
        #expect(facts.fingerprintText.count == 95)
        #expect(facts.fingerprintText.hasPrefix(String(facts.fingerprint[0] >> 4, radix: 16, uppercase: true)))

        let own = TestCertificates.authority.own.facts
        #expect(own.subject == own.issuer)
        #expect(own.dnsNames.isEmpty)
        #expect(try CertificateFacts.read(issued.certificateFile("a.pem")) == [facts])
        #expect(try TestCertificates.anchors.facts == [own])
    }

    @Test("what disturbs a line is escaped in a name")
    func escapes() throws {
        var request = TestCertificates.request("mail.example.com")
        request.commonName = "a\u{85}b\u{202E}c\u{7F}d\u{2028}"
        let facts = try TestCertificates.authority.issue(request).facts
        #expect(facts.subject == #"CN=a\C2\85b\E2\80\AEc\7Fd\E2\80\A8"#)
    }

    @Test("no two certificates are alike")
    func uniqueness() throws {
        let request = TestCertificates.request("mail.example.com")
        let fingerprints = try (0..<4).map { _ in try TestCertificates.authority.issue(request).facts.fingerprint }
        #expect(Set(fingerprints).count == 4)
    }
}
