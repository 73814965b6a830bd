internal import Desk
internal import MIME
internal import Mail
internal import Storage
internal import Ticketing

/// The write job of one message in one mailbox: claim, look up, decide, record.
///
/// Synchronous and re-runnable: all it needs is a value, its identifiers are made beforehand, and it has no effect
/// except through the writer.
struct IntakeJob: Sendable {
    var message: MessageRecord
    var reading: MessageReading
    let delivery: Delivery
    let mailbox: Mailbox
    /// The other mailboxes that the same delivery is for.
    let siblings: [String]
    /// The entry that a message has already that is kept unread, and whose own retry key therefore is unknown.
    let earlier: RetryClaim.EarlierEntry?
    let route: Trace.Step
    /// Who takes part in a ticket that the message makes, beside its sender.
    let copied: [NamedAddress]
    let numberPrefix: String
    let importing: ImportOptions?
    let windowStart: Timestamp
    let emailLog: UniqueID
    let ticket: UniqueID
    let comment: UniqueID
    let probe: (@Sendable (IntakePoint, MessageSummary?) -> Void)?

    /// The same job with the message unread: it is quarantined with its octets.
    func keepingUnread() -> IntakeJob {
        var job = self
        job.reading = MessageReading(unreadable: message.contentDigest)
        job.message.summary = nil
        return job
    }

    /// Runs the job.
    ///
    /// - Returns: the email-log entry that the message has in this mailbox, new or from before.
    func run(_ writer: any SQLWriter) throws(StoreError) -> UniqueID {
        let summary = reading.summary
        probe?(.beforeClaim, summary)
        let key = reading.key(in: mailbox.id, isImported: importing != nil)
        let claimant = earlier?.emailLog ?? emailLog
        let claim = try writer.claim(key, for: claimant, at: delivery.receivedAt, since: windowStart)
        probe?(.afterClaim, summary)
        var found = earlier
        if case .repeated(let entry) = claim { found = entry }
        if let found {
            try recordRepeat(of: found, writer)
            return found.emailLog
        }
        // A free key is the ordinary case, and not worth its octets in every trace.
        let retry: Trace.Step? = claim == .claimed ? nil : Trace.Step(claim)
        let decision = try Decision(
            reading,
            envelope: delivery.envelope,
            mailbox: mailbox,
            route: route,
            retry: retry,
            numberPrefix: numberPrefix,
            reader: writer
        )
        let stored = try storedMessage(writer)
        if stored == nil { try writer.record(message) }
        let message = stored ?? message.id
        try writer.record(delivery, of: message)
        let ticket = try apply(decision, message, writer)
        try writer.record(
            EmailLogEntry(
                id: emailLog,
                mailbox: mailbox.id,
                message: message,
                delivery: delivery.id,
                receivedAt: delivery.receivedAt,
                outcome: decision.outcome,
                reason: decision.reason,
                ticket: ticket,
                actor: importing == nil ? "intake" : "import",
                trace: decision.trace
            ),
            claimedBy: key
        )
        probe?(.inserted, summary)
        return emailLog
    }

    /// The message with these octets that another mailbox of the delivery has, now or since the message came before and
    /// could not be committed for all of them.
    private func storedMessage(_ writer: any SQLWriter) throws(StoreError) -> UniqueID? {
        for sibling in siblings {
            let entry = try writer.entry(of: reading.key(in: sibling), since: windowStart)
            if let entry, entry.digest == message.octets.digest { return entry.message }
        }
        return nil
    }

    private func recordRepeat(of earlier: RetryClaim.EarlierEntry, _ writer: any SQLWriter) throws(StoreError) {
        // The same octets are stored once. Other trace headers are other octets, and every octet is kept.
        if earlier.digest == message.octets.digest {
            try writer.record(delivery, of: earlier.message)
        } else {
            try writer.record(message)
            try writer.record(delivery, of: message.id)
        }
        try writer.recordRepeat(of: earlier.emailLog, delivery: delivery.id)
        probe?(.inserted, reading.summary)
    }

    /// Does what was decided.
    ///
    /// - Returns: the ticket that the message made, belongs to or is proposed for.
    private func apply(_ decision: Decision, _ message: UniqueID, _ writer: any SQLWriter) throws(StoreError)
        -> UniqueID?
    {
        switch decision.outcome {
        case .created:
            let defaults = mailbox.defaults
            let record = TicketRecord(
                id: ticket,
                mailbox: mailbox.id,
                queue: defaults.queue,
                status: importing?.status ?? defaults.status,
                priority: defaults.priority,
                subject: subject,
                requester: decision.sender?.author,
                contact: decision.sender?.contact?.id,
                customer: decision.sender?.customer,
                createdAt: writtenAt
            )
            _ = try writer.open(record, with: entry(in: ticket, message, decision))
            for person in copied { try writer.addParticipant(person, role: "cc", contact: nil, to: ticket) }
            try recordImages(in: ticket, decision, writer)
            return ticket
        case .appended:
            guard let candidate = decision.ticket else { return nil }
            try writer.append(entry(in: candidate.ticket, message, decision))
            // Who answers takes part, and may come by the subject's number alone next time.
            if !candidate.senderParticipates, let author = decision.sender?.author {
                let contact = decision.sender?.contact?.id
                try writer.addParticipant(author, role: "correspondent", contact: contact, to: candidate.ticket)
            }
            try recordImages(in: candidate.ticket, decision, writer)
            return candidate.ticket
        case .proposed, .duplicate, .ignored, .quarantined, .rejected, .bounce, .notice:
            return decision.ticket?.ticket
        }
    }

    private func recordImages(
        in ticket: UniqueID,
        _ decision: Decision,
        _ writer: any SQLWriter
    ) throws(StoreError) {
        guard let summary = reading.summary, let author = decision.sender?.author else { return }
        try writer.recordImages(of: summary.attachments, from: author.address.domain, in: ticket)
    }

    private func entry(in ticket: UniqueID, _ message: UniqueID, _ decision: Decision) -> CommentRecord {
        let sender = decision.sender
        return CommentRecord(
            id: comment,
            ticket: ticket,
            message: message,
            author: sender?.agent.map { .agent(id: $0.id, sender?.author) }
                ?? .contact(id: sender?.contact?.id, sender?.author),
            visibility: .public,
            body: nil,
            createdAt: writtenAt
        )
    }

    private var subject: String {
        guard let subject = reading.summary?.subject, !subject.isEmpty else { return "(no subject)" }
        return subject
    }

    /// An imported message keeps the date that it bears, as far as that is not in the future.
    private var writtenAt: Timestamp {
        guard importing != nil, let date = reading.summary?.date else { return delivery.receivedAt }
        return min(date, delivery.receivedAt)
    }
}
