import NIOCore
import OpenSSL

/// What became of a connection's TLS, told to the handlers behind.
enum TLSEvent: Sendable {
    /// The handshake is done; what follows is encrypted.
    case established
}

/// Owns the TLS session of one connection: ciphertext on the side of the socket, plaintext on the other.
///
/// With implicit TLS the handlers behind see the connection as active only when the handshake is done. For STARTTLS the
/// handler is added to a connection that is active, in front of the others, and tells them by ``TLSEvent``.
///
/// A peer's close-notify becomes the end of its input. A connection whose handshake fails, or takes too long, is closed.
final class TLSServerHandler: ChannelDuplexHandler {
    typealias InboundIn = ByteBuffer
    typealias InboundOut = ByteBuffer
    typealias OutboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    /// How the handshake failed.
    enum HandshakeError: Error, CustomStringConvertible {
        case timeout

        var description: String { "the TLS handshake took too long" }
    }

    private var session: TLSSession
    private let handshakeTimeout: TimeAmount
    private var timer: Scheduled<Void>?
    /// Ciphertext that the session had no room for.
    private var held = ByteBuffer()
    /// Plaintext that waits for the end of the handshake, or for the next flush.
    private var pending = CircularBuffer<(plaintext: ByteBuffer, promise: EventLoopPromise<Void>?)>()
    private var isFlushDue = false
    private var isActivationHeld = false
    private var isReadWithheld = false
    private var hasToldEstablished = false
    private var hasToldEnd = false
    private var isClosing = false

    /// What a record holds at most, in octets (RFC 8446 section 5.1).
    private static let maximumRecord = 16_384

    /// Makes the handler of a connection whose client is to speak TLS from now on.
    init(context: TLSContext, handshakeTimeout: TimeAmount) {
        session = TLSSession(server: context)
        self.handshakeTimeout = handshakeTimeout
    }

    /// What was agreed on, once the handshake is done.
    var link: TLSLink? { TLSLink(session) }

    // MARK: The connection's life

    func handlerAdded(context: ChannelHandlerContext) {
        guard context.channel.isActive else { return }
        begin(context)
    }

    func channelActive(context: ChannelHandlerContext) {
        isActivationHeld = true
        begin(context)
    }

    private func begin(_ context: ChannelHandlerContext) {
        guard timer == nil else { return }
        timer = context.eventLoop.assumeIsolated().scheduleTask(in: handshakeTimeout) { [weak self] in
            guard let self, session.state == .handshaking else { return }
            fail(context, HandshakeError.timeout)
        }
    }

    func channelInactive(context: ChannelHandlerContext) {
        timer?.cancel()
        if !isClosing {
            session.receiveEnd()
            turn(context)
        }
        drop(ChannelError.ioOnClosedChannel)
        context.fireChannelInactive()
    }

    func handlerRemoved(context: ChannelHandlerContext) {
        timer?.cancel()
        drop(ChannelError.ioOnClosedChannel)
    }

    private func drop(_ error: any Error) {
        let dropped = pending
        pending.removeAll()
        for (_, promise) in dropped { promise?.fail(error) }
    }

