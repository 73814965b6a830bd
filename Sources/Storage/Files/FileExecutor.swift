internal import Dispatch

/// A few threads on which files are written, so that neither an event loop nor the shared pool ever waits for a disk.
public final class FileExecutor: Sendable {
    private let queues: [DispatchQueue]

    /// Makes an executor of this many threads.
    public init(width: Int = 4) {
        queues = (0..<max(1, width)).map { DispatchQueue(label: "mailwicket.files.\($0)", qos: .userInitiated) }
    }

    /// Runs blocking work.
    ///
    /// - Parameter lane: work of one lane runs in the order in which it was handed over.
    func run<T: Sendable>(
        lane: Int,
        _ work: @escaping @Sendable () throws(StoreError) -> T
    ) async throws(StoreError) -> T {
        let queue = queues[abs(lane % queues.count)]
        let result = await withCheckedContinuation {
            (continuation: CheckedContinuation<Result<T, StoreError>, Never>) in
            queue.async { continuation.resume(returning: Result(catching: work)) }
        }
        return try result.get()
    }
}
