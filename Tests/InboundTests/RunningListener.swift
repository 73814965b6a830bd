import Foundation
import Inbound
import Logging
import NIOPosix
import SMTP
import ServiceLifecycle
import Testing

/// A listener on a free port or a new Unix socket, for as long as `body` runs.
struct RunningListener: Sendable {
    let listener: MailListener
    let inside: Inside
    let group: ServiceGroup

    var address: ListenerAddress? { listener.boundAddress }

    func stop() async {
        await group.triggerGracefulShutdown()
    }

    static func loopback() throws -> ListenerAddress {
        guard let address = ListenerAddress("127.0.0.1:0") else { throw CocoaError(.featureUnsupported) }
        return address
    }

    /// The configuration of a listener on this host.
    static func configuration(
        _ dialect: SMTPSession.Dialect = .smtp,
        change: (inout ListenerConfiguration) -> Void = { _ in }
    ) throws -> ListenerConfiguration {
        var configuration = ListenerConfiguration(name: "test", dialect: dialect, address: try loopback())
        change(&configuration)
        return configuration
    }

    static func unixSocket() -> ListenerAddress {
        .unix(path: "/tmp/mw-\(UInt32.random(in: 0...(.max))).sock")
    }

    static func with(
        _ configuration: ListenerConfiguration,
        policy: SMTPSession.Policy? = nil,
        inside: Inside? = nil,
        log: CapturedLog? = nil,
        inherited: InheritedSockets = InheritedSockets(),
        _ body: (RunningListener) async throws -> Void
    ) async throws {
        let inside = try inside ?? Inside()
        var logger = Logger(label: "test") { _ in log ?? CapturedLog() }
        logger.logLevel = log == nil ? .critical : .info
        let listener = MailListener(
            configuration: configuration,
            hostname: "mx.example.com",
            door: inside.door,
            group: MultiThreadedEventLoopGroup.singleton,
            logger: logger,
            inherited: inherited,
            policy: policy
        )
        try await run(listener, logger) { group in
            try await body(RunningListener(listener: listener, inside: inside, group: group))
        }
    }

    /// Runs a listener for as long as `body` runs.
    static func run(
        _ listener: MailListener,
        _ logger: Logger,
        _ body: (ServiceGroup) async throws -> Void
    ) async throws {
        try await listener.bind()
        let doors = ListenerGroup([listener])
        let group = ServiceGroup(configuration: .init(services: [.init(service: doors)], logger: logger))
        try await withThrowingTaskGroup(of: Void.self) { tasks in
            tasks.addTask { try await group.run() }
            do {
                try await body(group)
            } catch {
                await group.triggerGracefulShutdown()
                throw error
            }
            await group.triggerGracefulShutdown()
            try await tasks.waitForAll()
        }
    }
}

/// Polls until something is so.
func eventually(_ what: String, until condition: () throws -> Bool) async throws {
    let deadline = ContinuousClock.now + .seconds(20)
    while try !condition() {
        guard ContinuousClock.now < deadline else {
            Issue.record("waited in vain: \(what)")
            return
        }
        try await Task.sleep(for: .milliseconds(5))
    }
}
