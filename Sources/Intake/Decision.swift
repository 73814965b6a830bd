internal import MIME
internal import Mail
internal import Storage
public import Ticketing

/// What is to become of a message in one mailbox, and how that was found.
public struct Decision: Sendable {
    /// What is to become of it.
    public let outcome: Outcome
    /// Why.
    public let reason: Reason
    /// The ticket that it belongs to or is proposed for.
    public let ticket: ThreadFacts.Candidate?
    /// Who sent it.
    public let sender: SenderDecision?
    /// How it was decided.
    public let trace: Trace

    /// Decides from a reader alone, so that `explain` and the intake take the same way.
    ///
    /// - Parameters:
    ///   - reading: what was read of the message.
    ///   - retry: what was found under its retry key, where the outcome does not tell.
    init(
        _ reading: MessageReading,
        envelope: Envelope,
        mailbox: Mailbox,
        route: Trace.Step,
        retry: Trace.Step?,
        numberPrefix: String,
        reader: any SQLReader
    ) throws(StoreError) {
        var trace = Trace()
        trace.add(route)
        guard let message = reading.summary else {
            let reason = reading.unread ?? .unreadable
            trace.add(Verdict(reason))
            if let retry { trace.add(retry) }
            outcome = .quarantined
            self.reason = reason
            ticket = nil
            sender = nil
            self.trace = trace
            return
        }
        trace.add(message.defects.isEmpty ? .read : .readWithDefects, Self.facts(of: message))
        let files = Trace.Step(files: message.attachments)
        for step in [reading.classification?.step, reading.forwarding?.step, files, retry] {
            if let step { trace.add(step) }
        }
        let senderEvidence = SenderEvidence(of: message, reversePath: envelope.reversePath)
        let sender = SenderDecision(senderEvidence, try reader.facts(for: senderEvidence))
        trace.add(sender.step)
        let evidence = ThreadEvidence(of: message, sender: senderEvidence, numberPrefix: numberPrefix)
        let facts = try reader.facts(for: evidence, key: reading.key(in: mailbox.id))
        let thread = ThreadDecision(evidence, facts, mailbox: mailbox.id)
        trace.add(thread.step)
        self.sender = sender
        reason = thread.reason
        switch thread.action {
        case .create:
            outcome = .created
            ticket = nil
            let defaults = mailbox.defaults
            trace.add(
                .defaults,
                [
                    Trace.Fact("profile", defaults.name), Trace.Fact("queue", defaults.queue),
                    Trace.Fact("status", defaults.status), Trace.Fact("priority", defaults.priority),
                ]
            )
        case .append(let candidate):
            outcome = .appended
            ticket = candidate
        case .propose(let candidate):
            outcome = .proposed
            ticket = candidate
        }
        self.trace = trace
    }

    private static func facts(of message: MessageSummary) -> [Trace.Fact] {
        var facts: [Trace.Fact] = []
        if message.messageID == nil { facts.append(Trace.Fact("Message-ID", "none")) }
        if !message.attachments.isEmpty { facts.append(Trace.Fact("attachments", "\(message.attachments.count)")) }
        for defect in message.defects.prefix(20) { facts.append(Trace.Fact("defect", defect.description)) }
        return facts
    }
}

extension Trace.Step {
    /// How the recipients of one mailbox found it.
    init(mailbox: Mailbox, recipients: [(ForwardPath, MailboxDirectory.Route)]) {
        self.init(
            .taken,
            [Trace.Fact("mailbox", mailbox.id)]
                + recipients.map { Trace.Fact("recipient", "\($0.0) (by \($0.1.rawValue))") }
        )
    }

    /// What was done with attached files; `nil` when all are simply kept.
    init?(files: [AttachmentSummary]) {
        let verdicts = files.compactMap(\.verdict).filter { !$0.reasons.isEmpty }
        guard let strictest = verdicts.map(\.action).max() else { return nil }
        var facts = verdicts.prefix(20).map { verdict in
            Trace.Fact(
                verdict.action.rawValue,
                "\(verdict.name): \(verdict.reasons.map(\.text).joined(separator: "; "))"
            )
        }
        if verdicts.count > facts.count { facts.append(Trace.Fact("more", "\(verdicts.count - facts.count)")) }
        self.init(strictest == .allow ? .attachmentsNoted : .attachmentsBlocked, facts)
    }

    /// What was found under the retry key.
    init(_ claim: RetryClaim) {
        switch claim {
        case .claimed: self.init(.unclaimed)
        case .expired(let entry): self.init(.claimExpired, [Trace.Fact("entry", "\(entry.emailLog)")])
        case .repeated(let entry): self.init(.repeated, [Trace.Fact("entry", "\(entry.emailLog)")])
        }
    }
}
