import NIOCore

extension SMTPSession {
    /// STARTTLS (RFC 3207 section 4).
    mutating func startTLS(_ argument: String) -> Action? {
        if let refusal = startTLSRefusal(argument) {
            error(refusal)
            return nil
        }
        question = .tlsReadiness
        return .prepareTLS
    }

    private func startTLSRefusal(_ argument: String) -> SMTPReply? {
        if link != nil { return .alreadyEncrypted }
        if policy.tls == .unavailable { return .notImplemented }
        if !argument.isEmpty { return .noArgument }
        return transaction == nil ? nil : .withinTransaction
    }

    /// Answers ``Action/prepareTLS``.
    ///
    /// - Parameter refusal: why there can be no handshake now, or `nil` when there can.
    public mutating func answer(prepareTLS refusal: SMTPReply?) {
        guard question == .tlsReadiness else { return }
        question = nil
        if let refusal {
            reply(refusal)
            countRefusal(refusal)
            return
        }
        reply(.readyForTLS)
        // What came in clear behind STARTTLS may be from anyone, and must never be run under the cover of TLS
        // (RFC 3207 section 6).
        state = .startingTLS(discardedOctets: input.readableBytes)
        input = ByteBuffer()
        searched = 0
    }

    /// Answers ``Action/startTLS(discardedOctets:)``.
    ///
    /// - Parameter link: the connection as it is now, or `nil` when the handshake failed, which ends the session.
    public mutating func answer(tls link: EncryptedLink?) {
        guard question == .handshake else { return }
        question = nil
        guard let link else {
            state = .closing
            return
        }
        // RFC 3207 section 4.2: whatever the client said before is forgotten.
        resetTransaction()
        hello = nil
        user = nil
        self.link = link
        state = .ready
    }

    /// Whether TLS must come first (RFC 3207 section 4).
    var lacksTLS: Bool { policy.tls == .required && link == nil }

    /// Hands out the reply to STARTTLS and then the call for the handshake.
    mutating func beginHandshake(discardedOctets: Int) -> Action {
        if let replies = takeOutput() { return replies }
        question = .handshake
        return .startTLS(discardedOctets: discardedOctets)
    }
}
