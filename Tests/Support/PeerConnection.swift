import NIOCore
import NIOPosix

/// A plain SMTP or LMTP client for dialogues of which a test says every octet.
public struct PeerConnection: Sendable {
    /// What can go wrong while a reply is awaited.
    public enum Failure: Error, Equatable {
        /// The server closed the connection.
        case closed
        /// No reply came in time.
        case silence
    }

    private let channel: any Channel
    private let replies: NIOLoopBound<ReplyHandler>

    /// Connects to a TCP port on loopback.
    public static func connect(host: String = "127.0.0.1", port: Int) async throws -> PeerConnection {
        try await connect(to: SocketAddress(ipAddress: host, port: port))
    }

    /// Connects to a Unix socket.
    public static func connect(path: String) async throws -> PeerConnection {
        try await connect(to: SocketAddress(unixDomainSocketPath: path))
    }

    private static func connect(to address: SocketAddress) async throws -> PeerConnection {
        let channel = try await ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .connectTimeout(.seconds(10))
            .channelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.addHandler(ReplyHandler())
                }
            }
            .connect(to: address)
            .get()
        let replies = try await channel.eventLoop.submit {
            NIOLoopBound(
                try channel.pipeline.syncOperations.handler(type: ReplyHandler.self),
                eventLoop: channel.eventLoop
            )
        }.get()
        return PeerConnection(channel: channel, replies: replies)
    }

    /// Sends octets as they are.
    public func send(_ octets: [UInt8]) async throws {
        try await channel.writeAndFlush(ByteBuffer(bytes: octets)).get()
    }

    /// Sends text as it is.
    public func send(_ text: String) async throws {
        try await send(Array(text.utf8))
    }

    /// The next whole reply, its lines joined by CRLF, without the last CRLF.
    public func reply(within seconds: Int64 = 30) async throws -> String {
        try await channel.eventLoop.flatSubmit { replies.value.next(within: .seconds(seconds)) }.get()
    }

    /// Sends a line and gives the reply to it.
    @discardableResult
    public func command(_ line: String) async throws -> String {
        try await send(line + "\r\n")
        return try await reply()
    }

    /// Greets and goes on to the point where the message may be sent; gives the replies to RCPT.
    @discardableResult
    public func begin(
        hello: String = "EHLO client.example",
        from: String,
        to recipients: [String],
        parameters: String = ""
    ) async throws -> [String] {
        _ = try await reply()
        try await command(hello)
        try await command("MAIL FROM:<\(from)>\(parameters)")
        var answers: [String] = []
        for recipient in recipients { answers.append(try await command("RCPT TO:<\(recipient)>")) }
        return answers
    }

    /// Closes the connection.
    public func close() async {
        try? await channel.close().get()
    }
}

private final class ReplyHandler: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer

    private var received = ByteBuffer()
    private var waiting: EventLoopPromise<String>?
    private var isClosed = false

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        received.writeImmutableBuffer(unwrapInboundIn(data))
        answer()
    }

    func channelInactive(context: ChannelHandlerContext) {
        isClosed = true
        answer()
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        context.close(promise: nil)
    }

    func handlerAdded(context: ChannelHandlerContext) {
        loop = context.eventLoop
    }

    private var loop: (any EventLoop)?

    func next(within time: TimeAmount) -> EventLoopFuture<String> {
        guard let loop else { preconditionFailure("asked before the handler was in its channel") }
        let promise = loop.makePromise(of: String.self)
        waiting = promise
        loop.assumeIsolated().scheduleTask(in: time) { [weak self] in
            promise.fail(PeerConnection.Failure.silence)
            self?.waiting = nil
        }
        answer()
        return promise.futureResult
    }

    private func answer() {
        guard let promise = waiting else { return }
        if let reply = takeReply() {
            waiting = nil
            promise.succeed(reply)
        } else if isClosed {
            waiting = nil
            promise.fail(PeerConnection.Failure.closed)
        }
    }

    /// The lines up to the first one without a hyphen after its code.
    private func takeReply() -> String? {
        let view = received.readableBytesView
        var start = view.startIndex
        while let end = view[start...].firstIndex(of: 0x0A) {
            let line = view[start..<end]
            if line.count < 4 || line[line.startIndex + 3] != 0x2D {
                let length = end + 1 - view.startIndex
                guard var text = received.readString(length: length) else { return nil }
                while text.last?.isNewline == true { text.removeLast() }
                return text
            }
            start = end + 1
        }
        return nil
    }
}
