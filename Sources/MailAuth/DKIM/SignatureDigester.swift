internal import MIME

/// Digests what signatures cover, within the work that a message may have.
struct SignatureDigester {
    let index: FieldIndex
    let body: BodyDigests
    let bodyRange: Range<Int>
    private(set) var remainingWork: Int
    /// Whether the body has a line end that is not CRLF, looked up when the first one is found to have changed.
    private var hasBareLineEnd: Bool?

    init(index: FieldIndex, body: BodyDigests, bodyRange: Range<Int>, remainingWork: Int) {
        self.index = index
        self.body = body
        self.bodyRange = bodyRange
        self.remainingWork = remainingWork
    }

    /// Digests the fields of a signature and compares its body.
    mutating func prepare(
        _ signature: MessageSignature,
        _ own: HeaderField,
        _ bytes: Span<UInt8>
    ) -> SignedMessage.Prepared {
        var header = CanonicalHeader()
        let selection = index.selection(signature.fieldNames, without: own)
        let isAffordable = spend(selection.reduce(own.range.count) { $0 + $1.range.count })
        if isAffordable {
            for field in selection { header.append(field, of: bytes, signature.headerCanonicalization) }
            header.append(
                own,
                of: bytes,
                signature.headerCanonicalization,
                omitting: SignatureField.signatureRange(own, bytes),
                endsLine: false
            )
        }
        var fault = bodyFault(signature, bytes)
        if header.hasBareLineEnd { fault = .bareLineEnds }
        if !isAffordable { fault = .tooMuchWork }
        return SignedMessage.Prepared(
            signature: signature,
            headerDigest: header.digest,
            fault: fault,
            coversPartOnly: signature.bodyLength.map { $0 < body.length(signature.bodyCanonicalization) } ?? false
        )
    }

    private mutating func bodyFault(_ signature: MessageSignature, _ bytes: Span<UInt8>) -> DKIMReason? {
        guard let digest = body[signature.bodyRequest] else { return .bodyShortened }
        guard digest != signature.bodyHash else { return nil }
        let hasBareLineEnd = hasBareLineEnd ?? bytes.hasBareLineEnd(in: bodyRange)
        self.hasBareLineEnd = hasBareLineEnd
        return .bodyChanged(hasBareLineEnds: hasBareLineEnd)
    }

    /// Whether so many octets may still be digested.
    mutating func spend(_ count: Int) -> Bool {
        guard count <= remainingWork else { return false }
        remainingWork -= count
        return true
    }
}

extension Span<UInt8> {
    /// Whether a line within `range` ends in CR or LF alone.
    func hasBareLineEnd(in range: Range<Int>) -> Bool {
        var previous: UInt8 = 0
        for index in range {
            let octet = self[index]
            if (octet == 0x0A) != (previous == 0x0D) { return true }
            previous = octet
        }
        return previous == 0x0D
    }
}
