/// Into pieces of what length a stream is cut.
struct Pieces: Sendable {
    static let whole = Pieces { _ in .max }

    /// The length of the piece that begins at an offset of the stream, in octets.
    let length: @Sendable (Int) -> Int

    static func every(_ length: Int) -> Pieces { Pieces { _ in length } }

    /// Two pieces.
    static func cut(at place: Int) -> Pieces { Pieces { $0 < place ? place - $0 : .max } }

    /// Pieces of 1 to 40 octets, the same ones for a seed.
    static func random(seed: UInt64) -> Pieces {
        Pieces { offset in
            var numbers = Numbers(seed: seed &+ UInt64(offset))
            return Int(numbers.next() % 40) + 1
        }
    }
}

/// Numbers that look random and are the same in every run (SplitMix64).
struct Numbers {
    private var state: UInt64

    init(seed: UInt64) { state = seed }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var value = state
        value = (value ^ value >> 30) &* 0xBF58_476D_1CE4_E5B9
        value = (value ^ value >> 27) &* 0x94D0_49BB_1331_11EB
        return value ^ value >> 31
    }
}
