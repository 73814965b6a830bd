internal import COpenSSL

/// A key of the curve P-256 by which ECDSA signatures over SHA-256 are verified (FIPS 186-5).
///
/// `@unchecked Sendable` because the pointer never changes, the key behind it is never altered after it was made, and
/// OpenSSL lets threads share such a key.
@safe
public final class P256PublicKey: @unchecked Sendable {
    /// The length of a coordinate, and of either half of a signature.
    public static let coordinateLength = 32

    private let pointer: OpaquePointer

    /// Takes the coordinates of a point, which must lie on the curve.
    public init(x: Span<UInt8>, y: Span<UInt8>) throws(KeyError) {
        guard x.count == Self.coordinateLength, y.count == Self.coordinateLength else { throw .malformed }
        defer { KeyHandle.clearErrors() }
        var encoding = Self.keyInfoPrefix
        for index in x.indices { encoding.append(x[index]) }
        for index in y.indices { encoding.append(y[index]) }
        let key: OpaquePointer? = unsafe encoding.withUnsafeBufferPointer { buffer in
            var cursor = buffer.baseAddress
            return unsafe d2i_PUBKEY(nil, &cursor, buffer.count)
        }
        guard let key = unsafe key else { throw .malformed }
        unsafe pointer = key
    }

    deinit {
        unsafe EVP_PKEY_free(pointer)
    }

    /// Whether a signature, the 64 octets `r` and `s`, is this key's over a message.
    public func isValid(_ signature: Span<UInt8>, of message: Span<UInt8>) -> Bool {
        guard signature.count == 2 * Self.coordinateLength, let context = unsafe EVP_MD_CTX_new() else { return false }
        defer {
            unsafe EVP_MD_CTX_free(context)
            KeyHandle.clearErrors()
        }
        guard unsafe EVP_DigestVerifyInit(context, nil, SHA256.algorithm.pointer, nil, pointer) == 1 else {
            return false
        }
        let encoded = Self.encoded(signature)
        return unsafe encoded.withUnsafeBufferPointer { signature in
            unsafe message.withUnsafeBufferPointer { message in
                unsafe EVP_DigestVerify(
                    context,
                    signature.baseAddress,
                    signature.count,
                    message.baseAddress,
                    message.count
                ) == 1
            }
        }
    }

    /// What stands before an uncompressed point of P-256 in a SubjectPublicKeyInfo (RFC 5480 section 2).
    private static let keyInfoPrefix: [UInt8] = [
        0x30, 0x59, 0x30, 0x13, 0x06, 0x07, 0x2A, 0x86, 0x48, 0xCE, 0x3D, 0x02, 0x01, 0x06, 0x08, 0x2A, 0x86, 0x48,
        0xCE, 0x3D, 0x03, 0x01, 0x07, 0x03, 0x42, 0x00, 0x04,
    ]

    /// The two numbers as the `ECDSA-Sig-Value` that OpenSSL takes (RFC 3279 section 2.2.3).
    private static func encoded(_ signature: Span<UInt8>) -> [UInt8] {
        let half = coordinateLength
        let body = integer(signature.extracting(0..<half)) + integer(signature.extracting(half...))
        return [0x30, UInt8(body.count)] + body
    }

    /// A positive INTEGER of DER: no leading zeros but the one that keeps it positive.
    private static func integer(_ octets: Span<UInt8>) -> [UInt8] {
        var first = 0
        while first < octets.count - 1, octets[first] == 0 { first += 1 }
        var content: [UInt8] = octets[first] >= 0x80 ? [0] : []
        for index in first..<octets.count { content.append(octets[index]) }
        return [0x02, UInt8(content.count)] + content
    }
}
