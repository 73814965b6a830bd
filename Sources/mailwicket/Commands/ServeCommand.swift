internal import ArgumentParser
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
        let server = try await Server(file: file, configuration: settings, logger: logger)
        announce(server, settings)
        logger.notice(
            "started",
            metadata: ["configuration": "\(file.path)", "data_directory": "\(settings.dataDirectory)"]
        )
        try await server.run()
    }

    /// Tells a person at a terminal where mail goes in, and how to try it.
    private func announce(_ server: Server, _ configuration: Configuration) {
        let listeners = server.listeners.map(\.status)
        for listener in listeners {
            print("\(listener.dialect.uppercased()) on \(listener.address) (\(listener.name))")
        }
        if Output.isTerminal, let line = configuration.swaksLine(listeners) {
            print("\nThe first ticket:\n\n  \(line)\n\n  mailwicket ticket show 1\n")
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
            ? "--socket \(listener.address.dropFirst(5))" : "--server \(listener.address)"
        let dialect = listener.dialect == "lmtp" ? " --protocol LMTP" : ""
        return "swaks \(door)\(dialect) --from you@example.org --to \(address) --h-Subject 'Hello' --body 'It works.'"
    }
}
