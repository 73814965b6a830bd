internal import Console
internal import Foundation
internal import Intake
internal import Logging
internal import Mail
internal import NIOCore
internal import NIOPosix
internal import ServiceLifecycle
internal import Storage
internal import Ticketing

/// A console on a real socket in front of a real store in a folder of its own.
struct RunningConsole {
    let store: Store
    let pipeline: IntakePipeline
    let path: String

    /// Runs a body against a console with the mailbox `support`, and stops it in order.
    static func run(
        maximumSize: Int = 8 << 20,
        memoryBudget: Int = 64 << 20,
        opened: @escaping @Sendable (any Channel) -> Void = { _ in },
        _ body: (RunningConsole) async throws -> Void
    ) async throws {
        let folder = "\(FileManager.default.temporaryDirectory.path)/mwc-\(UInt32.random(in: 0 ... .max))"
        defer { try? FileManager.default.removeItem(atPath: folder) }
        var configuration = StorageConfiguration()
        configuration.memoryBudget = memoryBudget
        let store = try await Store.open(directory: folder, configuration: configuration)
        try await store.engine.write { writer throws(StoreError) in
            try writer.declare(
                mailboxes: [(id: "support", name: "Support")],
                customers: [],
                agents: [],
                at: .now
            )
        }
        let mailbox = Mailbox(
            id: "support",
            name: "Support",
            addresses: [MailAddress("support@example.com")].compactMap(\.self),
            defaults: TicketDefaults(name: "standard", queue: "inbox", status: "new", priority: "normal")
        )
        let pipeline = IntakePipeline(
            store: store,
            settings: IntakeSettings(directory: MailboxDirectory(mailboxes: [mailbox]), numberPrefix: "MW")
        )
        let path = store.layout.controlSocket
        let server = ControlServer(
            path: path,
            eventLoopGroup: MultiThreadedEventLoopGroup.singleton,
            logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() },
            importing: MessageImport(pipeline: pipeline, store: store) { maximumSize },
            clearAlarm: { kind in
                try await store.engine.write { writer throws(StoreError) in
                    let isOpen = try writer.openAlarms().contains { $0.kind == kind }
                    try writer.clearAlarm(kind: kind, at: .now)
                    return isOpen
                }
            },
            status: { report(directory: folder) }
        )
        let group = ServiceGroup(
            services: [Lent(server: server, opened: opened)],
            logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
        )
        do {
            try await withThrowingTaskGroup(of: Void.self) { tasks in
                tasks.addTask { try await group.run() }
                // One that never opens fails the first thing that is asked of it.
                let deadline = ContinuousClock.now + .seconds(30)
                while !FileManager.default.fileExists(atPath: path), ContinuousClock.now < deadline {
                    try await Task.sleep(for: .milliseconds(5))
                }
                do {
                    try await body(RunningConsole(store: store, pipeline: pipeline, path: path))
                } catch {
                    await group.triggerGracefulShutdown()
                    throw error
                }
                await group.triggerGracefulShutdown()
                try await tasks.waitForAll()
            }
        } catch {
            await store.close()
            throw error
        }
        await store.close()
    }

    /// A console whose channel a test gets hold of.
    private struct Lent: Service {
        let server: ControlServer
        let opened: @Sendable (any Channel) -> Void

        func run() async throws { try await server.run(opened: opened) }
    }

    /// A report with something in every field.
    static func report(directory: String) -> StatusReport {
        StatusReport(
            process: 4711,
            startedAt: "2026-11-21T09:30:00Z",
            configuredAt: "2026-11-21T09:31:00Z",
            listeners: [
                StatusReport.Listener(
                    name: "smtp",
                    dialect: "smtp",
                    address: "127.0.0.1:2525",
                    isListening: true,
                    connections: 3,
                    totalConnections: 14
                )
            ],
            store: StatusReport.Store(
                directory: directory,
                isAvailable: true,
                hasFreeDisk: true,
                fault: "the disk is full",
                commits: 1,
                jobs: 2,
                retriedBatches: 3,
                queue: 4,
                walSize: 5,
                reservedMemory: 6,
                droppedRefusals: 7
            ),
            alarms: [
                StatusReport.Alarm(
                    kind: "wal-size",
                    subject: "",
                    text: "Too \"large\"\n…",
                    occurrences: 2,
                    raisedAt: "2026-11-21T09:30:00Z",
                    lastAt: "2026-11-21T09:32:00Z"
                )
            ]
        )
    }

    /// A message with this Message-ID and about this many octets.
    static func message(_ id: String, size: Int = 100) -> [UInt8] {
        let header = "From: Ann <ann@example.net>\r\nSubject: \(id)\r\nMessage-ID: <\(id)@example.net>\r\n\r\n"
        let line = String(repeating: "x", count: 76) + "\r\n"
        return Array((header + String(repeating: line, count: max(1, size / 78))).utf8)
    }
}
