import Logging
import NIOCore

/// Tells the administrator when connections cannot be accepted, for want of descriptors above all.
final class AcceptFaultLog: ChannelInboundHandler {
    typealias InboundIn = any Channel

    private let logger: Logger
    private let listener: String

    init(_ logger: Logger, listener: String) {
        self.logger = logger
        self.listener = listener
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        logger.warning("cannot accept a connection", metadata: ["listener": "\(listener)", "error": "\(error)"])
    }
}

@available(*, unavailable)
extension AcceptFaultLog: Sendable {}
