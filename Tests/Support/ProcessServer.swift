import Foundation
import Synchronization

/// The server under test as a child process, on free ports, with a configuration and a store in a temporary folder.
public final class ServerProcess: Sendable {
    /// What the tests want of the configuration.
    public struct Options: Sendable {
        /// More lines of the mailbox list.
        public var mailboxes = ""
        /// More lines of the listener list.
        public var listeners = ""
        /// Lines at the end.
        public var more = ""
        /// Seconds that a commit waits for a lock.
        public var busyTimeout = 10
        /// How the log is written.
        public var logFormat = "text"
        /// Octets of a message that the listener `small` takes.
        public var smallLimit = 65_536
        /// A program and its arguments in front of the server's own, such as strace.
        public var wrapper: [String] = []

        /// The usual configuration.
        public init() {}
    }

    /// The folder of configuration, sockets and store.
    public let folder: TemporaryFolder
    /// The port of the SMTP listener.
    public let smtpPort: Int
    /// The port of the LMTP listener.
    public let lmtpPort: Int
    /// The port of an SMTP listener that takes small messages only.
    public let smallPort: Int
    /// What was asked for.
    public let options: Options
    private let current = Current()

    /// Writes the configuration; nothing is started yet.
    public init(_ options: Options = Options()) async throws {
        self.options = options
        folder = try TemporaryFolder()
        smtpPort = try await Self.freePort()
        lmtpPort = try await Self.freePort()
        smallPort = try await Self.freePort()
        try configure()
    }

    /// The path of the LMTP socket.
    public var socketPath: String { folder("lmtp.sock") }
    /// The path of the configuration.
    public var configurationPath: String { folder("mailwicket.yaml") }
    /// The path of the store's database.
    public var databasePath: String { folder("data/mailwicket.sqlite") }

    /// The child process, once started.
    public var process: ChildProcess {
        get throws {
            guard let process = current.value.withLock({ $0 }) else {
                throw DeadlineExceeded(description: "the server was not started")
            }
            return process
        }
    }

    /// Writes the configuration anew, with more lines at the end.
    public func configure(mailboxes: String = "", more: String = "") throws {
        try folder.write(
            """
            server:
              hostname: test.example
              data_directory: \(folder("data"))
            log: { level: debug, format: \(options.logFormat) }
            listeners:
              - { name: smtp, dialect: smtp, address: "127.0.0.1:\(smtpPort)" }
              - { name: lmtp, dialect: lmtp, address: "127.0.0.1:\(lmtpPort)" }
              - { name: socket, dialect: lmtp, address: "unix:\(socketPath)", socket_mode: "0666" }
              - { name: small, dialect: smtp, address: "127.0.0.1:\(smallPort)", max_message_size: \(options.smallLimit) }
            \(options.listeners)
            storage: { busy_timeout: \(options.busyTimeout) }
            defaults:
              standard: { queue: inbox, status: new, priority: normal }
            mailboxes:
              - id: support
                name: Support
                addresses: [support@example.com, help@example.com]
                extension_delimiter: "+"
                defaults: standard
              - { id: sales, name: Sales, addresses: [sales@example.com], defaults: standard }
              - { id: paused, name: Paused, addresses: [paused@example.com], defaults: standard, state: paused }
            \(options.mailboxes)
            \(mailboxes)
            postmaster: support
            \(options.more)
            \(more)
            """,
            to: "mailwicket.yaml"
        )
    }

    /// Starts the server and waits until it greets.
    public func start() async throws {
        let command = options.wrapper + [PeerProgram.mailwicket, "serve", "--config", configurationPath]
        let process = try ChildProcess(command[0], Array(command.dropFirst()))
        current.value.withLock { $0 = process }
        try await poll("the server greets on port \(smtpPort)", seconds: 60) {
            guard process.isRunning else {
                throw DeadlineExceeded(description: "the server ended: \(process.errors) \(process.output)")
            }
            return await greets() ? true : nil
        }
    }

    /// Whether the SMTP listener answers.
    public func greets() async -> Bool {
        guard let peer = try? await PeerConnection.connect(port: smtpPort) else { return false }
        let greeting = try? await peer.reply(within: 10)
        await peer.close()
        return greeting?.hasPrefix("220") == true
    }

    /// Starts a server of its own for a body, and ends it after.
    public static func withServer<Result>(
        _ options: Options = Options(),
        _ body: (ServerProcess) async throws -> Result
    ) async throws -> Result {
        let server = try await ServerProcess(options)
        try await server.start()
        let result: Result
        do {
            result = try await body(server)
        } catch {
            let log = try server.log.suffix(3_000)
            _ = try? await server.process.stop()
            print("The server's log before the failure:\n\(log)")
            throw error
        }
        try await server.process.stop()
        return result
    }

    /// What the server has written so far.
    public var log: String {
        get throws { try process.output + process.errors }
    }

    /// Runs one of the server's other commands with the same configuration.
    public func run(_ arguments: String...) async throws -> ChildProcess.Outcome {
        try await ChildProcess.run(PeerProgram.mailwicket, arguments + ["--config", configurationPath])
    }

    /// Asks the store by SQL, with a program that shares no code with ours; a row is a list of texts.
    public func rows(_ sql: String) async throws -> [[String]] {
        let outcome = try await ChildProcess.run(
            "sqlite3",
            ["-readonly", "-batch", "-noheader", "-separator", "\u{1F}", "-cmd", ".timeout 20000", databasePath, sql]
        )
        guard outcome.succeeded else {
            throw DeadlineExceeded(description: "sqlite3 failed: \(outcome.errors) for \(sql)")
        }
        return outcome.output.split(separator: "\n").map { line in
            line.split(separator: "\u{1F}", omittingEmptySubsequences: false).map(String.init)
        }
    }

    /// The one number that a query gives.
    public func count(_ sql: String) async throws -> Int {
        try await rows(sql).first?.first.flatMap { Int($0) } ?? 0
    }

    /// How many tickets there are.
    public func ticketCount() async throws -> Int {
        try await count("SELECT count(*) FROM ticket")
    }
}
