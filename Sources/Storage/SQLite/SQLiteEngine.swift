internal import CSQLiteTuning
internal import Dispatch
internal import Foundation
internal import GRDB
internal import GRDBSQLite
internal import Glibc
internal import Synchronization

/// The store's engine on the system's SQLite: one thread that writes, a pool of readers.
///
/// Only the owner of the data directory opens an engine that writes; see ``OwnerLock``.
public final class SQLiteEngine: StoreEngine {
    /// What the engine did since it was opened.
    public struct Statistics: Hashable, Sendable {
        /// Commits that succeeded.
        public var commits = 0
        /// Jobs that those commits held.
        public var jobs = 0
        /// Batches that had to be run again job by job.
        public var retriedBatches = 0
        /// The size of the write-ahead log after the last commit, in octets.
        public var walSize = 0
        /// Pages of the database that nothing uses, as of the last ``SQLiteEngine/tend()``.
        public var freePages = 0
        /// Readers that took longer than they may.
        public var overdueReaders = 0
        /// The last fault of a commit, if none succeeded since.
        public var fault: StoreError?
    }

    /// All connections of a time between two faults, and what ends their readers.
    private struct Connections {
        let pool: DatabasePool
        let gate = ReaderGate()
    }

    let path: String
    let configuration: StorageConfiguration
    private let connections: Mutex<Connections?>
    private let queue: CommitQueue
    let statistics = Mutex(Statistics())
    private let finished = DispatchSemaphore(value: 0)
    private let onFault: @Sendable (StoreError) -> Void

    /// Opens the database for writing, creates it when it is missing, and starts the writer's thread.
    ///
    /// - Parameters:
    ///   - path: the database file.
    ///   - onFault: told of each commit that failed, on the writer's thread.
    /// - Throws: ``StoreError/corrupt(_:)`` when `synchronous` or the journal mode is not what durability needs.
    public init(
        path: String,
        configuration: StorageConfiguration = StorageConfiguration(),
        onFault: @escaping @Sendable (StoreError) -> Void = { _ in }
    ) throws(StoreError) {
        self.path = path
        self.configuration = configuration
        self.onFault = onFault
        try Self.createPrivately(path)
        sqlite_omit_memory_statistics()
        connections = Mutex(Connections(pool: try Self.openPool(path: path, configuration: configuration)))
        queue = CommitQueue(limit: configuration.maximumQueue, batchLimit: configuration.maximumBatch)
        let thread = Thread { [self] in
            Committer(engine: self, queue: queue).run()
            finished.signal()
        }
        thread.name = "mailwicket-writer"
        thread.stackSize = 1 << 20
        thread.qualityOfService = .userInitiated
        thread.start()
    }

    /// What the engine did since it was opened.
    public var currentStatistics: Statistics { statistics.withLock { $0 } }

    /// The size of the write-ahead log after the last commit, in octets.
    public var walSize: Int { statistics.withLock { $0.walSize } }

    /// How many jobs wait for a commit.
    public var queueLength: Int { queue.count }

    /// Runs a body on one of the pool's readers, for a limited time.
    public func read<T: Sendable>(
        _ body: @escaping @Sendable (any SQLReader) throws(StoreError) -> T
    ) async throws(StoreError) -> T {
        guard let connections = connections.withLock({ $0 }) else {
            throw queue.isClosed ? .closed : .io("the database could not be opened again after a fault")
        }
        do {
            return try await connections.pool.read { [self] database in
                let limit = ReaderLimit(seconds: configuration.readerTimeout, gate: connections.gate)
                defer { if limit.isOverdue { statistics.withLock { $0.overdueReaders += 1 } } }
                return try SQLiteConnection.withReader(database, limit: limit, body)
            }
        } catch {
            throw StoreError(error)
        }
    }

    /// Runs a job on the writer's thread, and returns when it is committed and on disk.
    public func write<T: Sendable>(
        _ job: @escaping @Sendable (any SQLWriter) throws(StoreError) -> T
    ) async throws(StoreError) -> T {
        let result = await withCheckedContinuation { continuation in
            write(job) { continuation.resume(returning: $0) }
        }
        return try result.get()
    }

    /// Like the other `write`, but answers by a closure that is called on the writer's thread, and must be quick.
    public func write<T: Sendable>(
        _ job: @escaping @Sendable (any SQLWriter) throws(StoreError) -> T,
        answer: @escaping @Sendable (Result<T, StoreError>) -> Void
    ) {
        queue.add(WriteJob(body: job, answer: answer))
    }

    /// Lets the writer's thread move the log if that is due, and count the free pages; returns at once.
    public func tend() {
        queue.requestTending()
    }

