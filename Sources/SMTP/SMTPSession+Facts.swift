import Mail
import NIOCore

extension SMTPSession {
    /// What the peer called itself; empty before it said hello.
    public var helo: String { hello?.name ?? "" }

    /// The `with` keyword of a trace header for the message at hand (RFC 3848, RFC 6531 section 4.3).
    public var protocolKeyword: String {
        let isInternational = transaction?.envelope.smtpUTF8 ?? false
        // No keyword tells of HELO with TLS.
        if policy.dialect == .smtp, !isInternational, hello?.verb != .ehlo { return "SMTP" }
        let name = policy.dialect == .lmtp ? "LMTP" : isInternational ? "SMTP" : "ESMTP"
        return (isInternational ? "UTF8" : "") + name + (link == nil ? "" : "S") + (user == nil ? "" : "A")
    }

    /// What the peer is to send next, as far as its time for it is limited.
    ///
    /// The number tells one line or message from the next.
    public enum Expectation: Hashable, Sendable {
        /// A command, or nothing at all.
        case command
        /// The rest of a command line or of a response, or a handshake.
        case restOfLine(Int)
        /// The octets of a message or chunk, whether it is taken or refused.
        case content(Int)
    }

    /// What the peer is to send next.
    public var expectation: Expectation {
        switch state {
        case .receiving: .content(lines)
        case .skippingLine: .restOfLine(lines)
        case .startingTLS: .restOfLine(lines)
        case .ready, .authenticating: input.readableBytes > 0 ? .restOfLine(lines) : .command
        case .greeting, .closing, .closed: .command
        }
    }

    /// The number of the transaction at hand, which began with MAIL.
    public var transactionNumber: Int? { transaction == nil ? nil : transactions }

    /// Whether the answer to ``Action/beginMessage(declaredSize:)`` is awaited.
    public var isAwaitingBegin: Bool { question == .begin }

    /// How many received octets wait to be looked at.
    public var pendingOctets: Int { input.readableBytes }
}
