internal import COpenSSL

/// A key by which signatures are verified.
@safe
public struct PublicKey: Sendable, Hashable {
    let handle: KeyHandle

    init(_ handle: KeyHandle) {
        self.handle = handle
    }

    /// Reads an RSA key in DER: a SubjectPublicKeyInfo (RFC 5280 section 4.1) or a bare RSAPublicKey (RFC 8017 appendix
    /// A.1.1), since senders publish both.
    public init(rsa der: Span<UInt8>) throws(KeyError) {
        // Nearly all are in one of two forms, which are read fast; OpenSSL knows what else a SubjectPublicKeyInfo may be.
        if let bare = RSAKeyEncoding.publicKey(in: der) {
            handle = unsafe try KeyHandle.read(der.extracting(bare)) { cursor, count in
                unsafe d2i_PublicKey(EVP_PKEY_RSA, nil, &cursor, count)
            }
        } else {
            handle = unsafe try KeyHandle.read(der) { cursor, count in unsafe d2i_PUBKEY(nil, &cursor, count) }
        }
        guard handle.kind == .rsa else { throw .unsupportedKind }
        guard handle.hasSmallExponent else { throw .malformed }
    }

    /// Takes the 32 octets of an Ed25519 key (RFC 8032 section 5.1.5).
    public init(ed25519 octets: Span<UInt8>) throws(KeyError) {
        guard octets.count == 32 else { throw .malformed }
        defer { KeyHandle.clearErrors() }
        let pointer = unsafe octets.withUnsafeBufferPointer { buffer in
            unsafe EVP_PKEY_new_raw_public_key(EVP_PKEY_ED25519, nil, buffer.baseAddress, buffer.count)
        }
        guard let pointer = unsafe pointer else { throw .malformed }
        handle = unsafe try KeyHandle(pointer)
    }

    /// What the key is for.
    public var kind: KeyKind { handle.kind }

    /// The size in bits: of the modulus of RSA, or 253 of Ed25519.
    public var bits: Int { handle.bits }

    /// Whether a signature is this key's over a SHA-256 digest: by RSASSA-PKCS1-v1_5, or by Ed25519 with the digest as
    /// its message (RFC 8463 section 3).
    public func isValid(_ signature: Span<UInt8>, forSHA256 digest: Span<UInt8>) -> Bool {
        guard digest.count == SHA256.length else { return false }
        return switch kind {
        case .rsa: isRSASignature(signature, of: digest)
        case .ed25519: isEd25519Signature(signature, of: digest)
        }
    }

    /// Whether a signature is this Ed25519 key's over octets of any length.
    ///
    /// - Returns: `false` too when the key is of another kind.
    public func isEd25519(_ signature: Span<UInt8>, of message: Span<UInt8>) -> Bool {
        kind == .ed25519 && isEd25519Signature(signature, of: message)
    }

    private func isRSASignature(_ signature: Span<UInt8>, of digest: Span<UInt8>) -> Bool {
        defer { KeyHandle.clearErrors() }
        let result: Int32? = unsafe handle.withRSAContext(EVP_PKEY_verify_init) { context in
            unsafe signature.withUnsafeBufferPointer { signature in
                unsafe digest.withUnsafeBufferPointer { digest in
                    unsafe EVP_PKEY_verify(
                        context,
                        signature.baseAddress,
                        signature.count,
                        digest.baseAddress,
                        digest.count
                    )
                }
            }
        }
        return result == 1
    }

    private func isEd25519Signature(_ signature: Span<UInt8>, of message: Span<UInt8>) -> Bool {
        defer { KeyHandle.clearErrors() }
        guard let context = unsafe EVP_MD_CTX_new() else { return false }
        defer { unsafe EVP_MD_CTX_free(context) }
        guard unsafe EVP_DigestVerifyInit(context, nil, nil, nil, handle.pointer) == 1 else { return false }
        return unsafe signature.withUnsafeBufferPointer { signature in
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

    // MARK: Encoding

    /// The key as a SubjectPublicKeyInfo in DER (RFC 5280 section 4.1, RFC 8410 section 4).
    public var subjectPublicKeyInfo: [UInt8] {
        let length = unsafe Int(i2d_PUBKEY(handle.pointer, nil))
        // The key was decoded or made by OpenSSL, so that it can encode it.
        precondition(length > 0, "OpenSSL cannot encode its own key")
        return unsafe [UInt8](unsafeUninitializedCapacity: length) { buffer, count in
            var cursor = buffer.baseAddress
            count = unsafe Int(i2d_PUBKEY(handle.pointer, &cursor))
        }
    }

    /// The 32 octets of an Ed25519 key; `nil` for RSA, which has no such form.
    public var rawOctets: [UInt8]? {
        guard kind == .ed25519 else { return nil }
        return unsafe [UInt8](unsafeUninitializedCapacity: 32) { buffer, count in
            count = 32
            let result = unsafe EVP_PKEY_get_raw_public_key(handle.pointer, buffer.baseAddress, &count)
            precondition(result == 1 && count == 32, "OpenSSL cannot encode its own key")
        }
    }

    /// Whether two keys are one.
    public static func == (left: PublicKey, right: PublicKey) -> Bool {
        left.kind == right.kind && left.subjectPublicKeyInfo == right.subjectPublicKeyInfo
    }

    /// Adds the key to a hash.
    public func hash(into hasher: inout Hasher) {
        hasher.combine(subjectPublicKeyInfo)
    }
}
