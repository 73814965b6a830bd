/// The part of a record that all types share (RFC 1035 section 4.1.3).
struct RecordHead {
    let owner: WireName
    let type: UInt16
    let isInternet: Bool
    let lifetime: UInt32
    /// How many octets of data follow; they lie within the message.
    let length: Int
    /// Where the data ends.
    let end: Int

    init(_ reader: inout MessageReader, in octets: Span<UInt8>) throws(DNSFault) {
        owner = try reader.name(in: octets)
        type = try reader.word(in: octets)
        isInternet = try reader.word(in: octets) == MessageType.internet
        lifetime = Self.lifetime(try reader.doubleWord(in: octets))
        length = Int(try reader.word(in: octets))
        var behind = reader
        try behind.skip(length, in: octets)
        end = behind.offset
    }

    /// A lifetime whose first bit is set counts as none (RFC 2181 section 8).
    static func lifetime(_ seconds: UInt32) -> UInt32 { seconds > UInt32(Int32.max) ? 0 : seconds }
}
