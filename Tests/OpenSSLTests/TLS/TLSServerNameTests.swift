import Mail
import OpenSSL
import Testing

@Suite("TLS server name")
struct TLSServerNameTests {
    private static let identities = [
        TestCertificates.identity(TestCertificates.request("mail.example.com", "mx.example.com")),
        TestCertificates.identity(TestCertificates.request("*.example.org", "example.org")),
        TestCertificates.identity(TestCertificates.request("smtp.example.org", key: .rsa(bits: 2048))),
        TestCertificates.identity(TestCertificates.request("*.deep.example.org", "MiXed.Example.NET")),
    ]

    @Test(
        "each host gets its certificate",
        arguments: [TLSVersion.tls12, .tls13],
        [
            ("mail.example.com", 0), ("mx.example.com", 0), ("MX.Example.Com", 0), ("mx.example.com.", 0),
            ("example.org", 1), ("a.example.org", 1), ("A.EXAMPLE.ORG", 1), ("smtp.example.org", 2),
            ("x.deep.example.org", 3), ("mixed.example.net", 3), ("mIxed.example.nEt", 3),
            // An asterisk stands for one label; what nobody names gets the default.
            ("a.b.example.org", 0), ("deep.example.org", 1), ("org", 0), ("example.net", 0), ("unknown.test", 0),
            // An address is not asked for.
            ("192.0.2.1", 0),
        ]
    )
    func choice(version: TLSVersion, row: (name: String, index: Int)) throws {
        let server = try TLSContext.forTests(Self.identities)
        let client = try TLSClientContext(trust: .nothing, versions: version...version)
        var wire = TLSWire(server: server, client: client, name: row.name)
        wire.run()
        #expect(wire.client.state == .established)
        #expect(wire.client.peerCertificate?.facts == Self.identities[row.index].facts)
        #expect(wire.client.peerCertificate?.isVerified == false)
        let isAddress = row.name.hasPrefix("192.")
        #expect(wire.server.serverName == (isAddress ? nil : row.name.lowercased().trimmed))
        #expect(server.certificates == Self.identities.map(\.facts))
    }

    @Test("of two certificates for a name the client gets the one whose key it takes", arguments: [false, true])
    func twoKeys(isDefault: Bool) throws {
        let name = "mail.example.com"
        let modern = try TestCertificates.authority.issue(TestCertificates.request(name, key: .ed25519))
        let old = try TestCertificates.authority.issue(TestCertificates.request(name, key: .rsa(bits: 2048)))
        let front = isDefault ? [] : [TestCertificates.identity("front.example.com")]
        let server = try TLSContext.forTests(front + [modern.identity(named: "a"), old.identity(named: "b")])

        var both = try TLSWire(server: server, client: .forTests())
        both.run()
        #expect(both.client.state == .established)
        #expect(both.client.peerCertificate.map { [modern.facts, old.facts].contains($0.facts) } == true)

        // A client that takes RSA alone: the server's flight of TLS 1.2 shows its certificate in clear text.
        var rsaOnly = TLSSession(server: server)
        _ = rsaOnly.feed(RawHello(serverName: name, ciphers: [0xC02F], signatureAlgorithms: [0x0401]).record)
        #expect(rsaOnly.state == .handshaking)
        #expect(rsaOnly.output().contains(sequence: try old.certificateDER()))

        var ed25519Only = TLSSession(server: server)
        _ = ed25519Only.feed(RawHello(serverName: name, ciphers: [0xC02B], signatureAlgorithms: [0x0807]).record)
        #expect(ed25519Only.output().contains(sequence: try modern.certificateDER()))
    }

    @Test("a client never gets the certificate of a host that it did not ask for, for the sake of its key")
    func keyOfAnotherHost() throws {
        let rsa = TestCertificates.request("rsa.example.com", key: .rsa(bits: 2048))
        let server = try TLSContext.forTests([TestCertificates.server, TestCertificates.identity(rsa)])
        for (name, isServed) in [("rsa.example.com", true), ("mail.example.com", false), ("unknown.test", false)] {
            var session = TLSSession(server: server)
            _ = session.feed(RawHello(serverName: name, ciphers: [0xC02F], signatureAlgorithms: [0x0401]).record)
            #expect(session.state == (isServed ? .handshaking : .failed(.violation("no shared cipher"))))
        }
    }

    @Test("a certificate for another host, or of another authority, is refused by the client")
    func verification() throws {
        var wrongName = try TLSWire(server: .forTests(), client: .forTests(), name: "other.example.com")
        wrongName.run()
        #expect(wrongName.client.state == .failed(.untrusted("hostname mismatch")))
        #expect(wrongName.server.state == .failed(.alert("bad certificate")))

        let stranger = try TLSClientContext(trust: .anchors(TestCertificates.otherAnchors))
        var unknown = try TLSWire(server: .forTests(), client: stranger)
        unknown.run()
        #expect(unknown.client.state == .failed(.untrusted("unable to get local issuer certificate")))
        #expect(unknown.server.state == .failed(.alert("unknown CA")))

        let system = try TLSClientContext(trust: .system)
        var publicly = try TLSWire(server: .forTests(), client: system)
        publicly.run()
        #expect(publicly.client.state == .failed(.untrusted("unable to get local issuer certificate")))
    }

    @Test("an address is verified by the addresses of the certificate")
    func address() throws {
        var request = TestCertificates.request("mail.example.com")
        request.ipAddresses = ["192.0.2.7", "2001:db8::7"].compactMap { IPAddress($0) }
        let server = try TLSContext.forTests([TestCertificates.identity(request)])
        for (name, isRight) in [("192.0.2.7", true), ("2001:db8::7", true), ("192.0.2.8", false)] {
            var wire = try TLSWire(server: server, client: .forTests(), name: name)
            wire.run()
            #expect((wire.client.state == .established) == isRight)
        }
    }

    @Test("what is no name of a server is refused before anything is sent", arguments: ["", "a b", "ex\u{E4}mple.com"])
    func noName(name: String) throws {
        var client = try TLSSession(client: .forTests(), serverName: name)
        #expect(client.state == .failed(.untrusted("\"\(name)\" is no name of a server")))
        #expect(client.output().isEmpty)
    }
}

extension String {
    fileprivate var trimmed: String { hasSuffix(".") ? String(dropLast()) : self }
}
