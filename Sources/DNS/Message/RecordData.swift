import Mail

/// The data of the types that are asked for.
enum RecordData {
    /// Reads the data of a record.
    ///
    /// - Returns: `nil` when the record names what is no host's name: such a record is as if it were not there.
    static func read(
        _ reader: inout MessageReader,
        in octets: Span<UInt8>,
        _ type: DNSQuestion.RecordType,
        _ head: RecordHead
    ) throws(DNSFault) -> DNSRecord? {
        switch type {
        case .a: return .address(try address(&reader, in: octets, head, size: 4))
        case .aaaa: return .address(try address(&reader, in: octets, head, size: 16))
        case .txt: return .text(try text(&reader, in: octets, head))
        case .mx:
            let preference = Int(try reader.word(in: octets))
            return try reader.name(in: octets).hostName.map { .mailExchange(preference: preference, host: $0) }
        case .ptr:
            let name = try reader.name(in: octets).hostName
            return name.flatMap { $0.isEmpty ? nil : .pointer($0) }
        }
    }

    private static func address(
        _ reader: inout MessageReader,
        in octets: Span<UInt8>,
        _ head: RecordHead,
        size: Int
    ) throws(DNSFault) -> IPAddress {
        guard head.length == size, let address = IPAddress(octets: try reader.octets(size, in: octets)) else {
            throw .malformed
        }
        return address
    }

    /// The strings of a text, joined (RFC 7208 section 3.3, RFC 6376 section 3.6.2.2).
    private static func text(_ reader: inout MessageReader, in octets: Span<UInt8>, _ head: RecordHead) throws(DNSFault)
        -> [UInt8]
    {
        var text: [UInt8] = []
        while reader.offset < head.end {
            let length = Int(try reader.octet(in: octets))
            guard length <= head.end - reader.offset else { throw .malformed }
            text += try reader.octets(length, in: octets)
        }
        return text
    }
}
