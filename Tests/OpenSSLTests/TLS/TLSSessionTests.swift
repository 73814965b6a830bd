import Mail
import OpenSSL
import Testing

@Suite("TLS session")
struct TLSSessionTests {
    @Test("both ends agree, in one piece and octet by octet", arguments: [TLSVersion.tls12, .tls13], [1, 7, Int.max])
    func handshake(version: TLSVersion, step: Int) throws {
        let client = try TLSClientContext.forTests(versions: version...version)
        var wire = try TLSWire(server: .forTests(), client: client, pieces: .every(step))
        #expect(wire.server.version == nil)
        #expect(wire.server.channelBinding == nil)
        wire.run()
        #expect(wire.server.state == .established)
        #expect(wire.client.state == .established)
        #expect(wire.server.version == version)
        #expect(wire.client.version == version)
        #expect(wire.server.cipher == wire.client.cipher)
        #expect(wire.server.cipher?.hasPrefix(version == .tls13 ? "TLS_" : "TLS_ECDHE_") == true)
        #expect(wire.server.cipherBits == wire.client.cipherBits)
        #expect(wire.server.serverName == "mail.example.com")
        #expect(wire.server.isResumed == false)
        #expect(wire.server.peerCertificate == nil)
        #expect(wire.client.peerCertificate?.facts == TestCertificates.server.facts)
        #expect(wire.client.peerCertificate?.isVerified == true)

        let serverBinding = wire.server.channelBinding
        let binding = try #require(serverBinding)
        #expect(binding.count == 32)
        #expect(wire.client.channelBinding == binding)
        var other = try TLSWire(server: .forTests(), client: client)
        other.run()
        #expect(other.server.channelBinding != binding)

        try wire.send(Array("EHLO client\r\n".utf8), fromClient: true)
        try wire.send(Array("250 server\r\n".utf8), fromClient: false)
        #expect(wire.serverReceived == Array("EHLO client\r\n".utf8))
        #expect(wire.clientReceived == Array("250 server\r\n".utf8))
    }

    @Test("both ends agree wherever what they send is cut", arguments: [TLSVersion.tls12, .tls13])
    func cutHandshake(version: TLSVersion) throws {
        let server = try TLSContext.forTests(clientCertificates: .required(TestCertificates.anchors))
        let client = try TLSClientContext.forTests(identity: TestCertificates.client, versions: version...version)
        var length = 2
        var place = 1
        while place < length {
            var wire = TLSWire(server: server, client: client, pieces: .cut(at: place))
            wire.run()
            length = wire.serverOffset
            try wire.send(Array("QUIT\r\n".utf8), fromClient: true)
            #expect(wire.serverReceived == Array("QUIT\r\n".utf8))
            #expect(wire.client.state == .established)
            place += 1
        }
        #expect(length > 700)
    }

    @Test("both ends agree however what they send is cut", arguments: [TLSVersion.tls12, .tls13])
    func tornHandshake(version: TLSVersion) throws {
        let server = try TLSContext.forTests()
        let client = try TLSClientContext.forTests(versions: version...version)
        let sent = (0..<5000).map { UInt8(truncatingIfNeeded: $0) }
        for seed in 0..<100 {
            var wire = TLSWire(server: server, client: client, pieces: .random(seed: UInt64(seed) << 32))
            wire.run()
            try wire.send(sent, fromClient: true)
            try wire.send(sent, fromClient: false)
            #expect(wire.serverReceived == sent)
            #expect(wire.clientReceived == sent)
        }
    }

    @Test("a megabyte comes back as it went", arguments: [TLSVersion.tls12, .tls13])
    func echo(version: TLSVersion) throws {
        var wire = try TLSWire(
            server: .forTests(),
            client: .forTests(versions: version...version),
            pieces: .every(4099)
        )
        wire.run()
        let sent = (0..<1_048_576).map { UInt8(truncatingIfNeeded: $0 &* 31 &+ $0 >> 8) }
        try wire.send(sent, fromClient: true)
        #expect(wire.serverReceived == sent)
        try wire.send(wire.serverReceived, fromClient: false)
        #expect(wire.clientReceived == sent)
    }

