import Mail
import Testing
import Ticketing

@Suite("Mailbox directory")
struct MailboxDirectoryTests {
    private static let defaults = TicketDefaults(name: "standard", queue: "inbox", status: "new", priority: "normal")

    private static func directory() throws -> MailboxDirectory {
        let support = Mailbox(
            id: "support",
            name: "Support",
            addresses: [
                try #require(MailAddress("support@example.com")), try #require(MailAddress("help+desk@example.com")),
            ],
            defaults: defaults
        )
        let billing = Mailbox(
            id: "billing",
            name: "Billing",
            addresses: [try #require(MailAddress("billing@example.com"))],
            catchAllDomains: [try #require(Domain("shop.example"))],
            extensionDelimiter: "-",
            defaults: defaults
        )
        return MailboxDirectory(mailboxes: [support, billing], postmaster: "billing")
    }

    // WIRE 37-41.
    @Test(
        "finds the mailbox of a recipient",
        arguments: [
            ("support@example.com", "support", "address"),
            ("SUPPORT@Example.COM", "support", "address"),
            ("help+desk@example.com", "support", "address"),
            ("support+urgent@example.com", "support", "extension"),
            ("support+a+b@example.com", "support", "extension"),
            ("help+desk+x@example.com", "support", "extension"),
            ("billing-2026@example.com", "billing", "extension"),
            ("billing+2026@example.com", "unknown", ""),
            ("support-x@example.com", "unknown", ""),
            ("+support@example.com", "unknown", ""),
            ("postmaster@example.com", "billing", "postmaster"),
            ("Abuse@example.com", "billing", "postmaster"),
            ("anything@shop.example", "billing", "catch-all"),
            ("postmaster@shop.example", "billing", "postmaster"),
            ("nobody@example.com", "unknown", ""),
            ("support@example.org", "foreign", ""),
            ("postmaster@example.org", "foreign", ""),
            ("support@sub.example.com", "foreign", ""),
        ]
    )
    func match(recipient: String, mailbox: String, route: String) throws {
        let match = try Self.directory().match(.address(try #require(MailAddress(recipient))))
        #expect(Self.describe(match) == (route.isEmpty ? mailbox : "\(mailbox) by \(route)"))
    }

    @Test("gives <postmaster> without a domain to the postmaster's mailbox (WIRE 40)")
    func postmaster() throws {
        #expect(Self.describe(try Self.directory().match(.postmaster)) == "billing by postmaster")
        #expect(Self.describe(MailboxDirectory(mailboxes: []).match(.postmaster)) == "unknown")
    }

    private static func describe(_ match: MailboxDirectory.Match) -> String {
        switch match {
        case .mailbox(let mailbox, let route): "\(mailbox.id) by \(route.rawValue)"
        case .unknown: "unknown"
        case .foreign: "foreign"
        }
    }
}
