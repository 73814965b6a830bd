package import ArgumentParser
internal import Mail
package import Storage
internal import Ticketing

/// The command `mailwicket log`.
struct LogCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "log",
        abstract: "Find out what became of a message.",
        discussion:
            "The email log has an entry for each message in each mailbox: its outcome, why, and how that was decided.",
        subcommands: [
            LogListCommand.self, LogShowCommand.self, LogRawCommand.self, LogRefusalsCommand.self,
        ],
        defaultSubcommand: LogListCommand.self
    )
}

/// The command `mailwicket log list`.
package struct LogListCommand: AsyncParsableCommand {
    package static let configuration = CommandConfiguration(
        commandName: "list",
        abstract: "List the email log, the newest entry first.",
        discussion: """
            --since and --until take a date (2026-11-21), a date with time (2026-11-21T09:30), both UTC, or how long ago it \
            was (90s, 30m, 2h, 7d).
            """
    )

    @OptionGroup var list: ListOptions

    @Option(name: .long, help: "Only those whose From or envelope sender contains this.")
    var sender: String?

    @Option(name: .long, help: "Only those whose subject contains this.")
    var subject: String?

    @Option(name: .long, help: "Only those with this Message-ID, with or without angle brackets.")
    var messageID: String?

    @Option(name: .long, help: "Only those with this outcome.")
    var outcome: OutcomeArgument?

    @Option(name: .long, help: "Only those in this mailbox.")
    var mailbox: String?

    @Option(
        name: .long,
        help: ArgumentHelp("Only those received then or later: 2026-11-21, 2026-11-21T09:30, 2h.", valueName: "moment")
    )
    var since: MomentArgument?

    @Option(
        name: .long,
        help: ArgumentHelp("Only those received before: 2026-11-21, 2026-11-21T09:30, 2h.", valueName: "moment")
    )
    var until: MomentArgument?

    package init() {}

    /// What the options ask for.
    package var query: EmailLogQuery {
        var query = EmailLogQuery(limit: list.limit)
        query.sender = sender
        query.subject = subject
        query.messageID = messageID.map { String($0.drop { $0 == "<" }.prefix { $0 != ">" }) }
        query.outcome = outcome?.outcome
        query.mailbox = mailbox
        query.since = since?.moment
        query.until = until?.moment
        return query
    }

    package func run() async throws {
        let configuration = try list.configuration.read()
        let store = try list.configuration.openStore(configuration)
        let query = query
        let rows = try store.readOrFail { reader throws(StoreError) in try reader.emailLog(query) }
        try list.show(
            rows.map { LogEntryView($0, prefix: configuration.ticketPrefix) },
            none: "no entries",
            heading: ["ID", "RECEIVED", "MAILBOX", "OUTCOME", "TICKET", "FROM", "SUBJECT"]
        ) {
            [$0.id, $0.receivedAt, $0.mailbox, $0.outcome, $0.ticket ?? "-", $0.from.address ?? "-", $0.shownSubject]
        }
    }
}

/// The command `mailwicket log show`.
struct LogShowCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "show",
        abstract: "Show an entry: its outcomes, how they were decided, and every arrival."
    )

    @OptionGroup var configuration: ConfigurationOptions
    @OptionGroup var output: OutputOptions

    @Argument(help: "The entry's id, as `log list` and the server's reply show it.")
    var entry: EntryArgument

    func run() async throws {
        let configuration = try configuration.read()
        let store = try self.configuration.openStore(configuration)
        let id = entry.id
        let found = try store.readOrFail { reader throws(StoreError) in
            try reader.emailLogEntry(id).map { row throws(StoreError) in
                LogDetailView(
                    entry: LogEntryView(row, prefix: configuration.ticketPrefix),
                    outcomes: try reader.outcomes(ofEntry: id).map {
                        OutcomeView($0, prefix: configuration.ticketPrefix)
                    },
                    deliveries: try reader.deliveries(ofEntry: id).map { DeliveryView($0) },
                    attachments: try reader.attachments(of: row.message).map { AttachmentView($0) }
                )
            }
        }
        guard let found else { throw ExitStatus.fail(.noInput, "there is no entry \(id)") }
        if output.json { try Output.json(found) } else { found.print() }
    }
}

/// The command `mailwicket log raw`.
struct LogRawCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "raw",
        abstract: "Write a message to the standard output, exactly as it was received."
    )

    @OptionGroup var configuration: ConfigurationOptions

    @Argument(help: "The entry's id, as `log list` shows it.")
    var entry: EntryArgument

    @Flag(help: "Put the trace fields of its first arrival before it: Return-Path, Delivered-To, Received.")
    var trace = false

    func run() async throws {
        let configuration = try configuration.read()
        let store = try self.configuration.openStore(configuration)
        let id = entry.id
        guard let row = try store.readOrFail({ reader throws(StoreError) in try reader.emailLogEntry(id) }) else {
            throw ExitStatus.fail(.noInput, "there is no entry \(id)")
        }
        if trace {
            let deliveries = try store.readOrFail { reader throws(StoreError) in try reader.deliveries(ofEntry: id) }
            let fields = deliveries.first { !$0.isRepeated }?.traceFields(by: configuration.effectiveHostname) ?? ""
            try Output.raw(Array(fields.utf8))
        }
        try Output.raw(try store.octetsOrFail(of: row.message))
    }
}

/// The command `mailwicket log refusals`.
struct LogRefusalsCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "refusals",
        abstract: "List what was refused before any message came, the newest first."
    )

    @OptionGroup var list: ListOptions

    func run() async throws {
        let configuration = try list.configuration.read()
        let store = try list.configuration.openStore(configuration)
        let limit = list.limit
        let rows = try store.readOrFail { reader throws(StoreError) in try reader.refusals(limit: limit) }
        try list.show(
            rows.map { RefusalView($0) },
            none: "no refusals",
            heading: ["AT", "LISTENER", "PEER", "HELO", "FROM", "TO", "REPLY"]
        ) {
            [$0.at, $0.listener, $0.peer, $0.helo, $0.envelopeSender ?? "-", $0.recipient ?? "-", $0.reply]
        }
    }
}

/// An outcome on the command line.
struct OutcomeArgument: ExpressibleByArgument {
    let outcome: Outcome

    init?(argument: String) {
        guard let outcome = Outcome(rawValue: argument.lowercased()) else { return nil }
        self.outcome = outcome
    }

    /// All of them, for help texts.
    static var allValueStrings: [String] { Outcome.allCases.map(\.rawValue) }
}

/// The identifier of an entry on the command line.
struct EntryArgument: ExpressibleByArgument {
    let id: UniqueID

    init?(argument: String) {
        guard let id = UniqueID(argument) else { return nil }
        self.id = id
    }
}
