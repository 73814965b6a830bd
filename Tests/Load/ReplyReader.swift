import NIOCore

/// Takes replies (RFC 5321 section 4.2) out of a stream of octets.
struct ReplyReader {
    struct Reply: Equatable {
        var code: Int
        /// The text of the last line; of a positive reply only when it was asked for.
        var text: String
    }

    enum Failure: Error {
        case malformed
    }

    private var buffer = ByteBuffer()
    /// What the EHLO reply offered; filled while `collectsKeywords`.
    private(set) var keywords: Keywords = []
    var collectsKeywords = false
    var wantsText = false

    struct Keywords: OptionSet {
        var rawValue: Int
        static let pipelining = Keywords(rawValue: 1)
        static let chunking = Keywords(rawValue: 2)
        static let size = Keywords(rawValue: 4)
    }

    mutating func receive(_ bytes: ByteBuffer) {
        if buffer.readableBytes == 0 {
            buffer = bytes
        } else {
            buffer.writeImmutableBuffer(bytes)
        }
    }

    /// The next whole reply, or `nil` until more has come.
    mutating func next() throws(Failure) -> Reply? {
        while let line = nextLine() {
            let view = line.readableBytesView
            guard view.count >= 3 else { throw .malformed }
            var code = 0
            for octet in view.prefix(3) {
                guard (0x30...0x39).contains(octet) else { throw .malformed }
                code = code * 10 + Int(octet) - 0x30
            }
            if collectsKeywords { collectKeyword(view.dropFirst(4)) }
            if view.count > 3, view[view.startIndex + 3] == 0x2D { continue }
            let isNeeded = wantsText || code >= 400
            return Reply(code: code, text: isNeeded ? String(decoding: view.dropFirst(4), as: UTF8.self) : "")
        }
        return nil
    }

    private mutating func nextLine() -> ByteBuffer? {
        guard let end = buffer.readableBytesView.firstIndex(of: 0x0A) else { return nil }
        let length = end - buffer.readerIndex
        guard var line = buffer.readSlice(length: length + 1) else { return nil }
        line.moveWriterIndex(to: line.readerIndex + length)
        if line.readableBytesView.last == 0x0D {
            line.moveWriterIndex(to: line.writerIndex - 1)
        }
        return line
    }

    private mutating func collectKeyword(_ view: ByteBufferView) {
        if Self.is(view, "PIPELINING") { keywords.insert(.pipelining) }
        if Self.is(view, "CHUNKING") { keywords.insert(.chunking) }
        if Self.is(view, "SIZE") { keywords.insert(.size) }
    }

    private static func `is`(_ view: ByteBufferView, _ keyword: StaticString) -> Bool {
        let length = keyword.utf8CodeUnitCount
        guard view.count >= length else { return false }
        guard view.count == length || view[view.startIndex + length] == 0x20 else { return false }
        return view.prefix(length).map { $0 & 0xDF }.elementsEqual(String(describing: keyword).utf8)
    }
}
