internal import NIOCore
internal import NIOHTTP1

/// One request and where its answer goes.
struct ControlExchange: Sendable {
    let head: HTTPRequestHead
    let body: ByteBuffer
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

    private var state = State.idle

    func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
        let exchange = unwrapOutboundIn(data)
        guard case .idle = state else {
            exchange.answer.fail(ControlError.lost("the connection is closed"))
            return
        }
        state = .waiting(exchange.answer)
        context.write(wrapOutboundOut(.head(exchange.head)), promise: nil)
        if exchange.body.readableBytes > 0 {
            context.write(wrapOutboundOut(.body(.byteBuffer(exchange.body))), promise: nil)
        }
        context.write(wrapOutboundOut(.end(nil)), promise: promise)
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
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

    private func fail(_ error: ControlError, _ context: ChannelHandlerContext) {
        let old = state
        state = .closed
        switch old {
        case .waiting(let answer), .receiving(let answer, _): answer.fail(error)
        case .idle, .closed: break
        }
        context.close(promise: nil)
    }
}

@available(*, unavailable)
extension ControlClientHandler: Sendable {}
