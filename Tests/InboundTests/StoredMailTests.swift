import Faults
import Inbound
import Intake
import Logging
import Mail
import NIOPosix
import SMTP
import Storage
import Testing
import Ticketing

/// The listener with the real pipeline and a real store behind it.
@Suite("From the socket into the store", .timeLimit(.minutes(2)))
struct StoredMailTests {
    private static func mailbox(_ id: String, _ state: Mailbox.State = .active) -> Mailbox {
        let defaults = TicketDefaults(name: "standard", queue: "inbox", status: "new", priority: "normal")
        let addresses = ["\(id)@example.com", "\(id).alias@example.com"].compactMap { MailAddress($0) }
        return Mailbox(id: id, name: id, addresses: addresses, defaults: defaults, state: state)
    }

    private static func with(
        _ dialect: SMTPSession.Dialect,
        log: CapturedLog = CapturedLog(),
        _ body: (StoreFixture, Store, ListenerAddress?) async throws -> Void
    ) async throws {
        let fixture = try StoreFixture()
        let mailboxes = [mailbox("support"), mailbox("sales"), mailbox("paused", .paused), mailbox("off", .inactive)]
        let configuration = try RunningListener.configuration(dialect)
        let logger = Logger(label: "test") { _ in log }
        try await fixture.withStore { store in
            try await store.engine.write { writer throws(StoreError) in
                try writer.declare(
                    mailboxes: mailboxes.map { (id: $0.id, name: $0.name) },
                    customers: [],
                    agents: [],
                    at: .now
                )
            }
            let settings = IntakeSettings(
                directory: MailboxDirectory(mailboxes: mailboxes, postmaster: "support"),
                numberPrefix: "MW"
            )
            let listener = MailListener(
                configuration: configuration,
                hostname: "mx.example.com",
                pipeline: IntakePipeline(store: store, settings: settings),
                group: MultiThreadedEventLoopGroup.singleton,
                logger: logger
            )
            try await RunningListener.run(listener, logger) { _ in
                try await body(fixture, store, listener.boundAddress)
            }
        }
    }

    private static let message = "Subject: x\r\nMessage-ID: <1@b.example>\r\n\r\ntext\r\n.\r\n"

    @Test("WIRE 61: the reply comes behind the sync, and not before")
    func syncBeforeReply() async throws {
        try await Self.with(.smtp) { fixture, store, address in
            try await DialogueClient.connect(to: address) { client in
                _ = try await client.reply()
                try await client.send("EHLO c\r\nMAIL FROM:<>\r\nRCPT TO:<support@example.com>\r\nDATA\r\n")
                for _ in 0..<4 { _ = try await client.reply() }
                fixture.vfs.holdSyncs()
                try await client.send(Self.message)
                try await eventually("the sync") { fixture.vfs.heldSyncs == 1 }
                #expect(client.unread == 0)
                fixture.vfs.releaseSyncs()
                try await client.expect("250 2.0.0 Ok: ")
            }
            let counts = try await store.engine.read { reader throws(StoreError) in try reader.counts() }
            #expect(counts.tickets == 1)
        }
    }

    @Test("WIRE 71: the final replies come long before a relay gives up, also when nothing can be stored")
    func promptReplies() async throws {
        try await Self.with(.lmtp) { fixture, _, address in
            try await DialogueClient.connect(to: address) { client in
                _ = try await client.reply()
                _ = try await client.command("LHLO c")
                for failing in [false, true] {
                    try await client.send("MAIL FROM:<>\r\nRCPT TO:<support@example.com>\r\n")
                    try await client.send("RCPT TO:<sales@example.com>\r\nRCPT TO:<support.alias@example.com>\r\n")
                    try await client.send("DATA\r\n")
                    for _ in 0..<4 { _ = try await client.reply() }
                    #expect(try await client.reply()?.hasPrefix("354") == true)
                    if failing { fixture.vfs.fail(.sync, with: .inputOutput, forever: true) }
                    let start = ContinuousClock.now
                    try await client.send(Self.message.replacing("<1@", with: failing ? "<2@" : "<1@"))
                    for _ in 0..<3 { try await client.expect(failing ? "451 4.3.0" : "250 2.0.0") }
                    // Postfix waits 600 s (lmtp_data_done_timeout).
                    #expect(ContinuousClock.now - start < .seconds(20))
                }
            }
            fixture.vfs.reset()
        }
    }

    @Test("A message that its spool file did not take is put off, and the log says what failed where")
    func spoolFails() async throws {
        let log = CapturedLog()
        try await Self.with(.smtp, log: log) { fixture, _, address in
            try await DialogueClient.connect(to: address) { client in
                _ = try await client.reply()
                try await client.send("EHLO c\r\nMAIL FROM:<>\r\nRCPT TO:<support@example.com>\r\nDATA\r\n")
                for _ in 0..<4 { _ = try await client.reply() }
                fixture.vfs.fail(.write, on: .other, with: .inputOutput, forever: true)
                // More than the fixture's store keeps in memory.
                try await client.send(String(repeating: "A line of twenty.\r\n", count: 2000) + ".\r\n")
                try await client.expect("451 4.3.0")
                fixture.vfs.reset()
            }
            let lines = log.lines.filter { $0.hasPrefix("a message could not be kept until its end") }
            #expect(lines.count == 1)
            #expect(lines.first?.contains("input or output failed: write \(fixture.directory.path)/") == true)
            #expect(lines.first?.contains(" session=") == true)
        }
    }

    @Test("WIRE 72: who gets nothing is told so at RCPT; nothing of it is kept but the refusal, and nothing is sent")
    func noQueue() async throws {
        try await Self.with(.lmtp) { _, store, address in
            try await DialogueClient.connect(to: address) { client in
                _ = try await client.reply()
                _ = try await client.command("LHLO c")
                _ = try await client.command("MAIL FROM:<a@b.example>")
                for (recipient, reply) in [
                    ("nobody@example.com", "550 5.1.1"), ("off@example.com", "550 5.2.1"),
                    ("paused@example.com", "451 4.2.1"), ("x@elsewhere.example", "550 5.7.1"),
                ] {
                    #expect(try await client.command("RCPT TO:<\(recipient)>")?.hasPrefix(reply) == true)
                }
                #expect(try await client.command("DATA")?.hasPrefix("503 5.5.1") == true)
            }
            await store.maintain()
            let counts = try await store.engine.read { reader throws(StoreError) in try reader.counts() }
            #expect(counts.messages == 0 && counts.emailLogEntries == 0)
            #expect(counts.refusals == 4)
            let sent = try await store.engine.read { reader throws(StoreError) in
                try reader.rows("SELECT id FROM outgoing_message").count
            }
            #expect(sent == 0)
        }
    }
}
