import Faults
import Glibc
import Storage
import Testing

@Suite struct OwnershipTests {
    @Test func aDirectoryHasOneOwner() throws {
        let directory = try FaultyDirectory("owner")
        let path = directory.path + "/owner.lock"
        #expect(!OwnerLock.isHeld(path: path))
        var lock: OwnerLock? = try OwnerLock(path: path)
        #expect(lock != nil)
        #expect(OwnerLock.isHeld(path: path))
        #expect(throws: OwnerLock.Failure.held(by: "\(getpid())")) { try OwnerLock(path: path) }
        lock = nil
        #expect(!OwnerLock.isHeld(path: path))
        _ = try OwnerLock(path: path)
    }

    @Test func twoDirectoriesHaveTwoOwners() throws {
        let one = try FaultyDirectory("owner")
        let other = try FaultyDirectory("owner")
        let first = try OwnerLock(path: one.path + "/owner.lock")
        let second = try OwnerLock(path: other.path + "/owner.lock")
        withExtendedLifetime((first, second)) {}
    }

    @Test func aLockInAMissingDirectoryIsUnusable() {
        let error = #expect(throws: OwnerLock.Failure.self) { try OwnerLock(path: "/nonexistent/owner.lock") }
        guard case .unusable = error else { return #expect(error == .unusable("")) }
    }

    /// A lock is the kernel's, so the death of its owner gives it back.
    @Test func aDeadOwnerLeavesNoLock() async throws {
        let directory = try FaultyDirectory("owner")
        let path = directory.path + "/owner.lock"
        await #expect(processExitsWith: .signal(SIGKILL)) { [path = path as String] in
            let lock = try OwnerLock(path: path)
            withExtendedLifetime(lock) { _ = kill(getpid(), SIGKILL) }
        }
        #expect(!OwnerLock.isHeld(path: path))
        _ = try OwnerLock(path: path)
    }

    @Test func theStoreIsLockedWhileItIsOpen() async throws {
        let directory = try FaultyDirectory("owner")
        let store = try await Store.open(directory: directory.path)
        await #expect {
            try await Store.open(directory: directory.path)
        } throws: { error in
            guard case Store.OpenFailure.locked(.held) = error else { return false }
            return true
        }
        await store.close()
    }
}

@Suite struct CrashJournalTests {
    private let digest = (0..<32).map { UInt8($0 + 1) }

    @Test func aDigestStandsThereWhileTheMessageIsRead() throws {
        let directory = try FaultyDirectory("journal")
        let path = directory.path + "/crash.journal"
        let journal = try CrashJournal(path: path)
        #expect(journal.suspects.isEmpty)
        let suspects = try journal.guarding(digest) { try CrashJournal(path: path).suspects }
        #expect(suspects == [digest])
        #expect(try CrashJournal(path: path).suspects.isEmpty)
    }

    @Test func aReadingThatThrowsIsNoCrash() throws {
        let directory = try FaultyDirectory("journal")
        let path = directory.path + "/crash.journal"
        let journal = try CrashJournal(path: path)
        #expect(throws: StoreError.full) { try journal.guarding(digest) { throw StoreError.full } }
        #expect(try CrashJournal(path: path).suspects.isEmpty)
    }

    @Test func moreReadersThanSlotsHarmNobody() throws {
        let directory = try FaultyDirectory("journal")
        let path = directory.path + "/crash.journal"
        let journal = try CrashJournal(path: path)
        func nest(_ depth: Int) throws {
            guard depth > 0 else { return }
            try journal.guarding(digest) { try nest(depth - 1) }
        }
        try nest(300)
        #expect(try CrashJournal(path: path).suspects.isEmpty)
        try nest(300)
    }

    /// The process dies in the middle of a message: the digest is a suspect at the next start, and stays one.
    @Test func whatWasBeingReadWhenTheProcessDiedIsASuspect() async throws {
        let directory = try FaultyDirectory("journal")
        let path = directory.path
        await #expect(processExitsWith: .failure) { [path = path as String, digest = digest as [UInt8]] in
            let store = try await Store.open(directory: path)
            store.journal.guarding(digest) { fatalError("a bad mail") }
        }
        for round in 0..<3 {
            let store = try await Store.open(directory: path)
            #expect(store.newSuspects == (round == 0 ? 1 : 0))
            #expect(store.isCrashSuspect(digest))
            #expect(!store.isCrashSuspect([UInt8](repeating: 7, count: 32)))
            await store.close()
        }
    }
}
