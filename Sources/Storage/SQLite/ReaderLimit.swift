internal import Synchronization

/// Lets the readers of one set of connections go on until it is shut.
final class ReaderGate: Sendable {
    private let state = Atomic(false)

    var isShut: Bool { state.load(ordering: .acquiring) }

    /// Ends all readers at their next step.
    func shut() {
        state.store(true, ordering: .releasing)
    }
}

/// How long one reader may go on: for its time, and as long as its connections stay open.
final class ReaderLimit: Sendable {
    private let deadline: ContinuousClock.Instant
    private let gate: ReaderGate?

    init(seconds: Int, gate: ReaderGate? = nil) {
        deadline = .now + .seconds(seconds)
        self.gate = gate
    }

    /// Whether its time is over.
    var isOverdue: Bool { ContinuousClock.now > deadline }

    /// Why the reader may not go on, if it may not.
    var violation: StoreError? {
        if gate?.isShut == true { return .io("the database was closed while it was read") }
        return isOverdue ? .timedOut : nil
    }
}
