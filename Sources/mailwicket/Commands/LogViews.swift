internal import Mail
internal import Storage
internal import Ticketing

/// An entry of the email log as commands show it.
struct LogEntryView: Encodable {
    let id: String
    let mailbox: String
    let message: String
    let receivedAt: String
    let outcome: String
    let reason: String
    let ticket: String?
    let messageID: String?
    let subject: String
    let from: PersonView
    let envelopeSender: String
    let size: Int

    init(_ row: EmailLogRow, prefix: String) {
        id = row.id.description
        mailbox = row.mailbox
        message = row.message.description
        receivedAt = row.receivedAt.description
        outcome = row.outcome.rawValue
        reason = row.reason.rawValue
        ticket = row.ticket.map { TicketNumber(prefix: prefix, value: $0).description }
        messageID = row.messageID
        subject = row.subject
        from = PersonView(address: row.fromAddress, name: row.fromName)
        envelopeSender = row.reversePath
        size = row.size
    }

    /// The subject for people, who else would see nothing where there is none.
    var shownSubject: String { subject.isEmpty ? "(no subject)" : subject }
}

/// A trace as commands show it: what each stage concluded, and the facts it found.
struct TraceView: Encodable {
    struct Step: Encodable {
        let stage: String
        let verdict: String
        let explanation: String
        let facts: [Fact]
    }

    struct Fact: Encodable {
        let name: String
        let value: String
    }

    let steps: [Step]

    init(_ trace: Trace) {
        steps = trace.steps.map { step in
            Step(
                stage: step.verdict.stage,
                verdict: step.verdict.rawValue,
                explanation: step.verdict.sentence,
                facts: step.facts.map { Fact(name: $0.name, value: $0.value) }
            )
        }
    }

    func encode(to encoder: any Encoder) throws {
        try steps.encode(to: encoder)
    }

    /// Prints the trace for people.
    func print(indent: String) {
        for step in steps {
            Output.text("\(step.stage): \(step.explanation)", indent: indent)
            for fact in step.facts { Output.text("  \(fact.name): \(fact.value)", indent: indent) }
        }
    }
}

/// An outcome as commands show it.
struct OutcomeView: Encodable {
    let outcome: String
    let reason: String
    let explanation: String
    let ticket: String?
    let actor: String
    let at: String
    let trace: TraceView

    init(_ row: OutcomeRow, prefix: String) {
        outcome = row.outcome.rawValue
        reason = row.reason.rawValue
        explanation = row.reason.sentence
        ticket = row.ticket.map { TicketNumber(prefix: prefix, value: $0).description }
        actor = row.actor
        at = row.at.description
        trace = TraceView(row.trace)
    }
}

/// An arrival as commands show it.
struct DeliveryView: Encodable {
    let id: String
    let receivedAt: String
    let listener: String
    let session: String
    let peer: String
    let helo: String
    let protocolKeyword: String
    let envelopeSender: String
    let recipients: [String]
    let isRepeated: Bool

    init(_ row: DeliveryRow) {
        id = row.id.description
        receivedAt = row.receivedAt.description
        listener = row.listener
        session = row.session
        peer = row.peer
        helo = row.helo
        protocolKeyword = row.protocolKeyword
        envelopeSender = row.reversePath
        recipients = row.recipients
        isRepeated = row.isRepeated
    }

    /// What people are told of it; an import has neither session nor envelope.
    fileprivate var lines: [String] {
        var lines = ["listener \(listener)", "from \(peer)"]
        if !session.isEmpty { lines[0] += ", session \(session)" }
        if !helo.isEmpty { lines[1] += ", HELO \(helo)" }
        if !protocolKeyword.isEmpty { lines[1] += ", \(protocolKeyword)" }
        if !recipients.isEmpty { lines.append("envelope <\(envelopeSender)> to \(recipients.joined(separator: ", "))") }
        return lines
    }
}

/// An entry with all that is known of it.
struct LogDetailView: Encodable {
    let entry: LogEntryView
    let outcomes: [OutcomeView]
    let deliveries: [DeliveryView]
    let attachments: [AttachmentView]

    /// Prints the entry for people.
    func print() {
        Output.text("entry      \(entry.id)")
        Output.text("mailbox    \(entry.mailbox)")
        Output.text("from       \(entry.from.text)")
        Output.text("subject    \(entry.shownSubject)")
        Output.text("Message-ID \(entry.messageID.map { "<\($0)>" } ?? "none")")
        Output.text("size       \(Output.size(entry.size))")
        for attachment in attachments {
            Output.text("attached   \(attachment.text)")
            if let note = attachment.note { Output.text(note, indent: "           ") }
        }
        for (index, outcome) in outcomes.enumerated() {
            Swift.print()
            let current = index == outcomes.count - 1 ? "" : " (no longer current)"
            let ticket = outcome.ticket.map { " \($0)" } ?? ""
            Output.text("\(outcome.outcome)\(ticket) by \(outcome.actor), \(outcome.at)\(current)")
            Output.text(outcome.explanation, indent: "  ")
            outcome.trace.print(indent: "    ")
        }
        for delivery in deliveries {
            Swift.print()
            Output.text("arrived \(delivery.receivedAt)\(delivery.isRepeated ? ", again" : "")")
            for line in delivery.lines { Output.text(line, indent: "  ") }
        }
    }
}

/// A refusal as commands show it.
struct RefusalView: Encodable {
    let at: String
    let listener: String
    let session: String
    let peer: String
    let helo: String
    let envelopeSender: String?
    let recipient: String?
    let reply: String

    init(_ refusal: Refusal) {
        at = refusal.at.description
        listener = refusal.listener
        session = refusal.session
        peer = refusal.peer
        helo = refusal.helo
        envelopeSender = refusal.reversePath
        recipient = refusal.forwardPath
        reply = refusal.reply
    }
}
