internal import COpenSSL

/// Comparison whose duration tells nothing of what is compared.
public enum ConstantTime {
    /// Whether two runs of octets are equal, in a time that depends on their lengths only.
    public static func areEqual(_ left: Span<UInt8>, _ right: Span<UInt8>) -> Bool {
        guard left.count == right.count else { return false }
        return unsafe left.withUnsafeBytes { left in
            unsafe right.withUnsafeBytes { right in
                guard let one = left.baseAddress, let other = right.baseAddress else { return true }
                return unsafe CRYPTO_memcmp(one, other, left.count) == 0
            }
        }
    }
}
