internal import COpenSSL

/// Octets that nobody can guess, from OpenSSL's generator, which the system's entropy seeds.
public enum RandomOctets {
    /// Octets that are shown to others: a nonce, a salt.
    public static func make(count: Int) -> [UInt8] {
        unsafe [UInt8](unsafeUninitializedCapacity: count) { buffer, initialized in
            // Without randomness nothing that follows is safe, and no caller could do better than stop.
            precondition(unsafe RAND_bytes(buffer.baseAddress, Int32(count)) == 1, "no randomness")
            initialized = count
        }
    }

    /// Octets that are kept: a key.
    ///
    /// They come from a generator of their own, whose output nobody is shown.
    public static func makeSecret(count: Int) -> SecretBytes {
        SecretBytes(count: count) { octets in
            unsafe octets.withUnsafeMutableBufferPointer { buffer in
                precondition(unsafe RAND_priv_bytes(buffer.baseAddress, Int32(count)) == 1, "no randomness")
            }
        }
    }
}
