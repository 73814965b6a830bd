internal import COpenSSL

/// Octets in memory of their own, which is cleared when they are no longer needed.
///
/// `@unchecked Sendable` because the octets are written once, before the object is shared.
@safe
final class SecretOctets: @unchecked Sendable {
    private let memory: UnsafeMutableBufferPointer<UInt8>

    init(copying octets: Span<UInt8>) {
        unsafe memory = .allocate(capacity: octets.count)
        for index in octets.indices { unsafe memory.initializeElement(at: index, to: octets[index]) }
    }

    /// Makes random octets.
    init(random count: Int) {
        unsafe memory = .allocate(capacity: count)
        unsafe memory.initialize(repeating: 0)
        let result = unsafe RAND_priv_bytes(memory.baseAddress, Int32(count))
        precondition(result == 1, "OpenSSL gave no random octets")
    }

    deinit {
        unsafe OPENSSL_cleanse(memory.baseAddress, memory.count)
        unsafe memory.deallocate()
    }

    var count: Int { unsafe memory.count }

    func withOctets<Result>(_ body: (UnsafeBufferPointer<UInt8>) -> Result) -> Result {
        unsafe body(UnsafeBufferPointer(memory))
    }
}
