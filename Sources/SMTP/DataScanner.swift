/// Finds the end of a message sent by DATA and the octets that transparency added to it (RFC 5321 section 4.5.2).
///
/// Only CRLF `.` CRLF ends a message, and only a dot behind CRLF is removed. If an end were seen too early, the rest
/// of the message would be run as commands, which lets a stranger smuggle mail past the relay in front of us.
struct DataScanner {
    /// Where the last octet left us.
    private enum Position {
        /// Behind CRLF, or at the very start, which counts as such: `.` CRLF at once is an empty message.
        case lineStart
        /// Behind a dot at the start of a line. The dot is no content.
        case dot
        /// Behind a dot and a carriage return at the start of a line. Both are held back.
        case dotCarriageReturn
        /// Within a line.
        case line
        /// Behind a carriage return that belongs to the content.
        case carriageReturn
    }

    /// What one look at the input gave.
    struct Step: Equatable {
        enum Kind: Equatable {
            /// The octets of ``Step/content`` belong to the message.
            case content
            /// One carriage return that was held back over the end of an earlier input belongs to the message.
            case heldCarriageReturn
            /// The message has ended.
            case end
        }

        var kind: Kind
        var content: Range<Int>
        /// How many octets of the input are done with.
        var consumed: Int
    }

    private var position = Position.lineStart
    private var lineLength = 0
    /// The longest line so far, with its line end.
    private(set) var longestLine = 0
    /// Whether a line feed without a carriage return before it was seen.
    private(set) var sawBareLineFeed = false
    /// Whether a carriage return without a line feed behind it was seen.
    private(set) var sawBareCarriageReturn = false

    private static let cr = UInt8(ascii: "\r")
    private static let lf = UInt8(ascii: "\n")

    /// Looks at the next octets and gives the longest run of them that belongs to the message as it is.
    mutating func scan(_ bytes: Span<UInt8>) -> Step {
        var index = 0
        var start = 0
        while index < bytes.count {
            switch position {
            case .lineStart:
                guard bytes[index] == UInt8(ascii: ".") else {
                    position = .line
                    continue
                }
                position = .dot
                index += 1
                guard start == index - 1 else {
                    return Step(kind: .content, content: start..<(index - 1), consumed: index)
                }
                start = index
            case .dot:
                if bytes[index] == Self.cr {
                    position = .dotCarriageReturn
                    index += 1
                } else {
                    position = .line
                }
            case .dotCarriageReturn:
                if bytes[index] == Self.lf {
                    return Step(kind: .end, content: 0..<0, consumed: index + 1)
                }
                // The line went on: the dot was added for transparency, the carriage return is content.
                position = .carriageReturn
                lineLength = 1
                guard start < index else { return Step(kind: .heldCarriageReturn, content: 0..<0, consumed: index) }
            case .line:
                let end = bytes.firstLineBreak(from: index)
                lineLength += end - index
                index = end
                guard end < bytes.count else { break }
                lineLength += 1
                index += 1
                if bytes[end] == Self.cr {
                    position = .carriageReturn
                } else {
                    sawBareLineFeed = true
                    endLine()
                }
            case .carriageReturn:
                guard bytes[index] == Self.lf else {
                    sawBareCarriageReturn = true
                    position = .line
                    continue
                }
                index += 1
                lineLength += 1
                endLine()
                position = .lineStart
            }
        }
        longestLine = max(longestLine, lineLength)
        // What is held back is no content yet.
        let end = position == .dotCarriageReturn ? start : index
        return Step(kind: .content, content: start..<end, consumed: index)
    }

    private mutating func endLine() {
        longestLine = max(longestLine, lineLength)
        lineLength = 0
    }
}

extension Span<UInt8> {
    /// The offset of the first carriage return or line feed at or behind `start`, or the count when there is none.
    func firstLineBreak(from start: Int) -> Int {
        var index = start
        // Eight octets at a time: an octet of the word differs from the one sought in no bit exactly where it is it.
        while index <= count - 8 {
            let word = word(at: index)
            let found = Self.zeros(word ^ 0x0D0D_0D0D_0D0D_0D0D) | Self.zeros(word ^ 0x0A0A_0A0A_0A0A_0A0A)
            if found != 0 { return index + found.trailingZeroBitCount / 8 }
            index += 8
        }
        while index < count {
            let octet = self[index]
            if octet == 0x0D || octet == 0x0A { return index }
            index += 1
        }
        return index
    }

    /// Eight octets as a number, the first in the lowest bits; the compiler makes one load of it.
    @inline(__always)
    private func word(at index: Int) -> UInt64 {
        let octets = extracting(index..<(index + 8))
        let low =
            UInt64(octets[0]) | UInt64(octets[1]) << 8 | UInt64(octets[2]) << 16 | UInt64(octets[3]) << 24
        let high =
            UInt64(octets[4]) | UInt64(octets[5]) << 8 | UInt64(octets[6]) << 16 | UInt64(octets[7]) << 24
        return low | high << 32
    }

    /// Sets the highest bit of each octet that is zero; of those behind the first such octet nothing is said.
    @inline(__always)
    private static func zeros(_ word: UInt64) -> UInt64 {
        (word &- 0x0101_0101_0101_0101) & ~word & 0x8080_8080_8080_8080
    }
}
