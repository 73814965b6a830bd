internal import COpenSSL

/// A key that signs.
///
/// What is secret lies in OpenSSL's memory only, which is cleared when the last copy of the value goes.
@safe
public struct PrivateKey: Sendable {
    private let handle: KeyHandle

    /// What key is to be made.
    public enum Kind: Sendable, Hashable {
        /// RSA with a modulus of so many bits.
        case rsa(bits: Int)
        /// Ed25519.
        case ed25519
    }

    /// Makes a key.
    public init(generating kind: Kind) throws(KeyError) {
        defer { KeyHandle.clearErrors() }
        guard let pointer = unsafe Self.generate(kind) else { throw .notGenerated }
        handle = unsafe try KeyHandle(pointer)
    }

    /// Reads a key in PEM (RFC 7468): PKCS #8, or PKCS #1 for RSA.
    ///
    /// The octets are the caller's to clear.
    public init(pem: Span<UInt8>) throws(KeyError) {
        var isEncrypted = false
        defer { KeyHandle.clearErrors() }
        guard let pointer = unsafe Self.read(pem, &isEncrypted) else { throw isEncrypted ? .encrypted : .malformed }
        handle = unsafe try KeyHandle(pointer)
    }

    /// Reads a key in DER: PKCS #8 (RFC 5208, RFC 8410 section 7), or PKCS #1 for RSA (RFC 8017 appendix A.1.2).
    public init(der: Span<UInt8>) throws(KeyError) {
        handle = unsafe try KeyHandle.read(der) { cursor, count in unsafe d2i_AutoPrivateKey(nil, &cursor, count) }
    }

    /// What the key is for.
    public var kind: KeyKind { handle.kind }

    /// The size in bits: of the modulus of RSA, or 253 of Ed25519.
    public var bits: Int { handle.bits }

    /// The part of the key that everybody may know.
    public var publicKey: PublicKey { PublicKey(handle) }

    // MARK: Signing

    /// Signs a SHA-256 digest: by RSASSA-PKCS1-v1_5, or by Ed25519 with the digest as its message (RFC 8463 section 3).
    public func signature(forSHA256 digest: Span<UInt8>) throws(KeyError) -> [UInt8] {
        guard digest.count == SHA256.length else { throw .notSigned }
        let signature =
            switch kind {
            case .rsa: rsaSignature(of: digest)
            case .ed25519: ed25519Signature(of: digest)
            }
        guard let signature else { throw .notSigned }
        return signature
    }

    /// Signs octets of any length by Ed25519 (RFC 8032 section 5.1.6).
    public func ed25519Signature(ofMessage message: Span<UInt8>) throws(KeyError) -> [UInt8] {
        guard kind == .ed25519 else { throw .unsupportedKind }
        guard let signature = ed25519Signature(of: message) else { throw .notSigned }
        return signature
    }

    private func rsaSignature(of digest: Span<UInt8>) -> [UInt8]? {
        defer { KeyHandle.clearErrors() }
        return unsafe handle.withRSAContext(EVP_PKEY_sign_init) { context in
            let size = unsafe Int(EVP_PKEY_get_size(handle.pointer))
            let signature = unsafe [UInt8](unsafeUninitializedCapacity: size) { buffer, count in
                var length = size
                let result = unsafe digest.withUnsafeBufferPointer { digest in
                    unsafe EVP_PKEY_sign(context, buffer.baseAddress, &length, digest.baseAddress, digest.count)
                }
                count = result == 1 ? length : 0
            }
            return signature.isEmpty ? nil : signature
        }
    }

    private func ed25519Signature(of message: Span<UInt8>) -> [UInt8]? {
        defer { KeyHandle.clearErrors() }
        guard let context = unsafe EVP_MD_CTX_new() else { return nil }
        defer { unsafe EVP_MD_CTX_free(context) }
        guard unsafe EVP_DigestSignInit(context, nil, nil, nil, handle.pointer) == 1 else { return nil }
        let signature = unsafe [UInt8](unsafeUninitializedCapacity: 64) { buffer, count in
            var length = 64
            let result = unsafe message.withUnsafeBufferPointer { message in
                unsafe EVP_DigestSign(context, buffer.baseAddress, &length, message.baseAddress, message.count)
            }
            count = result == 1 ? length : 0
        }
        return signature.isEmpty ? nil : signature
    }

    // MARK: Making, reading and writing

    private static func generate(_ kind: Kind) -> OpaquePointer? {
        let name =
            switch kind {
            case .rsa: "RSA"
            case .ed25519: "ED25519"
            }
        guard let context = unsafe EVP_PKEY_CTX_new_from_name(nil, name, nil) else { return nil }
        defer { unsafe EVP_PKEY_CTX_free(context) }
        guard unsafe EVP_PKEY_keygen_init(context) == 1 else { return nil }
        if case .rsa(let bits) = kind {
            guard let bits = Int32(exactly: bits), unsafe EVP_PKEY_CTX_set_rsa_keygen_bits(context, bits) == 1 else {
                return nil
            }
        }
        var key: OpaquePointer?
        guard unsafe EVP_PKEY_generate(context, &key) == 1 else { return nil }
        return unsafe key
    }

    private static func read(_ pem: Span<UInt8>, _ isEncrypted: inout Bool) -> OpaquePointer? {
        unsafe pem.withUnsafeBufferPointer { buffer in
            guard let length = Int32(exactly: buffer.count), length > 0,
                let source = unsafe BIO_new_mem_buf(buffer.baseAddress, length)
            else { return nil }
            defer { unsafe BIO_free_all(source) }
            // Without a function of ours OpenSSL asks for the passphrase at the terminal.
            return unsafe withUnsafeMutablePointer(to: &isEncrypted) { asked in
                unsafe PEM_read_bio_PrivateKey(
                    source,
                    nil,
                    { _, _, _, asked in
                        unsafe asked?.assumingMemoryBound(to: Bool.self).pointee = true
                        return -1
                    },
                    asked
                )
            }
        }
    }

    /// Lends the key as PKCS #8 in PEM, not encrypted; the memory is cleared when `body` returns.
    public func withPEM<Result>(_ body: (Span<UInt8>) throws -> Result) throws -> Result {
        // This kind of BIO clears its buffer whenever it grows or is freed.
        guard let sink = unsafe BIO_new(BIO_s_secmem()) else { throw KeyError.malformed }
        defer { unsafe BIO_free_all(sink) }
        defer { KeyHandle.clearErrors() }
        let isWritten = unsafe PEM_write_bio_PKCS8PrivateKey(sink, handle.pointer, nil, nil, 0, nil, nil) == 1
        var start: UnsafeMutablePointer<CChar>?
        // BIO_get_mem_data, which is a macro.
        let length = unsafe BIO_ctrl(sink, BIO_CTRL_INFO, 0, &start)
        guard isWritten, length > 0, let start = unsafe start else { throw KeyError.malformed }
        let octets = unsafe UnsafeMutableRawBufferPointer(start: start, count: length)
        return unsafe try body(octets.assumingMemoryBound(to: UInt8.self).span)
    }
}
