import Faults
import Storage
import Synchronization
import Testing

/// The write-ahead log while readers hold it back, and the pages that nothing uses any more.
@Suite struct LogLimitTests {
    private static let limit = 500_000

    private func makeFixture() async throws -> EngineFixture {
        try await EngineFixture {
            $0.checkpointSize = 100_000
            $0.maximumWALSize = Self.limit
        }
    }

    /// The size of the log's file.
    private func fileSize(_ fixture: EngineFixture) throws -> Int {
        try LocalFileSystem().map(fixture.directory.path + "/store.sqlite-wal").count
    }

    private func holdReader(_ engine: SQLiteEngine) async -> HeldReader {
        let reader = HeldReader(engine)
        await waitUntil { reader.isHeld }
        return reader
    }

    /// Writes until the log has a size.
    private func fill(_ engine: SQLiteEngine, to size: Int) async throws {
        for number in 0..<1000 where engine.currentStatistics.walSize <= size { try await engine.insert(number) }
        #expect(engine.currentStatistics.walSize > size)
    }

    /// Lets the log be tended until it is small.
    private func tendUntilSmall(_ engine: SQLiteEngine) async {
        await waitUntil {
            engine.tend()
            return engine.currentStatistics.walSize == 0
        }
        #expect(engine.currentStatistics.walSize == 0)
    }

    @Test func aLogThatWasHeldBackIsMovedWithoutAnotherCommit() async throws {
        let fixture = try await makeFixture()
        let reader = await holdReader(fixture.engine)
        try await fill(fixture.engine, to: 300_000)
        reader.release()
        await tendUntilSmall(fixture.engine)
        // What it took beyond the usual size goes back to the disk when it begins anew.
        #expect(try fileSize(fixture) > 300_000)
        try await fixture.engine.insert(0)
        #expect(try fileSize(fixture) <= 200_000)
        fixture.engine.close()
    }

    @Test func aLogBeyondItsLimitIsEmptied() async throws {
        let fixture = try await makeFixture()
        let reader = await holdReader(fixture.engine)
        try await fill(fixture.engine, to: Self.limit)
        reader.release()
        await tendUntilSmall(fixture.engine)
        #expect(try fileSize(fixture) == 0)
        fixture.engine.close()
    }

    /// All is moved, but a reader stands at the log's end: it would only grow on, so it is not small.
    @Test func aLogBeyondItsLimitIsNotSmallBeforeItsLastReaderIsGone() async throws {
        let fixture = try await makeFixture()
        let first = await holdReader(fixture.engine)
        try await fill(fixture.engine, to: Self.limit)
        let second = await holdReader(fixture.engine)
        fixture.vfs.reset()
        first.release()
        await waitUntil {
            fixture.engine.tend()
            return fixture.vfs.count(.sync, on: .database) > 0
        }
        #expect(fixture.vfs.count(.sync, on: .database) > 0)
        // The job runs when the checkpoint has ended, and before its own commit.
        let size = try await fixture.engine.write { [engine = fixture.engine] _ throws(StoreError) in engine.walSize }
        #expect(size > Self.limit)
        second.release()
        await tendUntilSmall(fixture.engine)
        fixture.engine.close()
    }

    @Test func freePagesGoBackInBoundedSteps() async throws {
        let fixture = try await makeFixture()
        let engine = fixture.engine
        let pages = { () async throws -> Int64 in
            try await engine.read { reader throws(StoreError) in
                try reader.first("PRAGMA page_count")?.integer(0) ?? 0
            }
        }
        try await engine.write { writer throws(StoreError) in
            for number in 0..<1000 { try writer.insert(number) }
            try writer.run("DELETE FROM entry")
        }
        let full = try await pages()
        await waitUntil {
            engine.tend()
            return engine.currentStatistics.freePages > 1000
        }
        let free = engine.currentStatistics.freePages
        try await engine.giveBackPages()
        let given = full - (try await pages())
        #expect(given > 0 && given < 300)
        for _ in 0..<100 where engine.currentStatistics.freePages > 1024 {
            let before = engine.currentStatistics.freePages
            engine.tend()
            await waitUntil { engine.currentStatistics.freePages < before }
            try await engine.giveBackPages()
        }
        // Some are kept for what comes next.
        #expect(free > 1280)
        #expect((700...1024).contains(engine.currentStatistics.freePages))
        #expect(try await engine.integrity() == "ok")
        engine.close()
    }

    // MARK: Readers

    /// Reads for ever.
    private static let endless: SQLStatement =
        "WITH RECURSIVE c (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM c) SELECT MAX(n) FROM c"

    @Test func aReaderEndsAtItsTimeLimit() async throws {
        let fixture = try await EngineFixture { $0.readerTimeout = 2 }
        await #expect(throws: StoreError.timedOut) {
            try await fixture.engine.read { reader throws(StoreError) in try reader.rows(Self.endless) }
        }
        #expect(fixture.engine.currentStatistics.overdueReaders == 1)
        #expect(try await fixture.engine.numbers() == [])
        fixture.engine.close()
    }

    /// A reader that reads on for minutes holds up neither the commits after a fault nor the end.
    @Test(.timeLimit(.minutes(2))) func aReaderHoldsUpNeitherAFaultNorTheEnd() async throws {
        let fixture = try await EngineFixture { $0.readerTimeout = 3600 }
        let isReading = Flag()
        let reader = Task { [engine = fixture.engine] in
            try await engine.read { reader throws(StoreError) in
                isReading.raise()
                _ = try reader.rows(Self.endless)
            }
        }
        await waitUntil { isReading.isRaised }
        fixture.vfs.fail(.sync, on: .wal, with: .syncFails)
        await #expect(throws: StoreError.outcomeUnknown) { try await fixture.engine.insert(1) }
        try await fixture.engine.insert(2)
        #expect(try await fixture.engine.numbers().contains(2))
        fixture.engine.close()
        await #expect(throws: StoreError.io("the database was closed while it was read")) { try await reader.value }
    }
}

/// Something that has happened, told across threads.
private final class Flag: Sendable {
    private let state = Atomic(false)

    var isRaised: Bool { state.load(ordering: .acquiring) }

    func raise() {
        state.store(true, ordering: .releasing)
    }
}
