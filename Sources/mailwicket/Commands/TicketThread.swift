internal import Storage
internal import Ticketing

/// A ticket with its entries, as commands find it by the number that someone typed.
struct TicketThread {
    /// An entry with the number by which it is asked for.
    struct Entry {
        let number: Int
        let row: CommentRow
    }

    let ticket: TicketRow
    let participants: [ParticipantRow]
    let entries: [Entry]

    /// Finds a ticket, or ends the command.
    init(_ text: String, _ configuration: Configuration, in store: StoreReader) throws {
        let prefix = configuration.ticketPrefix
        guard let number = TicketNumber.read(text, prefix: prefix) else {
            throw ExitStatus.fail(.usage, "\"\(text)\" is no ticket number; write 1 or \(prefix)-1")
        }
        let found = try store.readOrFail { reader throws(StoreError) in
            try reader.ticket(number: number).map { ticket throws(StoreError) in
                let comments = try reader.comments(of: ticket.id, signatureImages: configuration.signatureImages)
                return (ticket, comments, try reader.participants(of: ticket.id))
            }
        }
        guard let found else { throw ExitStatus.fail(.noInput, "there is no ticket \(number)") }
        ticket = found.0
        entries = found.1.enumerated().map { Entry(number: $0 + 1, row: $1) }
        participants = found.2
    }

    /// All entries, or the one that is asked for.
    func entries(only number: Int?) throws -> [Entry] {
        guard let number else { return entries }
        guard let entry = entries.first(where: { $0.number == number }) else {
            throw ExitStatus.fail(
                .noInput,
                "the thread ends with entry \(entries.count); there is none with number \(number)"
            )
        }
        return [entry]
    }
}
