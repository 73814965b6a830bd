internal import Synchronization

/// Where messages lie while they are received: small ones in memory, larger ones in spool files.
///
/// One budget bounds the memory of all of them together; it is reserved before a message begins and never grows later.
public final class MessageSpool: Sendable {
    let directory: String
    let fileSystem: any FileSystem
    let executor: FileExecutor
    let memoryThreshold: Int
    private let budget: Int
    private let used = Mutex(0)
    private let counter = Atomic<Int>(0)
    private let session: String

    /// Makes a spool in a directory that exists.
    public init(
        directory: String,
        fileSystem: any FileSystem,
        executor: FileExecutor,
        configuration: StorageConfiguration,
        session: String
    ) {
        self.directory = directory
        self.fileSystem = fileSystem
        self.executor = executor
        self.session = session
        memoryThreshold = configuration.memoryThreshold
        budget = configuration.memoryBudget
    }

    /// The memory reserved now, in octets.
    public var reserved: Int { used.withLock { $0 } }

    /// Begins a message, if its memory fits the budget.
    ///
    /// - Parameter declaredSize: what the client declared with `SIZE=`; it bounds nothing but what is reserved.
    /// - Returns: `nil` when the budget is spent for now.
    public func makeSink(declaredSize: UInt64?) -> MessageSink? {
        // A peer may declare less than it sends; the threshold then is reserved too late, but it is bounded all the same
        // by the chunk that is written as soon as it is full.
        let wanted = Int(clamping: declaredSize ?? UInt64(memoryThreshold))
        let reservation = min(max(wanted, MessageSink.chunk), memoryThreshold)
        let granted = used.withLock { used in
            guard used + reservation <= budget else { return false }
            used += reservation
            return true
        }
        return granted ? MessageSink(spool: self, reservation: reservation) : nil
    }

    func release(_ octets: Int) {
        used.withLock { $0 -= octets }
    }

    /// Closes and removes a message's file on the file executor, and then gives its memory back: so no more files can wait
    /// for a slow disk than there is memory for messages.
    func removeFile(_ number: Int, closing file: (any WritableFile)? = nil, releasing octets: Int) {
        // Nobody waits for it: a file that is still there at the end is swept at the next start.
        Task { [self] in
            try? await executor.run(lane: number) { [self] () throws(StoreError) in
                defer { release(octets) }
                file?.close()
                try fileSystem.remove(path(of: number))
            }
        }
    }

    func nextNumber() -> Int {
        counter.add(1, ordering: .relaxed).newValue
    }

    func path(of number: Int) -> String { "\(directory)/\(session)-\(number)" }

    /// Removes what a former process left behind: nothing of it was answered 250.
    ///
    /// For the owner, before it listens.
    ///
    /// - Returns: how many files there were.
    @discardableResult
    public func sweep() throws(StoreError) -> Int {
        let names = try fileSystem.list(directory)
        for name in names { try fileSystem.remove("\(directory)/\(name)") }
        return names.count
    }
}
