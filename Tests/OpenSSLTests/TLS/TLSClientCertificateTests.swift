import Mail
import OpenSSL
import Testing

@Suite("TLS client certificates")
struct TLSClientCertificateTests {
    private static let stranger: TLSIdentity = {
        do {
            return try TestCertificates.otherAuthority.issue(
                TestCertificates.request("stranger.example.com", purposes: [.client])
            ).identity(named: "stranger")
        } catch {
            preconditionFailure("no certificate: \(error)")
        }
    }()

    private func connect(
        _ wanted: TLSContext.ClientCertificates,
        _ identity: TLSIdentity?,
        _ version: TLSVersion
    ) throws -> (server: TLSSession.State, client: TLSSession.State, certificate: TLSPeerCertificate?) {
        let client = try TLSClientContext.forTests(identity: identity, versions: version...version)
        var wire = try TLSWire(server: .forTests(clientCertificates: wanted), client: client, pieces: .every(113))
        wire.run()
        return (wire.server.state, wire.client.state, wire.server.peerCertificate)
    }

    @Test("one that is not asked for is not shown", arguments: [TLSVersion.tls12, .tls13])
    func off(version: TLSVersion) throws {
        let end = try connect(.off, TestCertificates.client, version)
        #expect(end.server == .established)
        #expect(end.certificate == nil)
    }

    @Test("one that is asked for may lack, or be anybody's", arguments: [TLSVersion.tls12, .tls13])
    func requested(version: TLSVersion) throws {
        let anchors = try TestCertificates.anchors
        let none = try connect(.requested(anchors), nil, version)
        #expect(none.server == .established)
        #expect(none.certificate == nil)

        let known = try connect(.requested(anchors), TestCertificates.client, version)
        #expect(known.server == .established)
        #expect(known.certificate?.isVerified == true)
        #expect(known.certificate?.facts == TestCertificates.client.facts)
        #expect(known.certificate?.facts.subject == "CN=sender.example.com")
        #expect(known.certificate?.facts.dnsNames == ["sender.example.com"])

        let unknown = try connect(.requested(anchors), Self.stranger, version)
        #expect(unknown.server == .established)
        #expect(unknown.certificate?.isVerified == false)
        #expect(unknown.certificate?.facts.fingerprint == Self.stranger.facts.fingerprint)

        var old = TestCertificates.request("old.example.com", purposes: [.client])
        old.validUntil = TestCertificates.start.advanced(bySeconds: 86_400)
        let expired = try connect(.requested(anchors), TestCertificates.identity(old), version)
        #expect(expired.server == .established)
        #expect(expired.certificate?.isVerified == false)

        // Without an authority the fingerprint alone tells who it is.
        let byFingerprint = try connect(.requested(nil), TestCertificates.client, version)
        #expect(byFingerprint.server == .established)
        #expect(byFingerprint.certificate?.isVerified == false)
        #expect(byFingerprint.certificate?.facts.fingerprint == TestCertificates.client.facts.fingerprint)
    }

    @Test("one that is required must be there and lead to the authority", arguments: [TLSVersion.tls12, .tls13])
    func required(version: TLSVersion) throws {
        let anchors = try TestCertificates.anchors
        let known = try connect(.required(anchors), TestCertificates.client, version)
        #expect(known.server == .established)
        #expect(known.client == .established)
        #expect(known.certificate?.isVerified == true)

        let none = try connect(.required(anchors), nil, version)
        #expect(none.server == .failed(.untrusted("the peer has none")))
        let words = version == .tls13 ? "tlsv13 alert certificate required" : "handshake failure"
        #expect(none.client == .failed(.alert(words)))
        #expect(none.certificate == nil)

        let unknown = try connect(.required(anchors), Self.stranger, version)
        #expect(unknown.server == .failed(.untrusted("unable to get local issuer certificate")))
        #expect(unknown.client == .failed(.alert("unknown CA")))
        #expect(unknown.certificate == nil)
    }

    @Test("one that is out of date, or for another purpose, is refused", arguments: [TLSVersion.tls12, .tls13])
    func unfit(version: TLSVersion) throws {
        let wanted = try TLSContext.ClientCertificates.required(TestCertificates.anchors)
        var old = TestCertificates.request("old.example.com", purposes: [.client])
        old.validUntil = TestCertificates.start.advanced(bySeconds: 86_400)
        let expired = try connect(wanted, TestCertificates.identity(old), version)
        #expect(expired.server == .failed(.untrusted("certificate has expired")))
        #expect(expired.client == .failed(.alert("certificate expired")))

        let server = try connect(wanted, TestCertificates.server, version)
        guard case .failed(.untrusted(let words)) = server.server else {
            Issue.record("\(server.server)")
            return
        }
        #expect(words.contains("purpose"))
    }
}
