internal import FoundationEssentials
public import Intake
internal import NIOCore
internal import NIOHTTP1
internal import NIOPosix
internal import Synchronization

/// Why a command did not get its answer from the running server.
public enum ControlError: Error, Hashable, Sendable, CustomStringConvertible {
    /// Nobody answers at the socket.
    case notRunning(path: String)
    /// The socket may not be opened by this user.
    case notAllowed(path: String)
    /// Somebody has the socket, but did not answer in time.
    case silent(path: String, how: String)
    /// The connection ended before the answer came.
    case lost(String)
    /// The answer is not one of ours.
    case unexpected(String)

    static func silent(path: String, after patience: Duration) -> ControlError {
        .silent(path: path, how: "did not answer for \(patience.formatted)")
    }

    /// The error as a sentence.
    public var description: String {
        switch self {
        case .notRunning(let path): "no server answers at \(path)"
        case .notAllowed(let path): "\(path) may only be opened by the server's own user or root"
        case .silent(let path, let how): "the server at \(path) \(how); it hangs, or is stopped or overloaded"
        case .lost(let what): "the server's answer was lost: \(what)"
        case .unexpected(let what): "the server's answer cannot be understood: \(what)"
        }
    }
}

/// The client side of the control socket: a few kept connections, each with one request at a time.
public final class ControlClient: Sendable {
    /// How long to wait for the server before it counts as silent.
    public struct Patience: Hashable, Sendable {
        /// For a connection; the system makes it without the server's help.
        public var connecting = Duration.seconds(5)
        /// For an answer; less than what monitors give a command, which is often ten seconds.
        public var answer = Duration.seconds(8)
        /// For progress of an import, which may wait for memory and for the disk.
        public var importing = Duration.seconds(300)

        /// What suits people who wait.
        public init() {}
    }

    private struct State {
        var idle: [any Channel] = []
        var open = 0
        var waiters: [CheckedContinuation<Void, Never>] = []
    }

    private let path: String
    private let limit: Int
    private let patience: Patience
    private let state = Mutex(State())

    /// Makes a client; it connects when it is first asked for something.
    ///
    /// - Parameter connections: how many requests may be in flight at once; more wait for their turn.
    public init(path: String, connections: Int = 4, patience: Patience = Patience()) {
        self.path = path
        self.patience = patience
        limit = max(1, connections)
    }

    /// Asks how the server is.
    public func status() async throws(ControlError) -> StatusReport {
        try decode(try await send(HTTPRequestHead(version: .http1_1, method: .GET, uri: "/v1/status")))
    }

    /// Hands an old message to the server.
    ///
    /// - Parameter name: where it came from, such as a file's path.
    public func importMessage(
        _ octets: [UInt8],
        name: String,
        options: ImportOptions
    ) async throws(ControlError) -> ImportAnswer {
        var query = "mailbox=\(Self.escape(options.mailbox))&name=\(Self.escape(name))"
        if let status = options.status { query += "&status=\(Self.escape(status))" }
        let head = HTTPRequestHead(version: .http1_1, method: .POST, uri: "/v1/import?\(query)")
        return try decode(try await send(head, body: octets, patience: patience.importing))
    }

    /// Clears the open alarms of a kind.
    ///
    /// - Returns: whether there was one.
    public func clearAlarm(kind: String) async throws(ControlError) -> Bool {
        let uri = "/v1/alarms/clear?kind=\(Self.escape(kind))"
        let answer: ClearedAlarm = try decode(
            try await send(HTTPRequestHead(version: .http1_1, method: .POST, uri: uri))
        )
        return answer.isCleared
    }

    /// Closes the connections; requests in flight are lost.
    public func close() async {
        let channels = state.withLock { state in
            defer { state.idle = [] }
            return state.idle
        }
        // A connection that the server closed already needs no closing.
        for channel in channels { try? await channel.close() }
    }

    // MARK: - Requests

