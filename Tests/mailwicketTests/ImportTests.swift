internal import Console
internal import Foundation
internal import Intake
internal import Mail
internal import Storage
internal import Testing
internal import Ticketing
internal import mailwicket

/// Old mail from a file into a store, and what the store then tells of it.
@Suite struct ImportTests {
    /// Three conversations of four messages, each answering the one before, and one message with an attachment.
    private static let mbox: String = {
        var text = ""
        for index in 0..<12 {
            let (thread, position) = (index / 4, index % 4)
            text += "From a@x.example Sat Nov 21 09:30:00 2020\n"
            text += "From: Person \(position) <p\(position)@x.example>\nTo: support@example.com\n"
            text += "Subject: \(position == 0 ? "" : "Re: ")Thread \(thread)\n"
            text += "Date: Sat, 21 Nov 2020 09:\(10 + index):00 +0000\nMessage-ID: <m\(index)@x.example>\n"
            if position > 0 { text += "References: <m\(index - 1)@x.example>\n" }
            text += "\nText \(index)\n>From here on\n\n"
        }
        return text + """
            From a@x.example Sat Nov 21 09:30:00 2020
            From: Person 9 <P9@X.example>
            Subject: =?utf-8?q?Gr=C3=BC=C3=9Fe?=
            Message-ID: <last@x.example>
            Content-Type: multipart/mixed; boundary=b

            --b

            See the report.
            --b
            Content-Type: application/pdf; name=report.pdf
            Content-Disposition: attachment; filename=report.pdf
            Content-Transfer-Encoding: base64

            JVBERi0=
            --b--

            """
    }()