    @Test("a close-notify is told from a cut", arguments: [TLSVersion.tls12, .tls13])
    func ends(version: TLSVersion) throws {
        let server = try TLSContext.forTests()
        let client = try TLSClientContext.forTests(versions: version...version)
        var closed = TLSWire(server: server, client: client)
        closed.run()
        _ = try closed.client.write(Array("QUIT\r\n".utf8).span)
        closed.client.closeNotify()
        #expect(throws: TLSError.closed) { try closed.client.write([1].span) }
        let all = closed.client.output()
        #expect(closed.server.feed(all) == Array("QUIT\r\n".utf8))
        #expect(closed.server.state == .peerClosed)
        // What follows the end is nothing.
        #expect(closed.server.receive([1, 2, 3].span) == 3)
        closed.server.receiveEnd()
        #expect(closed.server.readAll().isEmpty)
        #expect(closed.server.state == .peerClosed)
        // What the peer is owed may still be written, and then the session is closed from here.
        try closed.send(Array("221 bye\r\n".utf8), fromClient: false)
        #expect(closed.clientReceived == Array("221 bye\r\n".utf8))
        closed.server.closeNotify()
        closed.run()
        #expect(closed.client.state == .peerClosed)
        #expect(throws: TLSError.closed) { try closed.server.write([1].span) }

        for dropped in 1...all.count {
            var cut = TLSWire(server: server, client: client)
            cut.run()
            _ = try cut.client.write(Array("QUIT\r\n".utf8).span)
            cut.client.closeNotify()
            let part = cut.client.output().dropLast(dropped)
            _ = cut.server.feed(Array(part))
            #expect(cut.server.state == .established)
            cut.server.receiveEnd()
            #expect(cut.server.readAll().isEmpty)
            #expect(cut.server.state == .truncated)
            #expect(throws: TLSError.closed) { try cut.server.write([1].span) }
        }
    }

    @Test("what came before the cut is read before the cut is told")
    func unreadBeforeCut() throws {
        var wire = try TLSWire(server: .forTests(), client: .forTests())
        wire.run()
        _ = try wire.client.write(Array("NOOP\r\n".utf8).span)
        let octets = wire.client.output()
        #expect(wire.server.receive(octets.span) == octets.count)
        wire.server.receiveEnd()
        #expect(wire.server.state == .established)
        #expect(wire.server.readAll() == Array("NOOP\r\n".utf8))
        #expect(wire.server.state == .truncated)
    }

    @Test("nothing is written before the handshake is done")
    func tooEarly() throws {
        var wire = try TLSWire(server: .forTests(), client: .forTests())
        #expect(throws: TLSError.notEstablished) { try wire.server.write([1].span) }
        wire.server.closeNotify()
        #expect(wire.server.pendingOutput == 0)
        wire.run()
        #expect(wire.server.state == .established)
    }

    @Test("a session that is not read from takes no more than its limit")
    func boundedInput() throws {
        var wire = try TLSWire(server: .forTests(), client: .forTests())
        wire.run()
        let sent = [UInt8](repeating: 7, count: 60_000)
        #expect(try wire.client.write(sent.span) == sent.count)
        let octets = wire.client.output()
        let taken = wire.server.receive(octets.span)
        #expect(taken == TLSSession.inputLimit)
        #expect(wire.server.give(octets.dropFirst(taken)) == 0)
        let first = wire.server.readAll()
        #expect(first + wire.server.feed(Array(octets.dropFirst(taken))) == sent)
    }

    @Test("a session whose output nobody takes writes and receives no more than its limit")
    func boundedOutput() throws {
        var wire = try TLSWire(server: .forTests(), client: .forTests())
        wire.run()
        let sent = [UInt8](repeating: 7, count: 1_000_000)
        let taken = try wire.server.write(sent.span)
        #expect(taken < sent.count)
        #expect((TLSSession.outputLimit...TLSSession.outputLimit + 20_000).contains(wire.server.pendingOutput))
        #expect(try wire.server.write(sent.span) == 0)
        _ = try wire.client.write([1].span)
        let octets = wire.client.output()
        #expect(wire.server.receive(octets.span) == 0)
        let output = wire.server.output()
        #expect(wire.client.feed(output) == Array(sent.prefix(taken)))
        #expect(wire.server.feed(octets) == [1])
    }

    @Test("ends of different versions do not agree")
    func noCommonVersion() throws {
        let server = try TLSContext.forTests(versions: .tls13 ... .tls13)
        var wire = try TLSWire(server: server, client: .forTests(versions: .tls12 ... .tls12))
        wire.run()
        #expect(wire.server.state == .failed(.violation("unsupported protocol")))
        #expect(wire.client.state == .failed(.alert("protocol version")))
    }

    @Test("an error explains itself")
    func words() {
        #expect(TLSError.alert("unknown CA").description == "the peer refused TLS: unknown CA")
        #expect(TLSError.helloTooLarge.description == "the peer's hello is too large")
    }
}
