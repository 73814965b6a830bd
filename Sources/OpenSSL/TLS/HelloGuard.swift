/// Refuses a client's hello that is too large before OpenSSL sees it.
///
/// OpenSSL sets memory aside for a message as soon as it has its header, 131,396 octets for a hello: thousands of
/// connections that send nine octets each would take it all. The guard follows the headers of records and messages for as
/// long as they are in clear text, and nothing else.
///
/// OpenSSL also sets its buffers aside, some 40 KB, when the first octet comes. The guard tells when the rest of a record
/// is worth waiting for, so that whoever sends octet by octet holds what he sent.
struct HelloGuard {
    /// The longest hello that is taken, in octets; with post-quantum keys and a ticket, honest ones have some 4,000.
    static let limit = 16_384

    /// The longest record in clear text (RFC 8446 section 5.1).
    private static let recordLimit = 16_384

    private enum Content {
        static let changeCipherSpec: UInt8 = 20
        static let handshake: UInt8 = 22
    }

    private static let clientHello: UInt8 = 1

    private var recordHeader = Header(length: 5)
    private var recordRemaining = 0
    private var messageHeader = Header(length: 4)
    private var messageRemaining = 0
    private var mayBeEncrypted = false
    private var isOver = false

    /// Whether OpenSSL could do nothing yet with what came: a record of the handshake is not complete.
    var isWaiting: Bool {
        guard !isOver else { return false }
        return recordHeader.isFull ? isHandshake : !recordHeader.isEmpty
    }

    /// Whether a full header is one of the handshake; what looks like one and is not, OpenSSL refuses by its header.
    private var isHandshake: Bool {
        recordHeader.first == Content.handshake && recordHeader.second == 3
            && recordHeader.number(octets: 2) <= Self.recordLimit
    }

    /// Looks at octets that are about to be received.
    ///
    /// - Parameter isTLS12: whether TLS 1.2 has been agreed upon, of which nothing is readable once the ciphers changed.
    ///   In TLS 1.3 a change of ciphers means nothing, and a second hello in clear text may follow it.
    /// - Returns: how many of them OpenSSL may have now, which ends at the record's end at the latest, so that it can
    ///   agree upon a version; `nil` when the hello is too large.
    mutating func admit(_ octets: Span<UInt8>, isTLS12: Bool) -> Int? {
        guard !isOver else { return octets.count }
        var index = 0
        while index < octets.count, !recordHeader.isFull {
            recordHeader.add(octets[index])
            index += 1
            if recordHeader.isFull { recordRemaining = recordHeader.number(octets: 2) }
        }
        guard recordHeader.isFull else { return index }
        if isHandshake, mayBeEncrypted, isTLS12 {
            isOver = true
            return octets.count
        }
        let end = min(octets.count, index + recordRemaining)
        if isHandshake, !follow(octets.extracting(index..<end)) { return nil }
        recordRemaining -= end - index
        if recordRemaining == 0 {
            if recordHeader.first == Content.changeCipherSpec { mayBeEncrypted = true }
            recordHeader.clear()
        }
        return end
    }

    /// Follows the messages in a part of a record; false when one is too large.
    private mutating func follow(_ octets: Span<UInt8>) -> Bool {
        var index = 0
        while index < octets.count {
            if messageRemaining > 0 {
                let count = min(messageRemaining, octets.count - index)
                messageRemaining -= count
                index += count
                continue
            }
            messageHeader.add(octets[index])
            index += 1
            guard messageHeader.isFull else { continue }
            messageRemaining = messageHeader.number(octets: 3)
            if messageHeader.first == Self.clientHello, messageRemaining > Self.limit { return false }
            messageHeader.clear()
        }
        return true
    }

    /// The first octets of something, which may come one by one.
    private struct Header {
        let length: Int
        private var value: UInt64 = 0
        private var count = 0

        init(length: Int) { self.length = length }

        var isFull: Bool { count == length }
        var isEmpty: Bool { count == 0 }

        /// The first octet of a full header.
        var first: UInt8 { UInt8(truncatingIfNeeded: value >> UInt64(8 * (length - 1))) }

        /// The octet after it.
        var second: UInt8 { UInt8(truncatingIfNeeded: value >> UInt64(8 * (length - 2))) }

        /// The number that the last octets of a full header make.
        func number(octets: Int) -> Int { Int(value & (1 << UInt64(8 * octets) - 1)) }

        mutating func add(_ octet: UInt8) {
            value = value << 8 | UInt64(octet)
            count += 1
        }

        mutating func clear() { self = Header(length: length) }
    }
}
