internal import MIME
internal import Mail

/// Reads the fields that hold signatures.
enum SignatureField {
    /// The tags of a field.
    static func tags(_ field: HeaderField, _ bytes: Span<UInt8>) throws(DKIMReason) -> TagList {
        var octets: [UInt8] = []
        octets.reserveCapacity(field.valueRange.count)
        for index in field.valueRange { octets.append(bytes[index]) }
        do throws(TagList.SyntaxError) {
            return try TagList(octets)
        } catch {
            throw .malformed(TagList.shown(error.description))
        }
    }

    /// A DKIM-Signature field.
    static func signature(_ field: HeaderField, _ bytes: Span<UInt8>) -> Result<DKIMSignature, DKIMReason> {
        do throws(DKIMReason) {
            return .success(try DKIMSignature(try tags(field, bytes)))
        } catch {
            return .failure(error)
        }
    }

    /// What can be told of a field that is no signature.
    static func unreadable(_ field: HeaderField, _ bytes: Span<UInt8>, _ reason: DKIMReason) -> SignedMessage.Entry {
        let list = try? tags(field, bytes)
        return .unreadable(
            reason,
            domain: list?["d"].flatMap(SignatureTags.domain),
            selector: list?["s"].flatMap(SignatureTags.domain)?.name
        )
    }

    /// Where the value of the signature itself lies, the white space around it included: from the equals sign of `b=` to
    /// the semicolon that ends it (RFC 6376 section 3.5).
    static func signatureRange(_ field: HeaderField, _ bytes: Span<UInt8>) -> Range<Int>? {
        let end = field.valueRange.upperBound
        var start = field.valueRange.lowerBound
        while start < end {
            var index = start
            while index < end, bytes[index].isFoldingSpace { index += 1 }
            let isSignature = index < end && bytes[index] == UInt8(ascii: "b")
            index += 1
            while index < end, bytes[index].isFoldingSpace { index += 1 }
            let isNamed = isSignature && index < end && bytes[index] == UInt8(ascii: "=")
            var next = start
            while next < end, bytes[next] != UInt8(ascii: ";") { next += 1 }
            if isNamed { return index + 1..<max(next, index + 1) }
            start = next + 1
        }
        return nil
    }
}