    // MARK: In

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        var ciphertext = unwrapInboundIn(data)
        if held.readableBytes == 0 { held = ciphertext } else { held.writeBuffer(&ciphertext) }
        turn(context)
    }

    func read(context: ChannelHandlerContext) {
        // TLS has answers of its own: a peer that does not read them makes itself wait.
        if held.readableBytes == 0, context.channel.isWritable { context.read() } else { isReadWithheld = true }
    }

    func channelWritabilityChanged(context: ChannelHandlerContext) {
        context.fireChannelWritabilityChanged()
        if context.channel.isWritable { turn(context) }
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        guard case ChannelEvent.inputClosed = event else { return context.fireUserInboundEventTriggered(event) }
        session.receiveEnd()
        turn(context)
        tellEnd(context)
    }

    /// Turns the crank until nothing moves any more.
    private func turn(_ context: ChannelHandlerContext) {
        var isMoving = true
        while isMoving {
            let taken = context.channel.isWritable ? session.receive(held.readableBytesUInt8Span) : 0
            held.moveReaderIndex(forwardBy: taken)
            isMoving = taken > 0
            tellEstablished(context)
            while let plaintext = readPlaintext(context) {
                isMoving = true
                context.fireChannelRead(wrapInboundOut(plaintext))
            }
            encrypt(context)
        }
        if held.readableBytes == 0 {
            // Not kept: an idle connection shall hold little.
            held = ByteBuffer()
            if isReadWithheld, context.channel.isWritable {
                isReadWithheld = false
                context.read()
            }
        }
        switch session.state {
        case .handshaking, .established: return
        case .peerClosed, .truncated: tellEnd(context)
        case .failed(let error):
            fail(context, error)
        }
    }

    /// Ends the connection; an alert, if there is one, is on its way already.
    private func fail(_ context: ChannelHandlerContext, _ error: any Error) {
        guard !hasToldEnd else { return }
        hasToldEnd = true
        timer?.cancel()
        drop(error)
        context.fireErrorCaught(error)
        context.close(promise: nil)
    }

    private func readPlaintext(_ context: ChannelHandlerContext) -> ByteBuffer? {
        guard session.state == .established else { return nil }
        var plaintext = context.channel.allocator.buffer(capacity: 0)
        plaintext.writeWithOutputRawSpan(minimumWritableBytes: Self.maximumRecord) { _ = session.read(into: &$0) }
        return plaintext.readableBytes > 0 ? plaintext : nil
    }

    private func tellEstablished(_ context: ChannelHandlerContext) {
        guard !hasToldEstablished, session.state == .established else { return }
        hasToldEstablished = true
        timer?.cancel()
        context.fireUserInboundEventTriggered(TLSEvent.established)
        if isActivationHeld {
            isActivationHeld = false
            context.fireChannelActive()
        }
    }

    /// Tells the handlers behind that the peer sends no more, once.
    private func tellEnd(_ context: ChannelHandlerContext) {
        guard !hasToldEnd else { return }
        hasToldEnd = true
        context.fireUserInboundEventTriggered(ChannelEvent.inputClosed)
    }

    // MARK: Out

    func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
        pending.append((unwrapOutboundIn(data), promise))
    }

    func flush(context: ChannelHandlerContext) {
        isFlushDue = true
        encrypt(context)
    }

    func close(context: ChannelHandlerContext, mode: CloseMode, promise: EventLoopPromise<Void>?) {
        if mode != .input {
            isFlushDue = true
            encrypt(context)
            session.closeNotify()
            encrypt(context)
        }
        if mode == .all { isClosing = true }
        context.close(mode: mode, promise: promise)
    }

    /// Encrypts what waits, and sends all ciphertext that there is.
    private func encrypt(_ context: ChannelHandlerContext) {
        var isFlushNeeded = sendOutput(context, nil)
        while isFlushDue, let first = pending.first, session.state == .established || session.state == .peerClosed {
            var plaintext = first.plaintext
            do throws(TLSError) {
                plaintext.moveReaderIndex(forwardBy: try session.write(plaintext.readableBytesUInt8Span))
            } catch {
                drop(error)
                break
            }
            let isWhole = plaintext.readableBytes == 0
            if isWhole { pending.removeFirst() } else { pending[pending.startIndex].plaintext = plaintext }
            if !sendOutput(context, isWhole ? first.promise : nil), isWhole {
                // Nothing was to be encrypted: done when all before it is.
                context.write(wrapOutboundOut(ByteBuffer()), promise: first.promise)
            }
            isFlushNeeded = true
        }
        if pending.isEmpty { isFlushDue = false }
        if isFlushNeeded { context.flush() }
    }

    /// Gives the ciphertext to the socket.
    ///
    /// - Returns: whether there was any.
    private func sendOutput(_ context: ChannelHandlerContext, _ promise: EventLoopPromise<Void>?) -> Bool {
        let allocator = context.channel.allocator
        let output = session.takeOutput { ciphertext in
            var buffer = allocator.buffer(capacity: ciphertext.count)
            unsafe buffer.writeBytes(ciphertext.bytes)
            return buffer
        }
        guard let output else { return false }
        context.write(wrapOutboundOut(output), promise: promise)
        return true
    }
}

@available(*, unavailable)
extension TLSServerHandler: Sendable {}
