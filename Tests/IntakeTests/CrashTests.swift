import Faults
import Glibc
import Intake
import MIME
import Mail
import Storage
import Testing
import Ticketing

/// The process dies in the middle of its work; the next one finds the store as it was answered.
@Suite struct CrashTests {
    /// Runs the intake in a data directory, as the server does, with a place at which it dies.
    ///
    /// - Parameter mark: what the subject of the mail holds that it dies of.
    static func run(in path: String, dyingAt point: IntakePoint, of mark: String, by way: Way, _ bag: Mailbag)
        async throws
    {
        var configuration = StorageConfiguration()
        configuration.memoryThreshold = 8192
        configuration.blobThreshold = 32_768
        configuration.minimumFreeDisk = 0
        let store = try await Store.open(directory: path, configuration: configuration)
        try await IntakeFixture.declare(in: store)
        let pipeline = IntakePipeline(store: store, settings: IntakeFixture.settings) { reached, summary in
            guard reached == point, summary?.subject.contains(mark) == true else { return }
            way.die()
        }
        let intake = Intake(store: store, pipeline: pipeline)
        _ = await bag.deliver(intake)
        await store.close()
    }

    /// How a process dies.
    enum Way: String, CaseIterable, Sendable {
        case killed, trapped, overflowed

        func die() {
            switch self {
            case .killed: kill(getpid(), SIGKILL)
            case .trapped: fatalError("a bad mail")
            case .overflowed: _ = overflow(0)
            }
        }

        private func overflow(_ depth: Int) -> Int {
            // Each frame holds octets, so that the stack ends soon; the sum keeps it from becoming a loop.
            let octets = [UInt8](repeating: UInt8(truncatingIfNeeded: depth), count: 16)
            guard depth < .max else { return 0 }
            return overflow(depth + 1) + Int(octets[depth % 16])
        }
    }

    /// Each place with one kind of mail; in a soak each with all of them.
    private static let deaths: [(point: IntakePoint, kind: Int)] = {
        let kinds = [0, 2, 3, 5, 6]
        let points = IntakePoint.allCases
        guard faultyRounds(100).count < 100 else {
            return points.flatMap { point in kinds.map { (point, $0) } }
        }
        return points.enumerated().map { ($1, kinds[$0 % kinds.count]) }
    }()

