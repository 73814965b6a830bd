public import Intake
public import Logging
import Mail
public import NIOCore
import NIOPosix
package import SMTP
public import ServiceLifecycle
import Sockets
import Synchronization

/// A door for mail: binds one socket, and gives each connection a session.
public final class MailListener: Service {
    private struct State {
        var settings: ListenerSettings
        var channel: (any Channel)?
        var socket: ListeningSocket?
        var connections: UInt64 = 0
    }

    private let state: Mutex<State>
    private let table = ConnectionTable()
    private let group: any EventLoopGroup
    private let inherited: InheritedSockets
    private let policyOverride: SMTPSession.Policy?
    /// Part of each session's name, so that the names of two runs differ.
    private let run = UInt32.random(in: .min ... .max)

    /// How long open connections may take to finish when the server stops.
    private static let drainTime = Duration.seconds(30)

    /// Makes a listener; nothing is bound yet.
    ///
    /// - Parameters:
    ///   - configuration: what it is to do.
    ///   - hostname: the name in its greeting.
    ///   - pipeline: where messages go.
    ///   - group: the event loops of its connections.
    ///   - logger: where it logs.
    ///   - inherited: the sockets that a service manager has opened.
    public convenience init(
        configuration: ListenerConfiguration,
        hostname: String,
        pipeline: IntakePipeline,
        group: any EventLoopGroup,
        logger: Logger,
        inherited: InheritedSockets = InheritedSockets()
    ) {
        self.init(
            configuration: configuration,
            hostname: hostname,
            door: IntakeDoor(pipeline),
            group: group,
            logger: logger,
            inherited: inherited
        )
    }

    /// Makes a listener with another inside, for tests.
    package init(
        configuration: ListenerConfiguration,
        hostname: String,
        door: IntakeDoor,
        group: any EventLoopGroup,
        logger: Logger,
        inherited: InheritedSockets = InheritedSockets(),
        policy: SMTPSession.Policy? = nil
    ) {
        self.group = group
        self.inherited = inherited
        policyOverride = policy
        let settings = ListenerSettings(
            configuration: configuration,
            policy: policy ?? configuration.policy(hostname: hostname),
            door: door,
            logger: logger
        )
        state = Mutex(State(settings: settings))
    }

    // MARK: Its life

    /// Opens the socket, so that peers can connect.
    ///
    /// ``run()`` does it when it was not done before.
    public func bind() async throws {
        let settings = state.withLock { $0.settings }
        let configuration = settings.configuration
        guard state.withLock({ $0.channel == nil }) else { return }
        for problem in configuration.validate() {
            throw ListenerError(listener: configuration.name, message: problem.description)
        }
        let socket: ListeningSocket
        if let descriptor = inherited.descriptor(for: configuration) {
            socket = try ListeningSocket.inherit(descriptor, configuration)
        } else {
            socket = try ListeningSocket.bind(configuration)
        }
        let channel: any Channel
        do {
            channel = try await bootstrap.withBoundSocket(socket.descriptor).get()
        } catch {
            socket.removeFile()
            throw ListenerError(
                listener: configuration.name,
                message: "cannot listen on \(configuration.address): \(error)"
            )
        }
        socket.listen()
        state.withLock { state in
            state.channel = channel
            state.socket = socket
        }
        settings.logger.info(
            "listening",
            metadata: [
                "listener": "\(configuration.name)", "protocol": "\(configuration.dialect.rawValue)",
                "address": "\(boundAddress ?? configuration.address)",
            ]
        )
    }

    /// Takes mail until the server is told to stop, then lets the open connections finish.
    ///
    /// Throws when the socket is closed before that, so that a door that is shut by a fault is noticed.
    public func run() async throws {
        try await bind()
        let fault = await withTaskGroup(of: ListenerError?.self) { tasks in
            // Cancelled or told to stop, the doors are closed in the same way.
            tasks.addTask {
                try? await gracefulShutdown()
                return nil
            }
            tasks.addTask { [self] in await waitForFault() }
            defer { tasks.cancelAll() }
            return await tasks.next() ?? nil
        }
        await drain()
        if let fault { throw fault }
    }

    /// Waits for the end of the socket, or until the task is cancelled.
    private func waitForFault() async -> ListenerError? {
        let (settings, channel) = state.withLock { ($0.settings, $0.channel) }
        let (closed, continuation) = AsyncStream.makeStream(of: Never.self)
        channel?.closeFuture.whenComplete { _ in continuation.finish() }
        for await _ in closed {}
        guard !Task.isCancelled else { return nil }
        return ListenerError(listener: settings.configuration.name, message: "its socket was closed by a fault")
    }

