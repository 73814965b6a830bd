internal import ArgumentParser
internal import Foundation
internal import Mail
internal import Storage
internal import Testing
internal import Ticketing
internal import mailwicket

/// What command lines mean, and with which exit code the wrong ones end.
@Suite struct CommandTests {
    @Test(arguments: [
        (["serve"], "ServeCommand"), (["check", "--json", "--config", "x.yaml"], "CheckCommand"),
        (["status", "--json"], "StatusCommand"), (["status", "--clear", "wal-size"], "StatusCommand"),
        (["ticket"], "TicketListCommand"),
        (["ticket", "list", "--status", "new", "--limit", "3"], "TicketListCommand"),
        (["ticket", "show", "MW-1", "--json"], "TicketShowCommand"),
        (["ticket", "show", "1", "--html", "--remote-images", "--entry", "2"], "TicketShowCommand"),
        (["ticket", "show", "1", "--raw", "--entry", "2"], "TicketShowCommand"),
        (["ticket", "attachment", "MW-1"], "TicketAttachmentCommand"),
        (["ticket", "attachment", "MW-1", "2", "-o", "-", "--blocked", "--force"], "TicketAttachmentCommand"),
        (["ticket", "attachment", "MW-1", "--all", "folder", "--all-files"], "TicketAttachmentCommand"),
        (["log"], "LogListCommand"),
        (["log", "show", "01a1fbc6-6f97-7009-b2d1-5d4d9ed3621c"], "LogShowCommand"),
        (["log", "raw", "01a1fbc66f977009b2d15d4d9ed3621c", "--config", "x"], "LogRawCommand"),
        (["log", "refusals"], "LogRefusalsCommand"),
        (["explain", "a.eml", "--rcpt", "a@b.example", "--rcpt", "postmaster", "--from", ""], "ExplainCommand"),
        (["import", "a", "b", "--mailbox", "support", "--status", "closed", "--dry-run"], "ImportCommand"),
        (["import", "a", "--mailbox", "support", "--mbox", "mboxo"], "ImportCommand"),
        (["mailbox"], "MailboxListCommand"), (["mailbox", "list", "--postfix"], "MailboxListCommand"),
        (["cert", "ca", "--directory", "x", "--days", "10"], "CertAuthorityCommand"),
        (["cert", "server", "a.example", "*.b.example", "::1", "--key", "rsa"], "CertServerCommand"),
        (["cert", "client", "a.example"], "CertClientCommand"), (["cert", "show", "a", "--json"], "CertShowCommand"),
    ])
    func right(_ arguments: [String], _ command: String) throws {
        #expect("\(type(of: try Mailwicket.parseAsRoot(arguments)))" == command)
    }

    @Test(arguments: [
        ["sreve"], ["serve", "--port", "25"], ["ticket", "show"], ["ticket", "attachment", "1", "0"],
        ["ticket", "attachment", "1", "2", "--all", "x"], ["ticket", "attachment", "1", "--output", "x"],
        ["ticket", "attachment", "1", "2", "--json"], ["ticket", "attachment"], ["ticket", "list", "--limit", "0"],
        ["ticket", "show", "1", "--raw", "--html"], ["ticket", "show", "1", "--remote-images"],
        ["ticket", "show", "1", "--entry", "0"],
        ["log", "list", "--outcome", "lost"], ["log", "list", "--since", "yesterday"], ["log", "show", "MW-1"],
        ["explain", "a.eml"], ["import", "--mailbox", "support"], ["import", "a"],
        ["import", "a", "--mailbox", "support", "--status", "Done!"],
        ["import", "a", "--mailbox", "support", "--mbox", "mmdf"], ["mailbox", "list", "--postfix", "--json"],
        ["cert", "server"], ["cert", "client", "a", "b"], ["cert", "ca", "--days", "0"], ["cert", "show"],
        ["cert", "server", "a", "--key", "dsa"],
    ])
    func wrong(_ arguments: [String]) {
        let error = #expect(throws: (any Error).self) { _ = try Mailwicket.parseAsRoot(arguments) }
        guard let error else { return }
        #expect(Mailwicket.exitCode(for: error).rawValue == 64)
    }

