internal import Console
internal import Foundation
internal import Inbound
internal import Intake
internal import Logging
internal import Mail
internal import NIOPosix
internal import ServiceLifecycle
internal import Storage
internal import Ticketing
internal import UnixSignals

/// The running server: the store it owns, the intake, the listeners and the console, wired together.
struct Server: Sendable {
    let store: Store
    let pipeline: IntakePipeline
    let state: ServerState
    private let doors: ListenerGroup
    private let logger: Logger

    /// Opens everything: first the data directory, last the listeners' sockets.
    init(file: ConfigurationFile, configuration: Configuration, logger: Logger) async throws {
        let storeLogger = Logger(label: "store")
        do {
            store = try await Store.open(
                directory: configuration.dataDirectory,
                configuration: configuration.storage,
                onFault: { error in storeLogger.error("a commit failed", metadata: ["error": "\(error)"]) }
            )
        } catch {
            throw ExitStatus.fail(error, directory: configuration.dataDirectory)
        }
        if store.newSuspects > 0 {
            logger.error(
                "the last run stopped while it was reading mail; that mail is kept unread when it comes again",
                metadata: ["messages": "\(store.newSuspects)"]
            )
        }
        do {
            try await store.declarePeople(of: configuration)
        } catch {
            await store.close()
            throw ExitStatus.fail(error)
        }
        let pipeline = IntakePipeline(store: store, settings: configuration.intakeSettings)
        self.pipeline = pipeline
        self.logger = logger
        let hostname = configuration.effectiveHostname
        let inherited = InheritedSockets(environment: ProcessInfo.processInfo.environment)
        doors = ListenerGroup(
            configuration.listeners.map { listener in
                MailListener(
                    configuration: listener,
                    hostname: hostname,
                    pipeline: pipeline,
                    group: MultiThreadedEventLoopGroup.singleton,
                    logger: Logger(label: "inbound"),
                    inherited: inherited
                )
            }
        )
        state = ServerState(file: file, configuration: configuration)
        do {
            try await doors.bind()
        } catch {
            await store.close()
            throw ExitStatus.fail(.unavailable, "\(error)")
        }
    }

    /// The doors for mail.
    var listeners: [MailListener] { doors.listeners }

    /// Runs until the process is told to stop, and then stops from the doors inwards.
    func run() async throws {
        let control = ControlServer(
            path: store.layout.controlSocket,
            eventLoopGroup: MultiThreadedEventLoopGroup.singleton,
            logger: Logger(label: "console"),
            importing: MessageImport(
                pipeline: pipeline,
                store: store,
                maximumSize: { [state] in state.configuration.largestMessage }
            ),
            clearAlarm: { [store] kind in try await store.clearAlarm(kind: kind) },
            status: { [self] in await status() }
        )
        // Services are stopped in the reverse order: what stores is there until the last door is closed.
        let services: [any Service] = [
            MaintenanceService(store: store),
            ReloadService(server: self, logger: Logger(label: "reload")),
            control,
            doors,
        ]
        let group = ServiceGroup(
            configuration: ServiceGroupConfiguration(
                services: services.map { service in
                    // A door that fails takes the server down in order, so that a supervisor notices and starts it anew.
                    ServiceGroupConfiguration.ServiceConfiguration(
                        service: service,
                        successTerminationBehavior: .gracefullyShutdownGroup,
                        failureTerminationBehavior: .gracefullyShutdownGroup
                    )
                },
                gracefulShutdownSignals: [.sigterm, .sigint],
                logger: Logger(label: "lifecycle")
            )
        )
        do {
            try await group.run()
        } catch {
            await store.close()
            throw ExitStatus.fail(.failed, "stopped by a fault: \(error)")
        }
        await store.close()
        logger.notice("stopped")
    }

    // MARK: - Status

    private func status() async -> StatusReport {
        let statistics = store.engine.currentStatistics
        let alarms = try? await store.engine.read { reader throws(StoreError) in try reader.openAlarms() }
        return StatusReport(
            process: ProcessInfo.processInfo.processIdentifier,
            startedAt: state.startedAt.description,
            configuredAt: state.configuredAt.description,
            listeners: listeners.map { listener in
                let status = listener.status
                return StatusReport.Listener(
                    name: status.name,
                    dialect: status.dialect,
                    address: status.address,
                    isListening: status.isListening,
                    connections: status.connections,
                    totalConnections: status.totalConnections
                )
            },
            store: StatusReport.Store(
                directory: store.layout.directory,
                isAvailable: store.isAvailable,
                hasFreeDisk: store.hasFreeDisk,
                fault: statistics.fault.map(\.description) ?? (alarms == nil ? "it cannot be read" : nil),
                commits: statistics.commits,
                jobs: statistics.jobs,
                retriedBatches: statistics.retriedBatches,
                queue: store.engine.queueLength,
                walSize: statistics.walSize,
                reservedMemory: store.spool.reserved,
                droppedRefusals: store.refusals.dropped
            ),
            alarms: (alarms ?? []).map { StatusReport.Alarm($0) }
        )
    }
}

extension StatusReport.Alarm {
    /// An alarm as the store keeps it.
    init(_ alarm: Alarm) {
        self.init(
            kind: alarm.kind,
            subject: alarm.subject,
            text: alarm.text,
            occurrences: alarm.occurrences,
            raisedAt: alarm.raisedAt.description,
            lastAt: alarm.lastAt.description
        )
    }
}

extension Store {
    /// Makes what the configuration says of mailboxes and people known to the store.
    func declarePeople(of configuration: Configuration) async throws(StoreError) {
        let mailboxes = configuration.mailboxes.map { (id: $0.id, name: $0.name) }
        try await engine.write { writer throws(StoreError) in
            try writer.declare(
                mailboxes: mailboxes,
                customers: configuration.customers,
                agents: configuration.agents,
                at: .now
            )
        }
    }

    /// Clears all open alarms of a kind.
    ///
    /// - Returns: whether there was one.
    func clearAlarm(kind: String) async throws(StoreError) -> Bool {
        try await engine.write { writer throws(StoreError) in
            let open = try writer.openAlarms().filter { $0.kind == kind }
            for alarm in open { try writer.clearAlarm(kind: kind, subject: alarm.subject, at: .now) }
            return !open.isEmpty
        }
    }
}

extension Configuration {
    /// The name for greetings: the configured one, or the system's.
    var effectiveHostname: String {
        guard hostname.isEmpty else { return hostname }
        let system = ProcessInfo.processInfo.hostName
        return Domain(system)?.name ?? "localhost"
    }

    /// The size of the largest message that any listener takes, which imports may have too.
    var largestMessage: Int {
        Int(clamping: listeners.map(\.maxMessageSize).max() ?? 0)
    }
}
