package import MIME
internal import Mail
internal import OpenSSL

/// How header or body are brought into the form that is signed (RFC 6376 section 3.4).
package enum Canonicalization: String, Sendable, Hashable {
    /// Almost nothing may change on the way.
    case simple
    /// White space and the case of names may change.
    case relaxed
}

/// Fields in the form that is signed, one behind the other.
package struct CanonicalHeader: Sendable {
    /// The canonical octets.
    package private(set) var octets: [UInt8] = []
    /// Whether a line end among the fields is not CRLF.
    ///
    /// Such a header is none (RFC 5322 section 2.2), and where its fields end is a matter of taste: what one reads as one
    /// field is two to another, with the same octets signed.
    package private(set) var hasBareLineEnd = false

    /// A header without fields.
    package init() {}

    /// The SHA-256 digest of the fields so far.
    package var digest: [UInt8] { SHA256.digest(of: octets.span) }

    /// Adds one field.
    ///
    /// - Parameters:
    ///   - omitted: octets that count as absent, which is the value of the signature itself.
    ///   - endsLine: whether CRLF follows; it does not behind the field that holds the signature (section 3.7).
    package mutating func append(
        _ field: HeaderField,
        of bytes: Span<UInt8>,
        _ canonicalization: Canonicalization,
        omitting omitted: Range<Int>? = nil,
        endsLine: Bool = true
    ) {
        let content = contentRange(of: field, bytes)
        octets.reserveCapacity(octets.count + content.count + 2)
        switch canonicalization {
        case .simple:
            for index in content where omitted?.contains(index) != true { octets.append(bytes[index]) }
        case .relaxed:
            appendRelaxed(field, content, bytes, omitted ?? content.upperBound..<content.upperBound)
        }
        guard endsLine else { return }
        octets.append(0x0D)
        octets.append(0x0A)
    }

    /// Section 3.4.2.
    private mutating func appendRelaxed(
        _ field: HeaderField,
        _ content: Range<Int>,
        _ bytes: Span<UInt8>,
        _ omitted: Range<Int>
    ) {
        for index in field.nameRange { octets.append(bytes[index].asciiLowercased) }
        var index = field.nameRange.upperBound
        while index < content.upperBound, bytes[index] != UInt8(ascii: ":") { index += 1 }
        octets.append(UInt8(ascii: ":"))
        index += 1
        var hasText = false
        var hasSpace = false
        while index < content.upperBound {
            if index == omitted.lowerBound, !omitted.isEmpty {
                index = omitted.upperBound
                continue
            }
            let octet = bytes[index]
            index += 1
            if octet == 0x20 || octet == 0x09 || octet == 0x0D || octet == 0x0A {
                hasSpace = true
                continue
            }
            if hasSpace, hasText { octets.append(0x20) }
            hasSpace = false
            hasText = true
            octets.append(octet)
        }
    }

    /// The field without the line end that ends it.
    private mutating func contentRange(of field: HeaderField, _ bytes: Span<UInt8>) -> Range<Int> {
        let range = field.range
        if bytes.hasBareLineEnd(in: range) { hasBareLineEnd = true }
        var upper = range.upperBound
        if upper > range.lowerBound, bytes[upper - 1] == 0x0A { upper -= 1 }
        if upper > range.lowerBound, bytes[upper - 1] == 0x0D { upper -= 1 }
        return range.lowerBound..<upper
    }
}
