/// A body in the form that is signed, piece by piece (RFC 6376 sections 3.4.3 and 3.4.4).
///
/// Octets are taken as they are: only CRLF ends a line, and a bare LF or CR is text like any other. The RFC has the signer
/// normalise what it signs (section 5.3), not the verifier: to repair here would verify what nobody signed.
package struct CanonicalBody {
    /// Short pieces gather here, so that a body of nothing but blanks costs no call for each.
    private var buffer: [UInt8] = []
    private static let bufferSize = 4096

    /// Hands over the canonical form of what lies in `range`, in order.
    package static func write(
        _ bytes: Span<UInt8>,
        _ range: Range<Int>,
        _ canonicalization: Canonicalization,
        into sink: (Span<UInt8>) -> Void
    ) {
        switch canonicalization {
        case .simple: writeSimple(bytes, range, into: sink)
        case .relaxed:
            var body = CanonicalBody()
            body.buffer.reserveCapacity(bufferSize)
            body.writeRelaxed(bytes, range, into: sink)
        }
    }

    private static let lineEnd: [UInt8] = [0x0D, 0x0A]

    private static func writeSimple(_ bytes: Span<UInt8>, _ range: Range<Int>, into sink: (Span<UInt8>) -> Void) {
        var end = range.upperBound
        while endsLine(bytes, range.lowerBound, end) { end -= 2 }
        if end > range.lowerBound { sink(bytes.extracting(range.lowerBound..<end)) }
        sink(lineEnd.span)
    }

    private mutating func writeRelaxed(_ bytes: Span<UInt8>, _ range: Range<Int>, into sink: (Span<UInt8>) -> Void) {
        let end = Self.endOfText(bytes, range)
        guard end > range.lowerBound else { return }
        let text = bytes.extracting(0..<end)
        // What lies from here to `index` goes out as it is.
        var start = range.lowerBound
        var index = start
        while index < end {
            if index &+ 8 <= end, !text.hasBlank(inWordAt: index) {
                index &+= 8
                continue
            }
            guard text[index].isBlank else {
                index &+= 1
                continue
            }
            var next = index &+ 1
            while next < end, text[next].isBlank { next &+= 1 }
            if next &+ 1 < end, text[next] == 0x0D, text[next &+ 1] == 0x0A {
                emit(text, start..<index, sink)
                start = next
            } else if next &- index > 1 || text[index] != 0x20 {
                emit(text, start..<index, sink)
                emitSpace(sink)
                start = next
            }
            index = next
        }
        emit(text, start..<end, sink)
        flush(sink)
        sink(Self.lineEnd.span)
    }

    /// Where the last line that is not empty ends, without the blanks behind it.
    ///
    /// Blanks that no CRLF follows are not at the end of a line, as CRLF is what makes one (RFC 5322 section 2.1).
    private static func endOfText(_ bytes: Span<UInt8>, _ range: Range<Int>) -> Int {
        var end = range.upperBound
        while endsLine(bytes, range.lowerBound, end) {
            end -= 2
            while end > range.lowerBound, bytes[end - 1].isBlank { end -= 1 }
        }
        return end
    }

    private static func endsLine(_ bytes: Span<UInt8>, _ start: Int, _ end: Int) -> Bool {
        end - start >= 2 && bytes[end - 1] == 0x0A && bytes[end - 2] == 0x0D
    }

    private mutating func emit(_ bytes: Span<UInt8>, _ range: Range<Int>, _ sink: (Span<UInt8>) -> Void) {
        guard range.count <= Self.bufferSize / 4 else {
            flush(sink)
            return sink(bytes.extracting(range))
        }
        if buffer.count + range.count > Self.bufferSize { flush(sink) }
        for index in range { buffer.append(bytes[index]) }
    }

    private mutating func emitSpace(_ sink: (Span<UInt8>) -> Void) {
        if buffer.count == Self.bufferSize { flush(sink) }
        buffer.append(0x20)
    }

    private mutating func flush(_ sink: (Span<UInt8>) -> Void) {
        guard !buffer.isEmpty else { return }
        sink(buffer.span)
        buffer.removeAll(keepingCapacity: true)
    }
}

extension UInt8 {
    /// Whether the octet is a space or a tab (RFC 6376 section 2.8, `WSP`).
    fileprivate var isBlank: Bool { self == 0x20 || self == 0x09 }
}

extension Span<UInt8> {
    /// Whether one of the eight octets at `offset` is a space or a tab.
    @inline(__always)
    fileprivate func hasBlank(inWordAt offset: Int) -> Bool {
        let piece = extracting(offset..<offset &+ 8)
        var word: UInt64 = 0
        for index in 0..<8 { word |= UInt64(piece[index]) << (UInt64(index) &* 8) }
        return Self.hasZero(word ^ 0x2020_2020_2020_2020) || Self.hasZero(word ^ 0x0909_0909_0909_0909)
    }

    /// Whether one of the eight octets of a word is zero.
    @inline(__always)
    private static func hasZero(_ word: UInt64) -> Bool {
        (word &- 0x0101_0101_0101_0101) & ~word & 0x8080_8080_8080_8080 != 0
    }
}
