public import MIME
public import Mail

/// What in a message may tie it to a ticket, strongest first.
public struct ThreadEvidence: Hashable, Sendable {
    /// The identifiers that In-Reply-To and References name, the newest first, each once.
    public let references: [MessageID]
    /// The ticket number in the subject.
    public let subjectNumber: Int64?
    /// The key of the sender's address; empty when there is none.
    public let sender: String

    /// The most identifiers looked up.
    ///
    /// A thread that quotes more names its newest ones first.
    public static let maximumReferences = 50

    /// Reads the evidence from a message.
    public init(of message: MessageSummary, sender: SenderEvidence, numberPrefix: String) {
        var seen: Set<MessageID> = []
        var references: [MessageID] = []
        // In-Reply-To names the message answered; References name the thread, oldest first (RFC 5322 section 3.6.4).
        for id in message.inReplyTo + message.references.reversed() where id != message.messageID {
            guard references.count < Self.maximumReferences else { break }
            if seen.insert(id).inserted { references.append(id) }
        }
        self.references = references
        subjectNumber = TicketNumber.find(in: message.subject, prefix: numberPrefix)
        self.sender = sender.addressKey
    }
}

/// What the store knows of the tickets that the evidence may name.
public struct ThreadFacts: Hashable, Sendable {
    /// A ticket that evidence leads to.
    public struct Candidate: Hashable, Sendable {
        /// The ticket's identifier.
        public var ticket: UniqueID
        /// Its number.
        public var number: Int64
        /// The mailbox that it came in by.
        public var mailbox: String
        /// Whether the sender takes part in it.
        public var senderParticipates: Bool

        /// Makes a candidate.
        public init(ticket: UniqueID, number: Int64, mailbox: String, senderParticipates: Bool) {
            self.ticket = ticket
            self.number = number
            self.mailbox = mailbox
            self.senderParticipates = senderParticipates
        }
    }

    /// The tickets of each known identifier among the evidence's references.
    public var byReference: [MessageID: [Candidate]]
    /// The ticket with the subject's number.
    public var byNumber: Candidate?
    /// Whether another message with this Message-ID was already taken in by the mailbox.
    public var messageIDReused: Bool

    /// Makes facts.
    public init(
        byReference: [MessageID: [Candidate]] = [:],
        byNumber: Candidate? = nil,
        messageIDReused: Bool = false
    ) {
        self.byReference = byReference
        self.byNumber = byNumber
        self.messageIDReused = messageIDReused
    }
}

/// Where a message belongs, and why.
public struct ThreadDecision: Hashable, Sendable {
    /// What is to be done.
    public enum Action: Hashable, Sendable {
        /// Begin a ticket.
        case create
        /// Add the message to this ticket.
        case append(ThreadFacts.Candidate)
        /// Propose the message for this ticket; a person decides.
        case propose(ThreadFacts.Candidate)
    }

    /// What is to be done.
    public let action: Action
    /// Why.
    public let reason: Reason
    /// The account for the trace.
    public let step: Trace.Step

    /// The most losing candidates that are told.
    private static let maximumNotes = 20

    /// Decides by the strongest evidence that found a ticket.
    ///
    /// - Parameter mailbox: the mailbox the message came in by. Only its own tickets are appended to: one message to
    ///   two mailboxes is two tickets, and an answer to both must not stand twice in one of them.
    public init(_ evidence: ThreadEvidence, _ facts: ThreadFacts, mailbox: String) {
        var notes: [Trace.Fact] = []
        if facts.messageIDReused {
            notes.append(Trace.Fact("Message-ID reused", "another message of this mailbox bears the same Message-ID"))
        }
        for id in evidence.references {
            let candidates = facts.byReference[id] ?? []
            for other in candidates where other.mailbox != mailbox && notes.count < Self.maximumNotes {
                notes.append(
                    Trace.Fact(
                        "candidate",
                        "ticket \(other.number) lost: it belongs to mailbox \(other.mailbox), the message to \(mailbox)"
                    )
                )
            }
            guard let candidate = candidates.first(where: { $0.mailbox == mailbox }) else { continue }
            notes.append(Trace.Fact("reference", "\(id) is of ticket \(candidate.number)"))
            if let byNumber = facts.byNumber, byNumber.ticket != candidate.ticket {
                notes.append(
                    Trace.Fact("candidate", "ticket \(byNumber.number) lost: a subject is weaker than a reference")
                )
            }
            action = .append(candidate)
            reason = .references
            step = Trace.Step(Verdict(reason), notes)
            return
        }
        if !evidence.references.isEmpty {
            notes.append(Trace.Fact("references", "none of \(evidence.references.count) is known"))
        }
        if let number = evidence.subjectNumber {
            if let candidate = facts.byNumber, candidate.mailbox == mailbox {
                notes.append(Trace.Fact("subject", "names ticket \(number)"))
                notes.append(Trace.Fact("sender takes part", candidate.senderParticipates ? "yes" : "no"))
                action = candidate.senderParticipates ? .append(candidate) : .propose(candidate)
                reason = candidate.senderParticipates ? .subjectNumber : .subjectNumberStranger
                step = Trace.Step(Verdict(reason), notes)
                return
            }
            let why = facts.byNumber.map { "belongs to mailbox \($0.mailbox)" } ?? "does not exist"
            notes.append(Trace.Fact("subject", "names ticket \(number), which \(why)"))
        }
        action = .create
        reason = evidence.subjectNumber == nil ? .newConversation : .ticketNotFound
        step = Trace.Step(Verdict(reason), notes)
    }
}
