/// Numbers of a fixed width as binary formats store them; each read is `nil` when the octets are not all there.
extension Span<UInt8> {
    func littleEndian16(at offset: Int) -> Int? {
        guard offset >= 0, offset <= count - 2 else { return nil }
        return Int(self[offset]) | Int(self[offset + 1]) << 8
    }

    func littleEndian32(at offset: Int) -> Int? {
        guard let low = littleEndian16(at: offset), let high = littleEndian16(at: offset + 2) else { return nil }
        return low | high << 16
    }

    /// A number too large for `Int` counts as missing: no offset or size can be that large.
    func littleEndian64(at offset: Int) -> Int? {
        guard let low = littleEndian32(at: offset), let high = littleEndian32(at: offset + 4) else { return nil }
        return high > 0x7FFF_FFFF ? nil : low | high << 32
    }

    func bigEndian32(at offset: Int) -> Int? {
        littleEndian32(at: offset).map { Int(UInt32(truncatingIfNeeded: $0).byteSwapped) }
    }

    /// Whether exactly these octets lie at `offset`.
    func hasOctets(_ octets: [UInt8], at offset: Int) -> Bool {
        guard offset >= 0, octets.count <= count, offset <= count - octets.count else { return false }
        for index in octets.indices where self[offset + index] != octets[index] { return false }
        return true
    }

    /// Whether two ranges of the same length hold the same octets.
    func isEqual(_ first: Range<Int>, _ second: Range<Int>) -> Bool {
        guard first.count == second.count else { return false }
        for index in 0..<first.count where self[first.lowerBound + index] != self[second.lowerBound + index] {
            return false
        }
        return true
    }

    /// The octets of a range of this span.
    func copied(_ range: Range<Int>) -> [UInt8] {
        var octets: [UInt8] = []
        octets.append(copying: extracting(range))
        return octets
    }
}
