internal import ArgumentParser
internal import Storage
package import Ticketing

/// The command `mailwicket ticket`.
struct TicketCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "ticket",
        abstract: "List and show tickets and their files.",
        subcommands: [TicketListCommand.self, TicketShowCommand.self, TicketAttachmentCommand.self],
        defaultSubcommand: TicketListCommand.self
    )
}

/// The command `mailwicket ticket list`.
struct TicketListCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(commandName: "list", abstract: "List tickets, the newest first.")

    @OptionGroup var list: ListOptions

    @Option(name: .long, help: "Only those that came in by this mailbox.")
    var mailbox: String?

    @Option(name: .long, help: "Only those in this queue.")
    var queue: String?

    @Option(name: .long, help: "Only those in this status.")
    var status: String?

    func run() async throws {
        let configuration = try list.configuration.read()
        let store = try list.configuration.openStore(configuration)
        let query = TicketQuery(mailbox: mailbox, queue: queue, status: status, limit: list.limit)
        let rows = try store.readOrFail { reader throws(StoreError) in try reader.tickets(query) }
        try list.show(
            rows.map { TicketView($0, prefix: configuration.ticketPrefix) },
            none: "no tickets",
            heading: ["NUMBER", "STATUS", "PRIORITY", "QUEUE", "CHANGED", "FROM", "SUBJECT"]
        ) {
            [$0.number, $0.status, $0.priority, $0.queue, $0.updatedAt, $0.requester.address ?? "-", $0.subject]
        }
    }
}

extension TicketNumber {
    /// Reads a number as people type it: `1`, `MW-1`, `#MW-1`, `[Ticket #MW-1]`.
    package static func read(_ text: String, prefix: String) -> Int64? {
        if let number = find(in: text, prefix: prefix) { return number }
        var rest = text.hasPrefix("#") ? text.dropFirst() : text[...]
        if !prefix.isEmpty, rest.lowercased().hasPrefix("\(prefix.lowercased())-") {
            rest = rest.dropFirst(prefix.count + 1)
        }
        guard let number = Int64(rest), number > 0 else { return nil }
        return number
    }
}
