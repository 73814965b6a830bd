internal import COpenSSL

/// A keyed digest: HMAC (RFC 2104) with SHA-256.
public enum HMACSHA256 {
    /// The length of a code, in octets.
    public static let length = SHA256.length

    /// The code of octets under a key of any length.
    public static func code(of message: Span<UInt8>, key: Span<UInt8>) -> [UInt8] {
        unsafe [UInt8](unsafeUninitializedCapacity: length) { output, count in
            let result = unsafe key.withUnsafeBytes { key in
                unsafe message.withUnsafeBufferPointer { message in
                    unsafe HMAC(
                        SHA256.algorithm.pointer,
                        key.baseAddress,
                        Int32(key.count),
                        message.baseAddress,
                        message.count,
                        output.baseAddress,
                        nil
                    )
                }
            }
            precondition(unsafe result != nil, "HMAC-SHA-256 failed")
            count = length
        }
    }

    /// The code of octets under a key that is secret.
    public static func code(of message: Span<UInt8>, key: SecretBytes) -> [UInt8] {
        key.withSpan { key in code(of: message, key: key) }
    }
}
