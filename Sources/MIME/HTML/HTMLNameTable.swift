internal import Mail

/// Names in lower case, found in octets of any case without a copy.
///
/// A found name is compared in full, so that names made to collide cost a comparison and gain nothing.
struct HTMLNameTable: Sendable {
    let names: [[UInt8]]
    /// Positions in `names` plus one; zero is free.
    private var slots: [UInt8]

    /// - Parameter names: fewer than 255.
    init(_ names: [String]) {
        self.names = names.map { Array($0.utf8) }
        slots = [UInt8](repeating: 0, count: 1024)
        for (index, name) in self.names.enumerated() {
            var slot = Self.slot(name.span, 0..<name.count)
            while slots[slot] != 0 { slot = (slot + 1) & 1023 }
            slots[slot] = UInt8(index + 1)
        }
    }

    private static func slot(_ octets: Span<UInt8>, _ range: Range<Int>) -> Int {
        var hash: UInt32 = 0x811C_9DC5
        for index in range { hash = (hash ^ UInt32(octets[index].asciiLowercased)) &* 0x0100_0193 }
        return Int((hash ^ hash >> 15) & 1023)
    }

    /// The position of the name that lies in `range`.
    func position(of range: Range<Int>, in octets: Span<UInt8>) -> Int? {
        guard range.count <= 32 else { return nil }
        var slot = Self.slot(octets, range)
        while slots[slot] != 0 {
            let index = Int(slots[slot]) - 1
            if names[index].count == range.count, octets.hasASCII(names[index], at: range.lowerBound) { return index }
            slot = (slot + 1) & 1023
        }
        return nil
    }
}
