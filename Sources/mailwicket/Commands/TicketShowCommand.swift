internal import ArgumentParser
internal import Desk
internal import MIME
internal import Mail
internal import Storage
internal import Ticketing

/// The command `mailwicket ticket show`.
struct TicketShowCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "show",
        abstract: "Show a ticket with its thread.",
        discussion: """
            The number may stand with or without its prefix: 1, MW-1. Quoted text, signatures and disclaimers are counted \
            instead of shown; nothing is lost, --full shows all of it. --html writes a page for a browser in which nothing \
            runs and nothing is loaded from elsewhere; --raw writes the octets of an entry's message as they were received.
            """
    )

    @OptionGroup var configuration: ConfigurationOptions
    @OptionGroup var output: OutputOptions

    @Argument(help: "The ticket's number.")
    var number: String

    @Option(name: .long, help: "Only this entry of the thread, by its number.")
    var entry: Int?

    @Flag(name: .long, help: "Show quoted text, signatures and disclaimers too.")
    var full = false

    @Flag(name: .long, help: "Write the thread as an HTML page; with --json, the entries' HTML.")
    var html = false

    @Flag(name: .long, help: "Let the page load pictures from elsewhere, which tells senders that they are seen.")
    var remoteImages = false

    @Flag(name: .long, help: "Write the message of one entry exactly as it was received.")
    var raw = false

    func validate() throws {
        if raw, full || html || output.json { throw ValidationError("--raw stands alone, or with --entry.") }
        if remoteImages, !html { throw ValidationError("--remote-images needs --html.") }
        if let entry, entry < 1 { throw ValidationError("--entry must be at least 1.") }
    }

    func run() async throws {
        let configuration = try configuration.read()
        let store = try self.configuration.openStore(configuration)
        let found = try TicketThread(number, configuration, in: store)
        let entries = try found.entries(only: entry)
        if raw { return try writeRaw(entries, store) }
        var options = configuration.readableOptions
        options.loadsRemoteImages = remoteImages
        let messages = ReadableMessages(store, cache: configuration.derivedCache, options: options)
        var readable: [ReadableMessage?] = []
        for entry in entries {
            readable.append(try entry.row.message.flatMap { id in try Self.read(id, messages) })
        }
        let comments = zip(entries, readable).map { entry, readable in
            CommentView(entry.row, number: entry.number, readable, withHTML: html)
        }
        let view = ThreadView(
            ticket: TicketView(found.ticket, prefix: configuration.ticketPrefix),
            participants: found.participants.map { .init(address: $0.address, name: $0.name, role: $0.role) },
            comments: comments
        )
        if output.json { return try Output.json(view) }
        guard html else { return view.print(isFull: full) }
        var page = ThreadPage(
            title: "\(view.ticket.number)  \(view.ticket.subject)",
            allowsRemoteImages: remoteImages
        )
        for (comment, (entry, readable)) in zip(comments, zip(entries, readable)) {
            let ids = readable?.files.compactMap(\.contentID) ?? []
            try page.add(
                heading: "\(comment.number): \(comment.heading)",
                sections: readable?.sections
                    ?? comment.sections.map { ReadableMessage.Section(kind: .text, text: $0.text) },
                contentIDs: ids,
                notes: comment.notes(of: view.ticket.number)
            ) { shown in try pictures(shown, of: readable, entry.row, store, options) }
        }
        try Output.raw(Array(page.html.utf8))
    }

    private static func read(_ id: UniqueID, _ messages: ReadableMessages) throws -> ReadableMessage? {
        do throws(StoreError) {
            return try messages.message(id)
        } catch {
            throw ExitStatus.fail(error)
        }
    }

    private func writeRaw(_ entries: [TicketThread.Entry], _ store: StoreReader) throws {
        let messages = entries.compactMap(\.row.message)
        guard let message = messages.first else {
            throw ExitStatus.fail(.noInput, "this entry was written here and came as no message")
        }
        guard messages.count == 1 else {
            throw ExitStatus.fail(.usage, "the thread has \(messages.count) messages; choose one with --entry")
        }
        try Output.raw(try store.octetsOrFail(of: message))
    }

    /// The pictures that the HTML refers to, by Content-ID, as addresses that hold them.
    private func pictures(
        _ shown: Set<String>,
        of readable: ReadableMessage?,
        _ row: CommentRow,
        _ store: StoreReader,
        _ options: ReadableMessage.Options
    ) throws -> [String: String] {
        guard let readable, let message = row.message, !shown.isEmpty else { return [:] }
        // What the policy does not keep is not shown either.
        let kept = Set(row.attachments.filter { $0.action == .allow }.map(\.path))
        var paths: [String: String] = [:]
        for file in readable.files where file.size <= Self.maximumPicture && kept.contains(file.path) {
            guard let id = file.contentID, shown.contains(id), paths[id] == nil else { continue }
            paths[id] = file.path
        }
        let octets = try store.octetsOrFail(of: message)
        let contents = ReadableMessage.contents(ofFiles: Set(paths.values), in: octets.span, limits: options.limits)
        return paths.compactMapValues { contents[$0].flatMap(PictureAddress.address) }
    }

    /// The largest picture that is written into the page, in octets.
    private static let maximumPicture = 10_485_760
}
