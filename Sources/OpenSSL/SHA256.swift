internal import COpenSSL

/// A SHA-256 digest computed piece by piece (FIPS 180-4).
///
/// The context is OpenSSL's, so that the system's patches and policies apply.
@safe
public struct SHA256: ~Copyable {
    /// The length of a digest, in octets.
    public static let length = 32

    private let context: OpaquePointer

    /// Begins a digest.
    public init() {
        // EVP_MD_CTX_new fails only when memory is exhausted, and the process cannot go on then.
        guard let context = unsafe EVP_MD_CTX_new(),
            unsafe EVP_DigestInit_ex(context, Self.algorithm.pointer, nil) == 1
        else { preconditionFailure("OpenSSL gave no SHA-256 context") }
        unsafe self.context = context
    }

    /// Takes over a digest that has begun.
    private init(_ context: OpaquePointer) {
        unsafe self.context = context
    }

    deinit {
        unsafe EVP_MD_CTX_free(context)
    }

    /// A digest of its own with everything that was added so far, so that what begins alike is digested once.
    public func copy() -> SHA256 {
        guard let copy = unsafe EVP_MD_CTX_new(), unsafe EVP_MD_CTX_copy_ex(copy, context) == 1 else {
            preconditionFailure("OpenSSL gave no SHA-256 context")
        }
        return unsafe SHA256(copy)
    }

    /// Adds octets to what is digested.
    public mutating func update(_ bytes: Span<UInt8>) {
        unsafe bytes.withUnsafeBytes { buffer in
            guard let base = buffer.baseAddress else { return }
            let result = unsafe EVP_DigestUpdate(context, base, buffer.count)
            precondition(result == 1, "SHA-256 update failed")
        }
    }

    /// Ends the digest.
    ///
    /// - Returns: the 32 octets.
    public consuming func finalize() -> [UInt8] {
        unsafe [UInt8](unsafeUninitializedCapacity: Self.length) { buffer, count in
            let result = unsafe EVP_DigestFinal_ex(context, buffer.baseAddress, nil)
            precondition(result == 1, "SHA-256 final failed")
            count = Self.length
        }
    }

    /// The digest of octets that lie in one piece.
    public static func digest(of bytes: Span<UInt8>) -> [UInt8] {
        var digest = SHA256()
        digest.update(bytes)
        return digest.finalize()
    }

    /// The algorithm, fetched once: fetching it for each digest costs more than digesting a small message.
    ///
    /// `@unchecked Sendable` because the pointer is written once before it is shared, and OpenSSL's `EVP_MD` is
    /// immutable and safe to use from any thread.
    @safe
    struct Algorithm: @unchecked Sendable {
        let pointer: OpaquePointer?
    }

    static let algorithm = unsafe Algorithm(pointer: EVP_MD_fetch(nil, "SHA256", nil))
}
