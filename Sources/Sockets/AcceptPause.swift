package import Logging
package import NIOCore

/// Keeps faults of accept(2), the want of descriptors above all, from ending the stream of connections: says so, and stops
/// accepting for a second.
///
/// NIO's own `AcceptBackoffHandler` holds back reads only. A channel whose accept(2) failed at once has its read still
/// pending, so the system goes on to report the connection that waits, as fast as the loop turns. A fault after which
/// the socket is closed shows in its end.
package final class AcceptPause: ChannelInboundHandler {
    package typealias InboundIn = any Channel

    private static let pause = TimeAmount.seconds(1)
    private let logger: Logger
    private let listener: String
    private var resumption: Scheduled<Void>?

    /// Makes a pause for the listener of a name.
    package init(_ logger: Logger, listener: String) {
        self.logger = logger
        self.listener = listener
    }

    package func errorCaught(context: ChannelHandlerContext, error: any Error) {
        logger.warning("cannot accept a connection", metadata: ["listener": "\(listener)", "error": "\(error)"])
        guard resumption == nil, setReading(false, context) else { return }
        let handler = NIOLoopBound((self, context), eventLoop: context.eventLoop)
        resumption = context.eventLoop.scheduleTask(in: Self.pause) {
            let (pause, context) = handler.value
            pause.resumption = nil
            _ = pause.setReading(true, context)
        }
    }

    package func channelInactive(context: ChannelHandlerContext) {
        resumption?.cancel()
        resumption = nil
        context.fireChannelInactive()
    }

    /// - Returns: whether the channel still does as it is told.
    private func setReading(_ isReading: Bool, _ context: ChannelHandlerContext) -> Bool {
        guard let options = context.channel.syncOptions else { return false }
        do {
            try options.setOption(.autoRead, value: isReading)
            return true
        } catch {
            return false
        }
    }
}

@available(*, unavailable)
extension AcceptPause: Sendable {}
