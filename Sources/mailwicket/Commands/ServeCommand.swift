internal import ArgumentParser
internal import Foundation
internal import Glibc
internal import Inbound
internal import Logging
internal import Mail
internal import Storage
internal import Ticketing

/// The command `mailwicket serve`.
struct ServeCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "serve",
        abstract: "Take mail in.",
        discussion: """
            Runs in the foreground until SIGTERM or SIGINT; messages whose end has arrived are finished and answered first. \
            SIGHUP reads the configuration again: one with problems changes nothing. The data directory is relative to the \
            directory in which the server is started.
            """
    )

    @OptionGroup var configuration: ConfigurationOptions

    func run() async throws {
        let file = try configuration.file()
        let settings = try configuration.read()
        settings.bootstrapLogging()
        // A peer that goes away is an error of one write, not the end of the process.
        _ = signal(SIGPIPE, SIG_IGN)
        // Until the reload service listens for it, a SIGHUP must not end the process.
        _ = signal(SIGHUP, SIG_IGN)
        let logger = Logger(label: "mailwicket")
        if let warning = DescriptorLimit.warning(
            limit: DescriptorLimit.raise(),
            connections: settings.listeners.map(\.maxConnections).reduce(0, +)
        ) {
            logger.warning("\(warning)")
        }
        let server = try await Server(file: file, configuration: settings, logger: logger)
        announce(server, settings, file)
        logger.notice(
            "started",
            metadata: ["configuration": "\(file.path)", "data_directory": "\(settings.dataDirectory)"]
        )
        try await server.run()
    }

    /// Tells where mail goes in, and how to try it.
    private func announce(_ server: Server, _ configuration: Configuration, _ file: ConfigurationFile) {
        let listeners = server.listeners.map(\.status)
        for listener in listeners {
            print("\(listener.dialect.uppercased()) on \(listener.address) (\(listener.name))")
        }
        if let line = configuration.swaksLine(listeners) {
            print(
                """

                To make a ticket (with Debian's package swaks) and see it, in another terminal in \(FileManager.default.currentDirectoryPath):

                  \(line)
                  \(CommandLineText.mailwicket(["ticket", "list"], file: file))

                """
            )
        }
        // Standard output is buffered when it is no terminal, and who waits for these lines waits now.
        fflush(nil)
    }
}

extension Configuration {
    /// A command that sends a message to the first mailbox that takes one.
    func swaksLine(_ listeners: [MailListener.Status]) -> String? {
        guard let listener = listeners.first(where: { $0.dialect == "smtp" }) ?? listeners.first,
            let address = mailboxes.first(where: { $0.state == .active })?.addresses.first
        else { return nil }
        let door =
            listener.address.hasPrefix("unix:")
            ? ["--socket", String(listener.address.dropFirst(5))] : ["--server", listener.address]
        let dialect = listener.dialect == "lmtp" ? ["--protocol", "LMTP"] : []
        return CommandLineText.line(
            ["swaks"] + door + dialect
                + [
                    "--from", "you@example.org", "--to", address.description, "--h-Subject", "Hello", "--body",
                    "It works.",
                ]
        )
    }
}
