internal import COpenSSL

/// The owner of OpenSSL's certificate, which frees it.
///
/// `@unchecked Sendable` because the pointer never changes, the certificate behind it is never altered after it was
/// made, and OpenSSL guards what it caches in it.
@safe
final class CertificateHandle: @unchecked Sendable {
    let pointer: OpaquePointer

    init(owning pointer: OpaquePointer) {
        unsafe self.pointer = pointer
    }

    deinit {
        unsafe X509_free(pointer)
    }

    func matches(_ key: CertificateKey) -> Bool {
        defer { ERR_clear_error() }
        return unsafe X509_check_private_key(pointer, key.pointer) == 1
    }

    func withPEM<Result>(_ body: (Span<UInt8>) throws -> Result) throws -> Result {
        let sink = MemorySink()
        let isWritten = unsafe PEM_write_bio_X509(sink.pointer, pointer) == 1
        precondition(isWritten, "a certificate in memory has a text")
        return try sink.withOctets(body)
    }
}

/// The owner of the private key of a certificate, of whatever kind the system's policy allows.
///
/// `@unchecked Sendable` because the pointer never changes, the key behind it is never altered after it was made, and
/// OpenSSL lets threads share such a key.
@safe
final class CertificateKey: @unchecked Sendable {
    let pointer: OpaquePointer

    init(owning pointer: OpaquePointer) {
        unsafe self.pointer = pointer
    }

    // OpenSSL clears the private parts of a key when it frees them.
    deinit {
        unsafe EVP_PKEY_free(pointer)
    }

    /// The number that OpenSSL gives to the kind of the key.
    var kind: Int32 { unsafe EVP_PKEY_get_base_id(pointer) }

    /// Lends the key as PKCS #8 in PEM, not encrypted; the memory is cleared when `body` returns.
    func withPEM<Result>(_ body: (Span<UInt8>) throws -> Result) throws -> Result {
        let sink = MemorySink()
        let isWritten = unsafe PEM_write_bio_PKCS8PrivateKey(sink.pointer, pointer, nil, nil, 0, nil, nil) == 1
        precondition(isWritten, "a private key in memory has a text")
        return try sink.withOctets(body)
    }
}

/// A chain of certificates in the form that OpenSSL's functions take.
///
/// `@unchecked Sendable` because neither the list nor the certificates are altered after they were made.
@safe
final class CertificateChain: @unchecked Sendable {
    let pointer: OpaquePointer
    private let certificates: [CertificateHandle]

    init(_ certificates: some Sequence<CertificateHandle>) {
        // OPENSSL_sk_new_null and OPENSSL_sk_push fail only when memory is exhausted.
        guard let list = unsafe OPENSSL_sk_new_null() else { preconditionFailure("OpenSSL gave no list") }
        unsafe pointer = list
        self.certificates = Array(certificates)
        for certificate in self.certificates {
            let count = unsafe OPENSSL_sk_push(list, UnsafeRawPointer(certificate.pointer))
            precondition(count > 0, "OpenSSL's list took no certificate")
        }
    }

    deinit {
        unsafe OPENSSL_sk_free(pointer)
    }
}

/// Memory that OpenSSL writes to and clears whenever it grows or is freed.
@safe
struct MemorySink: ~Copyable {
    let pointer: OpaquePointer

    init() {
        // BIO_new fails only when memory is exhausted.
        guard let sink = unsafe BIO_new(BIO_s_secmem()) else { preconditionFailure("OpenSSL gave no memory") }
        unsafe pointer = sink
    }

    deinit {
        unsafe BIO_free_all(pointer)
        ERR_clear_error()
    }

    borrowing func withOctets<Result>(_ body: (Span<UInt8>) throws -> Result) rethrows -> Result {
        var start: UnsafeMutablePointer<CChar>?
        // BIO_get_mem_data, which is a macro.
        let length = unsafe BIO_ctrl(pointer, BIO_CTRL_INFO, 0, &start)
        let octets = unsafe UnsafeMutableRawBufferPointer(start: start, count: max(0, length))
        return unsafe try body(octets.assumingMemoryBound(to: UInt8.self).span)
    }
}
