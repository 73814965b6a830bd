package import ArgumentParser

/// The command `mailwicket` with its subcommands.
@main
package struct Mailwicket: AsyncParsableCommand {
    package static let configuration = CommandConfiguration(
        commandName: "mailwicket",
        abstract: "Mail in, tickets out.",
        discussion: """
            Mailwicket takes mail by SMTP and LMTP and keeps it as tickets. Start with `mailwicket serve`; \
            `mailwicket help COMMAND` tells more of each.

            \(ExitStatus.help)
            """,
        subcommands: [
            ServeCommand.self, CheckCommand.self, StatusCommand.self, TicketCommand.self, LogCommand.self,
            ExplainCommand.self, ImportCommand.self, MailboxCommand.self, CertCommand.self,
        ]
    )

    package init() {}
}
