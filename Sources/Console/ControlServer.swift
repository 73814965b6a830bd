internal import Hummingbird
internal import HummingbirdCore
public import Logging
public import NIOCore
internal import NIOPosix
public import ServiceLifecycle
internal import Sockets
internal import Synchronization

/// The console on its Unix socket: how other `mailwicket` commands reach the process that owns the data directory.
public struct ControlServer: Service {
    private let path: String
    private let router: ControlRouter
    private let eventLoopGroup: any EventLoopGroup
    private let logger: Logger
    private let connections = OpenConnections()

    /// Makes a server.
    ///
    /// - Parameters:
    ///   - path: the socket's path; a file that a former owner left there is replaced.
    ///   - importing: takes in old messages.
    ///   - clearAlarm: clears the open alarms of a kind, and says whether there was one.
    ///   - status: tells how the server is.
    public init(
        path: String,
        eventLoopGroup: any EventLoopGroup,
        logger: Logger,
        importing: MessageImport,
        clearAlarm: @escaping @Sendable (_ kind: String) async throws -> Bool,
        status: @escaping @Sendable () async -> StatusReport
    ) {
        self.path = path
        self.eventLoopGroup = eventLoopGroup
        self.logger = logger
        router = ControlRouter(importing: importing, clearAlarm: clearAlarm, status: status)
    }

    /// Why the socket is no longer there though nobody closed it.
    struct Failure: Error, CustomStringConvertible {
        let description: String
    }

    /// Answers until the process is told to stop, and finishes what is being answered.
    ///
    /// Throws when the socket is closed before that, so that a console that is gone is noticed.
    public func run() async throws {
        try await run { _ in }
    }

    /// The same, and lends the socket's channel to a test, which closes it as a fault would.
    package func run(opened: @Sendable (any Channel) -> Void) async throws {
        let descriptor = try ControlSocket.listen(path: path)
        let setup = HTTP1Channel(responder: router.responder(logger: logger))
        let server = try await ServerBootstrap(group: eventLoopGroup)
            .serverChannelInitializer { [logger] channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.addHandler(AcceptPause(logger, listener: "control"))
                }
            }
            .childChannelOption(.allowRemoteHalfClosure, value: true)
            .bind(descriptor) { [connections, logger] channel -> EventLoopFuture<HTTP1Channel.Value> in
                ControlSocket.peerIsAllowed(channel).flatMap { isAllowed in
                    guard isAllowed else {
                        logger.warning("a process of another user was refused at the control socket")
                        channel.close(promise: nil)
                        return channel.eventLoop.makeFailedFuture(ChannelError.ioOnClosedChannel)
                    }
                    connections.add(channel)
                    return setup.setup(channel: channel, logger: logger)
                }
            }
        opened(server.channel)
        logger.debug("control socket open", metadata: ["path": "\(path)"])
        defer { ControlSocket.remove(path: path) }
        let fault = await withGracefulShutdownHandler {
            await withDiscardingTaskGroup { group in
                var fault: (any Error)?
                do {
                    try await server.executeThenClose { inbound in
                        for try await connection in inbound {
                            group.addTask { await setup.handle(value: connection, logger: logger) }
                        }
                    }
                } catch {
                    fault = error
                }
                // Idle connections would keep a socket that was closed by a fault from being noticed.
                connections.quiesce()
                return fault
            }
        } onGracefulShutdown: { [connections] in
            server.channel.close(promise: nil)
            connections.quiesce()
        }
        guard Task.isShuttingDownGracefully || Task.isCancelled else {
            throw Failure(description: "the control socket was closed by a fault" + (fault.map { ": \($0)" } ?? ""))
        }
    }
}

/// The open connections, so that idle ones can be closed when the server stops.
private final class OpenConnections: Sendable {
    private struct State {
        var channels: [ObjectIdentifier: any Channel] = [:]
        var isQuiescing = false
    }

    private let state = Mutex(State())

    func add(_ channel: any Channel) {
        let isQuiescing = state.withLock { state in
            state.channels[ObjectIdentifier(channel)] = channel
            return state.isQuiescing
        }
        channel.closeFuture.whenComplete { [weak self] _ in
            self?.state.withLock { _ = $0.channels.removeValue(forKey: ObjectIdentifier(channel)) }
        }
        if isQuiescing { channel.pipeline.fireUserInboundEventTriggered(ChannelShouldQuiesceEvent()) }
    }

    /// Closes what is idle, and lets what is answering finish.
    func quiesce() {
        let channels = state.withLock { state in
            state.isQuiescing = true
            return Array(state.channels.values)
        }
        for channel in channels { channel.pipeline.fireUserInboundEventTriggered(ChannelShouldQuiesceEvent()) }
    }
}
