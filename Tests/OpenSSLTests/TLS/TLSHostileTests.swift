import Mail
import OpenSSL
import Testing

@Suite("TLS against peers that mean harm")
struct TLSHostileTests {
    @Test("what is no TLS ends the session", arguments: ["EHLO x\r\n", "GET / HTTP/1.0\r\n\r\n", "\0\0\0\0\0\0\0\0"])
    func plaintext(text: String) throws {
        let server = try TLSContext.forTests()
        var whole = TLSSession(server: server)
        var trickled = TLSSession(server: server)
        #expect(whole.feed(Array(text.utf8)).isEmpty)
        #expect(trickled.feed(Array(text.utf8), .every(1)).isEmpty)
        guard case .failed(.violation) = whole.state else {
            Issue.record("\(whole.state)")
            return
        }
        #expect(trickled.state == whole.state)
        // What follows is taken and dropped.
        #expect(whole.receive([UInt8](repeating: 0, count: 100_000).span) == 100_000)
        #expect(throws: TLSError.self) { try whole.write([1].span) }
    }

    @Test("what came in the clear before the hello never comes out (CVE-2011-0411)", arguments: [1, Int.max])
    func injection(step: Int) throws {
        let injected = Array("MAIL FROM:<attacker@example.com>\r\n".utf8)
        var client = try TLSSession(client: .forTests(), serverName: "mail.example.com")
        var server = try TLSSession(server: .forTests())
        #expect(server.feed(injected + client.output(), .every(step)).isEmpty)
        guard case .failed(.violation) = server.state else {
            Issue.record("\(server.state)")
            return
        }
    }

    @Test("random octets end the session or leave it waiting, with little held")
    func garbage() throws {
        let server = try TLSContext.forTests()
        var numbers = Numbers(seed: 20_261_121)
        for round in 0..<400 {
            var octets = (0..<Int(numbers.next() % 3000)).map { _ in UInt8(truncatingIfNeeded: numbers.next()) }
            // Half of them look like the record of a hello, so that they come further.
            if round % 2 == 0 { octets = [22, 3, 1, 2, 0, 1, 0, 1, 0xFC, 3, 3] + octets }
            var session = TLSSession(server: server)
            #expect(session.feed(octets, round % 3 == 0 ? .every(1) : .whole).isEmpty)
            #expect(session.state != .established)
            #expect(session.pendingOutput < 100)
            session.receiveEnd()
            guard case .failed = session.state else {
                Issue.record("\(session.state)")
                return
            }
        }
    }

    @Test("a hello that is cut anywhere ends the session when the transport ends")
    func cutHello() throws {
        let server = try TLSContext.forTests()
        var client = try TLSSession(client: .forTests(), serverName: "mail.example.com")
        let hello = client.output()
        for length in 0..<hello.count {
            var session = TLSSession(server: server)
            #expect(session.feed(Array(hello.prefix(length))).isEmpty)
            #expect(session.state == .handshaking)
            #expect(session.pendingOutput == 0)
            session.receiveEnd()
            #expect(session.state == .failed(.endedInHandshake))
        }
    }

    @Test("a close-notify before the handshake is done ends the session")
    func closeInHandshake() throws {
        let closeNotify: [UInt8] = [21, 3, 3, 0, 2, 1, 0]
        var server = try TLSSession(server: .forTests())
        _ = server.feed(RawHello(ciphers: [0xC02B]).record + closeNotify)
        #expect(server.state == .failed(.endedInHandshake))
        var client = try TLSSession(client: .forTests(), serverName: "mail.example.com")
        _ = client.feed(closeNotify)
        #expect(client.state == .failed(.endedInHandshake))
    }

    @Test("a hello with any octet changed does not stop the process", arguments: [TLSVersion.tls12, .tls13])
    func changedHello(version: TLSVersion) throws {
        let server = try TLSContext.forTests()
        var client = try TLSSession(client: .forTests(versions: version...version), serverName: "mail.example.com")
        let hello = client.output()
        for index in hello.indices {
            for change in [UInt8(0x01), 0x80, 0xFF] {
                var changed = hello
                changed[index] ^= change
                var session = TLSSession(server: server)
                #expect(session.feed(changed).isEmpty)
                #expect(session.state != .established)
                session.receiveEnd()
                #expect(session.state != .handshaking)
            }
        }
    }

    @Test("a handshake with any octet of the second flight changed fails", arguments: [TLSVersion.tls12, .tls13])
    func changedFinish(version: TLSVersion) throws {
        let server = try TLSContext.forTests()
        let client = try TLSClientContext.forTests(versions: version...version)
        var length = 1
        var index = 0
        while index < length {
            var wire = TLSWire(server: server, client: client)
            _ = wire.server.feed(wire.client.output())
            _ = wire.client.feed(wire.server.output())
            var flight = wire.client.output()
            length = flight.count
            flight[index] ^= 0x55
            _ = wire.server.feed(flight)
            #expect(wire.server.state != .established)
            index += 1
        }
        #expect(length > 30)
    }

