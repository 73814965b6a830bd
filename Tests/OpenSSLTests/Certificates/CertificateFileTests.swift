import Mail
import OpenSSL
import Testing

@Suite("Files of certificates")
struct CertificateFileTests {
    private let now = Timestamp(seconds: 1_795_000_000)

    @Test(
        "certificate and key are read from their files, or from one",
        arguments: [CertificateRequest.Key.p256, .ed25519, .rsa(bits: 2048)]
    )
    func files(key: CertificateRequest.Key) throws {
        let issued = try TestCertificates.authority.issue(TestCertificates.request("mail.example.com", key: key))
        let apart = try TLSIdentity(
            certificates: issued.certificateFile("a.pem"),
            key: issued.keyFile("a.key"),
            validAt: now
        )
        #expect(apart.facts == issued.facts)

        let both = try issued.keyText() + issued.certificateText() + TestCertificates.authority.own.certificateText()
        for text in [both, "Notes of the administrator\n" + both.replacing("\n", with: "\r\n")] {
            let one = try TLSIdentity(
                certificates: PEMFile("one.pem", text),
                key: PEMFile("one.pem", text),
                validAt: now
            )
            #expect(one.facts == issued.facts)
            #expect(try CertificateFacts.read(PEMFile("one.pem", text)).count == 2)
            #expect(try TLSWire.stateOfClient(of: one) == .established)
        }
    }

    @Test("what stands behind the certificate in its file is sent along")
    func chain() throws {
        let issued = try TestCertificates.authority.issue(TestCertificates.request("mail.example.com"))
        let text = try issued.certificateText() + TestCertificates.authority.own.certificateText()
        let identity = try TLSIdentity(certificates: PEMFile("c.pem", text), key: issued.keyFile("c.key"), validAt: now)
        var session = try TLSSession(server: .forTests([identity]))
        _ = session.feed(RawHello(serverName: "x.test", ciphers: [0xC02B]).record)
        let flight = session.output()
        #expect(flight.contains(sequence: try issued.certificateDER()))
        #expect(flight.contains(sequence: try TestCertificates.authority.own.certificateDER()))
    }
}