    @Test func helpTellsTheExitCodes() {
        let help = Mailwicket.helpMessage()
        for code in ["64", "65", "66", "69", "73", "74", "75", "78"] { #expect(help.contains("\n  \(code)  ")) }
        for command in ["serve", "check", "status", "ticket", "log", "explain", "import", "mailbox", "cert"] {
            #expect(help.contains("\n  \(command)  "))
        }
    }

    @Test func logQuery() throws {
        let query = try LogListCommand.parse([
            "--sender", "Ann", "--subject", "fire", "--message-id", "<a@b>", "--outcome", "appended", "--mailbox",
            "support", "--since", "2026-11-21", "--until", "2026-11-21T09:30", "--limit", "7",
        ]).query
        var expected = EmailLogQuery(limit: 7)
        expected.sender = "Ann"
        expected.subject = "fire"
        expected.messageID = "a@b"
        expected.outcome = .appended
        expected.mailbox = "support"
        expected.since = Timestamp(year: 2026, month: 11, day: 21, hour: 0, minute: 0, second: 0)
        expected.until = Timestamp(year: 2026, month: 11, day: 21, hour: 9, minute: 30, second: 0)
        #expect(query == expected)
    }

    @Test(
        arguments: [
            ("90s", "2026-11-21T09:28:30Z"), ("2h", "2026-11-21T07:30:00Z"), ("7d", "2026-11-14T09:30:00Z"),
            ("2026-11-20", "2026-11-20T00:00:00Z"), ("2026-11-20T01:02:03Z", "2026-11-20T01:02:03Z"),
            ("2026-11-20 01:02", "2026-11-20T01:02:00Z"), ("2026-13-01", nil), ("2026-11-20T", nil), ("90", nil),
            ("", nil), ("2026-11", nil),
        ] as [(String, String?)]
    )
    func moments(_ text: String, _ expected: String?) throws {
        let now = try #require(Timestamp(year: 2026, month: 11, day: 21, hour: 9, minute: 30, second: 0))
        #expect(MomentArgument(text, now: now)?.moment.description == expected)
    }

    @Test(
        arguments: [
            ("1", 1), ("MW-12", 12), ("mw-12", 12), ("#MW-12", 12), ("[Ticket #MW-12]", 12), ("#3", 3), ("0", nil),
            ("-1", nil), ("XY-1", nil), ("", nil), ("MW-", nil),
        ] as [(String, Int64?)]
    )
    func ticketNumbers(_ text: String, _ expected: Int64?) {
        #expect(TicketNumber.read(text, prefix: "MW") == expected)
    }

    @Test func postfixRecipients() throws {
        let configuration = try Configuration(
            yaml: """
                listeners: [{ name: a, dialect: smtp, address: "127.0.0.1:1" }]
                mailboxes:
                  - { id: a, addresses: [Support@Example.com, help@example.com] }
                  - { id: b, addresses: [x@other.example], catch_all: [example.com], state: paused }
                  - { id: c, addresses: [gone@third.example], state: inactive }
                """,
            file: "c.yaml"
        )
        #expect(
            try configuration.postfixRecipients() == [
                "support@example.com OK", "help@example.com OK", "x@other.example OK", "@example.com OK",
                "postmaster@example.com OK", "abuse@example.com OK", "postmaster@other.example OK",
                "abuse@other.example OK", "postmaster@third.example OK", "abuse@third.example OK",
            ]
        )
    }

    /// What postmap(1) of Postfix 3.7 was seen to find by these addresses.
    @Test(
        arguments: [
            (#""John Doe"@example.com"#, #""john doe"@example.com OK"#), ("a+b@example.com", "a+b@example.com OK"),
            (#""a\"b\\c"@example.com"#, #""a\"b\\c"@example.com OK"#), (#""a.b"@example.com"#, "a.b@example.com OK"),
            (##""#a b"@example.com"##, ##""#a b"@example.com OK"##), ("ÄRGER@example.com", "ärger@example.com OK"),
            (#""a."@example.com"#, #""a."@example.com OK"#), ("a@exämple.example", "a@exämple.example OK"),
        ]
    )
    func postfixKeys(_ address: String, _ line: String) throws {
        #expect(try Self.configuration(address: address).postfixRecipients().first == line)
    }

    @Test func whatPostfixTakesForAComment() throws {
        let configuration = try Self.configuration(address: "#1@example.com")
        let error = #expect(throws: PostfixTableError.self) { try configuration.postfixRecipients() }
        #expect(error?.description.hasPrefix("#1@example.com cannot stand") == true)
    }

    private static func configuration(address: String) throws -> Configuration {
        let quoted = address.replacing("'", with: "''")
        return try Configuration(
            yaml: """
                listeners: [{ name: a, dialect: smtp, address: "127.0.0.1:1" }]
                mailboxes: [{ id: a, addresses: ['\(quoted)'] }]
                """,
            file: "c.yaml"
        )
    }

    @Test(arguments: [
        (["a", "b"], "a b"), (["./mailwicket", "--config", "x/y.yaml"], "./mailwicket --config x/y.yaml"),
        (["a b", "", "it's"], #"'a b' '' 'it'\''s'"#), (["$HOME", "a;b", "#x"], "'$HOME' 'a;b' '#x'"),
        (["Grüße"], "'Grüße'"),
    ])
    func shellWords(_ words: [String], _ line: String) {
        #expect(CommandLineText.line(words) == line)
    }

    /// The help fits a terminal of eighty columns as it is written, so that tables and examples stay whole.
    @Test func helpIsNotBroken() throws {
        #expect(
            Mailwicket.helpMessage(columns: 80).contains(
                "\n  69  no server answers, or another process owns the data directory\n"
            )
        )
        let mailbox = try #require(
            Mailwicket.configuration.subcommands.first { $0.configuration.commandName == "mailbox" }
        )
        let help = Mailwicket.helpMessage(for: try #require(mailbox.configuration.subcommands.first), columns: 80)
        #expect(help.contains("\n  mv recipients.new /etc/postfix/mailwicket-recipients && postfix reload\n"))
    }

    @Test(arguments: [
        ("/", "Is a directory"), ("/nonexistent", "No such file or directory"), ("/dev/null/x", "Not a directory"),
    ])
    func reasons(_ path: String, _ reason: String) {
        let error = #expect(throws: (any Error).self) { try Data(contentsOf: URL(filePath: path)) }
        #expect(error?.reason == reason)
    }
}
