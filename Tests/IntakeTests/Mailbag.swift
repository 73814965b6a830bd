import Faults
import Intake
import Mail
import Storage
import Synchronization
import Testing
import Ticketing

/// Some mails, whom they are for, and what was answered for each.
struct Mailbag: Sendable {
    struct Item: Sendable {
        var octets: [UInt8]
        var recipients: [String]
        var mailboxes: Set<String>
    }

    let items: [Item]

    /// A mail of each kind that takes its own way: small, spooled, blob, without Message-ID, to two aliases, to two
    /// mailboxes, and an answer.
    static func assorted(_ count: Int = 10) -> Mailbag {
        let support = "support@example.com"
        let items = (0..<count).map { number -> Item in
            var mail = Mail(id: "\(number)@c.example", subject: "Mail \(number)", body: "This is mail \(number).\r\n")
            var item = Item(octets: [], recipients: [support], mailboxes: ["support"])
            switch number % 7 {
            case 1: mail.body += filler(12_000)
            case 2: mail.body += filler(40_000)
            case 3: mail.id = nil
            case 4: item.recipients.append("help@example.com")
            case 5:
                item.recipients.append("sales@example.com")
                item.mailboxes.insert("sales")
            case 6: mail.fields = ["In-Reply-To: <0@c.example>"]
            default: break
            }
            item.octets = mail.octets
            return item
        }
        return Mailbag(items: items)
    }

    private static func filler(_ count: Int) -> String {
        String(repeating: "All work and no play makes Jack a dull boy.\r\n", count: count / 45)
    }

    /// Hands all mails in at once, as several sessions do.
    ///
    /// - Returns: for each mail its dispositions, or `nil` when it was not even received.
    func deliver(_ intake: Intake) async -> [[Disposition]?] {
        await withTaskGroup(of: (Int, [Disposition]?).self) { group in
            for (index, item) in items.enumerated() {
                group.addTask {
                    let dispositions = try? await intake.deliver(item.octets, to: item.recipients)
                    return (index, dispositions)
                }
            }
            var answers = [[Disposition]?](repeating: nil, count: items.count)
            for await (index, dispositions) in group { answers[index] = dispositions }
            return answers
        }
    }

    /// Holds the store to what was answered: a mail answered as committed is there with that entry; each mail has at
    /// most one entry in each of its mailboxes, and none elsewhere; every octet is there.
    func check(_ intake: Intake, _ answers: [[Disposition]?], _ comment: Comment) async throws {
        let log = try await intake.log()
        let reader = try intake.makeReader()
        let known = Dictionary(uniqueKeysWithValues: log.map { ($0.id, $0) })
        for (item, dispositions) in zip(items, answers) {
            for case .committed(let id) in dispositions ?? [] {
                let entry = try #require(known[id], comment)
                #expect(try intake.octets(entry, reader) == item.octets, comment)
                #expect(item.mailboxes.contains(entry.mailbox), comment)
            }
        }
        var seen: Set<String> = []
        for entry in log {
            let octets = try #require(try intake.octets(entry, reader), comment)
            let index = try #require(items.firstIndex { $0.octets == octets }, comment)
            #expect(items[index].mailboxes.contains(entry.mailbox), comment)
            #expect(seen.insert("\(index) \(entry.mailbox)").inserted, "mail \(index) twice: \(comment)")
            #expect(try await intake.outcomes(entry).count == 1, comment)
        }
        try await checkTickets(intake, log, comment)
    }

    /// No outcome without what it says, and nothing without an outcome.
    private func checkTickets(_ intake: Intake, _ log: [EmailLogRow], _ comment: Comment) async throws {
        let created = log.filter { $0.outcome == .created }
        let appended = log.filter { $0.outcome == .appended }
        let counts = try await intake.store.engine.read { reader throws(StoreError) in
            [
                try reader.first("SELECT COUNT(*) FROM ticket")?.integer(0),
                try reader.first("SELECT COUNT(*) FROM comment")?.integer(0),
                try reader.first("SELECT COUNT(*) FROM retry_key")?.integer(0),
                try reader.first(
                    """
                    SELECT COUNT(*) FROM message m LEFT JOIN message_raw r ON r.id = m.raw
                    WHERE r.id IS NULL AND m.blob IS NULL
                    """
                )?.integer(0),
            ]
        }
        #expect(counts[0] == Int64(created.count), comment)
        #expect(counts[1] == Int64(created.count + appended.count), comment)
        #expect(counts[2] == Int64(log.count), comment)
        #expect(counts[3] == 0, comment)
        #expect(Set(created.map(\.ticket)).count == created.count, comment)
        let integrity = try await intake.store.engine.read { reader throws(StoreError) in
            try reader.rows("PRAGMA integrity_check").map { $0.text(0) }
                + reader.rows("PRAGMA foreign_key_check").map { _ in "" }
        }
        #expect(integrity == ["ok"], comment)
    }

    /// Sends everything again, as a sender does who was not answered: each mail has its outcome then, exactly once,
    /// and who was answered before gets the same answer.
    func settle(_ intake: Intake, _ answers: [[Disposition]?], _ comment: Comment) async throws {
        let again = await deliver(intake)
        try await check(intake, again, comment)
        for (index, item) in items.enumerated() {
            let dispositions = again[index] ?? []
            #expect(dispositions.count == item.recipients.count, comment)
            for (disposition, before) in zip(dispositions, answers[index] ?? dispositions) {
                guard case .committed = disposition else {
                    Issue.record("mail \(index) is answered \(disposition): \(comment)")
                    continue
                }
                if case .committed = before { #expect(before == disposition, comment) }
            }
        }
        #expect(try await intake.log().count == items.reduce(0) { $0 + $1.mailboxes.count }, comment)
    }
}
