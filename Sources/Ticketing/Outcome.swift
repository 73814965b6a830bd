/// What became of a message in a mailbox (DESIGN "What must always hold", 2).
public enum Outcome: String, Hashable, Sendable, CaseIterable {
    /// It made a ticket.
    case created
    /// It became a comment of a ticket.
    case appended
    /// It seems to belong to a ticket, but only a person may say so.
    case proposed
    /// It is another copy of a message that was already decided.
    case duplicate
    /// A rule leaves it out of the desk.
    case ignored
    /// It is kept apart, unread or untrusted.
    case quarantined
    /// It was refused.
    case rejected
    /// It reports that an outgoing message was not delivered.
    case bounce
    /// It is for the server itself: a provider's confirmation, a canary.
    case notice
}

/// Why an outcome is what it is: a code for programs, and what it means for people.
public enum Reason: String, Hashable, Sendable, CaseIterable {
    /// No evidence ties the message to a ticket.
    case newConversation = "new-conversation"
    /// Evidence named a ticket that the mailbox does not have, so the message begins a new one.
    case ticketNotFound = "ticket-not-found"
    /// In-Reply-To or References name a message of the ticket.
    case references
    /// The subject bears the ticket's number and the sender takes part in the ticket.
    case subjectNumber = "subject-number"
    /// The subject bears a ticket's number, but the sender takes no part in that ticket.
    case subjectNumberStranger = "subject-number-stranger"
    /// The server stopped while it read this message before, so it is kept unread.
    case crashSuspect = "crash-suspect"
    /// The message could not be read within its limits, so it is kept unread.
    case unreadable

    /// The reason as a sentence.
    public var sentence: String {
        switch self {
        case .newConversation: "Nothing in the message ties it to a ticket, so it begins a new one."
        case .ticketNotFound: "The message names a ticket that this mailbox does not have, so it begins a new one."
        case .references: "The message answers a message of this ticket (In-Reply-To, References)."
        case .subjectNumber: "The subject bears the ticket's number, and the sender takes part in the ticket."
        case .subjectNumberStranger:
            "The subject bears the ticket's number, but the sender takes no part in it: a person must decide."
        case .crashSuspect:
            "The server stopped while it was reading this message before; it is kept unread, so that it can do no harm."
        case .unreadable: "The message cannot be read; its octets are kept."
        }
    }
}
