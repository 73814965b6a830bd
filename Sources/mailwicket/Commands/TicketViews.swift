internal import MIME
internal import Mail
internal import Storage
internal import Ticketing

/// A person as commands show them.
struct PersonView: Encodable {
    let address: String?
    let name: String?

    /// `Ann <ann@example.com>`, as far as it is known.
    var text: String {
        switch (name, address) {
        case (let name?, let address?): "\(name) <\(address)>"
        case (nil, let address?): address
        case (let name?, nil): name
        case (nil, nil): "(no address)"
        }
    }
}

/// A ticket as commands show it.
struct TicketView: Encodable {
    let number: String
    let id: String
    let mailbox: String
    let queue: String
    let status: String
    let priority: String
    let subject: String
    let requester: PersonView
    let contact: String?
    let customer: String?
    let createdAt: String
    let updatedAt: String

    init(_ row: TicketRow, prefix: String) {
        number = TicketNumber(prefix: prefix, value: row.number).description
        id = row.id.description
        mailbox = row.mailbox
        queue = row.queue
        status = row.status
        priority = row.priority
        subject = row.subject
        requester = PersonView(address: row.requesterAddress, name: row.requesterName)
        contact = row.contact
        customer = row.customer
        createdAt = row.createdAt.description
        updatedAt = row.updatedAt.description
    }
}

/// A piece of a message as commands show it.
struct SectionView: Encodable {
    /// Part of a text that is not shown at first sight.
    struct Hidden: Encodable {
        let kinds: [String]
        let lines: Int
    }

    let kind: String
    let depth: Int
    let file: String?
    let text: String
    let shown: String
    let hidden: [Hidden]
    let html: String?
    /// The runs of the text as they are printed.
    let runs: [ShownText.Run]

    enum CodingKeys: CodingKey {
        case kind, depth, file, text, shown, hidden, html
    }

    init(_ section: ReadableMessage.Section, withHTML: Bool) {
        kind = section.kind.rawValue
        depth = section.depth
        file = section.file
        text = section.text.trimmingTrailingNewlines
        html = withHTML ? section.html : nil
        runs = ShownText(section).runs
        shown = runs.compactMap { if case .shown(let text) = $0 { text } else { nil } }.joined(separator: "\n\n")
        hidden = runs.compactMap { run in
            guard case .hidden(let kinds, let lines) = run else { return nil }
            return Hidden(kinds: kinds.map(\.rawValue), lines: lines)
        }
    }

    /// A text that came as no message.
    init(text: String) {
        self.init(
            ReadableMessage.Section(kind: .text, text: text),
            withHTML: false
        )
    }

    private static let margin = "    "

    /// Prints the piece for people.
    func print(isFull: Bool) {
        // Whatever a mail says, its lines have a margin that lines of ours have not.
        let indent = Self.margin + String(repeating: "| ", count: depth)
        switch kind {
        case "notice":
            Output.text("(\(text))", indent: String(repeating: "| ", count: depth))
        case "message", "calendar":
            Output.text(text, indent: indent + "  ")
        default:
            Output.prose(isFull ? text : runs.map(\.text).joined(separator: "\n\n"), indent: indent)
        }
    }
}

/// An entry of a thread as commands show it.
struct CommentView: Encodable {
    let number: Int
    let id: String
    let message: String?
    let author: PersonView
    let authorKind: String
    let visibility: String
    let createdAt: String
    let sections: [SectionView]
    let blockedImages: Int
    let attachments: [AttachmentView]

    init(_ row: CommentRow, number: Int, _ readable: ReadableMessage?, withHTML: Bool) {
        self.number = number
        id = row.id.description
        message = row.message?.description
        author = PersonView(address: row.authorAddress, name: row.authorName ?? row.author)
        authorKind = row.authorKind
        visibility = row.visibility
        createdAt = row.createdAt.description
        sections =
            readable.map { $0.sections.map { SectionView($0, withHTML: withHTML) } }
            ?? row.body.map { [SectionView(text: $0)] } ?? []
        blockedImages = readable?.blockedImages ?? 0
        attachments = row.attachments.map { AttachmentView($0) }
    }

    /// Who wrote it and when, in one line.
    var heading: String { "\(author.text), \(createdAt)\(visibility == "public" ? "" : ", \(visibility)")" }

    /// Whether something of it is not shown at first sight.
    var hidesText: Bool { sections.contains { !$0.hidden.isEmpty } }

    /// What is said below it.
    ///
    /// - Parameter ticket: the ticket's number, for the command that lists what is left out.
    func notes(of ticket: String) -> [String] {
        var notes = attachmentNotes(of: ticket)
        if blockedImages > 0 {
            notes.append("[\(blockedImages) \(blockedImages == 1 ? "picture" : "pictures") from elsewhere not loaded]")
        }
        return notes
    }

    /// Prints the entry for people.
    func print(of ticket: String, isFull: Bool) {
        for (index, section) in sections.enumerated() {
            if index > 0 { Swift.print() }
            section.print(isFull: isFull)
        }
        for note in notes(of: ticket) { Output.text(note) }
    }
}

/// A ticket with its thread.
struct ThreadView: Encodable {
    struct Participant: Encodable {
        let address: String
        let name: String?
        let role: String
    }

    let ticket: TicketView
    let participants: [Participant]
    let comments: [CommentView]

    /// Prints the thread for people.
    func print(isFull: Bool) {
        Output.text("\(ticket.number)  \(ticket.subject)")
        Output.text(
            "status \(ticket.status), priority \(ticket.priority), queue \(ticket.queue), mailbox \(ticket.mailbox)"
        )
        var from = "from \(ticket.requester.text)"
        if let contact = ticket.contact { from += ", contact \(contact)" }
        if let customer = ticket.customer { from += ", customer \(customer)" }
        Output.text(from)
        Output.text("made \(ticket.createdAt), changed \(ticket.updatedAt)")
        for participant in participants where participant.role != "requester" {
            let person = PersonView(address: participant.address, name: participant.name)
            Output.text("\(participant.role) \(person.text)")
        }
        for comment in comments {
            let rule = String(repeating: "-", count: 4)
            Swift.print()
            Output.text("\(rule) \(comment.number): \(comment.heading) \(rule)")
            comment.print(of: ticket.number, isFull: isFull)
        }
        if !isFull, comments.contains(where: \.hidesText) {
            Swift.print()
            Output.text("Add --full to see what is hidden.")
        }
    }
}

extension String {
    fileprivate var trimmingTrailingNewlines: String {
        var view = self[...]
        while let last = view.last, last.isNewline { view.removeLast() }
        return String(view)
    }
}
