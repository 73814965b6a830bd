import SASL

extension SMTPSession {
    /// HELO, EHLO and LHLO (RFC 5321 section 4.1.1.1, RFC 2033 section 4.1).
    mutating func sayHello(_ verb: Verb, name: String) {
        guard !name.isEmpty else {
            error(.syntax)
            return
        }
        // A name that does not fit the peer is no ground for a refusal (RFC 5321 section 4.1.4).
        hello = (verb, String(name.prefix(Self.longestHello)))
        // RFC 5321 section 4.1.4: a new hello clears everything, as RSET does.
        resetTransaction()
        guard verb != .helo else {
            reply(SMTPReply(250, nil, policy.hostname))
            return
        }
        reply(code: 250, lines: [policy.hostname] + offeredKeywords)
    }

    /// The longest name kept of what the peer calls itself.
    private static let longestHello = 255

    private var offeredKeywords: [String] {
        let offered = policy.extensions
        var keywords: [String] = []
        if offered.contains(.pipelining) { keywords.append("PIPELINING") }
        if offered.contains(.size) { keywords.append("SIZE \(policy.limits.messageSize)") }
        if offered.contains(.enhancedStatusCodes) { keywords.append("ENHANCEDSTATUSCODES") }
        if offered.contains(.eightBitMIME) { keywords.append("8BITMIME") }
        // RFC 6531 section 3.1: SMTPUTF8 is never offered without 8BITMIME.
        if offered.contains([.smtpUTF8, .eightBitMIME]) { keywords.append("SMTPUTF8") }
        if offered.contains(.chunking) { keywords.append("CHUNKING") }
        if offered.contains([.binaryMIME, .chunking]) { keywords.append("BINARYMIME") }
        if policy.tls != .unavailable, link == nil { keywords.append("STARTTLS") }
        let mechanisms = lacksTLS ? [] : offer.mechanisms
        if !mechanisms.isEmpty { keywords.append("AUTH " + mechanisms.map(\.rawValue).joined(separator: " ")) }
        return keywords
    }
}
