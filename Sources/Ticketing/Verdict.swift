/// What a stage of the intake concluded: a code for the store and for programs, and what it means for people.
///
/// A code never changes its meaning, since stored traces hold it; the sentence may be put better at any time.
public enum Verdict: String, Hashable, Sendable, CaseIterable {
    /// A mailbox takes the message.
    case taken = "mailbox.taken"
    /// The message can be read.
    case read = "read.whole"
    /// The message can be read as far as it goes.
    case readWithDefects = "read.defects"
    /// The message is kept unread: ``Reason/crashSuspect``.
    case crashSuspect = "read.crash-suspect"
    /// The message is kept unread: ``Reason/unreadable``.
    case unreadable = "read.unreadable"
    /// A machine wrote the message: ``Classification/kind``.
    case machine = "classify.machine"
    /// Nothing proves that a machine wrote the message; what speaks for it is noted.
    case perhapsMachine = "classify.perhaps-machine"
    /// A person or a rule passed the message on: ``ForwardingEvidence``.
    case forwarded = "classify.forwarded"
    /// All attached files are kept, and about some there is something to say.
    case attachmentsNoted = "attachments.noted"
    /// Attached files are kept apart or are no part of the ticket.
    case attachmentsBlocked = "attachments.blocked"
    /// The message is new.
    case unclaimed = "retry.new"
    /// The message has its outcome already.
    case repeated = "retry.repeated"
    /// An equal message without a Message-ID came so long ago that this one is another.
    case claimExpired = "retry.expired"
    /// Nobody is named as the sender.
    case senderMissing = "sender.missing"
    /// The sender is an agent.
    case senderIsAgent = "sender.agent"
    /// The sender is a contact.
    case senderIsContact = "sender.contact"
    /// The sender's domain is a customer's.
    case senderOfCustomer = "sender.customer"
    /// The sender is a stranger.
    case senderUnknown = "sender.unknown"
    /// ``Reason/newConversation``.
    case newConversation = "thread.new-conversation"
    /// ``Reason/ticketNotFound``.
    case ticketNotFound = "thread.ticket-not-found"
    /// ``Reason/references``.
    case references = "thread.references"
    /// ``Reason/subjectNumber``.
    case subjectNumber = "thread.subject-number"
    /// ``Reason/subjectNumberStranger``.
    case subjectNumberStranger = "thread.subject-number-stranger"
    /// A new ticket gets the mailbox's defaults.
    case defaults = "defaults.applied"

    /// The verdict that a reason for an outcome is.
    public init(_ reason: Reason) {
        self =
            switch reason {
            case .newConversation: .newConversation
            case .ticketNotFound: .ticketNotFound
            case .references: .references
            case .subjectNumber: .subjectNumber
            case .subjectNumberStranger: .subjectNumberStranger
            case .crashSuspect: .crashSuspect
            case .unreadable: .unreadable
            }
    }

    /// The stage that came to it: `mailbox`, `read`, `classify`, `attachments`, `retry`, `sender`, `thread` or
    /// `defaults`.
    public var stage: String { String(rawValue.prefix { $0 != "." }) }

    /// The verdict as a sentence.
    public var sentence: String {
        switch self {
        case .taken: "A mailbox takes the message."
        case .read: "The message can be read."
        case .readWithDefects: "The message can be read as far as it goes; its defects are noted."
        case .crashSuspect: Reason.crashSuspect.sentence
        case .unreadable: Reason.unreadable.sentence
        case .machine: "A machine wrote the message."
        case .perhapsMachine: "Nothing proves that a machine wrote the message; what speaks for it is noted."
        case .forwarded: "The message was passed on on its way here."
        case .attachmentsNoted: "All attached files are kept; what is known of some is noted."
        case .attachmentsBlocked:
            "Attached files are kept apart or are no part of the ticket; the message as it was received has them."
        case .unclaimed: "The message is new in this mailbox."
        case .repeated: "The message is in this mailbox already: it came again, and its outcome stays."
        case .claimExpired:
            "An equal message without a Message-ID came before, but so long ago that this one counts as another."
        case .senderMissing: "Neither header nor envelope names a sender."
        case .senderIsAgent: "The address belongs to an agent; that the agent sent the message is not proved."
        case .senderIsContact: "The address belongs to a contact."
        case .senderOfCustomer: "No contact has the address; its domain belongs to a customer."
        case .senderUnknown: "Neither contact nor customer has the address or its domain."
        case .newConversation: Reason.newConversation.sentence
        case .ticketNotFound: Reason.ticketNotFound.sentence
        case .references: Reason.references.sentence
        case .subjectNumber: Reason.subjectNumber.sentence
        case .subjectNumberStranger: Reason.subjectNumberStranger.sentence
        case .defaults: "The mailbox's defaults apply."
        }
    }
}
