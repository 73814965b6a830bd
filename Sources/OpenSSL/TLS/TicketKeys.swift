internal import COpenSSL
public import Mail
internal import Synchronization

/// The keys of session tickets (RFC 5077, RFC 8446 section 4.6.1), which the contexts of all listeners share.
///
/// New tickets are sealed with the current key; the one before it still opens its own, and who comes with such a ticket
/// gets a new one. A ticket is good for one period and a key for two, after which a session that was overheard cannot be
/// read with anything that is left here.
public final class TicketKeys: Sendable {
    /// How long a key is the current one, in seconds.
    public let period: Int64
    private let ring: Mutex<Ring>

    /// Makes the first key.
    public init(rotatingEvery period: Int64 = 21_600, from moment: Timestamp) {
        precondition(period > 0, "a period is longer than nothing")
        self.period = period
        ring = Mutex(Ring(current: TicketKey(), previous: nil, since: moment))
    }

    /// Makes a new key if the current one has had its time; a caller with a timer calls this more often than once a period.
    ///
    /// - Returns: whether there is a new key.
    @discardableResult
    public func rotate(at moment: Timestamp) -> Bool {
        ring.withLock { ring in
            guard moment >= ring.since.advanced(bySeconds: period) else { return false }
            // A machine that slept for two periods comes back with tickets that are too old.
            let isLate = moment >= ring.since.advanced(bySeconds: 2 * period)
            ring = Ring(current: TicketKey(), previous: isLate ? nil : ring.current, since: moment)
            return true
        }
    }

    private struct Ring {
        let current: TicketKey
        let previous: TicketKey?
        let since: Timestamp
    }

    /// Begins to seal a ticket with the current key.
    ///
    /// - Returns: what OpenSSL's callback returns.
    func seal(_ name: UnsafeMutablePointer<UInt8>, _ iv: UnsafeMutablePointer<UInt8>, _ contexts: Contexts) -> Int32 {
        let key = ring.withLock { $0.current }
        guard unsafe RAND_bytes(iv, TicketKey.ivLength) == 1 else { return -1 }
        unsafe key.writeName(to: name)
        return unsafe key.begin(contexts, iv: iv, seals: true) ? 1 : -1
    }

    /// Begins to open a ticket with the key that its name tells.
    ///
    /// - Returns: what OpenSSL's callback returns: 0 no such key, 1 opened, 2 opened and to be renewed.
    func open(_ name: UnsafeMutablePointer<UInt8>, _ iv: UnsafeMutablePointer<UInt8>, _ contexts: Contexts) -> Int32 {
        let (current, previous) = ring.withLock { ($0.current, $0.previous) }
        if unsafe current.isNamed(name) { return unsafe current.begin(contexts, iv: iv, seals: false) ? 1 : -1 }
        guard let previous, unsafe previous.isNamed(name) else { return 0 }
        return unsafe previous.begin(contexts, iv: iv, seals: false) ? 2 : -1
    }

    /// What OpenSSL prepares for a ticket: one context for its cipher and one for its authentication.
    @safe
    struct Contexts {
        let cipher: OpaquePointer
        let mac: OpaquePointer
    }
}

/// One key of tickets: a name of 16 octets that goes with the ticket, a key of AES-256-CBC and one of HMAC-SHA256, the
/// construction that RFC 5077 section 4 recommends.
private struct TicketKey {
    static let ivLength: Int32 = 16
    private static let nameLength = 16
    private static let keyLength = 32
    private let octets = SecretOctets(random: nameLength + 2 * keyLength)

    func isNamed(_ name: UnsafePointer<UInt8>) -> Bool {
        unsafe octets.withOctets { unsafe CRYPTO_memcmp($0.baseAddress, name, Self.nameLength) == 0 }
    }

    func writeName(to name: UnsafeMutablePointer<UInt8>) {
        unsafe octets.withOctets { octets in
            for index in 0..<Self.nameLength { unsafe name[index] = octets[index] }
        }
    }

    func begin(_ contexts: TicketKeys.Contexts, iv: UnsafePointer<UInt8>, seals: Bool) -> Bool {
        unsafe octets.withOctets { octets in
            guard let start = octets.baseAddress else { return false }
            let cipherKey = unsafe start + Self.nameLength
            let macKey = unsafe cipherKey + Self.keyLength
            let cipher = unsafe EVP_CipherInit_ex(contexts.cipher, EVP_aes_256_cbc(), nil, cipherKey, iv, seals ? 1 : 0)
            return unsafe cipher == 1 && mailwicket_begin_hmac_sha256(contexts.mac, macKey, Self.keyLength) == 1
        }
    }
}
