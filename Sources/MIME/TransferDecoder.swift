/// Undoes transfer encodings piece by piece (RFC 2045 section 6).
struct TransferDecoder {
    /// What was met on the way.
    struct Result {
        /// Octets that the encoding does not know, white space not counted.
        var junk = 0
        /// Blanks between characters of base64, which its encoders never write.
        var blanks = 0
    }

    /// The piece that is being filled; made when the first encoded content is met.
    private var chunk: [UInt8] = []
    private let chunkSize: Int

    /// The size of a piece.
    static let standardChunkSize = 32_768

    init(chunkSize: Int = TransferDecoder.standardChunkSize) {
        self.chunkSize = chunkSize
    }

    /// The size that so many encoded octets have at most when they are decoded.
    static func maximumSize(_ encoding: TransferEncoding, _ count: Int) -> Int {
        encoding == .base64 ? count / 4 * 3 + 3 : count
    }

    /// Decodes the octets of `range`; the pieces go to `sink` in order.
    mutating func decode(
        _ encoding: TransferEncoding,
        _ bytes: Span<UInt8>,
        _ range: Range<Int>,
        into sink: (Span<UInt8>) -> Void
    ) -> Result {
        switch encoding {
        case .identity:
            if !range.isEmpty { sink(bytes.extracting(range)) }
            return Result()
        case .base64:
            prepare(range.count)
            return decodeBase64(bytes, range, into: sink)
        case .quotedPrintable:
            prepare(range.count)
            return decodeQuotedPrintable(bytes, range, into: sink)
        }
    }

    private mutating func prepare(_ count: Int) {
        let size = max(64, min(chunkSize, count))
        if chunk.count < size { chunk = [UInt8](repeating: 0, count: size) }
    }

    // MARK: base64

    /// Whether octets hold as many blanks and signs as only prose does.
    ///
    /// Prose has one at every tenth octet at least, damaged base64 has not; a few octets tell nothing.
    static func isProse(_ bytes: Span<UInt8>, _ range: Range<Int>) -> Bool {
        guard range.count >= 40 else { return false }
        let values = Self.values
        var strange = 0
        for index in range {
            let value = values[Int(bytes[index])]
            if value == invalid || value == blank { strange += 1 }
        }
        return strange * 10 > range.count
    }

    private static let invalid: UInt8 = 0xFF
    private static let padding: UInt8 = 0xFE
    private static let blank: UInt8 = 0xFD
    private static let lineBreak: UInt8 = 0xFC

    private static let values: [UInt8] = {
        var values = [UInt8](repeating: invalid, count: 256)
        let alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
        for (value, octet) in alphabet.utf8.enumerated() { values[Int(octet)] = UInt8(value) }
        values[Int(Octet.equals)] = padding
        values[Int(Octet.space)] = blank
        values[Int(Octet.tab)] = blank
        values[Int(Octet.carriageReturn)] = lineBreak
        values[Int(Octet.lineFeed)] = lineBreak
        return values
    }()

    /// For each place in a group of four and each octet, the bits that it gives to the group's three octets, the first
    /// of them lowest; an octet without a value sets the bits above.
    private static let groups: [1024 of UInt32] = {
        var groups = [1024 of UInt32](repeating: 0xFF00_0000)
        for (octet, value) in values.enumerated() where value < 64 {
            let bits = UInt32(value)
            groups[octet] = bits << 2
            groups[256 + octet] = bits >> 4 | bits << 12 & 0xFF00
            groups[512 + octet] = bits << 6 & 0xFF00 | bits << 22 & 0xFF_0000
            groups[768 + octet] = bits << 16
        }
        return groups
    }()

    private mutating func decodeBase64(
        _ bytes: Span<UInt8>,
        _ range: Range<Int>,
        into sink: (Span<UInt8>) -> Void
    ) -> Result {
        var result = Result()
        let values = Self.values
        let table = values.span
        let groups = Self.groups.span
        let end = range.upperBound
        var index = range.lowerBound
        var bits: UInt32 = 0
        var count = 0
        while index < end || count > 0 {
            var filled = 0
            var output = chunk.mutableSpan
            let room = output.count - 3
            while index < end, filled <= room {
                if count == 0 {
                    Self.decodeGroups(bytes, groups, &index, end, &output, &filled)
                    guard index < end, filled <= room else { break }
                }
                let value = table[Int(bytes[index])]
                index &+= 1
                if value < 64 {
                    bits = bits << 6 | UInt32(value)
                    count &+= 1
                    if count == 4 {
                        output[filled] = UInt8(truncatingIfNeeded: bits >> 16)
                        output[filled &+ 1] = UInt8(truncatingIfNeeded: bits >> 8)
                        output[filled &+ 2] = UInt8(truncatingIfNeeded: bits)
                        filled &+= 3
                        count = 0
                    }
                } else if value == Self.padding {
                    // A group ends here. More may follow: encoders that join encoded pieces pad each of them.
                    filled &+= Self.endGroup(bits, &count, &output, filled)
                } else if value == Self.blank {
                    result.blanks &+= 1
                } else if value == Self.invalid {
                    result.junk &+= 1
                }
            }
            if index >= end, filled <= room { filled &+= Self.endGroup(bits, &count, &output, filled) }
            if filled > 0 { sink(chunk.span.extracting(0..<filled)) }
        }
        return result
    }

