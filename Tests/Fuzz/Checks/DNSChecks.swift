import DNS
import Mail

/// Responses of the domain name system, to a query for the name `a.example`.
enum DNSChecks {
    /// The id of the queries.
    private static let id: UInt16 = 0x6D77

    /// The first octet is the type that was asked for; the rest is the response.
    static func check(_ octets: [UInt8]) throws(BrokenInvariant) {
        let types = DNSQuestion.RecordType.allCases
        guard let first = octets.first, let question = DNSQuestion("a.example", types[Int(first) % types.count]) else {
            return
        }
        let message = Array(octets.dropFirst())
        try read(message, question)
        // Behind the header and the question of a right response, so that the fuzzer need not find them first.
        let query = DNSQuery(question, id: id, isExtended: false).octets
        guard message.count > 4 else { return }
        try read(
            [query[0], query[1], 0x81, 0x80, 0, 1, 0, message[0], 0, message[1], 0, 0] + query[12...] + message[2...],
            question
        )
    }

    private static func read(_ message: [UInt8], _ question: DNSQuestion) throws(BrokenInvariant) {
        let response: DNSResponse
        do {
            response = try DNSResponse(message.span, to: DNSQuery(question, id: id))
        } catch {
            return
        }
        try require(response.answer != .failure, "a failure that was read")
        let records = response.answer.records ?? []
        // A record takes eleven octets at least.
        try require(records.count <= message.count / 11, "more records than there is room")
        for record in records {
            try check(record, question.type, size: message.count)
        }
    }

    private static func check(
        _ record: DNSRecord,
        _ type: DNSQuestion.RecordType,
        size: Int
    ) throws(BrokenInvariant) {
        switch record {
        case .address(let address):
            try require(type == .a && !address.isVersion6 || type == .aaaa, "an address that was not asked for")
        case .text(let text):
            try require(type == .txt && text.count <= size, "a text that was not asked for")
        case .pointer(let name):
            try require(type == .ptr && !name.isEmpty, "a name that was not asked for")
            try requireHostName(name)
        case .mailExchange(let preference, let host):
            try require(type == .mx && (0...0xFFFF).contains(preference), "a host that was not asked for")
            if !host.isEmpty { try requireHostName(host) }
        }
    }

    private static func requireHostName(_ name: String) throws(BrokenInvariant) {
        try require(DNSQuestion(name, .a)?.name == name, "a name that cannot be asked for")
        for octet in name.utf8 {
            try require(
                octet.isASCIILetter || octet.isASCIIDigit || [0x2D, 0x2E, 0x5F].contains(octet),
                "a name of more than letters, digits, hyphens and underscores"
            )
        }
    }
}
