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
    private let fileSystem: any FileSystem
    private let lock: OwnerLock
    private let lastSpaceCheck = Mutex<(at: ContinuousClock.Instant, isEnough: Bool)?>(nil)
    private let lastFaultToTell = Mutex<ContinuousClock.Instant?>(nil)
    private let raised = Mutex<[String: Bool]>([:])
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
        self.fileSystem = fileSystem
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

    /// Whether there is more free disk than the configured floor; asked of the system once a second at most.
    public var hasFreeDisk: Bool {
        lastSpaceCheck.withLock { last in
            let now = ContinuousClock.now
            if let last, now - last.at < .seconds(1) { return last.isEnough }
            let isEnough = ((try? fileSystem.freeSpace(layout.directory)) ?? 0) >= configuration.minimumFreeDisk
            last = (now, isEnough)
            return isEnough
        }
    }

    /// Notes that the store failed just now.
    ///
    /// A job that contradicts the schema is that job's fault, not the store's.
    public func note(_ error: StoreError) {
        guard error.isFaultOfStore else { return }
        lastFault.withLock { $0 = .now }
        lastFaultToTell.withLock { $0 = .now }
    }

    /// Whether the store answers: not within a second of a failed commit, so that a fault is met by few and not by all.
    public var isAvailable: Bool {
        lastFault.withLock { last in
            guard let instant = last else { return true }
            if ContinuousClock.now - instant < .seconds(1) { return false }
            last = nil
            return true
        }
    }

    /// Writes the refusals that were collected.
    public func writeRefusals() async throws(StoreError) {
        let waiting = refusals.take()
        guard !waiting.isEmpty else { return }
        let rows = waiting.map { (id: UniqueID.make(at: $0.at), refusal: $0) }
        let limit = configuration.maximumRefusals
        do {
            try await engine.write { writer throws(StoreError) in try writer.record(rows, keeping: limit) }
        } catch {
            refusals.restore(waiting)
            throw error
        }
    }

    /// What is to be done every second or so: writes the refusals, and raises and clears the alarms that the store has
    /// of itself.
    public func maintain() async {
        // A failure is the fault that the alarm is about, and the next round tries again.
        try? await writeRefusals()
        let statistics = engine.currentStatistics
        let walSize = statistics.walPages * 4096
        // A fault that passed is still news: it stays for ten minutes after the last one.
        let isRecent = lastFaultToTell.withLock { last in
            last.map { ContinuousClock.now - $0 < .seconds(600) } ?? false
        }
        await setAlarm(
            "store-fault",
            statistics.fault != nil || isRecent,
            "The store failed and answered senders with a temporary failure; see the log for its error."
        )
        await setAlarm(
            "wal-size",
            walSize > configuration.maximumWALSize,
            "The write-ahead log is larger than storage.max_wal_size; a reader keeps it from shrinking."
        )
        await setAlarm(
            "disk-space",
            !hasFreeDisk,
            "There is less free disk than storage.min_free_disk; senders are told to try again. Make room."
        )
        await setAlarm(
            "crash-suspect",
            newSuspects > 0,
            "The server stopped while it was reading a message; it is kept unread when it comes again.",
            clears: false
        )
    }

    /// Raises an alarm when `isOn` became true, and clears it when it became false.
    private func setAlarm(_ kind: String, _ isOn: Bool, _ text: String, clears: Bool = true) async {
        let wasOn = raised.withLock { $0[kind] }
        guard wasOn != isOn, isOn || clears else { return }
        let now = Timestamp.now
        let isWritten: Void? = try? await engine.write { writer throws(StoreError) in
            if isOn {
                try writer.raise(Alarm(kind: kind, text: text, raisedAt: now, lastAt: now))
            } else {
                try writer.clearAlarm(kind: kind, at: now)
            }
        }
        if isWritten != nil { raised.withLock { $0[kind] = isOn } }
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
