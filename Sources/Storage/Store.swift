internal import Foundation
public import Mail
internal import Synchronization

/// A data directory and all that lies in it, in the hands of its one owner.
public final class Store: Sendable {
    /// Why a store could not be opened.
    public enum OpenFailure: Error, Sendable, CustomStringConvertible {
        /// Another process owns the directory, or the lock cannot be used.
        case locked(OwnerLock.Failure)
        /// The files cannot be used.
        case unusable(StoreError)

        /// The failure as a sentence.
        public var description: String {
            switch self {
            case .locked(let failure): failure.description
            case .unusable(let error): error.description
            }
        }
    }

    /// The names in a data directory.
    public struct Layout: Sendable {
        /// The data directory.
        public let directory: String
        /// The database.
        public var database: String { "\(directory)/mailwicket.sqlite" }
        /// The owner's lock.
        public var lock: String { "\(directory)/owner.lock" }
        /// The owner's control socket.
        public var controlSocket: String { "\(directory)/control.sock" }
        /// The directory that the data directory lies in.
        var parent: String {
            guard let slash = directory.lastIndex(of: "/") else { return "." }
            return slash == directory.startIndex ? "/" : String(directory[..<slash])
        }
        var journal: String { "\(directory)/crash.journal" }
        var spool: String { "\(directory)/spool" }
        var blobs: String { "\(directory)/blobs" }
        /// What can be made again of the messages.
        public var derived: String { "\(directory)/derived" }

        /// Names the files of a data directory.
        public init(directory: String) {
            self.directory = directory
        }
    }

    /// The names in the data directory.
    public let layout: Layout
    /// The limits.
    public let configuration: StorageConfiguration
    /// The database.
    public let engine: SQLiteEngine
    /// Where messages lie while they are received.
    public let spool: MessageSpool
    /// Raw messages too large for a row.
    public let blobs: BlobStore
    /// What is being read.
    public let journal: CrashJournal
    /// What was refused.
    public let refusals = RefusalLog()
    /// How many digests the process before left in the crash journal.
    public let newSuspects: Int
    private let suspects: Mutex<Set<[UInt8]>>
    private let lock: OwnerLock
    let freeDisk: FreeDisk
    let alarms = Mutex(AlarmState())
    private let lastFault = Mutex<ContinuousClock.Instant?>(nil)

    /// Opens a data directory as its owner: takes the lock, brings the schema up to date, reads the crash journal, and
    /// sweeps what a former process left half received.
    ///
    /// Nothing may be accepted before this has returned.
    public static func open(
        directory: String,
        configuration: StorageConfiguration = StorageConfiguration(),
        fileSystem: any FileSystem = LocalFileSystem(),
        onFault: @escaping @Sendable (StoreError) -> Void = { _ in }
    ) async throws(OpenFailure) -> Store {
        let layout = Layout(directory: directory)
        do {
            try fileSystem.createDirectory(directory)
            try fileSystem.createDirectory(layout.spool)
            try fileSystem.createDirectory(layout.blobs)
            // The data directory's own entry in the one above it.
            try fileSystem.synchronizeDirectory(layout.parent)
            // A blob is no safer than the entry of the directory that it lies in.
            try fileSystem.synchronizeDirectory(directory)
        } catch {
            throw .unusable(error)
        }
        let lock: OwnerLock
        do {
            lock = try OwnerLock(path: layout.lock)
        } catch {
            throw .locked(error)
        }
        do {
            return try await Store(
                layout: layout,
                lock: lock,
                configuration: configuration,
                fileSystem: fileSystem,
                onFault: onFault
            )
        } catch {
            throw .unusable(error)
        }
    }

