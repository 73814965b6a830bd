package import Mail

/// The octets of a question to a recursive server (RFC 1035 section 4.1).
package struct DNSQuery: Hashable, Sendable {
    /// What is asked.
    package let question: DNSQuestion
    /// By which the response is known; to be drawn at random for each attempt (RFC 5452 section 4.3).
    package let id: UInt16
    /// Whether the server is told that a response by UDP may be larger than 512 octets.
    package let isExtended: Bool

    /// The size of a response by UDP that passes everywhere unfragmented (the value of DNS flag day 2020).
    static let payload: UInt16 = 1232

    package init(_ question: DNSQuestion, id: UInt16, isExtended: Bool = true) {
        self.question = question
        self.id = id
        self.isExtended = isExtended
    }

    /// The message.
    package var octets: [UInt8] {
        var octets: [UInt8] = []
        // Recursion desired; one question, and one additional record when extended.
        for word in [id, 0x0100, 1, 0, 0, isExtended ? 1 : 0] { Self.append(word, to: &octets) }
        for label in question.labels {
            octets.append(UInt8(label.count))
            octets += label
        }
        octets.append(0)
        Self.append(MessageType.number(question.type), to: &octets)
        Self.append(MessageType.internet, to: &octets)
        guard isExtended else { return octets }
        // The pseudo-record of RFC 6891 section 6.1.2: the root, the size in place of the class, no flags, no options.
        octets.append(0)
        for word in [MessageType.opt, Self.payload, 0, 0, 0] { Self.append(word, to: &octets) }
        return octets
    }

    private static func append(_ word: UInt16, to octets: inout [UInt8]) {
        octets += [UInt8(word >> 8), UInt8(word & 0xFF)]
    }
}
