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
    /// What a page takes in the log, its header of 24 octets included (sqlite.org/fileformat2.html section 4.1).
    private var frameSize = 0
    /// The size of the log at which the next checkpoint is due.
    private var nextCheckpoint: Int

    init(engine: SQLiteEngine, queue: CommitQueue) {
        self.engine = engine
        self.queue = queue
        nextCheckpoint = engine.configuration.checkpointSize
        unsafe walPages = .allocate(capacity: 1)
        unsafe walPages.initialize(to: 0)
    }

    deinit {
        unsafe walPages.deallocate()
    }

    func run() {
        while let work = queue.next() {
            if !work.jobs.isEmpty {
                process(work.jobs)
                if walSize >= nextCheckpoint { checkpoint() }
            }
            if work.isTendingDue { tend() }
        }
        // At the end, when nobody reads any more.
        moveLog("PRAGMA wal_checkpoint(TRUNCATE)")
        connection?.finalizeStatements()
        connection = nil
    }

    // MARK: Batches

    private func process(_ first: [any PendingJob]) {
        var batch = first
        do {
            let connection = try writer()
            try connection.run("BEGIN IMMEDIATE")
            do {
                for job in batch { try run(job, on: connection) }
                // What came meanwhile shares this commit, instead of waiting for the sync and then paying another.
                while case let late = queue.takeLate(after: batch.count), !late.isEmpty {
                    batch += late
                    for job in late { try run(job, on: connection) }
                }
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
            // What a crash now would leave is open; for this connection nothing took place, and the frames of the next
            // commit are written over these and synced. A new connection would take them for committed, though a sync
            // that failed once may never bring them to the disk, and would write what it answers for behind them.
            roll(back: connection)
            // A full disk fails a write, before the frame that commits is whole, so nothing is open then.
            return fail(batch, error == .full ? .full : .outcomeUnknown)
        }
        engine.statistics.withLock {
            $0.commits += 1
            $0.jobs += batch.count
            $0.walSize = walSize
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
        frameSize = Int(try connection.first("PRAGMA page_size")?.integer(0) ?? 0) + 24
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

    // MARK: The log

    private var walSize: Int { Int(unsafe walPages.pointee) * frameSize }

    /// What is due also when nobody writes: a checkpoint that readers held up, and a look at the free pages.
    private func tend() {
        if walSize >= engine.configuration.checkpointSize { checkpoint() }
        guard let connection = try? writer(),
            let freePages = (try? connection.first("PRAGMA freelist_count"))?.integer(0)
        else { return }
        engine.statistics.withLock { $0.freePages = Int(freePages) }
    }

    /// Moves the log into the database as far as no reader stands in the way, and waits for none.
    ///
    /// A log beyond its limit must also be let go by its last reader, or it would only grow on, so it is emptied.
    private func checkpoint() {
        guard let connection = try? writer() else { return }
        if walSize > engine.configuration.maximumWALSize {
            connection.setBusyTimeout(seconds: 0)
            defer { connection.setBusyTimeout(seconds: engine.configuration.busyTimeout) }
            moveLog("PRAGMA wal_checkpoint(TRUNCATE)")
        } else {
            moveLog("PRAGMA wal_checkpoint(PASSIVE)")
        }
    }

    /// Runs a checkpoint between batches and by this connection only: SQLite before 3.51.3 can lose a commit that
    /// overlaps a checkpoint of another connection.
    private func moveLog(_ checkpoint: SQLStatement) {
        guard let connection = try? writer() else { return }
        if let row = try? connection.first(checkpoint), row.integer(0) == 0, row.integer(1) == row.integer(2) {
            unsafe walPages.pointee = 0
            nextCheckpoint = engine.configuration.checkpointSize
        } else {
            // Each attempt reads the index of the whole log, so the next one waits for more to move, or for `tend()`.
            nextCheckpoint = walSize + engine.configuration.checkpointSize / 4
        }
        engine.statistics.withLock { $0.walSize = walSize }
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
