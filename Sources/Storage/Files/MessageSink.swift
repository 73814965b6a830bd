internal import OpenSSL
internal import Synchronization

/// Takes the octets of one message as they arrive, and their digest along.
public final class MessageSink: Sendable {
    /// How much is written to a spool file at once, in octets.
    static let chunk = 65_536

    private struct State: ~Copyable {
        var pending: [UInt8] = []
        var digest: SHA256? = SHA256()
        var count = 0
        var file: (any WritableFile)?
        var isDone = false
        /// What came was dropped, perhaps while a write was under way.
        var isDropped = false
        /// A write failed, so octets are missing.
        var failure: StoreError?
    }

    private let spool: MessageSpool
    private let number: Int
    /// How much memory the message may take; what is beyond goes to a file.
    ///
    /// The one read by which it is exceeded is memory that its connection has taken anyway.
    private let reservation: Int
    private let state = Mutex(State())

    init(spool: MessageSpool, reservation: Int) {
        self.spool = spool
        self.reservation = reservation
        number = spool.nextNumber()
    }

    deinit {
        discard()
    }

    /// How many octets came so far.
    public var count: Int { state.withLock { $0.count } }

    /// How much memory the octets take that wait here, for tests of its bounds.
    package var memory: Int { state.withLock { $0.pending.capacity } }

    /// Adds octets.
    ///
    /// - Returns: whether ``flush()`` must be awaited before more is added. Withhold reads meanwhile.
    public func append(_ bytes: Span<UInt8>) -> Bool {
        state.withLock { state in
            guard !state.isDone else { return false }
            state.digest?.update(bytes)
            state.count += bytes.count
            Self.makeRoom(for: bytes.count, in: &state.pending)
            unsafe bytes.withUnsafeBufferPointer { unsafe state.pending.append(contentsOf: $0) }
            return state.file == nil ? state.pending.count > reservation : state.pending.count >= Self.chunk
        }
    }

    /// Lets the storage grow by chunks: an array left to itself takes up to twice what it holds.
    private static func makeRoom(for count: Int, in pending: inout [UInt8]) {
        let needed = pending.count + count
        guard needed > pending.capacity, needed > chunk / 2 else { return }
        pending.reserveCapacity((needed + chunk - 1) / chunk * chunk)
    }

    /// Writes what waits to the spool file, which it creates the first time.
    public func flush() async throws(StoreError) {
        try await spool.executor.run(lane: number) { [self] () throws(StoreError) in
            try writePending()
        }
    }

    /// Ends the message.
    ///
    /// - Returns: the whole of it. The memory reserved for it is free again when that is no longer used.
    public func finish() async throws(StoreError) -> ReceivedMessage {
        let (hasFile, digest, failure) = state.withLock { state in
            state.isDone = true
            return (state.file != nil, state.digest.take()?.finalize() ?? [], state.failure)
        }
        // Also without a file: the octets that could not be written to one are gone.
        if let failure {
            drop()
            throw failure
        }
        guard hasFile else {
            let bytes = state.withLock { state in
                defer { state.pending = [] }
                return state.pending
            }
            return ReceivedMessage(bytes: bytes, digest: digest) { [spool, reservation] in spool.release(reservation) }
        }
        let path = spool.path(of: number)
        let mapped: MappedFile
        do {
            mapped = try await spool.executor.run(lane: number) { [self] () throws(StoreError) in
                try writePending()
                state.withLock { $0.file?.close() }
                return try spool.fileSystem.map(path)
            }
        } catch {
            drop()
            throw error
        }
        return ReceivedMessage(mapped, path: path, digest: digest) { [spool, number, reservation] in
            spool.removeFile(number, releasing: reservation)
        }
    }

    /// Drops what came and gives its memory back: at once, or when the file is gone if there is one.
    ///
    /// Idempotent, and without effect after ``finish()``. Does not block.
    public func discard() {
        let wasDone = state.withLock { state in
            defer { state.isDone = true }
            return state.isDone
        }
        if !wasDone { drop() }
    }

    private func drop() {
        let file = state.withLock { state in
            state.pending = []
            state.digest = nil
            state.isDropped = true
            return state.file
        }
        if let file {
            spool.removeFile(number, closing: file, releasing: reservation)
        } else {
            spool.release(reservation)
        }
    }

    private func writePending() throws(StoreError) {
        let (pending, existing, failure, isDropped) = state.withLock { state in
            defer { state.pending = [] }
            return (state.pending, state.file, state.failure, state.isDropped)
        }
        guard !isDropped else { return }
        // What a failed write left out is gone, so the message can never be whole again.
        if let failure { throw failure }
        do throws(StoreError) {
            let file = if let existing { existing } else { try createFile() }
            try file.write(pending.span)
        } catch {
            state.withLock { $0.failure = error }
            throw error
        }
    }

    private func createFile() throws(StoreError) -> any WritableFile {
        let path = spool.path(of: number)
        let file = try spool.fileSystem.create(path)
        let isDropped = state.withLock { state in
            if !state.isDropped { state.file = file }
            return state.isDropped
        }
        // Who dropped the message did not know of the file.
        if isDropped { try spool.fileSystem.remove(path) }
        return file
    }
}
