import Dispatch
import Glibc
import Mail
import Synchronization

/// The threads that look up, and those who wait for them.
///
/// The library waits without letting go of its thread, so the shared pool of tasks must not run it. Threads start when
/// there is work for one more, and stay.
final class LookUpPool: Sendable {
    private struct State {
        var board: LookUpBoard
        var continuations: [LookUpBoard.Call: CheckedContinuation<LookUpBoard.Answers, Never>] = [:]
        /// Calls that ended between their beginning and the moment when somebody waits.
        var early: [LookUpBoard.Call: LookUpBoard.Answers] = [:]
        var threads = 0
        var busy = 0
    }

    private let state: Mutex<State>
    private let work = DispatchSemaphore(value: 0)
    private let lookUp: SystemLookUp
    private let maximumThreads: Int

    init(_ configuration: DNSConfiguration) {
        lookUp = SystemLookUp(configuration)
        maximumThreads = max(1, configuration.maximumThreads)
        state = Mutex(
            State(board: LookUpBoard(maximumWaiting: configuration.maximumWaiting, cache: configuration.cache))
        )
    }

    var counts: DNSCounts { state.withLock { $0.board.counts } }

    /// Asks, and waits until all answers are there, the deadline comes or the task is cancelled.
    func answers(to questions: [DNSQuestion], until deadline: ContinuousClock.Instant) async -> LookUpBoard.Answers {
        let (call, answers) = begin(questions)
        if let answers { return answers }
        return await withTaskGroup(of: Void.self) { group in
            group.addTask {
                // Cancellation ends the sleep too; a call that has ended is not touched.
                try? await Task.sleep(until: deadline, clock: .continuous)
                self.abandon(call)
            }
            defer { group.cancelAll() }
            return await withCheckedContinuation { self.await(call, $0) }
        }
    }

    /// Ends all calls and, when their look-ups have ended, all threads.
    func close() {
        let threads = state.withLock { state in
            for completion in state.board.close() { Self.resume(completion, &state) }
            return state.threads
        }
        for _ in 0..<threads { work.signal() }
    }

    private func begin(_ questions: [DNSQuestion]) -> (LookUpBoard.Call, LookUpBoard.Answers?) {
        let (begun, new, wanted) = state.withLock { state in
            let waiting = state.board.waiting
            let begun = state.board.begin(questions, at: .now)
            let wanted = min(maximumThreads - state.threads, state.board.waiting - (state.threads - state.busy))
            state.threads += max(0, wanted)
            return (begun, state.board.waiting - waiting, wanted)
        }
        for _ in 0..<max(0, wanted) where !startThread() { giveUpThread() }
        for _ in 0..<new { work.signal() }
        return (begun.call, begun.answers)
    }

    private func `await`(
        _ call: LookUpBoard.Call,
        _ continuation: CheckedContinuation<LookUpBoard.Answers, Never>
    ) {
        state.withLock { state in
            if let answers = state.early.removeValue(forKey: call) {
                continuation.resume(returning: answers)
            } else {
                state.continuations[call] = continuation
            }
        }
    }

    private func abandon(_ call: LookUpBoard.Call) {
        state.withLock { state in
            if let completion = state.board.abandon(call) { Self.resume(completion, &state) }
        }
    }

    private static func resume(_ completion: LookUpBoard.Completion, _ state: inout State) {
        if let continuation = state.continuations.removeValue(forKey: completion.call) {
            continuation.resume(returning: completion.answers)
        } else {
            state.early[completion.call] = completion.answers
        }
    }

    // MARK: Threads

    /// Starts a thread that keeps the pool until it is closed.
    private func startThread() -> Bool {
        var thread = pthread_t()
        let pool = unsafe Unmanaged.passRetained(self)
        let result = unsafe pthread_create(
            &thread,
            nil,
            { context in
                // The context is the retained pool of `startThread`, handed over once.
                if let context = unsafe context {
                    unsafe Unmanaged<LookUpPool>.fromOpaque(context).takeRetainedValue().run()
                }
                return nil
            },
            pool.toOpaque()
        )
        guard result == 0 else {
            unsafe pool.release()
            return false
        }
        pthread_detach(thread)
        return true
    }

    /// A thread could not be had; without any, nobody would answer.
    private func giveUpThread() {
        state.withLock { state in
            state.threads -= 1
            guard state.threads == 0 else { return }
            while let question = state.board.take() {
                for completion in state.board.finish(question, nil, at: .now) { Self.resume(completion, &state) }
            }
        }
    }

    private func run() {
        while true {
            work.wait()
            let (question, isClosed) = state.withLock { state in
                let question = state.board.isClosed ? nil : state.board.take()
                if question != nil { state.busy += 1 }
                return (question, state.board.isClosed)
            }
            if isClosed { return }
            // An abandoned question leaves its signal behind.
            guard let question else { continue }
            let response = try? lookUp.response(to: question)
            state.withLock { state in
                state.busy -= 1
                for completion in state.board.finish(question, response, at: .now) { Self.resume(completion, &state) }
            }
        }
    }
}
