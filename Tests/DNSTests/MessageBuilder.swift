import DNS
import Mail

/// Writes a response as a server does, piece by piece, so that a test can also write a wrong one.
struct MessageBuilder {
    private(set) var octets: [UInt8]

    /// Begins with the header, and with the question of the query unless told otherwise.
    init(
        to query: DNSQuery,
        flags: UInt16 = 0x8180,
        answers: UInt16 = 0,
        authorities: UInt16 = 0,
        questions: UInt16 = 1
    ) {
        octets = Self.words([query.id, flags, questions, answers, authorities, 0])
        // The query's own question: between its header and the pseudo-record of eleven octets.
        if questions > 0 { octets += query.octets[12..<(query.octets.count - (query.isExtended ? 11 : 0))] }
    }

    static func words(_ words: [UInt16]) -> [UInt8] { words.flatMap { [UInt8($0 >> 8), UInt8($0 & 0xFF)] } }

    static func name(_ text: String) -> [UInt8] {
        text.split(separator: ".").flatMap { [UInt8($0.utf8.count)] + Array($0.utf8) } + [0]
    }

    /// The name of the question, as a pointer.
    static let question: [UInt8] = [0xC0, 12]

    static func string(_ text: String) -> [UInt8] { [UInt8(text.utf8.count)] + Array(text.utf8) }

    static func authority(minimum: UInt16, lifetime: UInt16 = 3600, owner: [UInt8] = question) -> Record {
        Record(
            owner,
            6,
            name("ns.example") + name("root.example") + words([0, 1, 0, 2, 0, 3, 0, 4, 0, minimum]),
            lifetime: UInt32(lifetime)
        )
    }

    struct Record {
        let octets: [UInt8]

        init(_ owner: [UInt8], _ type: UInt16, _ data: [UInt8], lifetime: UInt32 = 300, kind: UInt16 = 1) {
            octets =
                owner
                + words([
                    type, kind, UInt16(lifetime >> 16), UInt16(lifetime & 0xFFFF), UInt16(data.count),
                ]) + data
        }
    }

    mutating func add(_ record: Record) { octets += record.octets }

    /// A response that holds so many answers and authorities.
    static func response(
        to query: DNSQuery,
        _ answers: [Record] = [],
        authorities: [Record] = [],
        flags: UInt16 = 0x8180
    ) -> [UInt8] {
        var builder = MessageBuilder(
            to: query,
            flags: flags,
            answers: UInt16(answers.count),
            authorities: UInt16(authorities.count)
        )
        for record in answers + authorities { builder.add(record) }
        return builder.octets
    }
}
