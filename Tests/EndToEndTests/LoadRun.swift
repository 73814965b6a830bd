import Foundation
import TestSupport
import Testing

/// One run of the load generator beside a test, and its ledger.
final class LoadRun: Sendable {
    struct Entry: Decodable {
        struct Recipient: Decodable {
            let address: String
            let reply: String
        }

        let key: String
        let attempts: Int
        let recipients: [Recipient]

        var subject: String { "Load \(key)" }
    }

    let child: ChildProcess
    private let folder: TemporaryFolder

    init(target: String, seed: Int, messages: Int, sessions: Int, options: [String] = []) throws {
        folder = try TemporaryFolder()
        child = try ChildProcess(
            PeerProgram.load,
            [
                "--target", target, "--seed", "\(seed)", "--messages", "\(messages)", "--sessions", "\(sessions)",
                "--ledger", folder("ledger"), "--json",
            ] + options
        )
    }

    /// Waits for the run's end; what it answered, line by line.
    func ledger(within seconds: Double = 120) async throws -> [Entry] {
        let ending = try await child.ending(within: seconds)
        #expect(ending == .exited(0), "\(child.output) \(child.errors)")
        let text = try String(contentsOfFile: folder("ledger"), encoding: .utf8)
        return try text.split(separator: "\n").map { try JSONDecoder().decode(Entry.self, from: Data($0.utf8)) }
    }
}

/// Compares what was answered with what is stored: every message answered 250 is exactly one outcome per mailbox.
struct LedgerCheck {
    private(set) var answered = 0
    private(set) var sentAgain = 0
    private(set) var problems: [String] = []
    /// The subjects of messages that were kept unread, by entry.
    private var unreadSubjects: [String: String] = [:]

    /// The mailbox behind each address that the tests use.
    static let mailboxes = [
        "support@example.com": "support", "help@example.com": "support", "support+load@example.com": "support",
        "sales@example.com": "sales",
    ]

    /// How many outcomes there are, by subject and mailbox.
    private mutating func outcomes(
        of runs: Set<Substring>,
        at server: ServerProcess
    ) async throws -> [String: [String: Int]] {
        var stored: [String: [String: Int]] = [:]
        let read = try await server.rows(
            "SELECT m.subject, l.mailbox, count(*) FROM email_log l JOIN message m ON m.id = l.message WHERE "
                + runs.map { "m.subject LIKE '\($0)-%'" }.joined(separator: " OR ")
                + " GROUP BY m.subject, l.mailbox"
        )
        for row in read where row.count == 3 {
            stored[row[0], default: [:]][row[1]] = Int(row[2])
        }
        // What the server was reading when it was killed is kept unread at its second coming: the octets tell its name.
        let unread = try await server.rows(
            "SELECT lower(hex(id)), mailbox FROM email_log WHERE outcome = 'quarantined'"
        )
        for row in unread where row.count == 2 {
            if unreadSubjects[row[0]] == nil {
                let raw = try await server.run("log", "raw", Self.identifier(row[0])).output
                let line = raw.split(whereSeparator: \.isNewline).first { $0.hasPrefix("Subject: ") }
                unreadSubjects[row[0]] = line.map { String($0.dropFirst(9)) } ?? ""
            }
            stored[unreadSubjects[row[0]] ?? "", default: [:]][row[1], default: 0] += 1
        }
        return stored
    }

    /// An identifier as people write it, from its hexadecimal digits.
    private static func identifier(_ digits: String) -> String {
        var text = ""
        for (index, digit) in digits.enumerated() {
            if [8, 12, 16, 20].contains(index) { text += "-" }
            text.append(digit)
        }
        return text
    }

    mutating func check(_ entries: [LoadRun.Entry], against server: ServerProcess) async throws {
        let stored = try await outcomes(of: Set(entries.map { $0.subject.prefix { $0 != "-" } }), at: server)
        for entry in entries {
            sentAgain += entry.attempts - 1
            var expected: Set<String> = []
            for recipient in entry.recipients where recipient.reply.hasPrefix("250") {
                guard let mailbox = Self.mailboxes[recipient.address] else {
                    problems.append("\(entry.key): \(recipient.address) was answered \(recipient.reply)")
                    continue
                }
                answered += 1
                expected.insert(mailbox)
            }
            let found = stored[entry.subject] ?? [:]
            for mailbox in expected where found[mailbox] == nil {
                problems.append("\(entry.key) was answered 250 and has no outcome in \(mailbox)")
            }
            for (mailbox, count) in found where count != 1 {
                problems.append("\(entry.key) has \(count) outcomes in \(mailbox)")
            }
            for recipient in entry.recipients where recipient.reply == "unanswered" {
                problems.append("\(entry.key): \(recipient.address) was never answered")
            }
        }
        let orphans = try await server.count(
            """
            SELECT (SELECT count(*) FROM email_log l WHERE NOT EXISTS
                (SELECT 1 FROM outcome o WHERE o.email_log = l.id AND o.number = l.outcome_number))
            + (SELECT count(*) FROM email_log WHERE outcome = 'created' AND ticket IS NULL)
            + (SELECT abs((SELECT count(*) FROM ticket) - (SELECT count(*) FROM email_log WHERE outcome = 'created')))
            """
        )
        if orphans != 0 { problems.append("\(orphans) rows do not fit together") }
    }
}
