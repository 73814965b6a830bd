import Faults
import Intake
import Mail
import Storage
import Testing
import Ticketing

@Suite struct IntakePipelineTests {
    @Test func aMailBecomesATicket() async throws {
        try await IntakeFixture().withPipeline { intake in
            let mail = Mail(id: "1@customer.example")
            let entry = try await intake.commit(mail, from: "jo@customer.example")
            #expect(entry.outcome == .created)
            #expect(entry.reason == .newConversation)
            #expect(entry.messageID == "1@customer.example")
            #expect(try intake.octets(entry) == mail.octets)
            let ticket = try await intake.ticket(entry.ticket)
            #expect(ticket.number == 1)
            #expect(ticket.subject == "Printer")
            #expect(ticket.requesterAddress == "jo@customer.example")
            #expect(ticket.requesterName == "Jo")
            #expect((ticket.queue, ticket.status, ticket.priority) == ("inbox", "new", "normal"))
            let comments = try await intake.comments(entry.ticket)
            #expect(comments.map(\.message) == [entry.message])
            #expect(comments.map(\.visibility) == ["public"])
            let outcomes = try await intake.outcomes(entry)
            #expect(outcomes.map(\.outcome) == [.created])
            #expect(
                outcomes.first?.trace.steps.map(\.verdict.stage) == ["mailbox", "read", "sender", "thread", "defaults"]
            )
        }
    }

    @Test func whatKindOfMachineWroteAMailIsTold() async throws {
        try await IntakeFixture().withPipeline { intake in
            var mail = Mail(id: "1@customer.example")
            mail.fields = ["Auto-Submitted: auto-replied", "X-Forwarded-For: a@customer.example support@example.com"]
            let entry = try await intake.commit(mail)
            let steps = try #require(try await intake.outcomes(entry).first?.trace.steps)
            let machine = try #require(steps.first { $0.verdict == .machine })
            #expect(machine.facts.first == Trace.Fact("kind", "auto-reply"))
            #expect(machine.facts.contains(Trace.Fact("Auto-Submitted", "auto-replied")))
            #expect(machine.facts.contains(Trace.Fact("reverse-path", "<>")))
            let forwarded = try #require(steps.first { $0.verdict == .forwarded })
            #expect(forwarded.facts.first == Trace.Fact("X-Forwarded-For", "a@customer.example"))
        }
    }

    @Test func aRetryGetsTheSameAnswer() async throws {
        try await IntakeFixture().withPipeline { intake in
            var mail = Mail(id: "1@customer.example")
            mail.fields = ["Received: from a by b; Sat, 21 Nov 2026 09:30:01 +0000"]
            let first = try await intake.commit(mail)
            #expect(try await intake.commit(mail).id == first.id)
            // Another way here is told by trace headers alone (RFC 5321 section 4.4).
            mail.fields = [
                "Return-Path: <jo@customer.example>", "Received: from c by d; Sat, 21 Nov 2026 10:00:00 +0000",
            ]
            #expect(try await intake.commit(mail).id == first.id)
            let counts = try await intake.counts()
            #expect(counts.tickets == 1)
            #expect(counts.emailLogEntries == 1)
            #expect(try await intake.outcomes(first).count == 1)
            let deliveries = try await intake.store.engine.read { reader throws(StoreError) in
                try reader.deliveries(ofEntry: first.id)
            }
            #expect(deliveries.map(\.isRepeated) == [false, true, true])
        }
    }

    @Test func manyRetriesAtOnceAreOneOutcome() async throws {
        try await IntakeFixture().withPipeline { intake in
            let octets = Mail(id: "1@customer.example").octets
            let ids = await withTaskGroup(of: [Disposition].self) { group in
                for _ in 0..<20 { group.addTask { (try? await intake.deliver(octets)) ?? [] } }
                return await group.reduce(into: Set<Disposition>()) { $0.formUnion($1) }
            }
            #expect(ids.count == 1)
            let counts = try await intake.counts()
            #expect(counts.tickets == 1)
        }
    }

    @Test func twoAliasesAreOneOutcomeAndTwoReplies() async throws {
        try await IntakeFixture().withPipeline { intake in
            let recipients = [
                "support@example.com", "help@example.com", "Support@EXAMPLE.com", "support+tag@example.com",
                "postmaster",
            ]
            let dispositions = try await intake.deliver(Mail(id: "1@c.example").octets, to: recipients)
            #expect(dispositions.count == 5)
            #expect(Set(dispositions).count == 1)
            let log = try await intake.log()
            #expect(log.count == 1)
            #expect(dispositions.first == log.first.map { .committed($0.id) })
            #expect(try await intake.counts().tickets == 1)
        }
    }

    @Test func twoMailboxesAreTwoTickets() async throws {
        try await IntakeFixture().withPipeline { intake in
            let recipients = ["support@example.com", "sales@example.com", "help@example.com"]
            let octets = Mail(id: "1@c.example").octets
            let first = try await intake.deliver(octets, to: recipients)
            #expect(first[0] == first[2])
            #expect(first[0] != first[1])
            let log = try await intake.log()
            #expect(Set(log.map(\.mailbox)) == ["support", "sales"])
            #expect(Set(log.compactMap(\.ticket)) == [1, 2])
            let sales = try #require(log.first { $0.mailbox == "sales" })
            let ticket = try await intake.ticket(sales.ticket)
            #expect((ticket.queue, ticket.status, ticket.priority) == ("deals", "open", "high"))
            // The same again, in another order: each finds its own outcome.
            let second = try await intake.deliver(octets, to: recipients.reversed())
            #expect(second == [first[2], first[1], first[0]])
        }
    }

    @Test func aRecipientThatNoMailboxTakesIsAskedToComeAgain() async throws {
        try await IntakeFixture().withPipeline { intake in
            let dispositions = try await intake.deliver(
                Mail().octets,
                to: ["gone@example.com", "support@example.com", "x@elsewhere.example"]
            )
            #expect(dispositions[0] == .fault)
            #expect(dispositions[2] == .fault)
            guard case .committed = dispositions[1] else { return #expect(dispositions[1] == .fault) }
        }
    }

    @Test func recipientsAreResolved() async throws {
        try await IntakeFixture().withPipeline { intake in
            func resolve(_ text: String) -> RecipientResolution? {
                MailAddress(text).map { intake.pipeline.resolve(.address($0)) }
            }
            #expect(resolve("support@example.com") == .mailbox("support"))
            #expect(resolve("SALES+x@example.com") == .mailbox("sales"))
            #expect(resolve("abuse@example.com") == .mailbox("support"))
            #expect(resolve("nobody@example.com") == .unknown)
            #expect(resolve("support@example.net") == .foreign)
            #expect(intake.pipeline.resolve(.postmaster) == .mailbox("support"))
            var settings = IntakeFixture.settings
            var mailboxes = settings.directory.mailboxes
            mailboxes[0].state = .paused
            mailboxes[1].state = .inactive
            settings.directory = MailboxDirectory(mailboxes: mailboxes)
            intake.pipeline.update(settings)
            #expect(resolve("support@example.com") == .paused)
            #expect(resolve("sales@example.com") == .inactive)
            intake.store.note(.io("test"))
            #expect(resolve("support@example.com") == .unavailable)
        }
    }

    @Test func shortageIsSeenBeforeTheMessage() async throws {
        let fixture = try IntakeFixture()
        fixture.store.files.pretendFreeSpace(10)
        try await fixture.withPipeline({ $0.minimumFreeDisk = 11 }) { intake in
            let sink = intake.pipeline.makeSink(declaredSize: nil)
            #expect(throws: ResourceShortage.diskFloor) { try sink.get() }
        }
        fixture.store.files.pretendFreeSpace(nil)
        try await fixture.withPipeline({ $0.memoryBudget = 10 }) { intake in
            #expect(throws: ResourceShortage.diskFloor) { try intake.pipeline.makeSink(declaredSize: .max).get() }
            #expect(throws: ResourceShortage.memoryBudget) { try intake.pipeline.makeSink(declaredSize: nil).get() }
            intake.store.note(.io("test"))
            #expect(throws: ResourceShortage.store) { try intake.pipeline.makeSink(declaredSize: nil).get() }
        }
    }

    @Test func aLogThatReadersHoldBackStopsNewMail() async throws {
        try await IntakeFixture().withPipeline({ $0.maximumWALSize = 500_000 }) { intake in
            let alarms = { () async throws -> [String] in
                try await intake.store.engine.read { reader throws(StoreError) in try reader.openAlarms().map(\.kind) }
            }
            let reader = HeldReader(intake.store.engine)
            await waitUntil { reader.isHeld }
            var number = 0
            while number < 1000, !intake.store.isLogTooLarge {
                _ = try await intake.commit(Mail(id: "\(number)@c.example"))
                number += 1
            }
            let raised = await intake.store.maintain()
            #expect(raised.map(\.kind) == ["wal-size"] && raised.allSatisfy(\.isRaised))
            #expect(await intake.store.maintain() == [])
            #expect(throws: ResourceShortage.writeAheadLog) { try intake.pipeline.makeSink(declaredSize: nil).get() }
            #expect(try await alarms() == ["wal-size"])
            reader.release()
            let deadline = ContinuousClock.now + .seconds(60)
            while intake.store.isLogTooLarge, .now < deadline { await intake.store.maintain() }
            #expect(throws: Never.self) { try intake.pipeline.makeSink(declaredSize: nil).get() }
            await intake.store.maintain()
            #expect(try await alarms() == [])
            #expect(try await intake.counts().tickets == number)
        }
    }

    @Test func aFullQueueIsNoFault() async throws {
        let fixture = try IntakeFixture()
        try await fixture.withPipeline({ $0.maximumQueue = 1 }) { intake in
            let vfs = fixture.store.vfs
            vfs.holdSyncs()
            let first = Task { try await intake.deliver(Mail(id: "1@c.example").octets) }
            await waitUntil { vfs.heldSyncs == 1 }
            let second = Task { try await intake.deliver(Mail(id: "2@c.example").octets) }
            await waitUntil { intake.store.engine.queueLength == 1 }
            #expect(try await intake.deliver(Mail(id: "3@c.example").octets) == [.overloaded])
            #expect(intake.store.isAvailable)
            vfs.releaseSyncs()
            _ = try await (first.value, second.value)
            #expect(try await intake.counts().tickets == 2)
            await intake.store.maintain()
            let alarms = try await intake.store.engine.read { reader throws(StoreError) in try reader.openAlarms() }
            #expect(alarms == [])
        }
    }

    /// The first time one mailbox had it and the other had not: the octets are found, not stored again.
    @Test(arguments: ["support@example.com", "sales@example.com"])
    func aPartialRetryStoresNoOctetsTwice(first: String) async throws {
        try await IntakeFixture().withPipeline { intake in
            let octets = Mail(id: "1@c.example").octets
            let both = ["support@example.com", "sales@example.com"]
            let before = try await intake.deliver(octets, to: [first])
            let after = try await intake.deliver(octets, to: both)
            #expect(before[0] == after[both.firstIndex(of: first) ?? 0])
            let log = try await intake.log()
            #expect(Set(log.map(\.mailbox)) == ["support", "sales"])
            for entry in log {
                #expect(try intake.octets(entry) == octets)
                #expect(try await intake.comments(entry.ticket).map(\.message) == [entry.message])
            }
            #expect(try await intake.counts().messages == 1)
            // Other trace headers are other octets, and every octet is kept.
            let again = Mail(id: "1@c.example", fields: ["Received: from c by d; x"]).octets
            _ = try await intake.deliver(again, to: both)
            #expect(try await intake.counts().messages == 2)
        }
    }

    // MARK: Without and with a Message-ID

    @Test func withoutAMessageIDEqualOctetsCountWithinAWindow() async throws {
        try await IntakeFixture().withPipeline({ $0.retryWindow = 1000 }) { intake in
            let mail = Mail()
            let start = Timestamp(seconds: 1_800_000_000)
            let first = try await intake.commit(mail, at: start)
            #expect(try await intake.commit(mail, at: start.advanced(bySeconds: 999)).id == first.id)
            let later = try await intake.commit(mail, at: start.advanced(bySeconds: 1001))
            #expect(later.id != first.id)
            #expect(later.outcome == .created)
            // What took the key's place is told where nothing else tells it, and a free key is not.
            let found = try await intake.outcomes(later).first?.trace.steps.first { $0.verdict.stage == "retry" }
            #expect(found?.verdict == .claimExpired)
            #expect(found?.facts == [Trace.Fact("entry", "\(first.id)")])
            #expect(
                try await intake.outcomes(first).first?.trace.steps.contains { $0.verdict.stage == "retry" } == false
            )
            #expect(try await intake.commit(mail, at: start.advanced(bySeconds: 1500)).id == later.id)
            #expect(try await intake.counts().tickets == 2)
            // An explanation tells all of them.
            for (moment, expected) in [(0, Verdict.repeated), (10_000, .claimExpired)] {
                #expect(try await explained(mail, since: start.advanced(bySeconds: Int64(moment)), intake) == expected)
            }
            let other = Mail(subject: "Other")
            #expect(try await explained(other, since: start, intake) == .unclaimed)
        }
    }

    private func explained(_ mail: Mail, since windowStart: Timestamp, _ intake: Intake) async throws -> Verdict? {
        let octets = mail.octets
        let recipients = IntakeFixture.addresses("support@example.com").map { ForwardPath.address($0) }
        return try await intake.store.engine.read { reader throws(StoreError) in
            let explained = try IntakePipeline.explain(
                octets.span,
                envelope: Envelope(reversePath: .null, recipients: recipients),
                settings: IntakeFixture.settings,
                windowStart: windowStart,
                reader: reader
            )
            return explained.first?.decision.trace.steps.first { $0.verdict.stage == "retry" }?.verdict
        }
    }

    @Test func withAMessageIDARetryCountsForEver() async throws {
        try await IntakeFixture().withPipeline({ $0.retryWindow = 1000 }) { intake in
            let mail = Mail(id: "1@c.example")
            let start = Timestamp(seconds: 1_800_000_000)
            let first = try await intake.commit(mail, at: start)
            #expect(try await intake.commit(mail, at: start.advanced(bySeconds: 100_000_000)).id == first.id)
        }
    }

    @Test func aReusedMessageIDWithOtherContentIsNoRetry() async throws {
        try await IntakeFixture().withPipeline { intake in
            let first = try await intake.commit(Mail(id: "1@c.example", body: "one\r\n"))
            let second = try await intake.commit(Mail(id: "1@c.example", body: "two\r\n"))
            #expect(first.id != second.id)
            #expect(second.outcome == .created)
            let trace = try await intake.outcomes(second).first?.trace
            #expect(trace?.steps.contains { $0.facts.contains { $0.name == "Message-ID reused" } } == true)
            #expect(try await intake.counts().tickets == 2)
        }
    }

    // MARK: Every octet

    @Test(arguments: [0, 1, 500, 9000, 40_000, 300_000])
    func everyOctetComesBack(size: Int) async throws {
        try await IntakeFixture().withPipeline { intake in
            var random = SeededRandom(UInt64(size))
            var octets = Mail(id: "\(size)@c.example").octets
            octets += (0..<size).map { _ in UInt8(truncatingIfNeeded: random.next()) }
            _ = try await intake.deliver(octets, to: ["support@example.com", "sales@example.com"])
            let log = try await intake.log()
            #expect(log.count == 2)
            for entry in log {
                #expect(try intake.octets(entry) == octets)
                #expect(entry.size == octets.count)
            }
            await waitUntil { intake.store.spool.reserved == 0 }
            #expect(intake.store.spool.reserved == 0)
        }
    }

    /// With the default limits: in memory, in a spool file, in a file of its own.
    @Test(arguments: [4096, 300_000, 1_500_000])
    func everyOctetComesBackWithTheDefaultLimits(size: Int) async throws {
        let defaults = StorageConfiguration()
        try await IntakeFixture().withPipeline({ $0 = defaults }) { intake in
            let line = Array("All work and no play makes Jack a dull boy.\r\n".utf8)
            var octets = Mail(id: "\(size)@c.example").octets
            while octets.count < size { octets += line }
            let dispositions = try await intake.deliver(octets)
            guard case .committed = dispositions.first else { return #expect(dispositions.first == .fault) }
            let entry = try #require(try await intake.log().first)
            #expect(try intake.octets(entry) == octets)
        }
    }

    @Test(arguments: [
        "", "\r\n", "\r\n\r\n", "no header at all", ":\r\n: x\r\n\r\n", "From: \r\nSubject\r\n\r\nbody",
        "From: <<>>@@\r\nMessage-ID: <\r\n\r\n", "Subject: a\nFrom: x@y\n\nbare line feeds\n",
        "Subject: a\rFrom: x@y\r\rbare carriage returns", "\0\0\0\0", "From: a@b\0c\r\nSubject: \0\0\r\n\r\n\0",
        "Subject: =?utf-8?B?////?= =?nope?Q?=FF=?=\r\n\r\n",
        "Content-Type: multipart/mixed; boundary=\"\r\n\r\n--x\r\n",
        "Content-Type: multipart/mixed; boundary=x\r\n\r\n--x\r\nContent-Type: multipart/mixed; boundary=x\r\n\r\n--x",
        "Content-Transfer-Encoding: base64\r\n\r\n!!!!=A=B=C", "Message-ID: <a b c>\r\nReferences: ><><\r\n\r\n",
        "Subject: [Ticket #MW-99999999999999999999]\r\n\r\n", "Subject: [Ticket #MW-0]\r\n\r\n",
        "Date: never\r\nFrom: \u{FEFF}\r\n\r\n", " folded first line\r\n\r\n",
    ])
    func defectsNeverRefuse(text: String) async throws {
        try await IntakeFixture().withPipeline { intake in
            let octets = Array(text.utf8)
            let dispositions = try await intake.deliver(octets)
            guard case .committed = dispositions.first else { return #expect(dispositions.first == .fault) }
            let entry = try #require(try await intake.log().first)
            #expect(entry.outcome == .created)
            #expect(try intake.octets(entry) == octets)
            #expect(try await intake.deliver(octets) == dispositions)
        }
    }

    @Test func noiseNeverRefuses() async throws {
        try await IntakeFixture().withPipeline { intake in
            var random = SeededRandom(42)
            let alphabet = Array("From:Subject:=?utf-8?B?\r\n\r\n--x;boundary=<>@\"()\\ \t\0\u{FF}".utf8)
            for _ in 0..<faultyRounds(400, sample: 60).count {
                let length = Int.random(in: 0..<400, using: &random)
                let octets = (0..<length).map { _ in alphabet.randomElement(using: &random) ?? 0 }
                let dispositions = try await intake.deliver(octets)
                guard case .committed = dispositions.first else {
                    Issue.record("refused: \(octets)")
                    continue
                }
            }
        }
    }
}
