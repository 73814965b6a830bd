import Faults
import GRDB
import Storage
import Testing

@Suite struct SQLiteEngineTests {
    /// Another program that has the database open and leaves transactions open.
    private func otherProgram(_ path: String) throws -> DatabaseQueue {
        var configuration = Configuration()
        configuration.allowsUnsafeTransactions = true
        return try DatabaseQueue(path: path, configuration: configuration)
    }

    @Test func writerIsDurable() async throws {
        let fixture = try await EngineFixture()
        let pragmas = try await fixture.engine.write { writer throws(StoreError) in
            [
                try writer.first("PRAGMA synchronous")?.integer(0),
                try writer.first("PRAGMA wal_autocheckpoint")?.integer(0),
                try writer.first("PRAGMA mmap_size")?.integer(0), try writer.first("PRAGMA auto_vacuum")?.integer(0),
            ]
        }
        // 2 is FULL, and of auto_vacuum INCREMENTAL. Without mappings the mmap_size pragma may have no row.
        #expect(pragmas[0] == 2)
        #expect(pragmas[1] == 0)
        #expect(pragmas[2] ?? 0 == 0)
        #expect(pragmas[3] == 2)
        let journal = try await fixture.engine.write { writer throws(StoreError) in
            try writer.first("PRAGMA journal_mode")?.text(0)
        }
        #expect(journal == "wal")
        fixture.engine.close()
    }

    @Test func refusesADatabaseThatCannotHaveALog() throws {
        let directory = try FaultyDirectory("engine")
        let path = directory.path + "/store.sqlite"
        // A connection in the middle of a read keeps the journal mode as it is.
        let other = try otherProgram(path)
        try other.writeWithoutTransaction { database in
            try database.execute(sql: "PRAGMA journal_mode = DELETE; CREATE TABLE a (b); INSERT INTO a VALUES (1)")
            try database.execute(sql: "BEGIN; SELECT * FROM a")
        }
        var configuration = StorageConfiguration()
        configuration.busyTimeout = 0
        #expect(throws: StoreError.self) { try SQLiteEngine(path: path, configuration: configuration) }
        try other.writeWithoutTransaction { try $0.execute(sql: "COMMIT") }
        try other.close()
    }

    @Test func refusesAFileThatIsNoDatabase() throws {
        let directory = try FaultyDirectory("engine")
        let path = directory.path + "/store.sqlite"
        let content = [UInt8](repeating: 0x41, count: 8192)
        let file = try LocalFileSystem().create(path)
        try file.write(content.span)
        file.close()
        let error = #expect(throws: StoreError.self) { try SQLiteEngine(path: path) }
        guard case .corrupt = error else { return #expect(error == .corrupt("")) }
    }

    @Test func valuesComeBackAsTheyWere() async throws {
        let fixture = try await EngineFixture()
        let octets = (0..<70_000).map { UInt8(truncatingIfNeeded: $0 &* 31) }
        let rows = try await fixture.engine.write { writer throws(StoreError) in
            let short: [UInt8] = [0, 1, 2]
            let none: String? = nil
            let empty: [UInt8] = []
            return try writer.rows(
                "SELECT \(octets), \(short), \(empty), \("grün 🙂"), \(""), \(Int.max), \(nullable: none), \(octets), \(true)"
            )
        }
        let row = try #require(rows.first)
        #expect(row.blob(0) == octets)
        #expect(row.blob(1) == [0, 1, 2])
        #expect(row.blob(2) == [])
        #expect(row.text(3) == "grün 🙂")
        #expect(row.text(4) == "")
        #expect(row.integer(5) == Int64.max)
        #expect(row.values[6] == .null)
        #expect(row.blob(7) == octets)
        #expect(row.integer(8) == 1)
        fixture.engine.close()
    }

    @Test func aListMayHaveAnyLength() async throws {
        let fixture = try await EngineFixture()
        let counts = try await fixture.engine.write { writer throws(StoreError) in
            for number in 0..<5 { try writer.insert(number) }
            var counts: [Int64?] = []
            for count in [2, 0, 4, 2, 1] {
                let numbers = Array(0..<count)
                counts.append(
                    try writer.first("SELECT count(*) FROM entry WHERE number IN (\(list: numbers))")?.integer(0)
                )
            }
            return counts
        }
        #expect(counts == [2, 0, 4, 2, 1])
        fixture.engine.close()
    }

    @Test func aChangeTellsHowManyRowsItHadToDoWith() async throws {
        let fixture = try await EngineFixture()
        let counts = try await fixture.engine.write { writer throws(StoreError) in
            try writer.run("CREATE TABLE seat (number INTEGER PRIMARY KEY NOT NULL)")
            return [
                try writer.change("INSERT INTO seat (number) VALUES (1), (2), (3)"),
                try writer.change("INSERT INTO seat (number) VALUES (2) ON CONFLICT DO NOTHING"),
                try writer.change("UPDATE seat SET number = number + 10 WHERE number < 3"),
                try writer.change("DELETE FROM seat WHERE number = 99"),
            ]
        }
        #expect(counts == [3, 0, 2, 0])
        fixture.engine.close()
    }

    @Test func aValueIsNeverPartOfTheStatement() async throws {
        let fixture = try await EngineFixture()
        let hostile = "'); DROP TABLE entry; --"
        try await fixture.engine.write { writer throws(StoreError) in
            try writer.run("INSERT INTO entry (number, text) VALUES (1, \(hostile))")
        }
        let text = try await fixture.engine.read { reader throws(StoreError) in
            try reader.first("SELECT text FROM entry")?.text(0)
        }
        #expect(text == hostile)
        fixture.engine.close()
    }

    @Test func readersSeeOnlyWhatIsCommitted() async throws {
        let fixture = try await EngineFixture()
        fixture.vfs.holdSyncs()
        async let write: Void = fixture.engine.insert(1)
        await waitUntil { fixture.vfs.heldSyncs == 1 }
        #expect(try await fixture.engine.numbers() == [])
        fixture.vfs.releaseSyncs()
        try await write
        #expect(try await fixture.engine.numbers() == [1])
        fixture.engine.close()
    }

    @Test func readersCannotWrite() async throws {
        let fixture = try await EngineFixture()
        await #expect(throws: StoreError.self) {
            try await fixture.engine.read { reader throws(StoreError) in
                try reader.rows("INSERT INTO entry (number, text) VALUES (1, 'a') RETURNING number")
            }
        }
        #expect(try await fixture.engine.numbers() == [])
        fixture.engine.close()
    }

