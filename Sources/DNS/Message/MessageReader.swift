/// Reads numbers and names of a message in order (RFC 1035 section 4.1), and stops at what lies outside.
struct MessageReader {
    private(set) var offset = 0

    /// A name of 255 octets has 127 labels.
    private static let maximumPointers = 127

    /// The next octet.
    mutating func octet(in octets: Span<UInt8>) throws(DNSFault) -> UInt8 {
        guard offset < octets.count else { throw .malformed }
        defer { offset += 1 }
        return octets[offset]
    }

    /// The next sixteen bits.
    mutating func word(in octets: Span<UInt8>) throws(DNSFault) -> UInt16 {
        let high = try octet(in: octets)
        return UInt16(high) << 8 | UInt16(try octet(in: octets))
    }

    /// The next thirty-two bits.
    mutating func doubleWord(in octets: Span<UInt8>) throws(DNSFault) -> UInt32 {
        let high = try word(in: octets)
        return UInt32(high) << 16 | UInt32(try word(in: octets))
    }

    /// The next octets, so many.
    mutating func octets(_ count: Int, in octets: Span<UInt8>) throws(DNSFault) -> [UInt8] {
        let start = offset
        try skip(count, in: octets)
        var result: [UInt8] = []
        result.reserveCapacity(count)
        for index in start..<offset { result.append(octets[index]) }
        return result
    }

    /// Goes on behind so many octets.
    mutating func skip(_ count: Int, in octets: Span<UInt8>) throws(DNSFault) {
        guard count >= 0, octets.count - offset >= count else { throw .malformed }
        offset += count
    }

    /// The next name, whose labels may lie elsewhere in the message (section 4.1.4).
    ///
    /// Each pointer goes to before the place where the labels before it began, so that none is followed twice; and a name
    /// has no more of them than labels, or pointers to pointers would make work that no octet of the name pays for.
    mutating func name(in octets: Span<UInt8>) throws(DNSFault) -> WireName {
        var name = WireName()
        var place = offset
        var start = offset
        var end: Int?
        var pointers = 0
        while true {
            guard place < octets.count else { throw .malformed }
            let length = octets[place]
            switch length {
            case 0:
                offset = end ?? place + 1
                return name
            case 1...63:
                guard octets.count - place > Int(length) else { throw .malformed }
                try name.append(octets.extracting((place + 1)..<(place + 1 + Int(length))))
                place += 1 + Int(length)
            case 0xC0...:
                guard place + 1 < octets.count else { throw .malformed }
                let target = Int(length & 0x3F) << 8 | Int(octets[place + 1])
                pointers += 1
                guard target < start, pointers <= Self.maximumPointers else { throw .malformed }
                end = end ?? place + 2
                place = target
                start = target
            default:
                // The two forms of length that are reserved.
                throw .malformed
            }
        }
    }
}
