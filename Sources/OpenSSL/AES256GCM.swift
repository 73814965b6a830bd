internal import COpenSSL

/// Encryption that nobody can alter unnoticed: AES-256 in Galois/Counter Mode (NIST SP 800-38D), nonces of 96 bits and
/// tags of 128.
///
/// A nonce serves one message under one key and never another.
public enum AES256GCM {
    /// The length of a key, in octets.
    public static let keyLength = 32
    /// The length of a nonce, in octets.
    public static let nonceLength = 12
    /// The length of a tag, in octets.
    public static let tagLength = 16

    /// Encrypts a secret.
    ///
    /// - Returns: the ciphertext, as long as the secret, and behind it the tag.
    public static func seal(
        _ secret: SecretBytes,
        key: SecretBytes,
        nonce: Span<UInt8>,
        associatedData: Span<UInt8>
    ) -> [UInt8] {
        let context = GCMContext(.sealing, key: key, nonce: nonce)
        context.authenticate(associatedData)
        var sealed = [UInt8](repeating: 0, count: secret.count)
        var span = sealed.mutableSpan
        secret.withSpan { context.process($0, into: &span) }
        return sealed + context.tag()
    }

    /// Decrypts what was sealed.
    ///
    /// - Returns: `nil` when the key, the nonce, the associated data or an octet is another than when it was sealed.
    ///   What was decrypted until then is wiped.
    public static func open(
        _ sealed: Span<UInt8>,
        key: SecretBytes,
        nonce: Span<UInt8>,
        associatedData: Span<UInt8>
    ) -> SecretBytes? {
        guard sealed.count >= tagLength else { return nil }
        let end = sealed.count - tagLength
        let context = GCMContext(.opening, key: key, nonce: nonce)
        context.authenticate(associatedData)
        return try? SecretBytes(count: end) { (output: inout MutableSpan<UInt8>) throws(NotAuthentic) in
            context.process(sealed.extracting(0..<end), into: &output)
            guard context.isAuthentic(by: sealed.extracting(end...)) else { throw NotAuthentic() }
        }
    }

    private struct NotAuthentic: Error {}
}

/// OpenSSL's context for one message, which clears the key when it goes.
///
/// With right lengths it fails for want of memory only, and the process cannot go on then.
@safe
private struct GCMContext: ~Copyable {
    enum Direction: Int32 {
        case opening, sealing
    }

    private let pointer: OpaquePointer

    init(_ direction: Direction, key: SecretBytes, nonce: Span<UInt8>) {
        precondition(
            key.count == AES256GCM.keyLength && nonce.count == AES256GCM.nonceLength,
            "not a key or a nonce of AES-256-GCM"
        )
        guard let context = unsafe EVP_CIPHER_CTX_new() else { preconditionFailure("OpenSSL gave no context") }
        let result = key.withSpan { key in
            unsafe key.withUnsafeBufferPointer { key in
                unsafe nonce.withUnsafeBufferPointer { nonce in
                    unsafe EVP_CipherInit_ex(
                        context,
                        Self.algorithm.pointer,
                        nil,
                        key.baseAddress,
                        nonce.baseAddress,
                        direction.rawValue
                    )
                }
            }
        }
        precondition(result == 1, "AES-256-GCM is not to be had")
        unsafe pointer = context
    }

    deinit {
        unsafe EVP_CIPHER_CTX_free(pointer)
        KeyHandle.clearErrors()
    }

    /// Takes in what is authenticated and not encrypted.
    ///
    /// It comes first.
    func authenticate(_ data: Span<UInt8>) {
        // Without octets there is no address, which would mean something else.
        guard !data.isEmpty else { return }
        var written: Int32 = 0
        let result = unsafe data.withUnsafeBufferPointer { data in
            unsafe EVP_CipherUpdate(pointer, nil, &written, data.baseAddress, Int32(data.count))
        }
        precondition(result == 1, "AES-256-GCM took no associated data")
    }

    /// Encrypts or decrypts all of the message.
    func process(_ input: Span<UInt8>, into output: inout MutableSpan<UInt8>) {
        guard !input.isEmpty else { return }
        var written: Int32 = 0
        let result = unsafe output.withUnsafeMutableBufferPointer { output in
            unsafe input.withUnsafeBufferPointer { input in
                unsafe EVP_CipherUpdate(pointer, output.baseAddress, &written, input.baseAddress, Int32(input.count))
            }
        }
        precondition(result == 1 && Int(written) == input.count, "AES-256-GCM failed")
    }

    /// Ends a message that is sealed.
    func tag() -> [UInt8] {
        var written: Int32 = 0
        precondition(unsafe EVP_CipherFinal_ex(pointer, nil, &written) == 1, "AES-256-GCM failed")
        return unsafe [UInt8](unsafeUninitializedCapacity: AES256GCM.tagLength) { tag, count in
            count = AES256GCM.tagLength
            let result = unsafe EVP_CIPHER_CTX_ctrl(pointer, EVP_CTRL_AEAD_GET_TAG, Int32(count), tag.baseAddress)
            precondition(result == 1, "AES-256-GCM gave no tag")
        }
    }

    /// Ends a message that is opened.
    ///
    /// OpenSSL compares in constant time.
    func isAuthentic(by tag: Span<UInt8>) -> Bool {
        var octets = tag.indices.map { tag[$0] }
        var written: Int32 = 0
        let result = unsafe octets.withUnsafeMutableBytes { octets in
            unsafe EVP_CIPHER_CTX_ctrl(pointer, EVP_CTRL_AEAD_SET_TAG, Int32(octets.count), octets.baseAddress)
        }
        return unsafe result == 1 && EVP_CipherFinal_ex(pointer, nil, &written) == 1
    }

    /// The algorithm, fetched once.
    ///
    /// `@unchecked Sendable` because the pointer is written once before it is shared, and OpenSSL's `EVP_CIPHER` is
    /// immutable and safe to use from any thread.
    @safe
    private struct Algorithm: @unchecked Sendable {
        let pointer: OpaquePointer?
    }

    private static let algorithm = unsafe Algorithm(pointer: EVP_CIPHER_fetch(nil, "AES-256-GCM", nil))
}
