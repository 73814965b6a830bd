import CFaultyVFS

/// What SQLite does to the files of one directory: counted, failed on demand, and cut off from its power.
///
/// The faulty VFS is made the default of the test process when the first one is made; files outside of such a
/// directory are not touched by it. Watch a directory before a database in it is opened.
package final class FaultyVFS: Sendable {
    /// Operations on files.
    package struct Operations: OptionSet, Sendable {
        package let rawValue: Int32
        package init(rawValue: Int32) { self.rawValue = rawValue }

        package static let open = Operations(rawValue: Int32(FAULTY_OPEN))
        package static let write = Operations(rawValue: Int32(FAULTY_WRITE))
        package static let sync = Operations(rawValue: Int32(FAULTY_SYNC))
        package static let truncate = Operations(rawValue: Int32(FAULTY_TRUNCATE))
        package static let delete = Operations(rawValue: Int32(FAULTY_DELETE))
        /// All that are counted.
        package static let any = Operations(rawValue: Int32(FAULTY_ANY_OPERATION))
        /// Reads, which are not counted.
        package static let read = Operations(rawValue: Int32(FAULTY_READ))
    }

    /// The files of a database.
    package struct Files: OptionSet, Sendable {
        package let rawValue: Int32
        package init(rawValue: Int32) { self.rawValue = rawValue }

        package static let database = Files(rawValue: Int32(FAULTY_DATABASE))
        package static let wal = Files(rawValue: Int32(FAULTY_WAL))
        package static let journal = Files(rawValue: Int32(FAULTY_JOURNAL))
        /// Files that are not SQLite's: those of a ``FaultyFileSystem`` that shares the power.
        package static let other = Files(rawValue: Int32(FAULTY_OTHER))
        package static let any = Files(rawValue: Int32(FAULTY_ANY_FILE))
    }

    /// What an operation fails with: SQLite's result codes.
    package enum Failure: Int32, Sendable, CaseIterable {
        case inputOutput = 10
        case full = 13
        case cannotOpen = 14
        case readFails = 266
        case writeFails = 778
        case syncFails = 1034
    }

    /// What becomes of writes that were not synced when the power goes.
    package enum Kept: Int32, Sendable, CaseIterable {
        /// None of them reached the disk.
        case nothing
        /// All of them did, as after the death of the process alone.
        case everything
        /// A random choice of sectors did.
        case some
        /// As before, and some sectors hold neither the old nor the new octets.
        case garbage
    }

    /// A directory that could not be watched or rewritten.
    package struct Unusable: Error {
        package let directory: String
    }

    private let scope: Int32
    private let directory: String

    /// Watches the files below an existing directory.
    package init(watching directory: String, seed: UInt64 = 1) throws(Unusable) {
        guard faulty_vfs_register(1) == 0 else { throw Unusable(directory: directory) }
        scope = unsafe faulty_vfs_open_scope(directory, seed)
        self.directory = directory
        guard scope >= 0 else { throw Unusable(directory: directory) }
    }

    deinit {
        faulty_vfs_close_scope(scope)
    }

    /// How often the operations were tried on the files since the beginning or the last ``reset()``.
    package func count(_ operations: Operations = .any, on files: Files = .any) -> Int {
        Int(faulty_vfs_count(scope, operations.rawValue, files.rawValue))
    }

    /// The name of a counted operation, for the message of a failed expectation: `sync wal`.
    package func operation(_ index: Int) -> String {
        let value = Int(faulty_vfs_operation(scope, UInt64(index)))
        let operation = [
            FAULTY_OPEN: "open", FAULTY_WRITE: "write", FAULTY_SYNC: "sync", FAULTY_TRUNCATE: "truncate",
            FAULTY_DELETE: "delete",
        ][value >> 8]
        let file = [
            FAULTY_DATABASE: "database", FAULTY_WAL: "wal", FAULTY_JOURNAL: "journal", FAULTY_OTHER: "file",
        ][value & 0xFF]
        guard let operation, let file else { return "none" }
        return "\(operation) \(file)"
    }

    /// How many operations were failed since the last ``reset()``.
    package var failures: Int { Int(faulty_vfs_failures(scope)) }

    /// Forgets the counts and the faults and gives the power back.
    ///
    /// Close what was open before a power cut first: an engine that closes its database late may remove the log of
    /// the one that was opened after.
    package func reset() {
        faulty_vfs_reset(scope)
    }

    /// Lets the `nth` matching operation from now fail, 0 being the next, and with `forever` all after it.
    package func fail(
        _ operations: Operations = .any,
        on files: Files = .any,
        nth: Int = 0,
        with failure: Failure = .inputOutput,
        forever: Bool = false
    ) {
        faulty_vfs_fail(
            scope,
            operations.rawValue,
            files.rawValue,
            UInt64(nth),
            failure.rawValue,
            forever ? 1 : 0
        )
    }

    /// Lets so many more operations succeed, and then none.
    package func cutPower(after operations: Int) {
        faulty_vfs_cut_power_after(scope, UInt64(operations))
    }

    /// Whether the power is gone.
    package var isPowerless: Bool { faulty_vfs_is_powerless(scope) != 0 }

    /// Counts an operation on a file that is not SQLite's, under the same faults and the same power.
    ///
    /// - Returns: what it is to fail with, or `nil` when it may be done.
    package func step(_ operation: Operations) -> Failure? {
        let code = faulty_vfs_step(scope, operation.rawValue)
        return code == 0 ? nil : Failure(rawValue: code) ?? .inputOutput
    }

    /// Notes that a directory was synced outside of SQLite: the entries of it survive now.
    package func directorySynced(_ directory: String) {
        unsafe faulty_vfs_directory_synced(scope, directory)
    }

    /// Rewrites each file to what a disk would hold after the power went just now.
    ///
    /// Everything fails from here until ``reset()``; what was open stays dead.
    package func cutPower(
        keeping kept: Kept,
        sector: Int = 512,
        losingEntries: Bool = true
    ) throws(Unusable) {
        guard faulty_vfs_cut(scope, kept.rawValue, Int32(sector), losingEntries ? 1 : 0) == 0 else {
            throw Unusable(directory: directory)
        }
    }

    /// Makes each sync take this long, as a disk does.
    package func delaySyncs(byMicroseconds delay: Int) {
        faulty_vfs_set_sync_delay(scope, UInt32(delay))
    }

    /// Stops every sync of the write-ahead log at its door until ``releaseSyncs()``.
    package func holdSyncs() {
        faulty_vfs_hold_syncs(scope, 1)
    }

    /// Lets the syncs go on.
    package func releaseSyncs() {
        faulty_vfs_hold_syncs(scope, 0)
    }

    /// How many syncs wait at the door.
    package var heldSyncs: Int { Int(faulty_vfs_held_syncs(scope)) }
}
