internal import COpenSSL

/// What a key is for.
public enum KeyKind: String, Sendable, Hashable, CaseIterable {
    /// RSA, for signatures of RSASSA-PKCS1-v1_5 with SHA-256 (RFC 8017 section 8.2).
    case rsa
    /// Edwards curve 25519 (RFC 8032).
    case ed25519
}

/// The owner of OpenSSL's key, which frees it.
///
/// `@unchecked Sendable` because the pointer never changes, the key behind it is never altered after it was made, and
/// OpenSSL lets threads share such a key.
@safe
final class KeyHandle: @unchecked Sendable {
    let pointer: OpaquePointer
    let kind: KeyKind

    /// Takes over a key, which is freed at once when it is of a kind that is of no use here.
    init(_ pointer: OpaquePointer) throws(KeyError) {
        switch unsafe EVP_PKEY_get_base_id(pointer) {
        case EVP_PKEY_RSA: kind = .rsa
        case EVP_PKEY_ED25519: kind = .ed25519
        default:
            unsafe EVP_PKEY_free(pointer)
            throw .unsupportedKind
        }
        unsafe self.pointer = pointer
    }

    // OpenSSL clears the private parts of a key when it frees them.
    deinit {
        unsafe EVP_PKEY_free(pointer)
    }

    /// The size in bits: of the modulus, or 253 of the curve.
    var bits: Int { unsafe Int(EVP_PKEY_get_bits(pointer)) }

    /// Whether the public exponent of an RSA key has at most 64 bits.
    ///
    /// OpenSSL refuses larger ones itself where the modulus is large (`OPENSSL_RSA_MAX_PUBEXP_BITS`). With a small modulus it
    /// lets the owner of a key make each verification as dear as a signature.
    var hasSmallExponent: Bool {
        defer { Self.clearErrors() }
        var exponent: OpaquePointer?
        guard unsafe EVP_PKEY_get_bn_param(pointer, "e", &exponent) == 1 else { return false }
        defer { unsafe BN_free(exponent) }
        return unsafe BN_num_bits(exponent) <= 64
    }

    /// Empties the thread's queue of errors after something that may have failed: TLS would take what is left for its own.
    static func clearErrors() { ERR_clear_error() }

    /// Reads a key in DER, and nothing behind it.
    static func read(
        _ der: Span<UInt8>,
        _ decode: (inout UnsafePointer<UInt8>?, Int) -> OpaquePointer?
    ) throws(KeyError) -> KeyHandle {
        defer { clearErrors() }
        let pointer: OpaquePointer? = unsafe der.withUnsafeBufferPointer { buffer in
            guard let start = buffer.baseAddress else { return nil }
            var cursor: UnsafePointer<UInt8>? = unsafe start
            guard let key = unsafe decode(&cursor, buffer.count) else { return nil }
            guard unsafe cursor == start + buffer.count else {
                unsafe EVP_PKEY_free(key)
                return nil
            }
            return unsafe key
        }
        guard let pointer = unsafe pointer else { throw .malformed }
        return unsafe try KeyHandle(pointer)
    }

    /// A context for an operation with the key that takes a digest of SHA-256 and pads as PKCS #1 version 1.5 says.
    func withRSAContext<Result>(
        _ begin: (OpaquePointer) -> Int32,
        _ body: (OpaquePointer) -> Result?
    ) -> Result? {
        guard let context = unsafe EVP_PKEY_CTX_new_from_pkey(nil, pointer, nil) else { return nil }
        defer { unsafe EVP_PKEY_CTX_free(context) }
        guard unsafe begin(context) == 1, unsafe EVP_PKEY_CTX_set_rsa_padding(context, RSA_PKCS1_PADDING) == 1,
            unsafe EVP_PKEY_CTX_set_signature_md(context, SHA256.algorithm.pointer) == 1
        else { return nil }
        return unsafe body(context)
    }
}
