extension SMTPSession {
    /// RSET (RFC 5321 section 4.1.1.5): ends the transaction, keeps the hello.
    mutating func reset() {
        resetTransaction()
        reply(.ok)
    }

    /// QUIT (RFC 5321 section 4.1.1.10).
    mutating func quit() {
        hasQuit = true
        fail(.closing)
    }

    /// VRFY (RFC 5321 section 4.1.1.6): tells nothing of who exists.
    mutating func verify(_ argument: String) {
        if argument.isEmpty { error(.syntax) } else { reply(.cannotVerify) }
    }
}
