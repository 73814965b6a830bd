public import Mail
public import NIOCore
public import SASL

extension SMTPSession {
    /// What the owner of a session has to do next.
    ///
    /// ``checkSpace(declaredSize:)``, ``checkRecipient(_:)``, ``beginMessage(declaredSize:)``, ``commitMessage(_:)``,
    /// ``prepareTLS``, ``startTLS(discardedOctets:)``, ``beginAuthentication(_:)``, ``authenticate(_:)`` and
    /// ``delay(milliseconds:)`` are questions: until one is answered, no later command is looked at.
    public enum Action: Equatable, Sendable {
        /// Send these octets: one or more whole replies.
        case reply(ByteBuffer)
        /// Is there room for a message of this size? Answer with ``SMTPSession/answer(space:)``.
        case checkSpace(declaredSize: UInt64)
        /// Is this recipient taken? Answer with ``SMTPSession/answer(recipient:)``.
        case checkRecipient(ForwardPath)
        /// Make ready to receive a message. Answer with ``SMTPSession/answer(begin:)``.
        case beginMessage(declaredSize: UInt64?)
        /// Add these octets to the message that was begun.
        case appendToMessage(ByteBuffer)
        /// Make the message durable for the recipients of this envelope. Answer with ``SMTPSession/answer(commit:)``.
        case commitMessage(Envelope)
        /// Drop the message that was begun.
        case abortMessage
        /// Can a handshake begin? Answer with ``SMTPSession/answer(prepareTLS:)``.
        case prepareTLS
        /// The replies are out, and the client begins its handshake: all that it sends from here on is TLS.
        ///
        /// Answer with ``SMTPSession/answer(tls:)``; what the session is given before is dropped. The number is that of
        /// the octets in clear that stood behind STARTTLS and were dropped: one above zero is for the log.
        case startTLS(discardedOctets: Int)
        /// May the client try to authenticate? Answer with ``SMTPSession/answer(attempt:)``.
        case beginAuthentication(SASLMechanism)
        /// Find out what the exchange must know. Answer with ``SMTPSession/answer(authentication:)``.
        ///
        /// The question holds what the client sent, and is not for the log.
        case authenticate(SASLQuestion)
        /// Count how an authentication ended.
        case recordAuthentication(AuthenticationRecord)
        /// Wait, then call ``SMTPSession/delayElapsed()``.
        case delay(milliseconds: Int)
        /// Keep a record of this refusal.
        case recordRefusal(Refusal)
        /// Log this command line, without what AUTH must not show; only when ``SMTPSession/tracesCommands`` is set.
        case logCommand(ByteBuffer)
        /// Close the connection when all replies are sent.
        case close
    }

    /// A refused sender, recipient or message, as far as it was understood.
    public struct Refusal: Hashable, Sendable {
        /// The sender, if it could be read.
        public var reversePath: String?
        /// The recipient, if there was one and it could be read.
        public var forwardPath: String?
        /// The answer.
        public var reply: SMTPReply

        /// Makes a refusal.
        public init(reversePath: String? = nil, forwardPath: String? = nil, reply: SMTPReply) {
            self.reversePath = reversePath
            self.forwardPath = forwardPath
            self.reply = reply
        }
    }
}
