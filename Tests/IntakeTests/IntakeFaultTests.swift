import Dispatch
import Faults
import Intake
import Mail
import Storage
import Testing
import Ticketing

/// Every operation on any file fails, or is the last before the power goes, below the whole pipeline.
@Suite struct IntakeFaultTests {
    private let bag = Mailbag.assorted()

    private func countOperations() async throws -> Int {
        let fixture = try IntakeFixture()
        return try await fixture.withPipeline { intake in
            fixture.store.vfs.reset()
            let answers = await bag.deliver(intake)
            let count = fixture.store.vfs.count()
            try await bag.check(intake, answers, "without faults")
            try await bag.settle(intake, answers, "without faults")
            return count
        }
    }

    @Test(arguments: [FaultyVFS.Failure.full, .inputOutput, .syncFails])
    func oneOperationFails(failure: FaultyVFS.Failure) async throws {
        let count = try await countOperations()
        for round in faultyRounds(count, sample: 5) {
            let fixture = try IntakeFixture(seed: round)
            let vfs = fixture.store.vfs
            let answers = try await fixture.withPipeline { intake in
                vfs.reset()
                vfs.fail(nth: round, with: failure)
                return await bag.deliver(intake)
            }
            let comment: Comment = "\(failure) at \(round): \(vfs.operation(round))"
            vfs.reset()
            try await fixture.withPipeline { intake in
                try await bag.check(intake, answers, comment)
                try await bag.settle(intake, answers, comment)
            }
        }
    }

    /// The disk is full for a while, and the same process goes on when it is not any more.
    @Test func theDiskFillsUp() async throws {
        let count = try await countOperations()
        for round in faultyRounds(count, sample: 5) {
            let fixture = try IntakeFixture(seed: round)
            let vfs = fixture.store.vfs
            let comment: Comment = "full from \(round)"
            try await fixture.withPipeline { intake in
                vfs.reset()
                vfs.fail([.write, .truncate], nth: round / 2, with: .full, forever: true)
                let answers = await bag.deliver(intake)
                for disposition in answers.compactMap({ $0 }).joined() {
                    // A full disk is a temporary failure, and told as what it is (RFC 3463, X.3.1).
                    guard case .committed = disposition else {
                        #expect(disposition == .full, comment)
                        continue
                    }
                }
                vfs.reset()
                try await bag.check(intake, answers, comment)
                try await bag.settle(intake, answers, comment)
            }
        }
    }

    @Test(arguments: FaultyVFS.Kept.allCases)
    func thePowerGoes(kept: FaultyVFS.Kept) async throws {
        let count = try await countOperations()
        for round in faultyRounds(count, sample: 5) {
            let fixture = try IntakeFixture(seed: round)
            let vfs = fixture.store.vfs
            let answers = try await fixture.withPipeline { intake in
                vfs.reset()
                vfs.cutPower(after: round)
                let answers = await bag.deliver(intake)
                try fixture.store.cutPower(keeping: kept, seed: round)
                return answers
            }
            let comment: Comment = "power cut after \(round): \(vfs.operation(round))"
            vfs.reset()
            try await fixture.withPipeline { intake in
                try await bag.check(intake, answers, comment)
                try await bag.settle(intake, answers, comment)
            }
        }
    }

    @Test func aLockedDatabaseIsATemporaryFailure() async throws {
        try await IntakeFixture().withPipeline({ $0.busyTimeout = 0 }) { intake in
            let other = try SQLiteEngine(path: intake.store.layout.database, configuration: intake.store.configuration)
            // A job of another process that takes its time.
            let release = DispatchSemaphore(value: 0)
            let isHeld = Flag()
            other.write({ writer throws(StoreError) in
                try writer.run("UPDATE mailbox SET name = name")
                isHeld.raise()
                release.wait()
            }) { _ in }
            await waitUntil { isHeld.isRaised }
            let answers = await bag.deliver(intake)
            release.signal()
            for disposition in answers.compactMap({ $0 }).joined() { #expect(disposition == .fault) }
            other.close()
            try await bag.check(intake, answers, "locked")
            try await bag.settle(intake, answers, "locked")
        }
    }
}