    private func withStore(_ body: (Store, MessageImport, MessageFiles) async throws -> Void) async throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: "mailwicket-\(UUID())")
        defer { try? FileManager.default.removeItem(at: folder) }
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        let file = folder.appending(path: "old.mbox")
        try Data(Self.mbox.utf8).write(to: file)
        let configuration = try Configuration(
            yaml: """
                listeners: [{ name: a, dialect: smtp, address: "127.0.0.1:1" }]
                mailboxes: [{ id: support, addresses: support@example.com }]
                customers: [{ id: x, name: X Ltd, domains: [x.example] }]
                """,
            file: "c.yaml"
        )
        let store = try await Store.open(directory: folder.appending(path: "data").path)
        try await store.engine.write { writer throws(StoreError) in
            try writer.declare(
                mailboxes: [(id: "support", name: "Support")],
                customers: configuration.customers,
                agents: [],
                at: .now
            )
        }
        let pipeline = IntakePipeline(
            store: store,
            settings: IntakeSettings(directory: configuration.directory, numberPrefix: configuration.ticketPrefix)
        )
        let importing = MessageImport(pipeline: pipeline, store: store) { 1 << 20 }
        let files = try MessageFiles(paths: [file.path], quoting: .mboxrd, maximumSize: 1 << 20)
        try await body(store, importing, files)
        await store.close()
    }

    private func run(_ files: MessageFiles, _ importing: MessageImport) async throws -> ImportCounts {
        let options = ImportOptions(mailbox: "support", status: "closed")
        return try await ImportRun(files: files).run { octets, name in
            try await importing.run(octets, name: name, options: options)
        }
    }

    /// Nobody else looks after a store whose owner is the import, for the free disk and the log.
    @Test func aStoreIsLookedAfterMeanwhile() async throws {
        try await withStore { store, importing, files in
            let full = Alarm(kind: "disk-space", text: "Full.", raisedAt: .now, lastAt: .now)
            try await store.engine.write { writer throws(StoreError) in try writer.raise(full) }
            let counts = try await MaintenanceService.maintaining(store) { try await run(files, importing) }
            #expect(counts.imported == 13)
            let alarms = try await store.engine.read { reader throws(StoreError) in try reader.openAlarms() }
            #expect(alarms == [])
        }
    }

    /// Answers find what they answer although several messages are under way at once, and a second run changes nothing.
    @Test func threadsAndRepetition() async throws {
        try await withStore { store, importing, files in
            let first = try await run(files, importing)
            #expect(first.imported == 13)
            #expect(first.outcomes == ["created": 4, "appended": 9])
            let second = try await run(files, importing)
            #expect(second.imported == 0)
            #expect(second.repeated == 13)
            #expect(second.failed == 0)
            let counts = try await store.engine.read { reader throws(StoreError) in try reader.counts() }
            #expect(counts.tickets == 4)
            #expect(counts.emailLogEntries == 13)
            #expect(counts.messages == 13)
        }
    }

    /// What came with bare LFs is stored so, and its file, whose LFs become CRLF, is the same message all the same.
    @Test func mailThatCameWithBareLineFeeds() async throws {
        try await withStore { store, importing, _ in
            let octets = Array("From: a@x.example\nSubject: LF\nMessage-ID: <lf@x.example>\n\nx\n".utf8)
            let options = ImportOptions(mailbox: "support")
            let first = try await importing.run(octets, name: "as it came", options: options)
            #expect(first.result == .imported)
            let file = FileManager.default.temporaryDirectory.appending(path: "mailwicket-\(UUID()).eml")
            defer { try? FileManager.default.removeItem(at: file) }
            try Data(octets).write(to: file)
            let files = try MessageFiles(paths: [file.path], quoting: .mboxrd, maximumSize: 1 << 20)
            let second = try await run(files, importing)
            #expect(second.imported == 0)
            #expect(second.repeated == 1)
            let counts = try await store.engine.read { reader throws(StoreError) in try reader.counts() }
            #expect(counts.tickets == 1)
        }
    }

    /// A message waits for what it answers, and for nothing else: not for one that came after that.
    @Test(.timeLimit(.minutes(1))) func waitsForWhatItAnswersAlone() async throws {
        let file = FileManager.default.temporaryDirectory.appending(path: "mailwicket-\(UUID()).mbox")
        defer { try? FileManager.default.removeItem(at: file) }
        let messages = ["Message-ID: <a@x>", "Message-ID: <b@x>", "Message-ID: <c@x>\nIn-Reply-To: <a@x>"]
        let text = messages.map { "From a@x.example Sat Nov 21 09:30:00 2020\n\($0)\n\nText\n\n" }.joined()
        try Data(text.utf8).write(to: file)
        let files = try MessageFiles(paths: [file.path], quoting: .mboxrd, maximumSize: 1 << 20)
        // The second is held up until the third is there, which answers the first.
        let (gate, opener) = AsyncStream.makeStream(of: Void.self)
        let counts = try await ImportRun(files: files).run { octets, _ in
            let text = String(decoding: octets, as: UTF8.self)
            if text.contains("Message-ID: <c@x>") { opener.finish() }
            if text.contains("Message-ID: <b@x>") { for await _ in gate {} }
            return ImportAnswer(result: .imported)
        }
        #expect(counts.imported == 3)
    }

    /// When the way itself fails, the import ends and says how far it came.
    @Test func endsWhenTheServerIsGone() async throws {
        try await withStore { _, _, files in
            let gone = ControlError.notRunning(path: "x")
            let broken = await #expect(throws: ImportBroken.self) {
                try await ImportRun(files: files).run { octets, _ in
                    guard String(decoding: octets, as: UTF8.self).contains("Message-ID: <m0@") else { throw gone }
                    return ImportAnswer(result: .imported)
                }
            }
            #expect(broken?.counts.imported == 1)
            #expect(broken?.cause as? ControlError == gone)
        }
    }

    @Test func whatTheTicketsTell() async throws {
        try await withStore { store, importing, files in
            _ = try await run(files, importing)
            let tickets = try await store.engine.read { reader throws(StoreError) in
                try reader.tickets(TicketQuery(status: "closed"))
            }
            #expect(Set(tickets.map(\.subject)) == ["Thread 0", "Thread 1", "Thread 2", "Grüße"])
            #expect(tickets.map(\.number) == tickets.map(\.number).sorted(by: >))
            #expect(tickets.allSatisfy { $0.customer == "x" })
            let thread = try #require(tickets.first { $0.subject == "Thread 1" })
            #expect(thread.createdAt.description == "2020-11-21T09:14:00Z")
            #expect(thread.updatedAt.description == "2020-11-21T09:17:00Z")
            #expect(thread.requesterAddress == "p0@x.example")
            let comments = try await store.engine.read { reader throws(StoreError) in
                try reader.comments(of: thread.id)
            }
            #expect(comments.map(\.authorName) == (0..<4).map { "Person \($0)" })
            #expect(comments.map(\.authorKind) == Array(repeating: "contact", count: 4))
            let last = try #require(tickets.first { $0.subject == "Grüße" })
            let attachments = try await store.engine.read { reader throws(StoreError) in
                try reader.comments(of: last.id).flatMap(\.attachments)
            }
            #expect(attachments.map(\.name) == ["report.pdf"])
            #expect(attachments.map(\.size) == [5])
            let none = try await store.engine.read { reader throws(StoreError) in
                try (
                    reader.tickets(TicketQuery(mailbox: "sales")), reader.tickets(TicketQuery(queue: "x")),
                    reader.tickets(TicketQuery(limit: 2)), reader.ticket(number: 99)
                )
            }
            #expect(none.0.isEmpty)
            #expect(none.1.isEmpty)
            #expect(none.2.count == 2)
            #expect(none.3 == nil)
        }
    }

    @Test func whatTheEmailLogTells() async throws {
        try await withStore { store, importing, files in
            _ = try await run(files, importing)
            func subjects(_ change: (inout EmailLogQuery) -> Void) async throws -> [String] {
                var query = EmailLogQuery(limit: 100)
                change(&query)
                let asked = query
                return try await store.engine.read { reader throws(StoreError) in try reader.emailLog(asked) }
                    .map(\.subject)
            }
            #expect(try await subjects { _ in }.count == 13)
            #expect(try await subjects { $0.limit = 5 }.count == 5)
            #expect(try await subjects { $0.subject = "THREAD 2" }.count == 4)
            #expect(try await subjects { $0.subject = "grüsse" } == [])
            #expect(try await subjects { $0.subject = "GRÜ" } == ["Grüße"])
            #expect(try await subjects { $0.sender = "person 9 <p9@x" } == ["Grüße"])
            #expect(try await subjects { $0.sender = "nobody" } == [])
            #expect(try await subjects { $0.messageID = "m5@x.example" } == ["Re: Thread 1"])
            #expect(try await subjects { $0.messageID = "m5" } == [])
            #expect(try await subjects { $0.outcome = .created }.count == 4)
            #expect(try await subjects { $0.outcome = .rejected } == [])
            #expect(try await subjects { $0.mailbox = "sales" } == [])
            #expect(try await subjects { $0.since = Timestamp.now.advanced(bySeconds: -600) }.count == 13)
            #expect(try await subjects { $0.since = Timestamp.now.advanced(bySeconds: 600) } == [])
            #expect(try await subjects { $0.until = Timestamp.now.advanced(bySeconds: -600) } == [])
            let entries = try await store.engine.read { reader throws(StoreError) in
                try reader.emailLog(EmailLogQuery(limit: 1))
            }
            let entry = try #require(entries.first)
            let outcomes = try await store.engine.read { reader throws(StoreError) in
                try reader.outcomes(ofEntry: entry.id)
            }
            #expect(outcomes.map(\.outcome) == [entry.outcome])
            #expect(outcomes.map(\.actor) == ["import"])
            #expect(outcomes.first?.trace.steps.first?.verdict.stage == "mailbox")
        }
    }

    @Test func moreEntriesThanOnePage() async throws {
        try await withStore { store, importing, _ in
            for index in 0..<520 {
                let text = "From: a@x.example\r\nSubject: S\(index)\r\nMessage-ID: <s\(index)@x>\r\n\r\nx\r\n"
                _ = try await importing.run(
                    Array(text.utf8),
                    name: "",
                    options: ImportOptions(mailbox: "support")
                )
            }
            var query = EmailLogQuery(limit: 600)
            let all = try await store.engine.read { [query] reader throws(StoreError) in try reader.emailLog(query) }
            #expect(Set(all.map(\.subject)).count == 520)
            query.subject = "S3"
            query.limit = 1000
            let some = try await store.engine.read { [query] reader throws(StoreError) in try reader.emailLog(query) }
            #expect(some.count == 111)
        }
    }
}
