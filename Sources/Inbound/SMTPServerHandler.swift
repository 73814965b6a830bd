import Logging
import Mail
import NIOCore
import SMTP
import Storage

/// Owns the session of one connection and carries out what it says; it decides nothing of the protocol itself.
///
/// Reads are withheld while anything is awaited, so that a peer that never stops sending is stopped by TCP.
final class SMTPServerHandler: ChannelDuplexHandler {
    typealias InboundIn = ByteBuffer
    typealias OutboundIn = Never
    typealias OutboundOut = ByteBuffer

    /// What is awaited.
    struct Waits: OptionSet {
        let rawValue: UInt8
        /// The answer to a question that takes time.
        static let answer = Waits(rawValue: 1 << 0)
        /// The spool file; no action is taken meanwhile.
        static let spool = Waits(rawValue: 1 << 1)
        /// The end of a delay.
        static let delay = Waits(rawValue: 1 << 2)
        /// A peer that does not read its replies.
        static let writability = Waits(rawValue: 1 << 3)
    }

    let settings: ListenerSettings
    let identifier: String
    let peer: Delivery.Peer
    private let refusal: SMTPReply?

    var session: SMTPSession
    var clock: ConnectionClock
    var sink: MessageSink?
    private var waits: Waits = []
    var context: ChannelHandlerContext?
    private var isReadWithheld = false
    private var isWithinRead = false
    private var needsFlush = false
    private var isClosing = false
    private var isInputClosed = false
    private var isLastReplyWritten = false
    private var timer: Scheduled<Void>?

    /// How long a peer may take to read the last reply.
    private static let lingerTime = TimeAmount.seconds(2)

    init(settings: ListenerSettings, identifier: String, peer: Delivery.Peer, refusal: SMTPReply?) {
        self.settings = settings
        self.identifier = identifier
        self.peer = peer
        self.refusal = refusal
        session = SMTPSession(policy: settings.policy)
        session.tracesCommands = settings.logger.logLevel <= .debug
        clock = ConnectionClock(settings.configuration.clockLimits, now: Self.now)
    }

    static var now: Double { Double(NIODeadline.now().uptimeNanoseconds) / 1e9 }

    // MARK: The channel's events

    func handlerAdded(context: ChannelHandlerContext) {
        self.context = context
    }

    func handlerRemoved(context: ChannelHandlerContext) {
        self.context = nil
    }

    func channelActive(context: ChannelHandlerContext) {
        check()
        if refusal != nil || settings.policy.acceptsEarlyTalkers {
            greet()
        } else if settings.configuration.greetingDelay > 0 {
            let delay = TimeAmount.milliseconds(Int64(settings.configuration.greetingDelay * 1000))
            context.eventLoop.assumeIsolated().scheduleTask(in: delay) { self.greet() }
        } else {
            // One turn of the loop later: what the peer sent before is read first, and then it talked too early.
            context.eventLoop.assumeIsolated().execute { self.greet() }
        }
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        guard !isClosing else { return }
        let bytes = unwrapInboundIn(data)
        isWithinRead = true
        clock.received(bytes.readableBytes, at: Self.now)
        session.receive(bytes)
        pump()
    }

    func channelReadComplete(context: ChannelHandlerContext) {
        isWithinRead = false
        flush()
    }

    func read(context: ChannelHandlerContext) {
        if waits.isEmpty || isClosing {
            context.read()
        } else {
            isReadWithheld = true
        }
    }

    func channelWritabilityChanged(context: ChannelHandlerContext) {
        if context.channel.isWritable {
            resume(.writability)
        } else {
            wait(for: .writability)
        }
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        switch event {
        case ListenerEvent.shutDown:
            session.shutDown()
            pump()
        case ChannelEvent.inputClosed:
            isInputClosed = true
            if !isClosing {
                session.peerClosed()
                pump()
            } else if isLastReplyWritten {
                context.close(promise: nil)
            }
        default: break
        }
    }

