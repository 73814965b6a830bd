internal import Dispatch
internal import Synchronization

/// A write job that waits for its commit.
protocol PendingJob: Sendable {
    /// Runs the job; may be called again, and only the last result counts.
    func run(on writer: SQLiteConnection) throws(StoreError)
    /// Answers who asked: the last run is committed.
    func succeed()
    /// Answers who asked: nothing was committed.
    func fail(_ error: StoreError)
}

/// A job with its result and the caller who waits for it.
///
/// `@unchecked Sendable`: `result` is written and read by the writer's thread alone.
final class WriteJob<T: Sendable>: PendingJob, @unchecked Sendable {
    private let body: @Sendable (any SQLWriter) throws(StoreError) -> T
    private let answer: @Sendable (Result<T, StoreError>) -> Void
    private var result: T?

    init(
        body: @escaping @Sendable (any SQLWriter) throws(StoreError) -> T,
        answer: @escaping @Sendable (Result<T, StoreError>) -> Void
    ) {
        self.body = body
        self.answer = answer
    }

    func run(on writer: SQLiteConnection) throws(StoreError) {
        result = nil
        result = try body(writer)
    }

    func succeed() {
        answer(result.map { .success($0) } ?? .failure(.outcomeUnknown))
    }

    func fail(_ error: StoreError) {
        answer(.failure(error))
    }
}

/// The queue between those who write and the one thread that commits.
///
/// The jobs that came while the last commit was being synchronised are the next batch: no timer, so one connection pays
/// one fsync and a hundred share it.
final class CommitQueue: Sendable {
    private struct State {
        var jobs: [any PendingJob] = []
        var isWriterIdle = false
        var isTendingDue = false
        var isClosed = false
    }

    /// What the writer's thread is to do next.
    struct Work {
        /// The next batch; empty when only the log is to be tended.
        var jobs: [any PendingJob]
        /// Whether someone asked for ``requestTending()``.
        var isTendingDue: Bool
    }

    /// How many jobs make a commit cheap for each; more of them would only make the first ones wait.
    private static let sharedEnough = 16

    private let state = Mutex(State())
    private let wakeUp = DispatchSemaphore(value: 0)
    private let limit: Int
    private let batchLimit: Int

    init(limit: Int, batchLimit: Int) {
        self.limit = limit
        self.batchLimit = batchLimit
    }

    /// How many jobs wait.
    var count: Int { state.withLock { $0.jobs.count } }

    /// Whether no more jobs are taken.
    var isClosed: Bool { state.withLock { $0.isClosed } }

    /// Adds a job, or answers it at once when the queue is full or closed.
    func add(_ job: some PendingJob) {
        let (refusal, wake) = state.withLock { state -> (StoreError?, Bool) in
            guard !state.isClosed else { return (.closed, false) }
            guard state.jobs.count < limit else { return (.overloaded, false) }
            state.jobs.append(job)
            let wake = state.isWriterIdle
            state.isWriterIdle = false
            return (nil, wake)
        }
        if wake { wakeUp.signal() }
        if let refusal { job.fail(refusal) }
    }

    /// Asks the writer's thread to look after the log and the free pages when it has no batch under way.
    func requestTending() {
        let wake = state.withLock { state in
            state.isTendingDue = true
            let wake = state.isWriterIdle
            state.isWriterIdle = false
            return wake
        }
        if wake { wakeUp.signal() }
    }

    /// The next work; waits for some.
    ///
    /// `nil` when the queue is closed and empty.
    func next() -> Work? {
        while true {
            let (work, isClosed) = state.withLock { state in (take(from: &state), state.isClosed) }
            if !work.jobs.isEmpty || work.isTendingDue { return work }
            if isClosed { return nil }
            wakeUp.wait()
        }
    }

    /// What has come since a small batch was taken, to share its commit; never waits.
    ///
    /// - Parameter count: how many jobs the batch has.
    func takeLate(after count: Int) -> [any PendingJob] {
        state.withLock { state in
            let late = Array(state.jobs.prefix(max(0, min(batchLimit, Self.sharedEnough) - count)))
            state.jobs.removeFirst(late.count)
            return late
        }
    }

    private func take(from state: inout State) -> Work {
        let isTendingDue = state.isTendingDue
        state.isTendingDue = false
        if state.jobs.count <= batchLimit {
            let batch = state.jobs
            state.jobs = []
            state.isWriterIdle = batch.isEmpty && !isTendingDue
            return Work(jobs: batch, isTendingDue: isTendingDue)
        }
        let batch = Array(state.jobs.prefix(batchLimit))
        state.jobs.removeFirst(batchLimit)
        return Work(jobs: batch, isTendingDue: isTendingDue)
    }

    /// Takes no more jobs; those that wait are still committed.
    func close() {
        state.withLock { $0.isClosed = true }
        wakeUp.signal()
    }
}
