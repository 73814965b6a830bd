/// What is kept of a content while it passes: all of a small one; of a large one its beginning and its end.
package struct ContentSample {
    /// The largest content that is held whole; of a larger one so much of its beginning.
    private let wholeSize: Int
    /// How much of the end is held at least.
    private let endSize: Int

    /// The size of all that passed.
    package private(set) var size = 0
    /// The whole content, or its beginning.
    package private(set) var beginning: [UInt8] = []
    /// What came last behind the beginning, up to twice `endSize`.
    private var recent: [UInt8] = []

    /// Begins with nothing.
    ///
    /// - Parameters:
    ///   - wholeSize: the largest content that is held whole.
    ///   - endSize: how much of the end of a larger one is held, by default what the end record of a zip with its comment
    ///     and the records of zip64 take at the most.
    package init(wholeSize: Int = 262_144, endSize: Int = 66_048) {
        self.wholeSize = wholeSize
        self.endSize = endSize
    }

    /// Whether the beginning is all.
    package var isWhole: Bool { size == beginning.count }

    /// Forgets the content before and prepares for one of at most this size.
    package mutating func reset(_ maximumSize: Int) {
        size = 0
        beginning.removeAll(keepingCapacity: true)
        beginning.reserveCapacity(min(maximumSize, wholeSize))
        recent.removeAll(keepingCapacity: true)
    }

    /// Takes the next piece.
    package mutating func append(_ piece: Span<UInt8>) {
        size += piece.count
        let room = wholeSize - beginning.count
        guard room < piece.count else { return beginning.append(copying: piece) }
        beginning.append(copying: piece.extracting(0..<room))
        let rest = piece.extracting(room..<piece.count)
        if rest.count >= endSize {
            recent.removeAll(keepingCapacity: true)
            recent.append(copying: rest.extracting(rest.count - endSize..<rest.count))
            return
        }
        if recent.count + rest.count > 2 * endSize { recent.removeFirst(recent.count - endSize) }
        recent.append(copying: rest)
    }

    /// The last octets, at most `endSize`.
    package var end: [UInt8] {
        guard recent.count < endSize else { return Array(recent.suffix(endSize)) }
        return beginning.suffix(endSize - recent.count) + recent
    }
}
