internal import OpenSSL

extension Message {
    /// The SHA-256 digest of the message without the fields that its way added.
    ///
    /// Left out are whole fields of the message's own header: Return-Path, Received, Delivered-To, X-Original-To,
    /// Authentication-Results, ARC-* and X-Spam-*. Everything else counts as it stands, so that two copies of one
    /// message have one digest however they came.
    public func digestWithoutTrace(of bytes: Span<UInt8>) -> [UInt8] {
        precondition(bytes.count == size, "these are not the octets that were parsed")
        var digest = SHA256()
        var start = 0
        for field in fields where field.isTrace {
            let range = field.range
            if range.lowerBound > start { digest.update(bytes.extracting(start..<range.lowerBound)) }
            start = range.upperBound
        }
        if start < bytes.count { digest.update(bytes.extracting(start..<bytes.count)) }
        return digest.finalize()
    }
}
