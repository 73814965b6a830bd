import Mail
import OpenSSL
import Testing

@Suite("Certificate authorities")
struct CertificateAuthorityTests {
    private let now = Timestamp(seconds: 1_795_000_000)

    @Test("an authority is taken up again from its files")
    func authority() throws {
        let own = TestCertificates.authority.own
        let again = try CertificateAuthority(
            certificate: own.certificateFile("ca.pem"),
            key: own.keyFile("ca.key"),
            validAt: now
        )
        #expect(again.own.facts == own.facts)
        let identity = try again.issue(TestCertificates.request("mail.example.com")).identity(named: "again")
        #expect(try TLSWire.stateOfClient(of: identity) == .established)
    }

    @Test("a certificate of a server signs no others")
    func noAuthority() throws {
        let issued = try TestCertificates.authority.issue(TestCertificates.request("mail.example.com"))
        let forger = try CertificateAuthority(
            certificate: issued.certificateFile("a.pem"),
            key: issued.keyFile("a.key"),
            validAt: now
        )
        let forged = try forger.issue(TestCertificates.request("bank.example.com"))
        let text = try forged.certificateText() + issued.certificateText()
        let identity = try TLSIdentity(certificates: PEMFile("f.pem", text), key: forged.keyFile("f.key"), validAt: now)
        let state = try TLSWire.stateOfClient(of: identity, named: "bank.example.com")
        guard case .failed(.untrusted) = state else {
            Issue.record("\(state)")
            return
        }
    }

    @Test("what cannot stand in a certificate is refused")
    func badRequests() throws {
        func issue(_ change: (inout CertificateRequest) -> Void) throws -> IssuedCertificate {
            var request = TestCertificates.request("mail.example.com")
            change(&request)
            return try TestCertificates.authority.issue(request)
        }
        let long = String(repeating: "a", count: 65)
        for name in ["", long, "a\nb"] {
            #expect(throws: CertificateIssueError.badName(name)) { try issue { $0.commonName = name } }
        }
        for name in ["", "a b", "\u{E4}.example.com", String(repeating: "a", count: 254)] {
            #expect(throws: CertificateIssueError.badName(name)) { try issue { $0.dnsNames = [name] } }
            #expect(throws: CertificateIssueError.badName(name)) { try issue { $0.emailAddresses = [name] } }
        }
        #expect(throws: CertificateIssueError.badValidity) {
            try issue { $0.validUntil = $0.validFrom.advanced(bySeconds: -1) }
        }
        #expect(throws: CertificateIssueError.self) { try issue { $0.key = .rsa(bits: 5) } }
        // A comma names no second host.
        #expect(try issue { $0.dnsNames = ["a,DNS:b"] }.facts.dnsNames == ["a,dns:b"])
    }
}
