internal import GRDB
internal import GRDBSQLite
internal import Synchronization

/// The loop of the writer's thread: batches become transactions, and every job gets its answer.
///
/// A batch first runs in one transaction without savepoints. When a job fails, the whole is rolled back and run again
/// with a savepoint for each job, so that the failing one fails alone. When a fault ends the transaction itself (a full
/// disk, an I/O error), savepoints are gone with it: then each job is run again in a transaction of its own.
@safe
final class Committer {
    private let engine: SQLiteEngine
    private let queue: CommitQueue
    private let walPages: UnsafeMutablePointer<Int32>
    private var connection: SQLiteConnection?

    init(engine: SQLiteEngine, queue: CommitQueue) {
        self.engine = engine
        self.queue = queue
        unsafe walPages = .allocate(capacity: 1)
        unsafe walPages.initialize(to: 0)
    }

    deinit {
        unsafe walPages.deallocate()
    }

    func run() {
        while let batch = queue.next() {
            process(batch)
            checkpointIfDue()
        }
        checkpoint(.truncate)
        connection?.finalizeStatements()
        connection = nil
    }

    // MARK: Batches

    private func process(_ batch: [any PendingJob]) {
        do {
            let connection = try writer()
            try connection.run("BEGIN IMMEDIATE")
            do {
                for job in batch { try run(job, on: connection) }
            } catch {
                roll(back: connection)
                engine.statistics.withLock { $0.retriedBatches += 1 }
                guard batch.count > 1 else { return fail(batch, error) }
                return error.endsTransaction ? processAlone(batch) : processUnderSavepoints(batch)
            }
            commit(batch, on: connection)
        } catch {
            fail(batch, error)
        }
    }

    private func processUnderSavepoints(_ batch: [any PendingJob]) {
        do {
            let connection = try writer()
            try connection.run("BEGIN IMMEDIATE")
            var succeeded: [any PendingJob] = []
            var failed: [(any PendingJob, StoreError)] = []
            for job in batch {
                do {
                    try connection.run("SAVEPOINT job")
                    try run(job, on: connection)
                    try connection.run("RELEASE job")
                    succeeded.append(job)
                } catch {
                    guard connection.isInTransaction, !error.endsTransaction else {
                        roll(back: connection)
                        return processAlone(batch)
                    }
                    try connection.run("ROLLBACK TO job")
                    try connection.run("RELEASE job")
                    failed.append((job, error))
                }
            }
            for (job, error) in failed { fail([job], error) }
            commit(succeeded, on: connection)
        } catch {
            // A transaction left open would refuse every later one.
            if let connection { roll(back: connection) }
            fail(batch, error)
        }
    }

    private func processAlone(_ batch: [any PendingJob]) {
        for job in batch {
            do {
                let connection = try writer()
                try connection.run("BEGIN IMMEDIATE")
                do {
                    try run(job, on: connection)
                } catch {
                    roll(back: connection)
                    fail([job], error)
                    continue
                }
                commit([job], on: connection)
            } catch {
                fail([job], error)
            }
        }
    }

    /// Runs one job, and makes sure that the transaction stands before and after each of its statements: a job that
    /// goes on after a fault that ended the transaction would write outside of any.
    private func run(_ job: any PendingJob, on connection: SQLiteConnection) throws(StoreError) {
        connection.requiresTransaction = true
        defer { connection.requiresTransaction = false }
        try job.run(on: connection)
        try connection.checkTransaction()
    }

    private func commit(_ batch: [any PendingJob], on connection: SQLiteConnection) {
        do {
            try connection.run("COMMIT")
        } catch {
            roll(back: connection)
            // A full disk fails a write, before the frame that commits is whole, so nothing is open then.
            guard error != .full else { return fail(batch, .full) }
            // Whether the last frame reached the disk is open. Only a new connection sees what the files hold.
            reopen()
            return fail(batch, .outcomeUnknown)
        }
        engine.statistics.withLock {
            $0.commits += 1
            $0.jobs += batch.count
            $0.walPages = Int(unsafe walPages.pointee)
            $0.fault = nil
        }
        for job in batch { job.succeed() }
    }

    private func fail(_ batch: [any PendingJob], _ error: StoreError) {
        engine.report(error)
        for job in batch { job.fail(error) }
    }

    private func roll(back connection: SQLiteConnection) {
        guard connection.isInTransaction else { return }
        do {
            try connection.run("ROLLBACK")
        } catch {
            reopen()
        }
    }

    // MARK: The connection

    /// The connection of this thread, opened again when a fault closed it.
    private func writer() throws(StoreError) -> SQLiteConnection {
        if let connection { return connection }
        let connection = try engine.withWriter { database in
            if let handle = unsafe database.sqliteConnection {
                // GRDB's hooks look for its own queue, on which this thread's statements do not run.
                unsafe sqlite3_commit_hook(handle, nil, nil)
                unsafe sqlite3_rollback_hook(handle, nil, nil)
                unsafe sqlite3_set_authorizer(handle, nil, nil)
                // Tells after each commit how many pages the log holds; SQLite's own checkpoints are off.
                unsafe sqlite3_wal_hook(
                    handle,
                    { context, _, _, pages in
                        unsafe context?.assumingMemoryBound(to: Int32.self).pointee = pages
                        return SQLITE_OK
                    },
                    walPages
                )
            }
            return try SQLiteConnection(database)
        }
        self.connection = connection
        return connection
    }

    private func reopen() {
        connection?.finalizeStatements()
        connection = nil
        do {
            try engine.reopen()
        } catch {
            engine.report(error)
        }
    }

    // MARK: Checkpoints

    private var walSize: Int { Int(unsafe walPages.pointee) * 4096 }

    private func checkpointIfDue() {
        guard walSize >= engine.configuration.checkpointSize else { return }
        checkpoint()
    }

    /// How the log is moved into the database.
    private enum Checkpoint {
        /// As far as no reader stands in the way.
        case passive
        /// Wholly, and the log's file emptied; at the end, when nobody reads any more.
        case truncate

        var statement: SQLStatement {
            switch self {
            case .passive: "PRAGMA wal_checkpoint(PASSIVE)"
            case .truncate: "PRAGMA wal_checkpoint(TRUNCATE)"
            }
        }
    }

    /// Moves the log into the database, between batches and by this connection only: SQLite before 3.51.3 can lose a
    /// commit that overlaps a checkpoint of another connection.
    private func checkpoint(_ mode: Checkpoint = .passive) {
        guard let connection = try? writer() else { return }
        // Busy or failed: the log stays, and the next batch tries again. Readers that hold it back raise the alarm.
        if let row = try? connection.first(mode.statement),
            let log = row.integer(1), let moved = row.integer(2), log == moved
        {
            unsafe walPages.pointee = 0
        }
        engine.statistics.withLock { $0.walPages = Int(unsafe walPages.pointee) }
    }
}

extension StoreError {
    /// Whether SQLite may have rolled the whole transaction back by itself.
    fileprivate var endsTransaction: Bool {
        switch self {
        case .full, .io, .busy, .corrupt: true
        default: false
        }
    }
}