    private init(
        layout: Layout,
        lock: OwnerLock,
        configuration: StorageConfiguration,
        fileSystem: any FileSystem,
        onFault: @escaping @Sendable (StoreError) -> Void
    ) async throws(StoreError) {
        let now = Timestamp.now
        let engine = try SQLiteEngine(path: layout.database, configuration: configuration, onFault: onFault)
        do {
            try await Migrator.migrate(engine, SQLiteSchema.migrations, now: now.milliseconds)
            let journal = try CrashJournal(path: layout.journal)
            let found = journal.suspects
            try await engine.write { writer throws(StoreError) in
                for digest in found { try writer.record(crashSuspect: digest, at: now) }
            }
            journal.clear()
            suspects = Mutex(
                Set(
                    try await engine.read { reader throws(StoreError) in
                        try reader.rows("SELECT digest FROM crash_suspect").compactMap { $0.blob(0) }
                    }
                )
            )
            newSuspects = found.count
            self.journal = journal
        } catch {
            engine.close()
            throw error
        }
        let executor = FileExecutor()
        spool = MessageSpool(
            directory: layout.spool,
            fileSystem: fileSystem,
            executor: executor,
            configuration: configuration,
            session: UniqueID.make(at: now).description
        )
        blobs = BlobStore(directory: layout.blobs, fileSystem: fileSystem, executor: executor, spool: spool)
        self.engine = engine
        self.layout = layout
        self.lock = lock
        self.configuration = configuration
        freeDisk = FreeDisk(directory: layout.directory, fileSystem: fileSystem, configuration: configuration)
        try spool.sweep()
    }

    /// Commits what waits and closes the database.
    public func close() async {
        try? await writeRefusals()
        // Joining the writer's thread blocks, so it is done on a thread of its own.
        await withCheckedContinuation { continuation in
            let thread = Thread { [engine] in
                engine.close()
                continuation.resume()
            }
            thread.start()
        }
    }

    /// Whether a message with this digest was being read when the server stopped before.
    public func isCrashSuspect(_ digest: [UInt8]) -> Bool {
        suspects.withLock { !$0.isEmpty && $0.contains(digest) }
    }

    /// Whether there is more free disk than the configured floor, as of the last ``maintain()``.
    public var hasFreeDisk: Bool { freeDisk.isAboveFloor }

    /// Whether readers hold so large a log back that it must not grow any more.
    public var isLogTooLarge: Bool { engine.walSize > configuration.maximumWALSize }

    /// Begins a message, if there is memory for it.
    ///
    /// Never waits.
    ///
    /// - Parameter declaredSize: what the sender says of its size; so much disk is set aside.
    /// - Returns: `nil` when the memory of all messages being received is spent for now.
    /// - Throws: ``StoreError/full`` when the message would leave less free disk than the configured floor.
    public func makeSink(declaredSize: UInt64?) throws(StoreError) -> MessageSink? {
        try freeDisk.begin(Int(clamping: declaredSize ?? 0)) { spool.makeSink(declaredSize: declaredSize) }
    }

    /// Notes that the store failed just now.
    ///
    /// A job that contradicts the schema is that job's fault, not the store's; a limit that was met is nobody's.
    public func note(_ error: StoreError) {
        guard error.isFaultOfStore else { return }
        lastFault.withLock { $0 = .now }
        alarms.withLock { $0.lastFault = .now }
        if error == .full { freeDisk.measure() }
    }

    /// Whether the store answers: not within a second of a failed commit, so that a fault is met by few and not by all.
    public var isAvailable: Bool { isAvailable(at: .now) }

    /// Whether the store answers at a moment, if nothing fails until then.
    package func isAvailable(at instant: ContinuousClock.Instant) -> Bool {
        lastFault.withLock { last in last.map { instant - $0 >= .seconds(1) } ?? true }
    }

    /// Writes the refusals that were collected.
    public func writeRefusals() async throws(StoreError) {
        let waiting = refusals.take()
        guard !waiting.isEmpty else { return }
        let limit = configuration.maximumRefusals
        do {
            try await engine.write { writer throws(StoreError) in try writer.record(waiting, keeping: limit) }
        } catch {
            refusals.restore(waiting)
            throw error
        }
    }
}

extension Timestamp {
    /// This moment, by the system's clock.
    public static var now: Timestamp {
        Timestamp(milliseconds: Int64((Date().timeIntervalSince1970 * 1000).rounded(.down)))
    }
}

extension UniqueID {
    /// Randomness of this process, read once: an identifier must be unique, not secret.
    private static let seed: UInt64 = {
        var generator = SystemRandomNumberGenerator()
        return generator.next()
    }()
    private static let counter = Atomic<UInt64>(0)

    /// A new identifier, unique in this process by its counter and among processes by the process's seed.
    public static func make(at moment: Timestamp = .now) -> UniqueID {
        let count = counter.add(1, ordering: .relaxed).newValue
        // SplitMix64, a permutation of the 64-bit numbers: distinct counts give distinct bits.
        var mixed = seed &+ count &* 0x9E37_79B9_7F4A_7C15
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return UniqueID(at: moment, random: (count, mixed ^ (mixed >> 31)))
    }
}
