/// The elements of BER and DER, as far as a walk to one of them needs (X.690 section 8.1).
///
/// A walk holds the offset and never recurses, so that depth costs nothing.
struct DERElement {
    /// The identifier octet; tags above 30 are not used by what is read here and are refused.
    let tag: UInt8
    /// Where the content lies; of indefinite length everything up to the end that is known.
    let content: Range<Int>
    /// Whether the length is indefinite and an end mark follows (X.690 section 8.1.3.6).
    let isIndefinite: Bool
    /// Whether the content ends before its length says so.
    let isCut: Bool

    static let sequence: UInt8 = 0x30
    static let objectIdentifier: UInt8 = 0x06
    static let octetString: UInt8 = 0x04
    static let constructedOctetString: UInt8 = 0x24
    /// `[0]`, constructed.
    static let context0: UInt8 = 0xA0

    /// Reads the element at `offset`; `nil` when it is not there within `end`, or is an end mark.
    ///
    /// - Parameter isCut: whether an element is taken as far as it goes when its end is missing.
    init?(_ bytes: Span<UInt8>, at offset: Int, end: Int, isCut mayBeCut: Bool = false) {
        guard offset >= 0, end <= bytes.count, offset + 2 <= end, bytes[offset] != 0, bytes[offset] & 0x1F != 0x1F
        else {
            return nil
        }
        tag = bytes[offset]
        let first = bytes[offset + 1]
        var start = offset + 2
        if first == 0x80 {
            // X.690 section 8.1.3.2: only of what holds other elements.
            guard tag & 0x20 != 0 else { return nil }
            isIndefinite = true
            isCut = false
            content = start..<end
            return
        }
        isIndefinite = false
        var length = Int(first)
        if first > 0x80 {
            let count = Int(first & 0x7F)
            guard count <= 8, start + count <= end else { return nil }
            length = 0
            for index in start..<start + count {
                guard length < 1 << 48 else { return nil }
                length = length << 8 | Int(bytes[index])
            }
            start += count
        }
        isCut = length > end - start
        guard !isCut || mayBeCut else { return nil }
        content = start..<start + min(length, end - start)
    }

    /// Whether an end mark lies at `offset`.
    static func isEndMark(_ bytes: Span<UInt8>, at offset: Int, end: Int) -> Bool {
        offset + 2 <= end && bytes[offset] == 0 && bytes[offset + 1] == 0
    }

    /// The offset behind this element.
    ///
    /// Within one of indefinite length only further ones of that kind are entered, and counted, not kept.
    func end(_ bytes: Span<UInt8>) -> Int? {
        guard isIndefinite else { return content.upperBound }
        var depth = 1
        var offset = content.lowerBound
        while depth > 0 {
            if Self.isEndMark(bytes, at: offset, end: content.upperBound) {
                depth -= 1
                offset += 2
                continue
            }
            guard let element = DERElement(bytes, at: offset, end: content.upperBound) else { return nil }
            if element.isIndefinite { depth += 1 }
            offset = element.isIndefinite ? element.content.lowerBound : element.content.upperBound
        }
        return offset
    }
}