    /// Takes over a new configuration for new connections.
    ///
    /// - Returns: the keys that take effect only when the server is started again.
    @discardableResult
    public func update(configuration: ListenerConfiguration, hostname: String) -> [String] {
        state.withLock { state in
            let old = state.settings.configuration
            var new = configuration
            var fixed: [String] = []
            if new.address != old.address { fixed.append("address") }
            if new.socketMode != old.socketMode { fixed.append("socket_mode") }
            if new.backlog != old.backlog { fixed.append("backlog") }
            new.address = old.address
            new.socketMode = old.socketMode
            new.backlog = old.backlog
            state.settings = ListenerSettings(
                configuration: new,
                policy: policyOverride ?? new.policy(hostname: hostname),
                door: state.settings.door,
                logger: state.settings.logger
            )
            return fixed
        }
    }

    /// Refuses new connections, lets those finish that are past the end of a message, and closes the socket.
    func drain() async {
        for channel in table.drain() { channel.pipeline.fireUserInboundEventTriggered(ListenerEvent.shutDown) }
        let deadline = ContinuousClock.now + Self.drainTime
        while table.count > 0, ContinuousClock.now < deadline { try? await Self.pause() }
        for channel in table.open { channel.close(promise: nil) }
        await close()
    }

    /// Closes the socket, and leaves open connections as they are.
    package func close() async {
        let (channel, socket) = state.withLock { ($0.channel, $0.socket) }
        guard let channel else { return }
        try? await channel.close()
        socket?.removeFile()
    }

    /// Waits a little, also in a task that was cancelled: it is the end of the connections that is waited for.
    private static func pause() async throws {
        try await Task { try await Task.sleep(for: .milliseconds(10)) }.value
    }

    // MARK: What is known

    /// What a listener tells of itself.
    public struct Status: Hashable, Sendable {
        /// Its name.
        public let name: String
        /// Its protocol, in lower case.
        public let dialect: String
        /// Where it listens.
        public let address: String
        /// Whether it is open.
        public let isListening: Bool
        /// The connections that are open.
        public let connections: Int
        /// The connections since the start.
        public let totalConnections: Int
    }

    /// How the listener stands.
    public var status: Status {
        let (configuration, channel) = state.withLock { ($0.settings.configuration, $0.channel) }
        return Status(
            name: configuration.name,
            dialect: configuration.dialect.rawValue,
            address: "\(boundAddress ?? configuration.address)",
            isListening: channel?.isActive ?? false,
            connections: table.count,
            totalConnections: table.total
        )
    }

    /// Where the listener is bound, with the port that the system chose.
    public var boundAddress: ListenerAddress? {
        state.withLock { state in state.socket.flatMap { InheritedSockets.address(of: $0.descriptor) } }
    }

    // MARK: Connections

    private var bootstrap: ServerBootstrap {
        ServerBootstrap(group: group)
            .serverChannelInitializer { [self] channel in
                let settings = state.withLock { $0.settings }
                return channel.eventLoop.makeCompletedFuture {
                    let pause = AcceptPause(settings.logger, listener: settings.configuration.name)
                    try channel.pipeline.syncOperations.addHandler(pause)
                }
            }
            .serverChannelOption(.maxMessagesPerRead, value: 64)
            .childChannelOption(.allowRemoteHalfClosure, value: true)
            .childChannelOption(.writeBufferWaterMark, value: .init(low: 8192, high: 32768))
            .childChannelOption(
                .recvAllocator,
                value: AdaptiveRecvByteBufferAllocator(minimum: 1024, initial: 2048, maximum: 65_536)
            )
            .childChannelInitializer { [self] channel in connect(channel) }
    }

    private func connect(_ channel: any Channel) -> EventLoopFuture<Void> {
        let (settings, number) = state.withLock { state in
            state.connections += 1
            return (state.settings, state.connections)
        }
        let identifier = "\(String(run, radix: 36))-\(String(number, radix: 36))"
        guard case .unix = settings.configuration.address else {
            let (peer, address) = ConnectionPeer.host(channel.remoteAddress)
            return start(channel, settings, identifier, peer, address, isForbidden: false)
        }
        return ConnectionPeer.credentials(of: channel).flatMap { [self] credentials in
            let allowed = settings.configuration.allowedUIDs
            let isAllowed = allowed.isEmpty || credentials.map { allowed.contains($0.uid) } ?? false
            let peer = Delivery.Peer.local(uid: credentials?.uid, pid: credentials?.pid)
            return start(channel, settings, identifier, peer, nil, isForbidden: !isAllowed)
        }
    }

    private func start(
        _ channel: any Channel,
        _ settings: ListenerSettings,
        _ identifier: String,
        _ peer: Delivery.Peer,
        _ address: IPAddress?,
        isForbidden: Bool
    ) -> EventLoopFuture<Void> {
        var refusal: SMTPReply?
        switch table.admit(channel, from: address, settings.configuration) {
        case .admitted: refusal = isForbidden ? .accessDenied : nil
        case .refused(let reply): refusal = reply
        case .dropped: return channel.close()
        }
        return channel.eventLoop.makeCompletedFuture { [refusal] in
            let handler = SMTPServerHandler(
                settings: settings,
                identifier: identifier,
                peer: peer,
                refusal: refusal
            )
            try channel.pipeline.syncOperations.addHandler(handler)
        }
    }
}
