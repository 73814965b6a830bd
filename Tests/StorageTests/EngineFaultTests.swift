import Faults
import Storage
import Testing

/// Every operation on the database's files fails once, and the power goes after every one; the ledger must hold.
///
/// A test run takes a sample of the operations, a soak (MAILWICKET_SOAK=1) all of them.
@Suite struct EngineFaultTests {
    private static let writers = 6
    private static let jobs = 5

    /// Several writers at once, so that batches form, and a log small enough that checkpoints come between.
    private func work(_ fixture: EngineFixture) async -> Ledger {
        let ledger = Ledger()
        await withTaskGroup(of: Void.self) { group in
            for writer in 0..<Self.writers {
                group.addTask {
                    for job in 0..<Self.jobs {
                        let number = writer * 100 + job
                        do throws(StoreError) {
                            try await fixture.engine.insert(number)
                            ledger.note(number, .success(true))
                        } catch {
                            ledger.note(number, .failure(error))
                        }
                    }
                }
            }
        }
        return ledger
    }

    private func makeFixture(seed: Int) async throws -> EngineFixture {
        try await EngineFixture(seed: UInt64(seed)) {
            $0.checkpointSize = 65_536
            // Half of them empty the log at each checkpoint, the others only move it.
            if seed % 2 == 1 { $0.maximumWALSize = 65_536 }
        }
    }

    private func countOperations() async throws -> Int {
        let fixture = try await makeFixture(seed: 0)
        _ = await work(fixture)
        fixture.engine.close()
        return fixture.vfs.count()
    }

    private func check(_ fixture: EngineFixture, _ ledger: Ledger, _ comment: Comment) async throws {
        let engine = try fixture.reopened()
        ledger.check(try await engine.numbers(), comment)
        #expect(try await engine.integrity() == "ok", comment)
        // The store is whole: it takes more.
        try await engine.insert(100_000)
        engine.close()
    }

    @Test(arguments: [FaultyVFS.Failure.inputOutput, .full, .syncFails])
    func oneOperationFails(failure: FaultyVFS.Failure) async throws {
        let count = try await countOperations()
        for round in faultyRounds(count) {
            let fixture = try await makeFixture(seed: round)
            fixture.vfs.fail(nth: round, with: failure)
            let ledger = await work(fixture)
            let comment: Comment = "\(failure) at \(round): \(fixture.vfs.operation(round))"
            // One fault harms one batch, and the engine goes on by itself.
            if fixture.vfs.failures == 0 { fixture.vfs.reset() }
            try await fixture.engine.insert(99_999)
            fixture.engine.close()
            fixture.vfs.reset()
            try await check(fixture, ledger, comment)
        }
    }

    @Test(arguments: [FaultyVFS.Failure.inputOutput, .full])
    func allOperationsFailForAWhile(failure: FaultyVFS.Failure) async throws {
        let count = try await countOperations()
        for round in faultyRounds(count) {
            let fixture = try await makeFixture(seed: round)
            fixture.vfs.fail(nth: round, with: failure, forever: true)
            let ledger = await work(fixture)
            let comment: Comment = "\(failure) from \(round): \(fixture.vfs.operation(round))"
            fixture.vfs.reset()
            try await fixture.engine.insert(99_999)
            fixture.engine.close()
            try await check(fixture, ledger, comment)
        }
    }

    @Test(arguments: FaultyVFS.Kept.allCases)
    func thePowerGoes(kept: FaultyVFS.Kept) async throws {
        let count = try await countOperations()
        for round in faultyRounds(count) {
            let fixture = try await makeFixture(seed: round)
            fixture.vfs.cutPower(after: round)
            let ledger = await work(fixture)
            let comment: Comment = "power cut after \(round): \(fixture.vfs.operation(round))"
            try fixture.vfs.cutPower(keeping: kept, sector: round % 2 == 0 ? 512 : 4096)
            fixture.engine.close()
            fixture.vfs.reset()
            try await check(fixture, ledger, comment)
        }
    }

    /// The kernel takes pages whose sync failed for written, so no later sync brings them to the disk.
    @Test(arguments: FaultyVFS.Kept.allCases)
    func whatFollowsAFailedSyncSurvivesAPowerCut(kept: FaultyVFS.Kept) async throws {
        for seed in 1...8 {
            let fixture = try await makeFixture(seed: seed)
            try await fixture.engine.insert(1)
            fixture.vfs.fail(.sync, on: .wal, with: .syncFails)
            // Longer than the next one, so that a part of it stays in the log behind that.
            await #expect(throws: StoreError.outcomeUnknown) { try await fixture.engine.insert(2, size: 40_000) }
            try await fixture.engine.insert(3)
            try fixture.vfs.cutPower(keeping: kept)
            fixture.engine.close()
            fixture.vfs.reset()
            let engine = try fixture.reopened()
            let found = try await engine.numbers()
            #expect(found == [1, 3], "seed \(seed)")
            #expect(try await engine.integrity() == "ok")
            engine.close()
        }
    }

    /// The power goes while the store recovers from the last time that it went.
    @Test func thePowerGoesAgainDuringRecovery() async throws {
        for round in faultyRounds(24) {
            let fixture = try await makeFixture(seed: round)
            let ledger = await work(fixture)
            try fixture.vfs.cutPower(keeping: .some)
            fixture.engine.close()
            fixture.vfs.reset()
            fixture.vfs.cutPower(after: round)
            let engine = try? fixture.reopened()
            try? await engine?.insert(88_888)
            try fixture.vfs.cutPower(keeping: .garbage)
            engine?.close()
            fixture.vfs.reset()
            try await check(fixture, ledger, "cut after \(round) operations of the recovery")
        }
    }

    @Test func openingFailsCleanly() async throws {
        for round in faultyRounds(40) {
            let fixture = try await makeFixture(seed: round)
            let ledger = await work(fixture)
            fixture.engine.close()
            fixture.vfs.reset()
            fixture.vfs.fail(nth: round, with: round % 2 == 0 ? .inputOutput : .cannotOpen)
            if let engine = try? fixture.reopened() {
                try? await engine.insert(77_777)
                engine.close()
            }
            fixture.vfs.reset()
            try await check(fixture, ledger, "opening failed at \(round)")
        }
    }

    /// A job claims its key first, so that one that is repeated after any fault takes effect once.
    @Test func aRepeatedJobTakesEffectOnce() async throws {
        let claim: @Sendable (Int, any SQLWriter) throws(StoreError) -> Void = { number, writer throws(StoreError) in
            let claimed = try writer.rows(
                "INSERT INTO claim (number) VALUES (\(number)) ON CONFLICT DO NOTHING RETURNING number"
            )
            if !claimed.isEmpty { try writer.insert(number) }
        }
        for round in faultyRounds(30) {
            let fixture = try await makeFixture(seed: round)
            fixture.vfs.fail(nth: round, with: .syncFails)
            let ledger = Ledger()
            for number in 0..<8 {
                for _ in 0..<4 {
                    do {
                        try await fixture.engine.write { writer throws(StoreError) in try claim(number, writer) }
                        ledger.note(number, .success(true))
                        break
                    } catch {
                        continue
                    }
                }
            }
            #expect(ledger.succeeded.count == 8)
            fixture.engine.close()
            fixture.vfs.reset()
            try await check(fixture, ledger, "sync failed at \(round)")
        }
    }
}
