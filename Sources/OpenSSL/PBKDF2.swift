internal import COpenSSL

/// Keys from passwords: PBKDF2 (RFC 8018 section 5.2) with HMAC-SHA-256.
public enum PBKDF2 {
    /// Derives a key.
    ///
    /// The time that it takes grows with `iterations`, so that it belongs on a thread that may be busy.
    public static func deriveKey(
        from password: SecretBytes,
        salt: Span<UInt8>,
        iterations: Int,
        length: Int = SHA256.length
    ) -> SecretBytes {
        precondition(iterations > 0 && iterations <= Int(Int32.max), "not a number of iterations")
        return SecretBytes(count: length) { output in
            let result = unsafe output.withUnsafeMutableBufferPointer { output in
                password.withSpan { password in
                    unsafe password.withUnsafeBytes { password in
                        unsafe salt.withUnsafeBufferPointer { salt in
                            unsafe PKCS5_PBKDF2_HMAC(
                                password.baseAddress?.assumingMemoryBound(to: CChar.self),
                                Int32(password.count),
                                salt.baseAddress,
                                Int32(salt.count),
                                Int32(iterations),
                                SHA256.algorithm.pointer,
                                Int32(output.count),
                                output.baseAddress
                            )
                        }
                    }
                }
            }
            precondition(result == 1, "PBKDF2 failed")
        }
    }
}