    /// Free pages that are kept for what is written next, instead of being given back and taken again.
    private static let sparePages = 1024

    /// Gives pages that nothing uses back to the disk: a bounded number, so that no commit waits long for it.
    public func giveBackPages() async throws(StoreError) {
        guard currentStatistics.freePages > Self.sparePages else { return }
        try await write { writer throws(StoreError) in try writer.run("PRAGMA incremental_vacuum(256)") }
    }

    /// Commits what waits, moves the log into the database, and closes it.
    ///
    /// Blocks its thread.
    public func close() {
        queue.close()
        finished.wait()
        finished.signal()
        closeConnections()
    }

    /// Ends the readers and closes all connections; the readers' time limit is too long for the commits that wait.
    private func closeConnections() {
        let closing = connections.withLock { connections in
            defer { connections = nil }
            return connections
        }
        closing?.gate.shut()
        // An error here changes nothing: what was committed is in the log.
        try? closing?.pool.close()
    }

    func report(_ error: StoreError) {
        if error.isFaultOfStore { statistics.withLock { $0.fault = error } }
        onFault(error)
    }

    /// Runs a body on the writer's connection.
    ///
    /// For the writer's thread alone.
    func withWriter<T>(_ body: (Database) throws -> T) throws(StoreError) -> T {
        // A fault may have outlasted the attempt to open the database again.
        if connections.withLock({ $0 == nil }) { try reopen() }
        guard let connections = connections.withLock({ $0 }) else { throw .closed }
        do {
            return try connections.pool.writeWithoutTransaction(body)
        } catch {
            throw StoreError(error)
        }
    }

    /// Closes and opens all connections, after which only what is in the files counts.
    func reopen() throws(StoreError) {
        closeConnections()
        let new = Connections(pool: try Self.openPool(path: path, configuration: configuration))
        connections.withLock { $0 = new }
    }

    /// Makes the file before SQLite does, which would let everybody read it.
    ///
    /// The log's files take over its mode.
    ///
    /// Only before the first connection: closing a descriptor of the file gives up the process's locks on it.
    private static func createPrivately(_ path: String) throws(StoreError) {
        let descriptor = unsafe open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw .system("create \(path)") }
        Glibc.close(descriptor)
    }

    private static func openPool(path: String, configuration: StorageConfiguration) throws(StoreError) -> DatabasePool {
        var settings = Configuration()
        settings.busyMode = .timeout(TimeInterval(configuration.busyTimeout))
        settings.maximumReaderCount = configuration.maximumReaders
        settings.label = "mailwicket"
        settings.prepareDatabase { database in
            // Before the first table, and without effect later. For SQLite it is a write, which readers may not do.
            guard !database.configuration.readonly else { return }
            try database.execute(sql: "PRAGMA auto_vacuum = INCREMENTAL")
        }
        do {
            let pool = try DatabasePool(path: path, configuration: settings)
            try pool.writeWithoutTransaction { database in
                // GRDB's pool sets synchronous=NORMAL when it opens, so these come after it.
                for pragma in writerPragmas { try database.execute(sql: "PRAGMA \(pragma)") }
                // What a log that was once larger takes of the disk is given back; the usual size stays allocated.
                try database.execute(sql: "PRAGMA journal_size_limit = \(2 * configuration.checkpointSize)")
                try verify(database)
                // Only now, since it rests on `synchronous = FULL`.
                let code = unsafe wal_buffer_attach(database.sqliteConnection)
                guard code == SQLITE_OK else { throw DatabaseError(resultCode: ResultCode(rawValue: code)) }
                // The log that is found may hold frames whose sync failed. What is committed from here on must not stand
                // behind them, so the log is emptied into the database first.
                let row = try Row.fetchOne(database, sql: "PRAGMA wal_checkpoint(TRUNCATE)")
                guard row?[0] == 0 else { throw StoreError.busy }
            }
            return pool
        } catch {
            throw StoreError(error)
        }
    }

    private static let writerPragmas = [
        "synchronous = FULL", "wal_autocheckpoint = 0", "mmap_size = 0", "temp_store = MEMORY", "cache_size = -16384",
    ]

    /// Reads back what durability rests on.
    private static func verify(_ database: Database) throws {
        let synchronous = try Int.fetchOne(database, sql: "PRAGMA synchronous")
        let journal = try String.fetchOne(database, sql: "PRAGMA journal_mode")
        guard synchronous == 2, journal?.lowercased() == "wal" else {
            throw StoreError.corrupt(
                "synchronous is \(synchronous.map(String.init) ?? "unknown") instead of 2, "
                    + "or the journal mode \(journal ?? "unknown") instead of wal; nothing would be safe"
            )
        }
    }
}
