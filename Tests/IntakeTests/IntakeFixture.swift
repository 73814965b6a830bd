import Faults
import Intake
import MIME
import Mail
import Storage
import Synchronization
import Testing
import Ticketing

/// A pipeline over a real store, with two mailboxes, a customer, and an agent.
struct IntakeFixture: Sendable {
    let store: StoreFixture

    init(seed: Int = 1) throws {
        store = try StoreFixture(seed: seed)
    }

    static var settings: IntakeSettings {
        let defaults = TicketDefaults(name: "standard", queue: "inbox", status: "new", priority: "normal")
        let urgent = TicketDefaults(name: "urgent", queue: "deals", status: "open", priority: "high")
        let mailboxes = [
            Mailbox(
                id: "support",
                name: "Support",
                addresses: addresses("support@example.com", "help@example.com"),
                defaults: defaults
            ),
            Mailbox(id: "sales", name: "Sales", addresses: addresses("sales@example.com"), defaults: urgent),
        ]
        return IntakeSettings(
            directory: MailboxDirectory(mailboxes: mailboxes, postmaster: "support"),
            numberPrefix: "MW"
        )
    }

    static func addresses(_ texts: String...) -> [MailAddress] { texts.compactMap { MailAddress($0) } }

    /// Opens a store that knows the configuration.
    static func declare(in store: Store) async throws {
        let ann = CustomerRecord.Contact(id: "ann", name: "Ann", addresses: addresses("ann@acme.example"))
        let acme = CustomerRecord(
            id: "acme",
            name: "Acme Ltd",
            domains: ["acme.example"].compactMap { Domain($0) },
            contacts: [ann]
        )
        let bob = AgentRecord(id: "bob", name: "Bob", addresses: addresses("bob@example.com"))
        try await store.engine.write { writer throws(StoreError) in
            try writer.declare(
                mailboxes: [(id: "support", name: "Support"), (id: "sales", name: "Sales")],
                customers: [acme],
                agents: [bob],
                at: .now
            )
        }
    }

    /// Lends an open store and a pipeline into it.
    func withPipeline<T: Sendable>(
        _ adjust: (inout StorageConfiguration) -> Void = { _ in },
        probe: (@Sendable (IntakePoint, MessageSummary?) -> Void)? = nil,
        _ body: (Intake) async throws -> T
    ) async throws -> T {
        try await store.withStore(adjust) { store in
            try await Self.declare(in: store)
            let pipeline = IntakePipeline(store: store, settings: Self.settings, probe: probe)
            return try await body(Intake(store: store, pipeline: pipeline))
        }
    }
}

/// A store and the pipeline into it, spoken to as a listener does.
struct Intake: Sendable {
    let store: Store
    let pipeline: IntakePipeline

    /// Hands a message in.
    func deliver(
        _ octets: [UInt8],
        to recipients: [String] = ["support@example.com"],
        from sender: String = "",
        at moment: Timestamp = .now
    ) async throws(StoreError) -> [Disposition] {
        let message = try await store.receive(octets)
        return await pipeline.accept(message, .test(to: recipients, from: sender, at: moment))
    }

    /// Hands in a message for one recipient, which must be committed.
    func commit(
        _ mail: Mail,
        to recipient: String = "support@example.com",
        from sender: String = "",
        at moment: Timestamp = .now,
        sourceLocation: SourceLocation = #_sourceLocation
    ) async throws -> EmailLogRow {
        let dispositions = try await deliver(mail.octets, to: [recipient], from: sender, at: moment)
        guard case .committed(let id) = dispositions.first else {
            Issue.record("not committed: \(dispositions)", sourceLocation: sourceLocation)
            throw StoreError.outcomeUnknown
        }
        let row = try await store.engine.read { reader throws(StoreError) in try reader.emailLogEntry(id) }
        return try #require(row, sourceLocation: sourceLocation)
    }

    func log() async throws -> [EmailLogRow] {
        try await store.engine.read { reader throws(StoreError) in
            try reader.emailLog(EmailLogQuery(limit: 10_000)).reversed()
        }
    }

    func ticket(_ number: Int64?) async throws -> TicketRow {
        let row = try await store.engine.read { reader throws(StoreError) in try reader.ticket(number: number ?? -1) }
        return try #require(row)
    }

    func comments(_ number: Int64?) async throws -> [CommentRow] {
        let ticket = try await ticket(number)
        return try await store.engine.read { reader throws(StoreError) in try reader.comments(of: ticket.id) }
    }

    func outcomes(_ entry: EmailLogRow) async throws -> [OutcomeRow] {
        try await store.engine.read { reader throws(StoreError) in try reader.outcomes(ofEntry: entry.id) }
    }

    func counts() async throws -> StoreCounts {
        try await store.engine.read { reader throws(StoreError) in try reader.counts() }
    }

    /// The octets of an entry's message as they lie in the store.
    func octets(_ entry: EmailLogRow, _ reader: StoreReader? = nil) throws -> [UInt8]? {
        try (reader ?? makeReader()).octets(of: entry.message)
    }

    /// A reader as commands use it.
    func makeReader() throws -> StoreReader {
        try StoreReader(directory: store.layout.directory)
    }
}

/// A mail to be sent.
struct Mail: Sendable {
    var id: String?
    var from = "Jo <jo@customer.example>"
    var subject = "Printer"
    var fields: [String] = []
    var body = "It does not print.\r\n"

    var octets: [UInt8] {
        var lines = fields
        lines.append("From: \(from)")
        lines.append("To: support@example.com")
        lines.append("Subject: \(subject)")
        lines.append("Date: Thu, 21 Nov 2024 09:30:00 +0000")
        if let id { lines.append("Message-ID: <\(id)>") }
        return Array((lines.joined(separator: "\r\n") + "\r\n\r\n" + body).utf8)
    }
}

extension Delivery {
    static func test(to recipients: [String], from sender: String = "", at moment: Timestamp = .now) -> Delivery {
        let paths = recipients.map { text in MailAddress(text).map(ForwardPath.address) ?? .postmaster }
        let reversePath = MailAddress(sender).map(ReversePath.address) ?? .null
        return Delivery(
            id: .make(at: moment),
            receivedAt: moment,
            listener: "lmtp",
            session: "s1",
            peer: .host(address: "127.0.0.1", port: 4711),
            helo: "client.example",
            protocolKeyword: "LMTP",
            envelope: Envelope(reversePath: reversePath, recipients: paths)
        )
    }
}

/// Waits until something is so; a test that waits in vain goes on and fails by its own expectations.
func waitUntil(_ condition: () -> Bool) async {
    for _ in 0..<5000 where !condition() { try? await Task.sleep(for: .milliseconds(2)) }
}

/// Something that has happened, told across threads.
final class Flag: Sendable {
    private let state = Mutex(false)

    var isRaised: Bool { state.withLock { $0 } }

    func raise() {
        state.withLock { $0 = true }
    }
}