    /// The mail of which the process dies is one that takes a way of its own.
    @Test(arguments: deaths)
    func killedAt(point: IntakePoint, kind: Int) async throws {
        let fixture = try IntakeFixture()
        let path = fixture.store.directory.path
        await #expect(processExitsWith: .signal(SIGKILL)) {
            [path = path as String, point = point.rawValue as String, kind = kind as Int] in
            let point = try #require(IntakePoint(rawValue: point))
            try await CrashTests.run(in: path, dyingAt: point, of: "Mail \(kind)", by: .killed, .assorted())
        }
        let bag = Mailbag.assorted()
        let nobody = [[Disposition]?](repeating: nil, count: bag.items.count)
        try await fixture.withPipeline { intake in
            try await bag.check(intake, nobody, "killed at \(point)")
            try await bag.settle(intake, nobody, "killed at \(point)")
            // Sent once more, each finds its outcome.
            try await bag.settle(intake, await bag.deliver(intake), "killed at \(point)")
        }
    }

    /// What was answered before the process died is there afterwards.
    @Test func whatWasAnsweredIsThere() async throws {
        let fixture = try IntakeFixture()
        let path = fixture.store.directory.path
        let bag = Mailbag.assorted()
        let answers = try await fixture.withPipeline { await bag.deliver($0) }
        await #expect(processExitsWith: .signal(SIGKILL)) { [path = path as String] in
            let more = Mailbag(items: [
                Mailbag.Item(
                    octets: Mail(id: "x", subject: "Mail X").octets,
                    recipients: ["support@example.com"],
                    mailboxes: ["support"]
                )
            ])
            try await CrashTests.run(in: path, dyingAt: .inserted, of: "Mail X", by: .killed, more)
        }
        // Commands read before any server has started again.
        let counts = try StoreReader(directory: path).read { reader throws(StoreError) in try reader.counts() }
        #expect(counts.emailLogEntries == bag.items.reduce(0) { $0 + $1.mailboxes.count })
        try await fixture.withPipeline { intake in
            try await bag.check(intake, answers, "killed later")
            try await bag.settle(intake, answers, "killed later")
        }
    }

    // MARK: A bad mail harms nobody

    @Test(arguments: [Way.trapped, .overflowed])
    func aBadMailIsQuarantinedAtItsSecondComing(way: Way) async throws {
        let fixture = try IntakeFixture()
        let path = fixture.store.directory.path
        let bad = Mail(id: "bad@c.example", subject: "Bad mail")
        await #expect(processExitsWith: .failure) { [path = path as String, way = way.rawValue as String] in
            let way = try #require(Way(rawValue: way))
            let bag = Mailbag(items: [
                Mailbag.Item(
                    octets: Mail(id: "bad@c.example", subject: "Bad mail").octets,
                    recipients: ["support@example.com"],
                    mailboxes: ["support"]
                )
            ])
            try await CrashTests.run(in: path, dyingAt: .reading, of: "Bad mail", by: way, bag)
        }
        // The same trap stands open; a mail that is read falls into it.
        let probe: @Sendable (IntakePoint, MessageSummary?) -> Void = { point, summary in
            if point == .reading, summary?.subject == "Bad mail" { way.die() }
        }
        try await fixture.withPipeline(probe: probe) { intake in
            #expect(intake.store.newSuspects == 1)
            let neighbour = try await intake.commit(Mail(id: "good@c.example", subject: "Good mail"))
            #expect(neighbour.outcome == .created)
            let entry = try await intake.commit(bad)
            #expect(entry.outcome == .quarantined)
            #expect(entry.reason == .crashSuspect)
            #expect(entry.ticket == nil)
            #expect(try intake.octets(entry) == bad.octets)
            #expect(try await intake.commit(bad).id == entry.id)
            let after = try await intake.commit(Mail(id: "good2@c.example", subject: "Good mail 2"))
            #expect(after.outcome == .created)
        }
        // It stays known over a further start.
        try await fixture.withPipeline(probe: probe) { intake in
            #expect(intake.store.newSuspects == 0)
            let entry = try await intake.commit(bad)
            #expect(entry.outcome == .quarantined)
            #expect(try await intake.log().count == 3)
        }
    }

    /// A mail whose reading goes on and on is alone in that: a neighbour is taken in meanwhile.
    @Test(.timeLimit(.minutes(1))) func aBadMailThatHangsHoldsUpNobody() async throws {
        let isHanging = Flag()
        let isNeighbourAnswered = Flag()
        let probe: @Sendable (IntakePoint, MessageSummary?) -> Void = { point, summary in
            guard point == .reading, summary?.subject == "Bad mail" else { return }
            isHanging.raise()
            while !isNeighbourAnswered.isRaised { sched_yield() }
        }
        try await IntakeFixture().withPipeline(probe: probe) { intake in
            let bad = Task { try await intake.commit(Mail(id: "bad@c.example", subject: "Bad mail")) }
            await waitUntil { isHanging.isRaised }
            let neighbour = try await intake.commit(Mail(id: "good@c.example", subject: "Good mail"))
            #expect(neighbour.outcome == .created)
            isNeighbourAnswered.raise()
            #expect(try await bad.value.outcome == .created)
        }
    }

    /// Committed, but the answer was lost; sent again, and the process dies while it is read: it has its outcome.
    @Test func aMailThatHasItsOutcomeIsNotQuarantinedAsASecondOne() async throws {
        let fixture = try IntakeFixture()
        let path = fixture.store.directory.path
        let mail = Mail(id: "1@c.example", subject: "Mail 1", fields: ["Received: from a by b; x"])
        for point in [IntakePoint.committed, .reading] {
            await #expect(processExitsWith: .signal(SIGKILL)) {
                [path = path as String, point = point.rawValue as String, octets = mail.octets as [UInt8]] in
                let point = try #require(IntakePoint(rawValue: point))
                let bag = Mailbag(items: [
                    Mailbag.Item(octets: octets, recipients: ["support@example.com"], mailboxes: ["support"])
                ])
                try await CrashTests.run(in: path, dyingAt: point, of: "Mail 1", by: .killed, bag)
            }
        }
        try await fixture.withPipeline { intake in
            let entry = try await intake.commit(mail)
            #expect(entry.outcome == .created)
            #expect(try await intake.log().count == 1)
            // From now on a key of its octets leads there, so that it is not looked for again.
            let keys = try await intake.store.engine.read { reader throws(StoreError) in
                try reader.rows("SELECT email_log FROM retry_key WHERE message_id = ''").map { $0.id(0) }
            }
            #expect(keys == [entry.id])
            #expect(try await intake.commit(mail).id == entry.id)
        }
    }
}
