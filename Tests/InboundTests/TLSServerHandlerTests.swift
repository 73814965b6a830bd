import Mail
import NIOCore
import NIOEmbedded
import OpenSSL
import Testing

@testable import Inbound

@Suite struct TLSServerHandlerTests {
    /// What a handler behind the TLS handler saw.
    private final class Witness: ChannelInboundHandler {
        typealias InboundIn = ByteBuffer

        var isActive = false
        var plaintext: [UInt8] = []
        var events: [String] = []
        var errors: [String] = []

        func channelActive(context: ChannelHandlerContext) {
            isActive = true
        }

        func channelRead(context: ChannelHandlerContext, data: NIOAny) {
            plaintext += Array(buffer: unwrapInboundIn(data))
        }

        func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
            events.append("\(event)")
        }

        func errorCaught(context: ChannelHandlerContext, error: any Error) {
            errors.append("\(error)")
        }
    }

    /// A connection in memory: our handler at one end, a client's session at the other.
    private struct Wire: ~Copyable {
        let channel: EmbeddedChannel
        let handler: TLSServerHandler
        let witness: Witness
        var client: TLSSession
        var received: [UInt8] = []
        /// The octets of each piece that the server gets.
        let step: Int

        init(step: Int = .max, isActive: Bool = false) throws {
            let handler = TLSServerHandler(context: try Certificates.server(), handshakeTimeout: .seconds(30))
            let context = try Certificates.client()
            let witness = Witness()
            let channel = EmbeddedChannel()
            let address = try SocketAddress(ipAddress: "127.0.0.1", port: 25)
            if isActive { try channel.connect(to: address).wait() }
            try channel.pipeline.syncOperations.addHandlers([handler, witness])
            if !isActive { try channel.connect(to: address).wait() }
            self.step = step
            self.handler = handler
            self.witness = witness
            self.channel = channel
            client = TLSSession(client: context, serverName: "mail.example.com")
        }

        /// Carries octets until neither end has any.
        mutating func run() throws {
            var isMoving = true
            while isMoving {
                isMoving = false
                while let output = client.takeOutput({ span in span.indices.map { span[$0] } }) {
                    isMoving = true
                    for start in stride(from: 0, to: output.count, by: min(step, output.count)) {
                        let piece = output[start..<min(output.count, start + min(step, output.count))]
                        try channel.writeInbound(ByteBuffer(bytes: piece))
                    }
                }
                while let output = try channel.readOutbound(as: ByteBuffer.self) {
                    isMoving = true
                    var rest = output
                    while rest.readableBytes > 0 {
                        rest.moveReaderIndex(forwardBy: client.receive(rest.readableBytesUInt8Span))
                        read()
                    }
                }
            }
        }

        private mutating func read() {
            while true {
                var plaintext = ByteBuffer()
                plaintext.writeWithOutputRawSpan(minimumWritableBytes: 16_384) { _ = client.read(into: &$0) }
                guard plaintext.readableBytes > 0 else { return }
                received += Array(buffer: plaintext)
            }
        }

        mutating func say(_ text: String) throws {
            let octets = Array(text.utf8)
            #expect(try client.write(octets.span) == octets.count)
            try run()
        }
    }

    /// Made once, for all tests.
    private enum Certificates {
        static let authority = Result { () throws(CertificateIssueError) in
            try CertificateAuthority(commonName: "Test CA", validFrom: start, until: end)
        }
        static let start = Timestamp(seconds: 1_577_836_800)
        static let end = Timestamp(seconds: 4_102_444_800)

        static func server() throws -> TLSContext {
            var request = CertificateRequest(
                commonName: "mail.example.com",
                purposes: [.server],
                validFrom: start,
                until: end
            )
            request.dnsNames = ["mail.example.com"]
            let issued = try authority.get().issue(request)
            return try TLSContext(
                identities: [issued.identity(named: "server.pem")],
                ticketKeys: TicketKeys(from: start)
            )
        }

        static func client() throws -> TLSClientContext {
            let file = try authority.get().own.withCertificatePEM { PEMFile(name: "ca.pem", content: $0) }
            return try TLSClientContext(trust: .anchors(TrustAnchors(file)))
        }
    }

    @Test("WIRE 91: implicit TLS is active when the handshake is done, however it comes", arguments: [1, 7, Int.max])
    func implicitTLS(step: Int) throws {
        var wire = try Wire(step: step)
        #expect(!wire.witness.isActive)
        #expect(wire.handler.link == nil)
        try wire.run()
        #expect(wire.witness.isActive)
        #expect(wire.witness.events == ["established"])
        #expect(wire.client.state == .established)
        let link = try #require(wire.handler.link)
        #expect(link.version == .tls13)
        #expect(link.serverName == "mail.example.com")
        #expect(link.channelBinding == wire.client.channelBinding)

        try wire.say("EHLO client\r\n")
        #expect(wire.witness.plaintext == Array("EHLO client\r\n".utf8))
        wire.channel.writeAndFlush(ByteBuffer(string: "250 server\r\n"), promise: nil)
        try wire.run()
        #expect(wire.received == Array("250 server\r\n".utf8))
        _ = try wire.channel.finish()
    }

    @Test("STARTTLS: the handler joins a connection that is active") func startTLS() throws {
        var wire = try Wire(isActive: true)
        try wire.run()
        #expect(wire.witness.events == ["established"])
        #expect(!wire.witness.isActive)
        try wire.say("NOOP\r\n")
        #expect(wire.witness.plaintext == Array("NOOP\r\n".utf8))
        _ = try wire.channel.finish()
    }

    @Test("what is written before the end of the handshake waits for it") func earlyWrite() throws {
        var wire = try Wire()
        let written = wire.channel.eventLoop.makePromise(of: Void.self)
        wire.channel.writeAndFlush(ByteBuffer(string: "220 ready\r\n"), promise: written)
        #expect(wire.received.isEmpty)
        try wire.run()
        #expect(wire.received == Array("220 ready\r\n".utf8))
        try written.futureResult.wait()
        _ = try wire.channel.finish()
    }

    @Test("much is carried whole, both ways") func much() throws {
        var wire = try Wire()
        try wire.run()
        let octets = (0..<1_000_000).map { UInt8(truncatingIfNeeded: $0 &* 31) }
        let written = wire.channel.eventLoop.makePromise(of: Void.self)
        wire.channel.writeAndFlush(ByteBuffer(bytes: octets), promise: written)
        try wire.run()
        #expect(wire.received == octets)
        try written.futureResult.wait()
        var rest = octets[...]
        while !rest.isEmpty {
            let piece = Array(rest.prefix(50_000))
            rest = rest.dropFirst(try wire.client.write(piece.span))
            try wire.run()
        }
        #expect(wire.witness.plaintext == octets)
        _ = try wire.channel.finish()
    }

    @Test("an empty write is done when all before it is") func emptyWrite() throws {
        var wire = try Wire()
        try wire.run()
        let written = wire.channel.eventLoop.makePromise(of: Void.self)
        wire.channel.write(ByteBuffer(string: "221 bye\r\n"), promise: nil)
        wire.channel.writeAndFlush(ByteBuffer(), promise: written)
        try written.futureResult.wait()
        try wire.run()
        #expect(wire.received == Array("221 bye\r\n".utf8))
        _ = try wire.channel.finish()
    }

    @Test("a handshake that takes too long ends the connection") func timeout() throws {
        let wire = try Wire()
        wire.channel.embeddedEventLoop.advanceTime(by: .seconds(29))
        #expect(wire.channel.isActive)
        wire.channel.embeddedEventLoop.advanceTime(by: .seconds(1))
        #expect(!wire.channel.isActive)
        #expect(wire.witness.errors == ["the TLS handshake took too long"])
        #expect(!wire.witness.isActive)
    }

    @Test("a connection that is established does not run into the handshake's limit") func noTimeout() throws {
        var wire = try Wire()
        try wire.run()
        wire.channel.embeddedEventLoop.advanceTime(by: .hours(1))
        #expect(wire.channel.isActive)
        _ = try wire.channel.finish()
    }

    @Test(
        "what is no TLS ends the connection, with an alert",
        arguments: ["EHLO client\r\n", "GET / HTTP/1.1\r\n\r\n"]
    )
    func garbage(text: String) throws {
        let wire = try Wire()
        try wire.channel.writeInbound(ByteBuffer(string: text))
        #expect(!wire.channel.isActive)
        #expect(wire.witness.errors.count == 1)
        #expect(wire.witness.errors.first?.hasPrefix("the peer's TLS is not acceptable") == true)
        #expect(wire.witness.plaintext.isEmpty)
    }

    @Test("what breaks TLS ends the connection, with an alert") func violation() throws {
        let wire = try Wire()
        // A server's hello (RFC 8446 section 4), in a record.
        try wire.channel.writeInbound(ByteBuffer(bytes: [22, 3, 3, 0, 4, 2, 0, 0, 0]))
        #expect(!wire.channel.isActive)
        #expect(wire.witness.errors.count == 1)
        let alert = try wire.channel.readOutbound(as: ByteBuffer.self)
        #expect(alert?.getInteger(at: 0, as: UInt8.self) == 21)
    }

    @Test("the peer's close-notify is the end of its input, and replies still reach it") func closeNotify() throws {
        var wire = try Wire()
        try wire.run()
        #expect(try wire.client.write(Array("QUIT\r\n".utf8).span) == 6)
        wire.client.closeNotify()
        try wire.run()
        #expect(wire.witness.plaintext == Array("QUIT\r\n".utf8))
        #expect(wire.witness.events == ["established", "inputClosed"])
        wire.channel.writeAndFlush(ByteBuffer(string: "221 bye\r\n"), promise: nil)
        try wire.run()
        #expect(wire.received == Array("221 bye\r\n".utf8))
        _ = try wire.channel.finish()
    }

    @Test("an end without close-notify is told once, behind what came before it") func truncated() throws {
        var wire = try Wire()
        try wire.run()
        try wire.say("NOOP\r\n")
        wire.channel.pipeline.fireUserInboundEventTriggered(ChannelEvent.inputClosed)
        #expect(wire.witness.plaintext == Array("NOOP\r\n".utf8))
        #expect(wire.witness.events == ["established", "inputClosed"])
        _ = try wire.channel.finish()
    }

    @Test("an end within the handshake is an error") func endInHandshake() throws {
        let wire = try Wire()
        wire.channel.pipeline.fireUserInboundEventTriggered(ChannelEvent.inputClosed)
        #expect(wire.witness.errors == ["the connection ended during the TLS handshake"])
        #expect(!wire.channel.isActive)
    }

    @Test("our close says close-notify") func ourClose() throws {
        var wire = try Wire()
        try wire.run()
        wire.channel.close(promise: nil)
        try wire.run()
        #expect(wire.client.state == .peerClosed)
    }

    @Test("a write that never went out fails when the connection ends") func lostWrite() throws {
        let wire = try Wire()
        let written = wire.channel.eventLoop.makePromise(of: Void.self)
        wire.channel.writeAndFlush(ByteBuffer(string: "220 ready\r\n"), promise: written)
        wire.channel.close(promise: nil)
        #expect(throws: ChannelError.self) { try written.futureResult.wait() }
    }

    @Test("a peer that does not read is not read from") func backPressure() throws {
        var wire = try Wire()
        try wire.run()
        wire.channel.isWritable = false
        wire.channel.pipeline.fireChannelWritabilityChanged()
        #expect(try wire.client.write(Array("NOOP\r\n".utf8).span) == 6)
        try wire.run()
        #expect(wire.witness.plaintext.isEmpty)
        wire.channel.isWritable = true
        wire.channel.pipeline.fireChannelWritabilityChanged()
        #expect(wire.witness.plaintext == Array("NOOP\r\n".utf8))
        _ = try wire.channel.finish()
    }
}
