import Faults
import Storage
import Synchronization
import Testing

@Suite struct GroupCommitTests {
    /// Runs jobs as one batch: a first job is held in its sync until all of them wait.
    private func batch(
        _ fixture: EngineFixture,
        _ jobs: [@Sendable (any SQLWriter) throws(StoreError) -> Void],
        beforeRelease: () -> Void = {}
    ) async throws -> [StoreError?] {
        fixture.vfs.holdSyncs()
        let first = Task { [fixture] in try await fixture.engine.insert(-1) }
        await waitUntil { fixture.vfs.heldSyncs == 1 }
        let results = Mutex<[Int: StoreError?]>([:])
        for (index, job) in jobs.enumerated() {
            fixture.engine.write(job) { result in
                var failure: StoreError?
                if case .failure(let error) = result { failure = error }
                results.withLock { $0[index] = .some(failure) }
            }
        }
        #expect(fixture.engine.queueLength == jobs.count)
        beforeRelease()
        fixture.vfs.releaseSyncs()
        try await first.value
        await waitUntil { results.withLock { $0.count == jobs.count } }
        return results.withLock { results in jobs.indices.map { results[$0] ?? StoreError.closed } }
    }

    private func insertion(_ number: Int, size: Int = 100) -> @Sendable (any SQLWriter) throws(StoreError) -> Void {
        { writer throws(StoreError) in try writer.insert(number, size: size) }
    }

    @Test func manyJobsShareOneSync() async throws {
        let fixture = try await EngineFixture()
        let answers = try await batch(fixture, (0..<50).map { insertion($0) })
        #expect(answers == [StoreError?](repeating: nil, count: 50))
        // One for the held job, one for the fifty.
        #expect(fixture.vfs.count(.sync, on: .wal) == 2)
        #expect(fixture.engine.currentStatistics.jobs == 52)
        #expect(try await fixture.engine.numbers() == [-1] + Array(0..<50))
        fixture.engine.close()
    }

    @Test func aCommitIsWrittenToTheLogAtOnce() async throws {
        let fixture = try await EngineFixture()
        fixture.vfs.reset()
        for number in 0..<10 { try await fixture.engine.insert(number, size: 20_000) }
        #expect(fixture.vfs.count(.write, on: .wal) == 10)
        fixture.vfs.reset()
        // More than is kept in memory, so in pieces.
        try await fixture.engine.insert(10, size: 1_000_000)
        let writes = fixture.vfs.count(.write, on: .wal)
        #expect(writes > 1 && writes < 12)
        #expect(try await fixture.engine.numbers() == Array(0...10))
        fixture.engine.close()
    }

    @Test func aBatchIsBounded() async throws {
        let fixture = try await EngineFixture { $0.maximumBatch = 10 }
        _ = try await batch(fixture, (0..<45).map { insertion($0) })
        #expect(fixture.vfs.count(.sync, on: .wal) == 6)
        #expect(try await fixture.engine.numbers().count == 46)
        fixture.engine.close()
    }

    @Test(arguments: [1: 1, 8: 1, 16: 2])
    func whatComesWhileASmallBatchRunsSharesItsCommit(count: Int, syncs: Int) async throws {
        let fixture = try await EngineFixture()
        let done = Mutex(0)
        // The last job of the batch asks for one more.
        var jobs = (0..<count).map { insertion($0) }
        let late = insertion(100)
        let last = insertion(count - 1)
        let engine = fixture.engine
        jobs[count - 1] = { writer throws(StoreError) in
            try last(writer)
            engine.write(late) { _ in done.withLock { $0 += 1 } }
        }
        #expect(try await batch(fixture, jobs) == [StoreError?](repeating: nil, count: count))
        await waitUntil { done.withLock { $0 == 1 } }
        // One more for the held job.
        #expect(fixture.vfs.count(.sync, on: .wal) == syncs + 1)
        #expect(try await fixture.engine.numbers() == [-1] + Array(0..<count) + [100])
        fixture.engine.close()
    }

    @Test func oneConnectionPaysOneSyncForEachJob() async throws {
        let fixture = try await EngineFixture()
        for number in 0..<10 { try await fixture.engine.insert(number) }
        #expect(fixture.vfs.count(.sync, on: .wal) == 10)
        fixture.engine.close()
    }

    @Test(arguments: [0, 7, 19])
    func aFailingJobFailsAlone(position: Int) async throws {
        let fixture = try await EngineFixture()
        var jobs = (0..<20).map { insertion($0) }
        jobs[position] = { writer throws(StoreError) in
            try writer.insert(1000)
            throw StoreError.conflict("as told")
        }
        let answers = try await batch(fixture, jobs)
        #expect(answers[position] == .conflict("as told"))
        #expect(answers.compactMap { $0 }.count == 1)
        #expect(try await fixture.engine.numbers() == [-1] + (0..<20).filter { $0 != position })
        fixture.engine.close()
    }