    func channelInactive(context: ChannelHandlerContext) {
        timer?.cancel()
        timer = nil
        isClosing = true
        // A message that is being committed is no longer here; its answer finds no one, and its outcome stands.
        sink?.discard()
        sink = nil
        log(.debug, "connection closed")
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        log(.debug, "connection failed", ["error": "\(error)"])
        context.close(promise: nil)
    }

    // MARK: The session

    private func greet() {
        guard let context, context.channel.isActive, !isClosing else { return }
        log(.debug, "connection opened", ["peer": "\(peer)"])
        session.greet(refusal: refusal)
        if let refusal { recordRefusal(SMTPSession.Refusal(reply: refusal)) }
        pump()
    }

    /// Carries out what there is to do until something is awaited.
    func pump() {
        while !waits.contains(.spool), !isClosing, let action = session.nextAction() { perform(action) }
        clock.observe(session.expectation, transaction: session.transactionNumber, at: Self.now)
        if !isWithinRead { flush() }
    }

    /// Withholds reads until ``resume(_:)``.
    func wait(for wait: Waits) {
        waits.insert(wait)
        // A peer that does not read its replies makes itself wait.
        if wait != .writability { clock.pause(at: Self.now) }
    }

    /// Goes on when what was awaited has come.
    func resume(_ wait: Waits) {
        guard waits.contains(wait) else { return }
        waits.remove(wait)
        if wait == .writability { clock.received(0, at: Self.now) }
        if waits.subtracting(.writability).isEmpty { clock.resume(at: Self.now) }
        pump()
        if waits.isEmpty, isReadWithheld, let context {
            isReadWithheld = false
            context.read()
        }
    }

    func write(_ replies: ByteBuffer) {
        guard let context else { return }
        needsFlush = true
        context.write(wrapOutboundOut(replies), promise: nil)
    }

    private func flush() {
        guard needsFlush, let context else { return }
        needsFlush = false
        context.flush()
    }

    /// Closes when the last reply is on its way.
    ///
    /// A socket that is closed while octets of the peer lie unread is reset, and the peer may lose the reply. So unless
    /// the peer itself has ended the session, only our half is closed, and the other one read for a moment.
    func close() {
        guard let context, !isClosing else { return }
        isClosing = true
        needsFlush = false
        timer?.cancel()
        let loop = context.eventLoop.assumeIsolated()
        let written = context.eventLoop.makePromise(of: Void.self)
        context.writeAndFlush(wrapOutboundOut(ByteBuffer()), promise: written)
        written.futureResult.assumeIsolated().whenComplete { [weak self] _ in
            guard let self, let context = self.context else { return }
            isLastReplyWritten = true
            if session.hasQuit || isInputClosed {
                context.close(promise: nil)
            } else {
                context.close(mode: .output, promise: nil)
            }
        }
        timer = loop.scheduleTask(in: Self.lingerTime) { [weak self] in self?.context?.close(promise: nil) }
        if isReadWithheld {
            isReadWithheld = false
            context.read()
        }
    }

    // MARK: Time

    /// Sends the peer away when its time is over, and looks again later when not.
    private func check() {
        guard let context, !isClosing else { return }
        let now = Self.now
        var next = now + 1
        switch clock.check(at: now) {
        case .wait(let until): next = until
        case .expired:
            log(.debug, "timeout")
            session.timedOut()
            pump()
            guard !isClosing else { return }
        }
        let delay = TimeAmount.milliseconds(Int64((next - now) * 1000) + 1)
        timer = context.eventLoop.assumeIsolated().scheduleTask(in: delay) { [weak self] in self?.check() }
    }

    // MARK: The log

    func log(_ level: Logger.Level, _ message: Logger.Message, _ more: @autoclosure () -> Logger.Metadata = [:]) {
        guard settings.logger.logLevel <= level else { return }
        var metadata = more()
        metadata["session"] = "\(identifier)"
        settings.logger.log(level: level, message, metadata: metadata)
    }
}

@available(*, unavailable)
extension SMTPServerHandler: Sendable {}