    /// Decodes whole groups, as nearly all are, up to the first octet that has no value.
    @inline(__always)
    private static func decodeGroups(
        _ bytes: Span<UInt8>,
        _ groups: Span<UInt32>,
        _ index: inout Int,
        _ end: Int,
        _ output: inout MutableSpan<UInt8>,
        _ filled: inout Int
    ) {
        let room = output.count - 3
        while index &+ 4 <= end, filled <= room {
            let group =
                groups[Int(bytes[index])] | groups[256 &+ Int(bytes[index &+ 1])]
                | groups[512 &+ Int(bytes[index &+ 2])] | groups[768 &+ Int(bytes[index &+ 3])]
            guard group < 0x0100_0000 else { return }
            output[filled] = UInt8(truncatingIfNeeded: group)
            output[filled &+ 1] = UInt8(truncatingIfNeeded: group >> 8)
            output[filled &+ 2] = UInt8(truncatingIfNeeded: group >> 16)
            index &+= 4
            filled &+= 3
        }
    }

    /// Writes what an incomplete group holds.
    private static func endGroup(
        _ bits: UInt32,
        _ count: inout Int,
        _ output: inout MutableSpan<UInt8>,
        _ filled: Int
    ) -> Int {
        defer { count = 0 }
        switch count {
        case 2:
            output[filled] = UInt8(truncatingIfNeeded: bits >> 4)
            return 1
        case 3:
            output[filled] = UInt8(truncatingIfNeeded: bits >> 10)
            output[filled + 1] = UInt8(truncatingIfNeeded: bits >> 2)
            return 2
        default:
            return 0
        }
    }

    // MARK: quoted-printable

    private mutating func decodeQuotedPrintable(
        _ bytes: Span<UInt8>,
        _ range: Range<Int>,
        into sink: (Span<UInt8>) -> Void
    ) -> Result {
        var result = Result()
        let end = range.upperBound
        var index = range.lowerBound
        // Blanks up to here are content: the run they are in does not end its line.
        var blanksUntil = index
        while index < end {
            var filled = 0
            var output = chunk.mutableSpan
            let room = output.count
            while index < end, filled < room {
                let octet = bytes[index]
                if octet == Octet.equals {
                    if index &+ 2 < end, let high = bytes[index &+ 1].hexValue, let low = bytes[index &+ 2].hexValue {
                        output[filled] = high << 4 | low
                        filled &+= 1
                        index &+= 3
                        continue
                    }
                    let next = Self.softBreakEnd(bytes, index &+ 1, end)
                    if next > index {
                        index = next
                        continue
                    }
                    // No digits follow: the octet stands for itself (RFC 2045 section 6.7, note on robustness).
                    result.junk &+= 1
                } else if octet.isBlank, index >= blanksUntil {
                    let run = Self.blanksEnd(bytes, index, end)
                    if run >= end || bytes[run].isLineBreak {
                        // Blanks before a line end were added on the way (RFC 2045 section 6.7, rule 3).
                        index = run
                        continue
                    }
                    blanksUntil = run
                }
                output[filled] = octet
                filled &+= 1
                index &+= 1
            }
            if filled > 0 { sink(chunk.span.extracting(0..<filled)) }
        }
        return result
    }

    private static func blanksEnd(_ bytes: Span<UInt8>, _ start: Int, _ end: Int) -> Int {
        var index = start
        while index < end, bytes[index].isBlank { index += 1 }
        return index
    }

    /// The offset behind a soft line break whose `=` lies before `start`; zero when there is none.
    ///
    /// A run of blanks behind an `=` is looked at twice at most, here and where it is copied.
    private static func softBreakEnd(_ bytes: Span<UInt8>, _ start: Int, _ end: Int) -> Int {
        let index = blanksEnd(bytes, start, end)
        guard index < end else { return end }
        guard bytes[index].isLineBreak else { return 0 }
        return min(end, index + bytes.lineBreakLength(at: index))
    }
}
