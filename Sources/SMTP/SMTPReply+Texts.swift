import Mail
import SASL

/// The texts are plain and tell nothing of the inside; the cause of a refusal is in the log.
extension SMTPReply {
    static let senderOK = SMTPReply(250, .ok(1, 0), "Sender ok")
    static let ok = SMTPReply(250, .ok(0, 0), "Ok")
    static let closing = SMTPReply(221, .ok(0, 0), "Bye")
    static let help = SMTPReply(214, .ok(0, 0), "See RFC 5321")
    static let cannotVerify = SMTPReply(
        252,
        .ok(5, 0),
        "Cannot verify, but will take the message and try to deliver it"
    )
    static let startInput = SMTPReply(354, nil, "End data with <CR><LF>.<CR><LF>")

    static let synchronization = SMTPReply(554, .permanent(5, 0), "SMTP protocol synchronization")
    static let tooManyErrors = SMTPReply(421, .temporary(7, 0), "Too many errors")
    static let tooManyJunkCommands = SMTPReply(421, .temporary(7, 0), "Too many commands without a message")
    static let timeout = SMTPReply(421, .temporary(4, 2), "Timeout exceeded")

    /// The server is stopping; the client is to come back later.
    public static let shuttingDown = SMTPReply(421, .temporary(3, 2), "System is shutting down")
    /// A limit on connections is met.
    public static let tooManyConnections = SMTPReply(421, .temporary(7, 0), "Too many connections")
    /// The peer is not allowed to use this listener.
    public static let accessDenied = SMTPReply(554, .permanent(7, 1), "Access denied")
    /// The recipient is taken.
    public static let recipientOK = SMTPReply(250, .ok(1, 5), "Recipient ok")
    /// The store or the pipeline failed; the client is to try again.
    public static let localError = SMTPReply(451, .temporary(3, 0), "Temporary local error, try again later")
    /// There is no room for the message at the moment.
    public static let insufficientStorage = SMTPReply(452, .temporary(3, 1), "Insufficient system storage")
    /// The message has been through too many hops, or comes from ourselves.
    public static let loop = SMTPReply(554, .permanent(4, 6), "Too many hops, the message loops")

    /// TLS cannot begin now (RFC 3207 section 4).
    public static let tlsUnavailable = SMTPReply(454, .temporary(7, 0), "TLS is not available for the moment")
    /// Nobody can be authenticated now (RFC 4954 section 6).
    public static let authenticationUnavailable = SMTPReply(
        454,
        .temporary(7, 0),
        "Temporary authentication failure"
    )

    static let readyForTLS = SMTPReply(220, .ok(0, 0), "Ready to start TLS")
    static let alreadyEncrypted = SMTPReply(503, .permanent(5, 1), "TLS is active already")
    static let tlsFirst = SMTPReply(530, .permanent(7, 0), "Must issue STARTTLS first")
    static let withinTransaction = SMTPReply(503, .permanent(5, 1), "Not within a transaction")
    static let authenticated = SMTPReply(235, .ok(7, 0), "Authentication successful")
    static let authenticationFirst = SMTPReply(530, .permanent(7, 0), "Authentication required")
    static let alreadyAuthenticated = SMTPReply(503, .permanent(5, 1), "Already authenticated")
    static let unknownMechanism = SMTPReply(504, .permanent(5, 4), "Mechanism is not offered")
    static let mechanismNeedsTLS = SMTPReply(538, .permanent(7, 11), "Mechanism needs encryption")
    static let responseTooLong = SMTPReply(500, .permanent(5, 6), "Authentication exchange line is too long")
    static let tooManyFailures = SMTPReply(421, .temporary(7, 0), "Too many failed authentications")

    /// What a client is told whose authentication failed (RFC 4954 sections 4 and 6).
    static func authenticationFailed(_ kind: SASLFailure.Kind) -> SMTPReply {
        switch kind {
        case .refused: SMTPReply(535, .permanent(7, 8), "Authentication credentials invalid")
        case .malformed: SMTPReply(501, .permanent(5, 2), "Cannot decode the response")
        case .cancelled: SMTPReply(501, .permanent(7, 0), "Authentication cancelled")
        case .tooLong: .responseTooLong
        case .unavailable: .authenticationUnavailable
        }
    }

    static let notAvailableHere = SMTPReply(500, .permanent(5, 1), "Command is not part of this protocol")
    static let unknownCommand = SMTPReply(500, .permanent(5, 2), "Unknown command")
    static let lineTooLong = SMTPReply(500, .permanent(5, 2), "Line too long")
    static let bareLineFeedInCommand = SMTPReply(500, .permanent(5, 2), "Line does not end with <CR><LF>")
    static let badCharacters = SMTPReply(500, .permanent(5, 2), "Line holds control characters or is not UTF-8")
    static let notImplemented = SMTPReply(502, .permanent(5, 1), "Command not implemented")
    static let otherProtocol = SMTPReply(502, .permanent(7, 0), "This is a mail server")
    static let syntax = SMTPReply(501, .permanent(5, 4), "Syntax error in parameters")
    static let noArgument = SMTPReply(501, .permanent(5, 4), "Command takes no argument")
    static let helloFirst = SMTPReply(503, .permanent(5, 1), "Say hello first")
    static let nestedMail = SMTPReply(503, .permanent(5, 1), "Sender is already given")
    static let mailFirst = SMTPReply(503, .permanent(5, 1), "Need MAIL first")
    static let recipientFirst = SMTPReply(503, .permanent(5, 1), "Need RCPT first")
    static let noValidRecipients = SMTPReply(554, .permanent(5, 1), "No valid recipients")
    static let noValidRecipientsLMTP = SMTPReply(503, .permanent(5, 1), "No valid recipients")
    static let chunkingBegun = SMTPReply(503, .permanent(5, 1), "BDAT has begun, send BDAT or RSET")
    static let transactionFailed = SMTPReply(503, .permanent(5, 1), "The transaction has failed, send RSET")
    static let binaryNeedsChunking = SMTPReply(503, .permanent(5, 1), "BINARYMIME needs BDAT")

    static let badSender = SMTPReply(501, .permanent(1, 7), "Bad sender address syntax")
    static let badRecipient = SMTPReply(501, .permanent(1, 3), "Bad recipient address syntax")
    static let unknownParameter = SMTPReply(555, .permanent(5, 4), "Parameter not recognized")
    static let needsSMTPUTF8 = SMTPReply(553, .permanent(6, 7), "Address needs SMTPUTF8")
    static let messageTooBig = SMTPReply(552, .permanent(3, 4), "Message is too big")
    static let messageLineTooLong = SMTPReply(552, .permanent(3, 4), "A line of the message is too long")
    static let bareLineFeed = SMTPReply(550, .permanent(5, 2), "Bare <LF> received")
    static let bareCarriageReturn = SMTPReply(550, .permanent(5, 2), "Bare <CR> received")
    static let tooManyRecipients = SMTPReply(452, .temporary(5, 3), "Too many recipients")
}

extension EnhancedStatusCode {
    static func ok(_ subject: UInt16, _ detail: UInt16) -> Self { Self(.success, subject, detail) }
    static func temporary(_ subject: UInt16, _ detail: UInt16) -> Self { Self(.temporaryFailure, subject, detail) }
    static func permanent(_ subject: UInt16, _ detail: UInt16) -> Self { Self(.permanentFailure, subject, detail) }
}
