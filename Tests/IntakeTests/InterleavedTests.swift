import Faults
import Foundation
import Intake
import Mail
import Storage
import Testing
import Ticketing

/// Each write job run twice, on two connections at once, gives the store that one run gives.
@Suite struct InterleavedTests {
    /// A second owner, as on another node: the lock file is taken away, so that the lock is another one.
    private func openSecondOwner(_ fixture: StoreFixture) async throws -> Intake {
        try FileManager.default.removeItem(atPath: Store.Layout(directory: fixture.directory.path).lock)
        let store = try await fixture.open { $0.busyTimeout = 20 }
        return Intake(store: store, pipeline: IntakePipeline(store: store, settings: IntakeFixture.settings))
    }

    @Test func twoPipelinesOverOneStoreAreOneStore() async throws {
        let bag = Mailbag.assorted(21)
        for seed in faultyRounds(20, sample: 3) {
            let fixture = try IntakeFixture(seed: seed)
            try await fixture.withPipeline({ $0.busyTimeout = 20 }) { intake in
                let other = try await openSecondOwner(fixture.store)
                async let answers = bag.deliver(intake)
                async let otherAnswers = bag.deliver(other)
                let comment: Comment = "two owners, \(seed)"
                for (one, two) in zip(await answers, await otherAnswers) { #expect(one == two, comment) }
                try await bag.check(intake, await answers, comment)
                try await bag.settle(other, await otherAnswers, comment)
                await other.store.close()
            }
        }
    }

    /// The outcomes of one run after the other are those of both at once, ticket numbers aside.
    @Test func theOrderOfDeliveriesDoesNotMatter() async throws {
        let bag = Mailbag.assorted(14)
        let reversed = Mailbag(items: bag.items.reversed())
        let fixture = try IntakeFixture()
        try await fixture.withPipeline { intake in
            let answers = await bag.deliver(intake)
            let again = await reversed.deliver(intake)
            #expect(answers == again.reversed())
            try await bag.check(intake, answers, "in both orders")
        }
    }

    /// One of two mailboxes fails: each recipient gets the answer of its own, and the retry mends the other.
    @Test func aMailboxMayFailAlone() async throws {
        try await IntakeFixture().withPipeline { intake in
            try await intake.store.engine.write { writer throws(StoreError) in
                try writer.run("DELETE FROM mailbox WHERE id = 'sales'")
            }
            let octets = Mail(id: "1@c.example").octets
            let recipients = ["sales@example.com", "support@example.com", "help@example.com"]
            let first = try await intake.deliver(octets, to: recipients)
            #expect(first[0] == .fault)
            #expect(first[1] != .fault)
            #expect(first[1] == first[2])
            #expect(try await intake.log().map(\.mailbox) == ["support"])
            try await IntakeFixture.declare(in: intake.store)
            let second = try await intake.deliver(octets, to: recipients)
            #expect(second[0] != .fault)
            #expect(second[1] == first[1])
            let log = try await intake.log()
            #expect(Set(log.map(\.mailbox)) == ["support", "sales"])
            #expect(log.count == 2)
            for entry in log { #expect(try intake.octets(entry) == octets) }
        }
    }
}
