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

/// An attachment as commands show it.
struct AttachmentView: Encodable {
    let name: String?
    let type: String
    let size: Int

    init(_ row: AttachmentRow) {
        name = row.name
        type = row.type
        size = row.size
    }

    /// One line.
    var text: String { "\(name ?? "(no name)")  \(type)  \(Output.size(size))" }
}

/// An entry of a thread as commands show it.
struct CommentView: Encodable {
    let id: String
    let message: String?
    let author: PersonView
    let authorKind: String
    let visibility: String
    let createdAt: String
    let text: String
    let attachments: [AttachmentView]

    init(_ row: CommentRow, text: String) {
        id = row.id.description
        message = row.message?.description
        author = PersonView(address: row.authorAddress, name: row.authorName ?? row.author)
        authorKind = row.authorKind
        visibility = row.visibility
        createdAt = row.createdAt.description
        self.text = text
        attachments = row.attachments.map { AttachmentView($0) }
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
    func print() {
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
        for (index, comment) in comments.enumerated() {
            let rule = String(repeating: "-", count: 4)
            let visibility = comment.visibility == "public" ? "" : ", \(comment.visibility)"
            Swift.print()
            Output.text("\(rule) \(index + 1): \(comment.author.text), \(comment.createdAt)\(visibility) \(rule)")
            Output.text(comment.text.trimmingTrailingNewlines)
            for attachment in comment.attachments { Output.text("attached: \(attachment.text)") }
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
