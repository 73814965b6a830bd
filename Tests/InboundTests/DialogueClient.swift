import Inbound
import NIOCore
import NIOPosix
import Testing

/// A client that sends octets and reads lines, over a real socket.
struct DialogueClient: ~Copyable {
    private var inbound: NIOAsyncChannelInboundStream<ByteBuffer>.AsyncIterator
    private let outbound: NIOAsyncChannelOutboundWriter<ByteBuffer>
    private var received = ByteBuffer()
    let channel: any Channel

    private init(
        _ channel: any Channel,
        _ inbound: NIOAsyncChannelInboundStream<ByteBuffer>,
        _ outbound: NIOAsyncChannelOutboundWriter<ByteBuffer>
    ) {
        self.channel = channel
        self.inbound = inbound.makeAsyncIterator()
        self.outbound = outbound
    }

    /// Connects, and closes the connection when `body` is done.
    static func connect(
        to address: ListenerAddress?,
        _ body: (inout DialogueClient) async throws -> Void
    ) async throws {
        let target: SocketAddress
        switch address {
        case .tcp(let address, let port):
            target = try SocketAddress(ipAddress: address.description, port: Int(port))
        case .unix(let path): target = try SocketAddress(unixDomainSocketPath: path)
        case nil: throw ChannelError.ioOnClosedChannel
        }
        let channel = try await ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .channelOption(.allowRemoteHalfClosure, value: true)
            .connect(to: target) { channel in
                channel.eventLoop.makeCompletedFuture {
                    try NIOAsyncChannel<ByteBuffer, ByteBuffer>(
                        wrappingChannelSynchronously: channel,
                        configuration: .init(isOutboundHalfClosureEnabled: true)
                    )
                }
            }
        try await channel.executeThenClose { inbound, outbound in
            var client = DialogueClient(channel.channel, inbound, outbound)
            try await body(&client)
        }
    }

    func send(_ octets: some Sequence<UInt8>) async throws {
        try await outbound.write(ByteBuffer(bytes: octets))
    }

    func send(_ text: String) async throws {
        try await send(text.utf8)
    }

    /// How many octets were received and not yet read as lines.
    var unread: Int { received.readableBytes }

    /// Says that no more will come.
    func finish() {
        outbound.finish()
    }

    /// The next line without its end, or `nil` when the server has closed.
    mutating func line() async throws -> String? {
        while true {
            let view = received.readableBytesView
            if let end = view.firstIndex(of: UInt8(ascii: "\n")) {
                let line = received.readString(length: end - view.startIndex + 1) ?? ""
                return String(line.unicodeScalars.dropLast(2).map(Character.init))
            }
            do {
                guard let more = try await inbound.next(isolation: #isolation) else { return nil }
                received.writeImmutableBuffer(more)
            } catch is IOError {
                return nil
            }
        }
    }

    /// The last line of the next reply.
    mutating func reply() async throws -> String? {
        while let line = try await line() {
            if line.utf8.count < 4 || Array(line.utf8)[3] != UInt8(ascii: "-") { return line }
        }
        return nil
    }

    /// Reads the next reply, which must begin so.
    mutating func expect(_ prefix: String, _ location: SourceLocation = #_sourceLocation) async throws {
        let line = try await reply()
        #expect(
            line?.hasPrefix(prefix) == true,
            "expected \(prefix), got \(line ?? "the end")",
            sourceLocation: location
        )
    }

    /// Sees to it that the server has closed.
    mutating func expectEnd(_ location: SourceLocation = #_sourceLocation) async throws {
        let line = try await line()
        #expect(line == nil, sourceLocation: location)
    }

    /// Greets and goes on up to the 354.
    mutating func beginMessage(_ hello: String = "EHLO") async throws {
        try await expect("220 ")
        #expect(try await command("\(hello) client.example")?.hasPrefix("250 ") == true)
        #expect(try await command("MAIL FROM:<a@b.example>")?.hasPrefix("250 2.1.0") == true)
        #expect(try await command("RCPT TO:<inbox@example.com>")?.hasPrefix("250 2.1.5") == true)
        #expect(try await command("DATA")?.hasPrefix("354") == true)
    }

    /// Sends an octet twenty times a second for as long as the connection lasts.
    func drip(_ octet: Character) {
        let channel = channel
        // Ends with the connection, which the caller closes.
        Task {
            while (try? await channel.writeAndFlush(ByteBuffer(string: "\(octet)")).get()) != nil {
                try? await Task.sleep(for: .milliseconds(50))
            }
        }
    }

    /// Sends a line and reads the reply.
    mutating func command(_ line: String) async throws -> String? {
        try await send("\(line)\r\n")
        return try await reply()
    }
}
