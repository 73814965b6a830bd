internal import OpenSSL

extension Message {
    /// The SHA-256 digest of the message without the fields that its way added.
    ///
    /// Left out are whole fields of the message's own header: Return-Path, Received, Delivered-To, X-Original-To,
    /// Authentication-Results, ARC-* and X-Spam-*. A bare LF counts as CRLF, since a copy kept in a file on Unix lost its
    /// CRs, and the parser takes both for the end of a line. Everything else counts as it stands, so that two copies of
    /// one message have one digest however they came.
    public func digestWithoutTrace(of bytes: Span<UInt8>) -> [UInt8] {
        precondition(bytes.count == size, "these are not the octets that were parsed")
        var digest = SHA256()
        var start = 0
        for field in fields where field.isTrace {
            let range = field.range
            if range.lowerBound > start { digest.update(bytes, in: start..<range.lowerBound) }
            start = range.upperBound
        }
        if start < bytes.count { digest.update(bytes, in: start..<bytes.count) }
        return digest.finalize()
    }
}

extension SHA256 {
    /// Adds a part of a message, each of its bare LFs as CRLF.
    fileprivate mutating func update(_ bytes: Span<UInt8>, in range: Range<Int>) {
        let carriageReturn: [UInt8] = [Octet.carriageReturn]
        var start = range.lowerBound
        for index in range where bytes[index] == Octet.lineFeed {
            guard index == 0 || bytes[index - 1] != Octet.carriageReturn else { continue }
            if index > start { update(bytes.extracting(start..<index)) }
            update(carriageReturn.span)
            start = index
        }
        if start < range.upperBound { update(bytes.extracting(start..<range.upperBound)) }
    }
}
