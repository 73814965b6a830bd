import Faults
import GRDB
import Testing

/// The tests' own tool must be right before anything is proved with it.
@Suite struct FaultyVFSTests {
    private func makePool(in directory: FaultyDirectory) throws -> DatabasePool {
        var configuration = Configuration()
        configuration.maximumReaderCount = 1
        let pool = try DatabasePool(path: directory.path + "/test.sqlite", configuration: configuration)
        try pool.writeWithoutTransaction { database in
            try database.execute(sql: "PRAGMA synchronous = FULL; PRAGMA wal_autocheckpoint = 0")
            try database.execute(sql: "CREATE TABLE IF NOT EXISTS entry (number INTEGER PRIMARY KEY, text TEXT)")
        }
        return pool
    }

    private func insert(_ number: Int, into pool: DatabasePool) throws {
        try pool.write { database in
            let text = String(repeating: "\(number) ", count: 500)
            try database.execute(sql: "INSERT INTO entry VALUES (?, ?)", arguments: [number, text])
        }
    }

    private func numbers(in directory: FaultyDirectory) throws -> [Int] {
        let pool = try makePool(in: directory)
        defer { try? pool.close() }
        return try pool.read { database in
            #expect(try String.fetchOne(database, sql: "PRAGMA integrity_check") == "ok")
            return try Int.fetchAll(database, sql: "SELECT number FROM entry ORDER BY number")
        }
    }

    @Test func countsOneSyncOfTheLogPerCommit() throws {
        let directory = try FaultyDirectory()
        let vfs = try FaultyVFS(watching: directory.path)
        let pool = try makePool(in: directory)
        vfs.reset()
        for number in 0..<5 { try insert(number, into: pool) }
        #expect(vfs.count(.sync, on: .wal) == 5)
        #expect(vfs.count(.write, on: .wal) > 5)
        #expect(vfs.count(on: .database) == 0)
        #expect(vfs.operation(0) == "write wal")
        try pool.close()
    }

    @Test func failsTheOperationThatItIsToldTo() throws {
        let directory = try FaultyDirectory()
        let vfs = try FaultyVFS(watching: directory.path)
        let pool = try makePool(in: directory)
        vfs.fail(.sync, on: .wal, nth: 1, with: .syncFails)
        try insert(0, into: pool)
        #expect(throws: DatabaseError.self) { try insert(1, into: pool) }
        try insert(2, into: pool)
        #expect(vfs.failures == 1)
        vfs.fail(.write, on: .wal, with: .full, forever: true)
        let error = #expect(throws: DatabaseError.self) { try insert(3, into: pool) }
        #expect(error?.resultCode == .SQLITE_FULL)
        #expect(throws: DatabaseError.self) { try insert(4, into: pool) }
        vfs.reset()
        try insert(5, into: pool)
        try pool.close()
        #expect(try numbers(in: directory) == [0, 2, 5])
    }

    @Test func leavesOtherDirectoriesAlone() throws {
        let watched = try FaultyDirectory()
        let other = try FaultyDirectory()
        let vfs = try FaultyVFS(watching: watched.path)
        vfs.fail(forever: true)
        let pool = try makePool(in: other)
        try insert(1, into: pool)
        try pool.close()
        #expect(vfs.count() == 0)
        #expect(throws: DatabaseError.self) { try makePool(in: watched) }
    }

    @Test(arguments: FaultyVFS.Kept.allCases)
    func whatWasSyncedSurvivesAPowerCut(kept: FaultyVFS.Kept) throws {
        for round in faultyRounds(120) {
            let directory = try FaultyDirectory()
            let vfs = try FaultyVFS(watching: directory.path, seed: UInt64(round))
            let pool = try makePool(in: directory)
            vfs.cutPower(after: round)
            var committed: [Int] = []
            for number in 0..<20 {
                if number % 7 == 6 { try? pool.writeWithoutTransaction { _ = try $0.checkpoint(.truncate) } }
                do {
                    try insert(number, into: pool)
                    committed.append(number)
                } catch { break }
            }
            try vfs.cutPower(keeping: kept, sector: round % 2 == 0 ? 512 : 4096)
            // One that stayed open would share its view of the log with the next.
            try pool.close()
            vfs.reset()
            let found = try numbers(in: directory)
            // The one that was under way may be there, but none that was answered may be missing.
            #expect(found.starts(with: committed), "cut after \(round)")
            #expect(found.count <= committed.count + 1)
        }
    }

    @Test func whatWasNotSyncedIsLost() throws {
        let directory = try FaultyDirectory()
        let vfs = try FaultyVFS(watching: directory.path)
        let pool = try makePool(in: directory)
        try insert(1, into: pool)
        try pool.writeWithoutTransaction { try $0.execute(sql: "PRAGMA synchronous = NORMAL") }
        try insert(2, into: pool)
        try vfs.cutPower(keeping: .nothing)
        try? pool.close()
        vfs.reset()
        #expect(try numbers(in: directory) == [1])
    }

    @Test func filesWhoseEntryWasNotSyncedVanish() throws {
        let directory = try FaultyDirectory()
        let vfs = try FaultyVFS(watching: directory.path)
        let queue = try DatabaseQueue(path: directory.path + "/test.sqlite")
        try queue.writeWithoutTransaction { database in
            try database.execute(sql: "PRAGMA journal_mode = DELETE; PRAGMA synchronous = OFF; CREATE TABLE entry (a)")
        }
        try vfs.cutPower(keeping: .nothing)
        try? queue.close()
        vfs.reset()
        var configuration = Configuration()
        configuration.readonly = true
        #expect(throws: DatabaseError.self) {
            try DatabaseQueue(path: directory.path + "/test.sqlite", configuration: configuration).read { _ in }
        }
    }

    @Test func otherFilesShareThePower() throws {
        let directory = try FaultyDirectory()
        let vfs = try FaultyVFS(watching: directory.path)
        vfs.cutPower(after: 1)
        #expect(vfs.step(.write) == nil)
        #expect(vfs.step(.sync) != nil)
        #expect(vfs.isPowerless)
        #expect(throws: DatabaseError.self) { try makePool(in: directory) }
        vfs.reset()
        vfs.fail(.sync, on: .other, with: .full)
        #expect(vfs.step(.write) == nil)
        #expect(vfs.step(.sync) == .full)
    }
}