    @Test func closingCommitsWhatWaits() async throws {
        let fixture = try await EngineFixture()
        fixture.vfs.holdSyncs()
        let first = Task { [fixture] in try await fixture.engine.insert(0) }
        await waitUntil { fixture.vfs.heldSyncs == 1 }
        let others = (1..<10).map { number in Task { [fixture] in try await fixture.engine.insert(number) } }
        await waitUntil { fixture.engine.queueLength == 9 }
        fixture.vfs.releaseSyncs()
        fixture.engine.close()
        try await first.value
        for other in others { try await other.value }
        await #expect(throws: StoreError.closed) { try await fixture.engine.insert(11) }
        await #expect(throws: StoreError.closed) { try await fixture.engine.numbers() }
        let engine = try fixture.reopened()
        #expect(try await engine.numbers() == Array(0..<10))
        engine.close()
    }

    @Test func theQueueIsBounded() async throws {
        let fixture = try await EngineFixture { $0.maximumQueue = 4 }
        fixture.vfs.holdSyncs()
        let first = Task { [fixture] in try await fixture.engine.insert(0) }
        await waitUntil { fixture.vfs.heldSyncs == 1 }
        let others = (1...4).map { number in Task { [fixture] in try await fixture.engine.insert(number) } }
        await waitUntil { fixture.engine.queueLength == 4 }
        await #expect(throws: StoreError.overloaded) { try await fixture.engine.insert(5) }
        fixture.vfs.releaseSyncs()
        try await first.value
        for other in others { try await other.value }
        #expect(try await fixture.engine.numbers() == [0, 1, 2, 3, 4])
        fixture.engine.close()
    }

    @Test func aLockedDatabaseIsBusy() async throws {
        let fixture = try await EngineFixture()
        for begin in ["BEGIN IMMEDIATE", "BEGIN EXCLUSIVE"] {
            let other = try otherProgram(fixture.directory.path + "/store.sqlite")
            try await other.writeWithoutTransaction { try $0.execute(sql: begin) }
            await #expect(throws: StoreError.busy) { try await fixture.engine.insert(1) }
            #expect(try await fixture.engine.numbers() == [])
            try await other.writeWithoutTransaction { try $0.execute(sql: "ROLLBACK") }
            try other.close()
        }
        try await fixture.engine.insert(2)
        #expect(try await fixture.engine.numbers() == [2])
        fixture.engine.close()
    }

    @Test func aShortLockIsWaitedFor() async throws {
        let fixture = try await EngineFixture { $0.busyTimeout = 5 }
        let other = try otherProgram(fixture.directory.path + "/store.sqlite")
        try await other.writeWithoutTransaction { try $0.execute(sql: "BEGIN IMMEDIATE") }
        let ledger = Ledger()
        fixture.engine.write({ writer throws(StoreError) in
            try writer.insert(1)
            return true
        }) { ledger.note(1, $0) }
        // The writer has taken the job, and finds the lock.
        await waitUntil { fixture.engine.queueLength == 0 }
        try await other.writeWithoutTransaction { try $0.execute(sql: "ROLLBACK") }
        await waitUntil { !ledger.succeeded.isEmpty || !ledger.failed.isEmpty }
        #expect(ledger.succeeded == [1])
        try other.close()
        fixture.engine.close()
    }

    @Test func theLogIsMovedIntoTheDatabase() async throws {
        let fixture = try await EngineFixture { $0.checkpointSize = 100_000 }
        for number in 0..<100 { try await fixture.engine.insert(number) }
        #expect(fixture.vfs.count(.write, on: .database) > 0)
        #expect(fixture.engine.currentStatistics.walSize < 200_000)
        fixture.engine.close()
        let engine = try fixture.reopened()
        #expect(try await engine.numbers() == Array(0..<100))
        #expect(try await engine.integrity() == "ok")
        engine.close()
    }
}
