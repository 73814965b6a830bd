internal import CWALBuffer
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
        /// Pages in the write-ahead log after the last commit.
        public var walPages = 0
        /// The size of the write-ahead log after the last commit, in octets; its pages have SQLite's usual size.
        public var walSize: Int { walPages * 4096 }
        /// The last fault of a commit, if none succeeded since.
        public var fault: StoreError?
    }

    let path: String
    let configuration: StorageConfiguration
    private let pool: Mutex<DatabasePool?>
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
        pool = Mutex(try Self.openPool(path: path, configuration: configuration))
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

    /// How many jobs wait for a commit.
    public var queueLength: Int { queue.count }

    /// Runs a body on one of the pool's readers, for a limited time.
    public func read<T: Sendable>(
        _ body: @escaping @Sendable (any SQLReader) throws(StoreError) -> T
    ) async throws(StoreError) -> T {
        guard let pool = pool.withLock({ $0 }) else {
            throw queue.isClosed ? .closed : .io("the database could not be opened again after a fault")
        }
        do {
            let readerTimeout = configuration.readerTimeout
            return try await pool.read { database in
                try SQLiteConnection.withReader(database, seconds: readerTimeout, body)
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

    /// Commits what waits, moves the log into the database, and closes it.
    ///
    /// Blocks its thread.
    public func close() {
        queue.close()
        finished.wait()
        finished.signal()
        let closing = pool.withLock { pool -> DatabasePool? in
            defer { pool = nil }
            return pool
        }
        // An error here changes nothing: what was committed is in the log.
        try? closing?.close()
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
        if pool.withLock({ $0 == nil }) { try reopen() }
        guard let pool = pool.withLock({ $0 }) else { throw .closed }
        do {
            return try pool.writeWithoutTransaction(body)
        } catch {
            throw StoreError(error)
        }
    }

    /// Closes and opens all connections, after which only what is in the files counts.
    func reopen() throws(StoreError) {
        let old = pool.withLock { pool -> DatabasePool? in
            defer { pool = nil }
            return pool
        }
        try? old?.close()
        let new = try Self.openPool(path: path, configuration: configuration)
        pool.withLock { $0 = new }
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
                try verify(database)
                // Only now, since it rests on `synchronous = FULL`.
                let code = unsafe wal_buffer_attach(database.sqliteConnection)
                guard code == SQLITE_OK else { throw DatabaseError(resultCode: ResultCode(rawValue: code)) }
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