    @Test("a record that was changed on its way ends the session with an alert", arguments: [TLSVersion.tls12, .tls13])
    func changedRecord(version: TLSVersion) throws {
        var wire = try TLSWire(server: .forTests(), client: .forTests(versions: version...version))
        wire.run()
        _ = try wire.client.write(Array("MAIL FROM:<>\r\n".utf8).span)
        var octets = wire.client.output()
        octets[octets.count - 3] ^= 1
        #expect(wire.server.feed(octets).isEmpty)
        #expect(wire.server.state == .failed(.violation("decryption failed or bad record mac")))
        wire.run()
        #expect(wire.client.state == .failed(.alert("bad record mac")))
    }

    @Test("a hello beyond the limit is refused by its first nine octets", arguments: [1, Int.max])
    func hugeHello(step: Int) throws {
        let server = try TLSContext.forTests()
        for (length, isRefused) in [(16_384, false), (16_385, true), (131_396, true), (16_777_215, true)] {
            var session = TLSSession(server: server)
            _ = session.feed([22, 3, 1, 0x40, 0, 1] + RawHello.number24(length), .every(step))
            #expect(session.state == (isRefused ? .failed(.helloTooLarge) : .handshaking))
        }
        // The header of the message comes in records of one octet each.
        var session = TLSSession(server: server)
        for octet in [1] + RawHello.number24(131_396) {
            #expect(session.state == .handshaking)
            _ = session.feed([22, 3, 1, 0, 1, octet], .every(step))
        }
        #expect(session.state == .failed(.helloTooLarge))
    }

    @Test("a second hello beyond the limit is refused too", arguments: [1, Int.max], [false, true])
    func hugeSecondHello(step: Int, changesCipher: Bool) throws {
        // TLS 1.3 without a key share: the server asks for another hello (RFC 8446 section 4.1.4).
        let hello = RawHello(
            ciphers: [0x1301],
            extensions: [(43, [2, 3, 4]), (51, [0, 0])]
        )
        let secondHello: [UInt8] = [22, 3, 3, 0x40, 0, 1] + RawHello.number24(131_396)
        let between: [UInt8] = changesCipher ? [20, 3, 3, 0, 1, 1] : []
        // The hellos come apart, and in one piece.
        var apart = try TLSSession(server: .forTests())
        _ = apart.feed(hello.record, .every(step))
        #expect(apart.state == .handshaking)
        #expect(apart.output().count > 40)
        _ = apart.feed(between + secondHello, .every(step))
        #expect(apart.state == .failed(.helloTooLarge))

        var together = try TLSSession(server: .forTests())
        _ = together.feed(hello.record + between + secondHello, .every(step))
        #expect(together.state == .failed(.helloTooLarge))
    }

    @Test("a message that belongs nowhere does not make the server hold memory", arguments: [UInt8(11), 12, 16, 20])
    func foreignMessage(type: UInt8) throws {
        var session = try TLSSession(server: .forTests())
        _ = session.feed(RawHello.record(type: 22, [type] + RawHello.number24(16_000_000)))
        #expect(session.state == .failed(.violation("unexpected message")))
    }

    // SSL 3.0 had no protocol_version (RFC 8446 section 6.2) and is told handshake_failure.
    @Test(
        "TLS 1.1 and older are refused by an alert",
        arguments: [(UInt16(0x0300), UInt8(40)), (0x0301, 70), (0x0302, 70)]
    )
    func oldVersion(version: UInt16, alert: UInt8) throws {
        var session = try TLSSession(server: .forTests())
        _ = session.feed(RawHello(legacyVersion: version, ciphers: [0xC013, 0xC009, 0x002F]).record)
        guard case .failed(.violation(let words)) = session.state else {
            Issue.record("\(session.state)")
            return
        }
        #expect(["unsupported protocol", "version too low"].contains(words))
        // 2 is fatal.
        #expect(session.output().suffix(2) == [2, alert])
    }

    @Test("a key exchange without forward secrecy is refused")
    func noForwardSecrecy() throws {
        let rsa = TestCertificates.identity(TestCertificates.request("mail.example.com", key: .rsa(bits: 2048)))
        var session = try TLSSession(server: .forTests([rsa]))
        _ = session.feed(RawHello(ciphers: [0x009C, 0x009D, 0x002F, 0x0035]).record)
        #expect(session.state == .failed(.violation("no shared cipher")))
    }

    @Test("WIRE 91: renegotiation is refused")
    func renegotiation() throws {
        var wire = try TLSWire(server: .forTests(), client: .forTests(versions: .tls12 ... .tls12))
        wire.run()
        let binding = wire.server.channelBinding
        wire.client.renegotiate()
        let request = wire.client.output()
        #expect(!request.isEmpty)
        _ = wire.server.feed(request)
        #expect(wire.server.state == .established)
        #expect(wire.server.channelBinding == binding)
        wire.run()
        #expect(wire.client.state == .failed(.violation("no renegotiation")))
    }

    @Test("a flood of requests for new keys makes the server hold no more than its limit")
    func keyUpdates() throws {
        var wire = try TLSWire(server: .forTests(), client: .forTests())
        wire.run()
        var count = 0
        flood: while count < 20_000 {
            wire.client.updateKeys()
            let octets = wire.client.output()
            count += 1
            // Nobody takes what the server answers.
            guard wire.server.receive(octets.span) == octets.count else { break flood }
            #expect(wire.server.readAll().isEmpty)
            guard wire.server.state == .established else { break flood }
        }
        #expect(wire.server.pendingOutput <= TLSSession.outputLimit + TLSSession.inputLimit)
        #expect(count > 10)
    }
}