    private func send(
        _ head: HTTPRequestHead,
        body: [UInt8] = [],
        patience: Duration? = nil
    ) async throws(ControlError) -> ByteBuffer {
        let channel = try await connection()
        var head = head
        head.headers.add(name: "Host", value: "localhost")
        if head.method == .POST { head.headers.add(name: "Content-Length", value: "\(body.count)") }
        let answer = channel.eventLoop.makePromise(of: ByteBuffer.self)
        channel.writeAndFlush(
            ControlExchange(
                head: head,
                body: ByteBuffer(bytes: body),
                patience: patience ?? self.patience.answer,
                answer: answer
            ),
            promise: nil
        )
        do {
            let buffer = try await withTaskCancellationHandler {
                try await answer.futureResult.get()
            } onCancel: {
                channel.close(promise: nil)
            }
            release(channel)
            return buffer
        } catch {
            channel.close(promise: nil)
            release(nil)
            throw error as? ControlError ?? .lost("\(error)")
        }
    }

    private func decode<Value: Decodable>(_ buffer: ByteBuffer) throws(ControlError) -> Value {
        do {
            return try JSONDecoder().decode(Value.self, from: Data(buffer.readableBytesView))
        } catch {
            throw .unexpected(String(buffer: buffer.getSlice(at: 0, length: min(200, buffer.readableBytes)) ?? buffer))
        }
    }

    /// Everything but unreserved characters as `%XX` (RFC 3986 section 2.3).
    private static func escape(_ text: String) -> String {
        let digits = Array("0123456789ABCDEF".utf8)
        var result: [UInt8] = []
        for octet in text.utf8 {
            switch octet {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "_"),
                UInt8(ascii: "~"):
                result.append(octet)
            default:
                result += [UInt8(ascii: "%"), digits[Int(octet >> 4)], digits[Int(octet & 0x0F)]]
            }
        }
        return String(decoding: result, as: UTF8.self)
    }

    // MARK: - Connections

    private enum Turn {
        case use(any Channel)
        case connect
        case wait
    }

    /// A connection with nothing in flight: a kept one, a new one, or the next that becomes free.
    private func connection() async throws(ControlError) -> any Channel {
        while true {
            let turn = state.withLock { state -> Turn in
                while let channel = state.idle.popLast() {
                    if channel.isActive { return .use(channel) }
                    state.open -= 1
                }
                guard state.open < limit else { return .wait }
                state.open += 1
                return .connect
            }
            switch turn {
            case .use(let channel):
                return channel
            case .connect:
                do {
                    return try await connect()
                } catch {
                    release(nil)
                    throw error
                }
            case .wait:
                await withCheckedContinuation { continuation in
                    let isFree = state.withLock { state in
                        if state.idle.isEmpty, state.open >= limit {
                            state.waiters.append(continuation)
                            return false
                        }
                        return true
                    }
                    if isFree { continuation.resume() }
                }
            }
        }
    }

    /// Gives a connection back, or, with `nil`, its place.
    private func release(_ channel: (any Channel)?) {
        let waiter = state.withLock { state in
            if let channel { state.idle.append(channel) } else { state.open -= 1 }
            return state.waiters.isEmpty ? nil : state.waiters.removeFirst()
        }
        waiter?.resume()
    }

    private func connect() async throws(ControlError) -> any Channel {
        do {
            return try await ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton)
                .connectTimeout(TimeAmount(patience.connecting))
                .channelInitializer { [path] channel in
                    channel.eventLoop.makeCompletedFuture {
                        try channel.pipeline.syncOperations.addHTTPClientHandlers()
                        try channel.pipeline.syncOperations.addHandler(ControlClientHandler(path: path))
                    }
                }
                .connect(unixDomainSocketPath: path).get()
        } catch let error as IOError where error.errnoCode == EACCES || error.errnoCode == EPERM {
            throw .notAllowed(path: path)
        } catch let error as IOError where error.errnoCode == EAGAIN {
            // So many connections wait to be accepted that the system takes no more.
            throw .silent(path: path, how: "takes no more connections")
        } catch ChannelError.connectTimeout {
            throw .silent(path: path, after: patience.connecting)
        } catch {
            throw .notRunning(path: path)
        }
    }
}

extension Duration {
    /// `15 seconds`, or `0.25 seconds` where it is no whole number of them.
    fileprivate var formatted: String {
        let (seconds, attoseconds) = components
        guard attoseconds != 0 else { return "\(seconds) second\(seconds == 1 ? "" : "s")" }
        return "\(self / .seconds(1)) seconds"
    }
}
