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
            recipients that do not exist. By way of another file, so that a mistake leaves the old table in place:

              mailwicket mailbox list --postfix > recipients.new &&
              mv recipients.new /etc/postfix/mailwicket-recipients && postfix reload

            Exit code 65 if an address cannot stand in such a table.
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
            do {
                for line in try configuration.postfixRecipients() { print(line) }
            } catch {
                throw ExitStatus.fail(.badData, "\(error)")
            }
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
