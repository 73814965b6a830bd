import Mail

/// What the first twelve octets and the question of a response say (RFC 1035 section 4.1.1).
struct MessageHeader {
    /// The response codes that answer a question.
    enum Code {
        case noError
        case nameError
    }

    let code: Code
    let isTruncated: Bool
    let answers: Int
    let authorities: Int

    init(_ reader: inout MessageReader, in octets: Span<UInt8>, of query: DNSQuery) throws(DNSFault) {
        let id = try reader.word(in: octets)
        let flags = try reader.word(in: octets)
        let questions = try reader.word(in: octets)
        answers = Int(try reader.word(in: octets))
        authorities = Int(try reader.word(in: octets))
        _ = try reader.word(in: octets)
        // A response (QR) to a standard query (opcode 0).
        guard id == query.id, flags & 0xF800 == 0x8000 else { throw .foreign }
        let number = UInt8(flags & 0x000F)
        // A server that cannot read a query need not repeat its question.
        if questions == 0, number != 0 { throw Self.fault(number) }
        guard questions == 1, try reader.name(in: octets) == WireName(query.question),
            try reader.word(in: octets) == MessageType.number(query.question.type),
            try reader.word(in: octets) == MessageType.internet
        else { throw .foreign }
        isTruncated = flags & 0x0200 != 0
        switch number {
        case 0: code = .noError
        case 3: code = .nameError
        default: throw Self.fault(number)
        }
    }

    private static func fault(_ code: UInt8) -> DNSFault {
        code == 1 ? .notUnderstood : .refused(code: code)
    }
}
