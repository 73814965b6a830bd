internal import ArgumentParser
internal import Mail
internal import Ticketing

/// The command `mailwicket mailbox`.
struct MailboxCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "mailbox",
        abstract: "List the mailboxes of the configuration.",
        subcommands: [MailboxListCommand.self],
        defaultSubcommand: MailboxListCommand.self
    )
}

/// The command `mailwicket mailbox list`.
struct MailboxListCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "list",
        abstract: "List the mailboxes.",
        discussion: """
            With --postfix it prints the table for Postfix's relay_recipient_maps, so that Postfix itself refuses \
            recipients that do not exist:

              mailwicket mailbox list --postfix > /etc/postfix/mailwicket-recipients && postfix reload
            """
    )

    @OptionGroup var configuration: ConfigurationOptions
    @OptionGroup var output: OutputOptions

    @Flag(name: .long, help: "Print the table for Postfix's relay_recipient_maps (texthash).")
    var postfix = false

    private struct Row: Encodable {
        let id: String
        let name: String
        let addresses: [String]
        let catchAll: [String]
        let extensionDelimiter: String
        let defaults: String
        let state: String
    }

    func validate() throws {
        if postfix, output.json { throw ValidationError("--postfix and --json exclude each other.") }
    }

    func run() async throws {
        let configuration = try configuration.read()
        if postfix {
            for line in configuration.postfixRecipients { print(line) }
            return
        }
        if output.json {
            try Output.json(
                configuration.mailboxes.map { mailbox in
                    Row(
                        id: mailbox.id,
                        name: mailbox.name,
                        addresses: mailbox.addresses.map(\.description),
                        catchAll: mailbox.catchAllDomains.map(\.name),
                        extensionDelimiter: mailbox.extensionDelimiter.map(String.init) ?? "",
                        defaults: mailbox.defaults.name,
                        state: mailbox.state.rawValue
                    )
                }
            )
            return
        }
        Output.table(
            ["ID", "STATE", "DEFAULTS", "ADDRESSES"],
            configuration.mailboxes.map { mailbox in
                let addresses = mailbox.addresses.map(\.description) + mailbox.catchAllDomains.map { "*@\($0)" }
                return [
                    mailbox.id, mailbox.state.rawValue, mailbox.defaults.name, addresses.joined(separator: ", "),
                ]
            }
        )
    }
}

extension Configuration {
    /// The lines of Postfix's `relay_recipient_maps`: every address that a mailbox takes mail for.
    ///
    /// Inactive mailboxes are left out, since their recipients are refused. Paused ones stay: Postfix keeps their mail.
    package var postfixRecipients: [String] {
        var keys: [String] = []
        var seen: Set<String> = []
        func add(_ key: String) {
            if seen.insert(key).inserted { keys.append(key) }
        }
        for mailbox in mailboxes where mailbox.state != .inactive {
            for address in mailbox.addresses { add(address.comparisonKey) }
            for domain in mailbox.catchAllDomains { add("@\(domain)") }
        }
        if let owner = mailboxes.first(where: { $0.id == postmaster }), owner.state != .inactive {
            let domains = mailboxes.flatMap { $0.addresses.map(\.domain) + $0.catchAllDomains }
            for domain in domains {
                add("postmaster@\(domain)")
                add("abuse@\(domain)")
            }
        }
        return keys.map { "\($0) OK" }
    }
}