    @Test func aConstraintFailsAlone() async throws {
        let fixture = try await EngineFixture()
        var jobs = (0..<10).map { insertion($0) }
        jobs[4] = { writer throws(StoreError) in
            try writer.insert(1000)
            try writer.run("INSERT INTO entry (number, text) VALUES (1, NULL)")
        }
        let answers = try await batch(fixture, jobs)
        guard case .constraint = answers[4] else { return #expect(answers[4] == .constraint("")) }
        #expect(answers.compactMap { $0 }.count == 1)
        #expect(try await fixture.engine.numbers() == [-1] + (0..<10).filter { $0 != 4 })
        fixture.engine.close()
    }

    /// A cache of a few pages makes a job write to the log before its commit, so that the disk fills inside of it.
    private func makeSmallCache(_ fixture: EngineFixture) async throws {
        try await fixture.engine.write { writer throws(StoreError) in
            _ = try writer.rows("PRAGMA cache_size = 5")
            _ = try writer.rows("PRAGMA cache_spill = 1")
        }
        fixture.vfs.reset()
    }

    @Test(arguments: [FaultyVFS.Failure.full, .writeFails])
    func aFaultInsideAJobRunsEveryJobAgainAlone(failure: FaultyVFS.Failure) async throws {
        let fixture = try await EngineFixture()
        try await makeSmallCache(fixture)
        let runs = Mutex(0)
        var jobs = (0..<8).map { insertion($0, size: 100) }
        jobs[5] = { writer throws(StoreError) in
            runs.withLock { $0 += 1 }
            try writer.insert(5, size: 200_000)
        }
        let answers = try await batch(fixture, jobs) {
            // The held job has its frames in the log already: the next write is the fifth job's first spilled page.
            fixture.vfs.fail(.write, on: .wal, with: failure)
        }
        #expect(fixture.vfs.failures == 1)
        #expect(answers == [StoreError?](repeating: nil, count: 8))
        #expect(runs.withLock { $0 } == 2)
        #expect(try await fixture.engine.numbers() == [-1] + Array(0..<8))
        #expect(try await fixture.engine.integrity() == "ok")
        fixture.engine.close()
    }

    @Test func aJobThatFillsTheDiskFailsAlone() async throws {
        let fixture = try await EngineFixture()
        let pages = try await fixture.engine.write { writer throws(StoreError) in
            try writer.first("PRAGMA page_count")?.integer(0) ?? 0
        }
        try #require(pages <= 30)
        try await fixture.engine.write { writer throws(StoreError) in
            _ = try writer.rows("PRAGMA max_page_count = 60")
        }
        var jobs = (0..<8).map { insertion($0) }
        jobs[3] = insertion(3, size: 400_000)
        let answers = try await batch(fixture, jobs)
        #expect(answers[3] == .full)
        #expect(answers.compactMap { $0 }.count == 1)
        #expect(try await fixture.engine.numbers() == [-1] + (0..<8).filter { $0 != 3 })
        fixture.engine.close()
    }

    /// A full disk ends the transaction behind the job's back; what a job does after that would be outside of any.
    @Test func aJobThatSwallowsAFaultCommitsNothing() async throws {
        let fixture = try await EngineFixture()
        try await makeSmallCache(fixture)
        var jobs = (0..<6).map { insertion($0) }
        jobs[2] = { writer throws(StoreError) in
            try? writer.insert(1000, size: 200_000)
            try writer.insert(2)
        }
        let answers = try await batch(fixture, jobs) {
            fixture.vfs.fail(.write, on: .wal, with: .writeFails)
        }
        let found = try await fixture.engine.numbers()
        #expect(Set(found).count == found.count)
        for (index, answer) in answers.enumerated() where answer == nil { #expect(found.contains(index)) }
        // Neighbours of the one that misbehaves are not harmed.
        for index in [0, 1, 3, 4, 5] { #expect(answers[index] == nil) }
        #expect(try await fixture.engine.integrity() == "ok")
        fixture.engine.close()
    }

    @Test func aFailedCommitLeavesItsOutcomeOpen() async throws {
        let fixture = try await EngineFixture()
        fixture.vfs.fail(.sync, on: .wal, with: .syncFails)
        let claim: @Sendable (any SQLWriter) throws(StoreError) -> Bool = { writer throws(StoreError) in
            let claimed = try writer.rows(
                "INSERT INTO claim (number) VALUES (1) ON CONFLICT DO NOTHING RETURNING number"
            )
            guard !claimed.isEmpty else { return false }
            try writer.insert(1)
            return true
        }
        await #expect(throws: StoreError.outcomeUnknown) { try await fixture.engine.write(claim) }
        #expect(fixture.engine.currentStatistics.fault == .outcomeUnknown)
        // The claimed key settles it, whichever way it went.
        _ = try await fixture.engine.write(claim)
        #expect(try await fixture.engine.write(claim) == false)
        #expect(try await fixture.engine.numbers() == [1])
        #expect(fixture.engine.currentStatistics.fault == nil)
        fixture.engine.close()
    }

    @Test func aFullDiskAtCommitIsAnsweredAsSuch() async throws {
        let fixture = try await EngineFixture()
        fixture.vfs.fail(.write, on: .wal, with: .full, forever: true)
        await #expect(throws: StoreError.full) { try await fixture.engine.insert(1) }
        await #expect(throws: StoreError.full) { try await fixture.engine.insert(2) }
        fixture.vfs.reset()
        try await fixture.engine.insert(3)
        #expect(try await fixture.engine.numbers() == [3])
        fixture.engine.close()
    }

    /// The fault may last longer than one attempt to open the database again.
    @Test func theEngineRecoversWhenTheDiskDoes() async throws {
        let fixture = try await EngineFixture()
        try await fixture.engine.insert(1)
        fixture.vfs.fail(.any, on: .any, with: .inputOutput, forever: true)
        for number in 2..<5 {
            await #expect(throws: StoreError.self) { try await fixture.engine.insert(number) }
        }
        fixture.vfs.reset()
        try await fixture.engine.insert(5)
        let found = try await fixture.engine.numbers()
        #expect(found.first == 1)
        #expect(found.last == 5)
        fixture.engine.close()
    }
}
