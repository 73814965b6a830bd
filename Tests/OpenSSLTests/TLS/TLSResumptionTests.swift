import Mail
import OpenSSL
import Testing

@Suite("TLS resumption")
struct TLSResumptionTests {
    private let keys = TicketKeys(rotatingEvery: 100, from: TestCertificates.start)

    private func moment(_ seconds: Int64) -> Timestamp { TestCertificates.start.advanced(bySeconds: seconds) }

    /// Connects, and tells whether both ends say that they resumed.
    private func connect(
        _ server: TLSContext,
        _ client: TLSClientContext,
        _ ticket: TLSTicket?
    ) throws -> (isResumed: Bool, ticket: TLSTicket) {
        var wire = TLSWire(server: server, client: client, resuming: ticket)
        wire.run()
        #expect(wire.server.state == .established)
        #expect(wire.client.state == .established)
        #expect(wire.server.isResumed == wire.client.isResumed)
        #expect(wire.server.serverName == "mail.example.com")
        try wire.send(Array("NOOP\r\n".utf8), fromClient: true)
        #expect(wire.serverReceived == Array("NOOP\r\n".utf8))
        let serverBinding = wire.server.channelBinding
        let binding = try #require(serverBinding)
        #expect(wire.client.channelBinding == binding)
        let kept = wire.client.ticket
        return (wire.server.isResumed, try #require(kept))
    }

    @Test("a ticket resumes under its key and the next one, and no longer", arguments: [TLSVersion.tls12, .tls13])
    func rotation(version: TLSVersion) throws {
        let server = try TLSContext.forTests(ticketKeys: keys)
        let client = try TLSClientContext.forTests(versions: version...version)
        let first = try connect(server, client, nil)
        #expect(!first.isResumed)
        #expect(try connect(server, client, first.ticket).isResumed)

        #expect(!keys.rotate(at: moment(99)))
        #expect(keys.rotate(at: moment(100)))
        #expect(!keys.rotate(at: moment(100)))
        let second = try connect(server, client, first.ticket)
        #expect(second.isResumed)

        #expect(keys.rotate(at: moment(200)))
        #expect(try !connect(server, client, first.ticket).isResumed)
        // Who came with the old key's ticket got one of the new key.
        #expect(try connect(server, client, second.ticket).isResumed)
    }

    @Test("keys that slept for two periods are both gone")
    func lateRotation() throws {
        let server = try TLSContext.forTests(ticketKeys: keys)
        let client = try TLSClientContext.forTests()
        let ticket = try connect(server, client, nil).ticket
        #expect(keys.rotate(at: moment(200)))
        #expect(try !connect(server, client, ticket).isResumed)
    }

    @Test("a clock that went back rotates nothing")
    func clockBack() {
        #expect(!keys.rotate(at: moment(-1000)))
        #expect(keys.rotate(at: moment(150)))
        #expect(!keys.rotate(at: moment(120)))
        #expect(!keys.rotate(at: moment(249)))
        #expect(keys.rotate(at: moment(250)))
    }

    @Test("a reloaded context takes the tickets of the one before", arguments: [TLSVersion.tls12, .tls13])
    func reload(version: TLSVersion) throws {
        let client = try TLSClientContext.forTests(versions: version...version)
        let ticket = try connect(.forTests(ticketKeys: keys), client, nil).ticket
        let renewed = TestCertificates.identity("mail.example.com")
        #expect(try connect(.forTests([renewed], ticketKeys: keys), client, ticket).isResumed)
    }

    @Test("a context with keys of its own does not take foreign tickets")
    func foreignKeys() throws {
        let client = try TLSClientContext.forTests()
        let ticket = try connect(.forTests(), client, nil).ticket
        #expect(try !connect(.forTests(), client, ticket).isResumed)
    }

    @Test(
        "a ticket from where no certificate was asked for does not enter where one is",
        arguments: [TLSVersion.tls12, .tls13]
    )
    func scope(version: TLSVersion) throws {
        let identified = try TLSClientContext.forTests(identity: TestCertificates.client, versions: version...version)
        let open = try TLSContext.forTests(ticketKeys: keys)
        let closed = try TLSContext.forTests(
            clientCertificates: .required(TestCertificates.anchors),
            ticketKeys: keys
        )
        let ticket = try connect(open, identified, nil).ticket
        var wire = TLSWire(server: closed, client: identified, resuming: ticket)
        wire.run()
        #expect(wire.server.isResumed == false)
        #expect(wire.server.state == .established)
        #expect(wire.server.peerCertificate?.isVerified == true)
    }

    @Test(
        "a ticket of who showed no certificate does not enter where one is required",
        arguments: [TLSVersion.tls12, .tls13]
    )
    func scopeOfRequested(version: TLSVersion) throws {
        let client = try TLSClientContext.forTests(versions: version...version)
        let anchors = try TestCertificates.anchors
        let requesting = try TLSContext.forTests(clientCertificates: .requested(anchors), ticketKeys: keys)
        let requiring = try TLSContext.forTests(clientCertificates: .required(anchors), ticketKeys: keys)
        let ticket = try connect(requesting, client, nil).ticket
        #expect(try connect(requesting, client, ticket).isResumed)
        var wire = TLSWire(server: requiring, client: client, resuming: ticket)
        wire.run()
        #expect(wire.server.state == .failed(.untrusted("the peer has none")))
    }

    @Test("a resumed session knows the client's certificate", arguments: [TLSVersion.tls12, .tls13])
    func certificate(version: TLSVersion) throws {
        let client = try TLSClientContext.forTests(identity: TestCertificates.client, versions: version...version)
        let server = try TLSContext.forTests(
            clientCertificates: .required(TestCertificates.anchors),
            ticketKeys: keys
        )
        let ticket = try connect(server, client, nil).ticket
        var wire = TLSWire(server: server, client: client, resuming: ticket)
        wire.run()
        #expect(wire.server.isResumed == true)
        #expect(wire.server.peerCertificate?.facts == TestCertificates.client.facts)
        #expect(wire.server.peerCertificate?.isVerified == true)
    }
}
