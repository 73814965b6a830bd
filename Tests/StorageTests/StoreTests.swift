import Faults
import MIME
import Mail
import OpenSSL
import Storage
import Testing

@Suite struct StoreTests {
    private func migrations(_ store: Store) async throws -> [String] {
        try await store.engine.read { reader throws(StoreError) in
            try reader.rows("SELECT name, applied_at FROM schema_migration ORDER BY name").map {
                "\($0.text(0) ?? "") \($0.integer(1) ?? 0)"
            }
        }
    }

    @Test func migrationsRunOnce() async throws {
        let fixture = try StoreFixture()
        let first = try await fixture.withStore { try await migrations($0) }
        // The clock goes on, so that a migration that ran again would bear another moment.
        let moment = Timestamp.now
        await waitUntil { Timestamp.now > moment }
        let second = try await fixture.withStore { try await migrations($0) }
        #expect(!first.isEmpty)
        #expect(first == second)
    }

    @Test func aNewerSchemaIsRefused() async throws {
        let fixture = try StoreFixture()
        try await fixture.withStore { store in
            try await store.engine.write { writer throws(StoreError) in
                try writer.run("INSERT INTO schema_migration (name, applied_at) VALUES ('999-from-the-future', 0)")
            }
        }
        await #expect {
            try await fixture.open()
        } throws: { error in
            guard case Store.OpenFailure.unusable(.corrupt) = error else { return false }
            return true
        }
    }

    /// A store of a version that knew no verdicts: its files are kept, under paths instead of numbers.
    @Test func attachmentsOfAnOlderSchemaArePaths() async throws {
        let fixture = try StoreFixture()
        let messages = [UniqueID.make(), UniqueID.make()].sorted { $0.bytes.lexicographicallyPrecedes($1.bytes) }
        try await fixture.withStore { store in
            for message in messages {
                _ = try await store.keep(Array("Subject: a\r\n\r\nb\r\n".utf8), as: message)
            }
            try await store.engine.write { writer throws(StoreError) in
                try writer.run("DROP TABLE attachment")
                try writer.run("DROP TABLE sent_image")
                try writer.run("DELETE FROM schema_migration WHERE name LIKE '007-%'")
                try writer.run(
                    """
                    CREATE TABLE attachment (
                        message BLOB NOT NULL REFERENCES message (id), part INTEGER NOT NULL, name TEXT, type TEXT NOT NULL,
                        size INTEGER NOT NULL, digest BLOB NOT NULL, content_id TEXT, is_inline INTEGER NOT NULL,
                        PRIMARY KEY (message, part)
                    ) STRICT, WITHOUT ROWID
                    """
                )
                for (message, part) in [(messages[0], 2), (messages[0], 10), (messages[1], 1)] {
                    let digest = [UInt8](repeating: UInt8(part), count: 32)
                    try writer.run(
                        """
                        INSERT INTO attachment VALUES (\(message), \(part), \("\(part).png"), 'image/png', \(part * 100), \(digest),
                            'id', 1)
                        """
                    )
                }
            }
        }
        try await fixture.withStore { store in
            let rows = try await store.engine.read { reader throws(StoreError) in
                try messages.map { message throws(StoreError) in try reader.attachments(of: message) }
            }
            #expect(rows.map { $0.map(\.path) } == [["2", "10"], ["1"]])
            let last = try #require(rows[0].last)
            #expect((last.message, last.name, last.type, last.size) == (messages[0], "10.png", "image/png", 1000))
            #expect(last.sha256 == [UInt8](repeating: 10, count: 32))
            #expect((last.contentID, last.isInline, last.action, last.note) == ("id", true, .allow, nil))
            #expect(last.detectedType == nil)
        }
    }

    /// The first start is interrupted anywhere: the next one ends with the same schema.
    @Test(arguments: FaultyVFS.Kept.allCases)
    func aSchemaInterruptedIsCompleted(kept: FaultyVFS.Kept) async throws {
        let tables: @Sendable (Store) async throws -> [String] = { store in
            try await store.engine.read { reader throws(StoreError) in
                try reader.rows("SELECT name FROM sqlite_schema ORDER BY name").compactMap { $0.text(0) }
            }
        }
        let whole = try StoreFixture()
        let expected = try await whole.withStore { try await tables($0) }
        let count = whole.vfs.count()
        for round in faultyRounds(count, sample: 8) {
            let fixture = try StoreFixture(seed: round)
            fixture.vfs.cutPower(after: round)
            if let store = try? await fixture.open() { await store.close() }
            try fixture.cutPower(keeping: kept, seed: round)
            fixture.vfs.reset()
            let found = try await fixture.withStore { try await tables($0) }
            #expect(found == expected, "cut after \(round)")
        }
    }

    @Test func everyTableIsStrict() async throws {
        let fixture = try StoreFixture()
        let loose = try await fixture.withStore { store in
            try await store.engine.read { reader throws(StoreError) in
                try reader.rows("SELECT name FROM pragma_table_list WHERE type = 'table' AND strict = 0").compactMap {
                    $0.text(0)
                }
            }
        }
        // SQLite's own, and the migrations' own list.
        #expect(loose.filter { !$0.hasPrefix("sqlite_") && $0 != "schema_migration" } == [])
    }

    @Test func theSpoolIsSweptAtStart() async throws {
        let fixture = try StoreFixture()
        let spool = fixture.directory.path + "/spool"
        try await fixture.withStore { _ in }
        let file = try LocalFileSystem().create(spool + "/left-behind")
        file.close()
        let names = try await fixture.withStore { _ in try LocalFileSystem().list(spool) }
        #expect(names == [])
    }

    @Test func lackOfDiskIsSeen() async throws {
        let fixture = try StoreFixture()
        fixture.files.pretendFreeSpace(1000)
        try await fixture.withStore({ $0.minimumFreeDisk = 1001 }) { #expect(!$0.hasFreeDisk) }
        fixture.files.pretendFreeSpace(2000)
        try await fixture.withStore({ $0.minimumFreeDisk = 1001 }) { #expect($0.hasFreeDisk) }
    }

    @Test func theFreeDiskIsAskedForEachSecondAndAfterAFailure() async throws {
        let fixture = try StoreFixture()
        fixture.files.pretendFreeSpace(2000)
        try await fixture.withStore({ $0.minimumFreeDisk = 1000 }) { store async throws in
            fixture.files.pretendFreeSpace(500)
            #expect(try store.makeSink(declaredSize: nil) != nil)
            await store.maintain()
            #expect(!store.hasFreeDisk)
            #expect(throws: StoreError.full) { try store.makeSink(declaredSize: nil) }
            fixture.files.pretendFreeSpace(2000)
            store.note(.full)
            #expect(store.hasFreeDisk)
        }
    }

    @Test func theFloorHoldsForWhatIsDeclared() async throws {
        let fixture = try StoreFixture()
        fixture.files.pretendFreeSpace(100_000)
        try await fixture.withStore({ $0.minimumFreeDisk = 50_000 }) { store async throws in
            #expect(throws: StoreError.full) { try store.makeSink(declaredSize: 50_001) }
            #expect(throws: StoreError.full) { try store.makeSink(declaredSize: .max) }
            var first = try store.makeSink(declaredSize: 30_000)
            #expect(first != nil)
            // The first one's octets are still to come, whatever the system says meanwhile.
            for _ in 0..<2 {
                #expect(throws: StoreError.full) { try store.makeSink(declaredSize: 30_000) }
                #expect(try store.makeSink(declaredSize: 20_000) != nil)
                await store.maintain()
            }
            first = nil
            #expect(try store.makeSink(declaredSize: 50_000) != nil)
        }
    }

    @Test func anOverdueReaderRaisesAnAlarm() async throws {
        try await StoreFixture().withStore({ $0.readerTimeout = 2 }) { store async throws in
            // By the writer, which has no time limit that a busy machine could meet.
            let alarms = { () async throws -> [String] in
                try await store.engine.write { writer throws(StoreError) in try writer.openAlarms().map(\.kind) }
            }
            let start = ContinuousClock.now
            await store.maintain(at: start)
            #expect(try await alarms() == [])
            _ = try? await store.engine.read { reader throws(StoreError) in
                try reader.rows(
                    "WITH RECURSIVE c (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM c) SELECT MAX(n) FROM c"
                )
            }
            await store.maintain(at: start)
            #expect(try await alarms() == ["overdue-reader"])
            await store.maintain(at: start + .seconds(599))
            #expect(try await alarms() == ["overdue-reader"])
            await store.maintain(at: start + .seconds(601))
            #expect(try await alarms() == [])
        }
    }

    @Test func aLocalPeersProcessIsKept() async throws {
        try await StoreFixture().withStore { store in
            let message = try await store.receive(Array("Subject: a\r\n\r\nb\r\n".utf8))
            let id = UniqueID.make()
            let record = MessageRecord(
                id: id,
                receivedAt: .now,
                contentDigest: message.digest,
                summary: nil,
                octets: message,
                isBlob: false
            )
            let row = try await store.engine.write { writer throws(StoreError) in
                try writer.record(record)
                try writer.record(.test(), of: id)
                return try writer.first("SELECT peer_uid, peer_pid FROM delivery")
            }
            #expect(row?.integer(0) == 100)
            #expect(row?.integer(1) == 7)
        }
    }

    @Test func aFaultIsRememberedForASecond() async throws {
        let fixture = try StoreFixture()
        try await fixture.withStore { store in
            #expect(store.isAvailable)
            // A job that contradicts the schema is no fault of the store.
            store.note(.constraint("test"))
            #expect(store.isAvailable)
            store.note(.outcomeUnknown)
            #expect(!store.isAvailable)
            #expect(store.isAvailable(at: .now + .seconds(1)))
            // A limit that was met is no fault either.
            #expect(!StoreError.overloaded.isFaultOfStore)
        }
    }

    @Test func refusalsAreKeptUpToALimitWithoutASyncEach() async throws {
        let fixture = try StoreFixture()
        try await fixture.withStore({ $0.maximumRefusals = 10 }) { store in
            for round in 0..<3 {
                fixture.vfs.reset()
                for number in 0..<20 {
                    store.refusals.add(
                        Refusal(
                            at: Timestamp(milliseconds: Int64(round * 1000 + number)),
                            listener: "smtp",
                            session: "s",
                            peer: "127.0.0.1",
                            helo: "a",
                            reversePath: nil,
                            forwardPath: "x@example.com",
                            reply: "550 \(round).\(number)"
                        )
                    )
                }
                #expect(fixture.vfs.count() == 0)
                try await store.writeRefusals()
                // A log that begins anew is synced once more, for its header.
                #expect((1...2).contains(fixture.vfs.count(.sync, on: .wal)))
            }
            let kept = try await store.engine.read { reader throws(StoreError) in try reader.refusals(limit: 100) }
            #expect(kept.count == 10)
            #expect(kept.contains { $0.reply == "550 2.19" })
            #expect(!kept.contains { $0.reply == "550 2.9" })
        }
    }

    @Test func theNumberOfARemovedTicketStaysTaken() async throws {
        try await StoreFixture().withStore { store in
            let numbers = try await store.engine.write { writer throws(StoreError) in
                try writer.declare(mailboxes: [(id: "support", name: "Support")], customers: [], agents: [], at: .now)
                var numbers: [Int64] = []
                for _ in 0..<3 {
                    let number = try writer.nextTicketNumber()
                    let ticket = TicketRecord(
                        id: .make(),
                        mailbox: "support",
                        queue: "inbox",
                        status: "new",
                        priority: "normal",
                        subject: "",
                        requester: nil,
                        contact: nil,
                        customer: nil,
                        createdAt: .now
                    )
                    try writer.insert(ticket, number: number)
                    numbers.append(number)
                    try writer.run("DELETE FROM ticket WHERE number = 2")
                }
                return numbers
            }
            #expect(numbers == [1, 2, 3])
        }
    }

    @Test func outcomesAreAppendOnly() async throws {
        let fixture = try StoreFixture()
        try await fixture.withStore { store in
            let statements: [SQLStatement] = [
                "UPDATE outcome SET outcome = 'ignored'", "DELETE FROM outcome",
            ]
            let id = UniqueID.make()
            try await store.engine.write { writer throws(StoreError) in
                // The trigger is met by a row; its foreign keys are not the matter here.
                _ = try writer.rows("PRAGMA defer_foreign_keys = ON")
                try writer.declare(mailboxes: [(id: "support", name: "Support")], customers: [], agents: [], at: .now)
            }
            _ = try await store.keep(Array("Subject: a\r\n\r\nb\r\n".utf8), as: id)
            try await store.engine.write { writer throws(StoreError) in
                try writer.record(.test(), of: id)
                try writer.run(
                    """
                    INSERT INTO email_log (id, mailbox, message, delivery, received_at, outcome, outcome_number)
                    SELECT \(id), 'support', \(id), id, 0, 'created', 1 FROM delivery
                    """
                )
                try writer.run(
                    """
                    INSERT INTO outcome (email_log, number, outcome, reason, actor, at, trace)
                    VALUES (\(id), 1, 'created', 'r', 'test', 0, '[]')
                    """
                )
            }
            for statement in statements {
                await #expect(throws: StoreError.self) {
                    try await store.engine.write { writer throws(StoreError) in try writer.run(statement) }
                }
            }
        }
    }

    /// A second owner, as on another node: each job twice, on two connections, at the same time.
    @Test func jobsRunTwiceOnTwoConnectionsGiveTheSameStore() async throws {
        let fixture = try StoreFixture()
        try await fixture.withStore({ $0.busyTimeout = 10 }) { store in
            let other = try SQLiteEngine(path: store.layout.database, configuration: store.configuration)
            let moment = Timestamp(seconds: 1_000_000)
            try await store.engine.write { writer throws(StoreError) in
                try writer.declare(mailboxes: [(id: "support", name: "Support")], customers: [], agents: [], at: moment)
            }
            var messages: [(UniqueID, ReceivedMessage)] = []
            for number in 0..<30 {
                let octets = Array("Subject: \(number)\r\n\r\n\(number)\r\n".utf8)
                messages.append((UniqueID.make(at: moment), try await store.receive(octets)))
            }
            await withTaskGroup(of: Void.self) { group in
                for (id, message) in messages {
                    let record = MessageRecord(
                        id: id,
                        receivedAt: moment,
                        contentDigest: message.digest,
                        summary: nil,
                        octets: message,
                        isBlob: false
                    )
                    let delivery = Delivery.test(id: id)
                    for engine in [store.engine, other] {
                        group.addTask {
                            // Locked by the other connection is an answer; the job is repeated then.
                            for _ in 0..<50 {
                                do throws(StoreError) {
                                    try await engine.write { writer throws(StoreError) in
                                        try writer.record(record)
                                        try writer.record(delivery, of: id)
                                        try writer.declare(
                                            mailboxes: [(id: "support", name: "Support")],
                                            customers: [],
                                            agents: [],
                                            at: moment
                                        )
                                    }
                                    return
                                } catch { continue }
                            }
                            Issue.record("a job was never done")
                        }
                    }
                }
            }
            other.close()
            let counts = try await store.engine.read { reader throws(StoreError) in
                [
                    try reader.first("SELECT COUNT(*) FROM message")?.integer(0),
                    try reader.first("SELECT COUNT(*) FROM message_raw")?.integer(0),
                    try reader.first("SELECT COUNT(*) FROM delivery")?.integer(0),
                    try reader.first("SELECT COUNT(*) FROM mailbox")?.integer(0),
                ]
            }
            #expect(counts == [30, 30, 30, 1])
            #expect(try await store.engine.integrity() == "ok")
        }
    }
}

extension Delivery {
    /// A delivery with an envelope of two recipients.
    static func test(id: UniqueID = .make()) -> Delivery {
        let recipients = ["support@example.com", "help@example.com"].compactMap { MailAddress($0) }
        return Delivery(
            id: id,
            receivedAt: Timestamp(seconds: 1_000_000),
            listener: "lmtp",
            session: "s1",
            peer: .local(uid: 100, pid: 7),
            helo: "client.example",
            protocolKeyword: "LMTP",
            envelope: Envelope(reversePath: .null, recipients: recipients.map { .address($0) })
        )
    }
}
