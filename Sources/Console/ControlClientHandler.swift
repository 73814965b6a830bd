internal import NIOCore
internal import NIOHTTP1

/// One request and where its answer goes.
struct ControlExchange: Sendable {
    let head: HTTPRequestHead
    let body: ByteBuffer
    /// How long neither side may make progress before the exchange is given up.
    let patience: Duration
    let answer: EventLoopPromise<ByteBuffer>
}

/// Sends one request at a time and collects its answer.
final class ControlClientHandler: ChannelDuplexHandler {
    typealias InboundIn = HTTPClientResponsePart
    typealias OutboundIn = ControlExchange
    typealias OutboundOut = HTTPClientRequestPart

    /// The largest answer that is taken, in octets.
    static let maximumAnswer = 8 << 20

    private enum State {
        case idle
        case waiting(EventLoopPromise<ByteBuffer>)
        case receiving(EventLoopPromise<ByteBuffer>, ByteBuffer)
        case closed
    }

    /// How much of a body is written at once, in octets: each piece that the server takes is progress.
    private static let piece = 262_144

    private let path: String
    private var state = State.idle
    private var deadline: Scheduled<Void>?
    private var patience = Duration.zero

    /// Makes a handler.
    ///
    /// - Parameter path: the socket, for errors.
    init(path: String) {
        self.path = path
    }

    func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
        let exchange = unwrapOutboundIn(data)
        guard case .idle = state else {
            exchange.answer.fail(ControlError.lost("the connection is closed"))
            return
        }
        state = .waiting(exchange.answer)
        patience = exchange.patience
        progress(context)
        context.write(wrapOutboundOut(.head(exchange.head)), promise: nil)
        var body = exchange.body
        while let piece = body.readSlice(length: min(Self.piece, body.readableBytes)), piece.readableBytes > 0 {
            let written = context.eventLoop.makePromise(of: Void.self)
            written.futureResult.assumeIsolated().whenSuccess { [weak self] in self?.progress(context) }
            context.write(wrapOutboundOut(.body(.byteBuffer(piece))), promise: written)
        }
        context.write(wrapOutboundOut(.end(nil)), promise: promise)
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        progress(context)
        switch (unwrapInboundIn(data), state) {
        case (.head, .waiting(let answer)):
            state = .receiving(answer, ByteBuffer())
        case (.body(var piece), .receiving(let answer, var collected)):
            guard collected.readableBytes + piece.readableBytes <= Self.maximumAnswer else {
                fail(ControlError.unexpected("it is larger than \(Self.maximumAnswer) octets"), context)
                return
            }
            collected.writeBuffer(&piece)
            state = .receiving(answer, collected)
        case (.end, .receiving(let answer, let collected)):
            state = .idle
            deadline?.cancel()
            answer.succeed(collected)
        default:
            fail(ControlError.unexpected("it came without a question"), context)
        }
    }

    func channelInactive(context: ChannelHandlerContext) {
        fail(ControlError.lost("the server closed the connection"), context)
        context.fireChannelInactive()
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        fail(ControlError.lost("\(error)"), context)
    }

    /// Begins the time anew in which something must happen, if something is awaited.
    private func progress(_ context: ChannelHandlerContext) {
        deadline?.cancel()
        switch state {
        case .idle, .closed: return
        case .waiting, .receiving: break
        }
        let patience = patience
        deadline = context.eventLoop.assumeIsolated().scheduleTask(in: TimeAmount(patience)) { [weak self] in
            guard let self else { return }
            fail(ControlError.silent(path: path, after: patience), context)
        }
    }

    private func fail(_ error: ControlError, _ context: ChannelHandlerContext) {
        let old = state
        state = .closed
        deadline?.cancel()
        switch old {
        case .waiting(let answer), .receiving(let answer, _): answer.fail(error)
        case .idle, .closed: break
        }
        context.close(promise: nil)
    }
}

@available(*, unavailable)
extension ControlClientHandler: Sendable {}
