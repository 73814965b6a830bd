import Intake
import Mail
import SMTP
import Storage

/// What the inside decided, in the words of the protocol.
///
/// The one place where the two meet.
enum ReplyMapping {
    /// The reply to RCPT.
    static func reply(to resolution: RecipientResolution) -> SMTPReply {
        switch resolution {
        case .mailbox: .recipientOK
        case .unknown: unknown
        case .inactive: inactive
        case .paused: paused
        case .foreign: foreign
        case .unavailable: .localError
        }
    }

    /// The reply to a message that cannot be begun.
    static func reply(to shortage: ResourceShortage) -> SMTPReply {
        switch shortage {
        case .diskFloor, .memoryBudget, .writeAheadLog: .insufficientStorage
        case .store: .localError
        }
    }

    /// The replies behind a message: one in SMTP, one for each recipient in LMTP.
    static func replies(
        to dispositions: [Disposition],
        recipients: [ForwardPath],
        dialect: SMTPSession.Dialect
    ) -> [SMTPReply] {
        switch dialect {
        case .smtp:
            [combined(dispositions)]
        case .lmtp:
            recipients.indices.map { index in
                guard index < dispositions.count else { return .localError }
                guard case .committed(let id) = dispositions[index] else { return reply(to: dispositions[index]) }
                return SMTPReply(250, saved, "<\(recipients[index])> \(id) Saved")
            }
        }
    }

    /// One reply for all recipients.
    ///
    /// Any temporary failure asks the client to send again: those who have the message keep it, and its retry key makes
    /// sure that they do not get it twice. A permanent refusal is told only when nobody has the message: a `550` for all
    /// would have the client report it as lost to those who have it.
    ///
    /// The pipeline has no rule yet by which it answers `.rejected` or `.loop`: blocked senders and trace headers of our
    /// own will. Trace headers of others are counted by the session before a message comes here.
    private static func combined(_ dispositions: [Disposition]) -> SMTPReply {
        var committed: UniqueID?
        var permanent: Disposition?
        var temporary: Disposition?
        for disposition in dispositions {
            switch disposition {
            case .committed(let id): committed = committed ?? id
            case .rejected, .loop: permanent = permanent ?? disposition
            case .fault, .full, .overloaded: temporary = temporary ?? disposition
            }
        }
        if let temporary { return reply(to: temporary) }
        if let committed { return SMTPReply(250, saved, "Ok: \(committed)") }
        return permanent.map { reply(to: $0) } ?? .localError
    }

    private static func reply(to disposition: Disposition) -> SMTPReply {
        switch disposition {
        case .committed(let id): SMTPReply(250, saved, "Ok: \(id)")
        case .rejected: rejected
        case .loop: .loop
        case .full: .insufficientStorage
        case .overloaded: overloaded
        case .fault: .localError
        }
    }

    private static let saved = EnhancedStatusCode(.success, 0, 0)
    private static let unknown = SMTPReply(550, permanent(1, 1), "No such recipient here")
    private static let inactive = SMTPReply(550, permanent(2, 1), "Recipient takes no mail")
    private static let paused = SMTPReply(
        451,
        EnhancedStatusCode(.temporaryFailure, 2, 1),
        "Recipient takes no mail for now"
    )
    private static let overloaded = SMTPReply(
        451,
        EnhancedStatusCode(.temporaryFailure, 3, 2),
        "Too much mail at once, try again later"
    )
    private static let foreign = SMTPReply(550, permanent(7, 1), "Relaying denied")
    private static let rejected = SMTPReply(550, permanent(7, 1), "Refused by policy")

    private static func permanent(_ subject: UInt16, _ detail: UInt16) -> EnhancedStatusCode {
        EnhancedStatusCode(.permanentFailure, subject, detail)
    }
}
