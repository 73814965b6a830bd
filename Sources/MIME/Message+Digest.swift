internal import OpenSSL

extension Message {
    /// The SHA-256 digest of the message without the fields that its way added.
    ///
    /// Left out are whole fields of the message's own header: Return-Path, Received, Delivered-To, X-Original-To,
    /// Authentication-Results, ARC-* and X-Spam-*. A bare LF counts as CRLF, since a copy kept in a file on Unix lost its
    /// CRs, and the parser takes both for the end of a line. Everything else counts as it stands, so that two copies of
    /// one message have one digest however they came.
    ///
    /// - Parameters:
    ///   - bytes: the octets that were parsed.
    ///   - whole: their SHA-256 digest, where it is known; it is the answer for a message that nothing is left out of.
    public func digestWithoutTrace(of bytes: Span<UInt8>, whole: [UInt8]? = nil) -> [UInt8] {
        requireParsed(bytes)
        if let whole, !fields.contains(where: \.isTrace), bytes.bareLineFeed(from: 0, to: bytes.count) == nil {
            return whole
        }
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
        var index = start
        while let found = bytes.bareLineFeed(from: index, to: range.upperBound) {
            if found > start { update(bytes.extracting(start..<found)) }
            update(carriageReturn.span)
            start = found
            index = found + 1
        }
        if start < range.upperBound { update(bytes.extracting(start..<range.upperBound)) }
    }
}

extension Span<UInt8> {
    /// The offset of the first LF at or after `start` that has no CR before it.
    ///
    /// Eight octets are compared at once; a line end among them costs no more than their absence.
    fileprivate func bareLineFeed(from start: Int, to end: Int) -> Int? {
        let searched = extracting(0..<end)
        var index = start
        while index &+ 8 <= searched.count {
            let word = searched.word(at: index)
            let lineFeeds = Octet.places(of: Octet.lineFeed, in: word)
            if lineFeeds != 0 {
                let isBehindReturn = index > 0 && searched[index &- 1] == Octet.carriageReturn
                let behind = Octet.places(of: Octet.carriageReturn, in: word) << 8 | (isBehindReturn ? 0x80 : 0)
                let bare = lineFeeds & ~behind
                if bare != 0 { return index &+ bare.trailingZeroBitCount / 8 }
            }
            index &+= 8
        }
        while index < searched.count {
            if searched[index] == Octet.lineFeed, index == 0 || searched[index &- 1] != Octet.carriageReturn {
                return index
            }
            index &+= 1
        }
        return nil
    }
}
