internal import COpenSSL

/// The owner of OpenSSL's context, from which sessions are made, and of what its callbacks reach.
///
/// `@unchecked Sendable` because the context is set up before it is shared and never altered after that; OpenSSL guards
/// its counters, and the callbacks reach immutable values and a mutex only.
@safe
final class ContextHandle: @unchecked Sendable {
    let pointer: OpaquePointer
    private let material: AnyObject?

    /// Makes a context by the system's policy, narrowed to what is spoken here.
    ///
    /// - Parameter material: what the callbacks find under the context's own data.
    init(_ method: OpaquePointer?, _ versions: ClosedRange<TLSVersion>, material: AnyObject? = nil) {
        // SSL_CTX_new fails only when memory is exhausted or the library cannot work at all.
        guard let context = unsafe SSL_CTX_new(method) else { preconditionFailure("OpenSSL gave no TLS context") }
        unsafe pointer = context
        self.material = material
        setVersions(versions)
        unsafe SSL_CTX_set_options(context, mailwicket_tls_options)
        // Idle sessions keep no buffers for records.
        unsafe SSL_CTX_ctrl(context, SSL_CTRL_MODE, Int(SSL_MODE_RELEASE_BUFFERS), nil)
        // Nobody's chain is this long, and each link costs a signature's verification.
        unsafe SSL_CTX_set_verify_depth(context, 8)
        if let material {
            unsafe SSL_CTX_set_ex_data(context, 0, Unmanaged.passUnretained(material).toOpaque())
        }
    }

    deinit {
        unsafe SSL_CTX_free(pointer)
    }

    /// Narrows the versions; where the system's policy is stricter, it stands.
    private func setVersions(_ versions: ClosedRange<TLSVersion>) {
        let lowest = unsafe SSL_CTX_ctrl(pointer, SSL_CTRL_GET_MIN_PROTO_VERSION, 0, nil)
        let highest = unsafe SSL_CTX_ctrl(pointer, SSL_CTRL_GET_MAX_PROTO_VERSION, 0, nil)
        let lower = max(lowest, versions.lowerBound.rawValue)
        // Zero stands for no limit.
        let upper = highest == 0 ? versions.upperBound.rawValue : min(highest, versions.upperBound.rawValue)
        unsafe SSL_CTX_ctrl(pointer, SSL_CTRL_SET_MIN_PROTO_VERSION, lower, nil)
        unsafe SSL_CTX_ctrl(pointer, SSL_CTRL_SET_MAX_PROTO_VERSION, upper, nil)
    }

    /// Takes the policy's ciphers of TLS 1.2 without those that are not forward secret, prove nobody, or are weak.
    func keepSoundCiphers() {
        let ciphers = unsafe SSL_CTX_get_ciphers(pointer)
        var names: [String] = []
        for index in unsafe 0..<OPENSSL_sk_num(ciphers) {
            guard let entry = unsafe OPENSSL_sk_value(ciphers, index) else { continue }
            let cipher = OpaquePointer(entry)
            let exchange = unsafe SSL_CIPHER_get_kx_nid(cipher)
            guard exchange == NID_kx_ecdhe || exchange == NID_kx_dhe,
                unsafe SSL_CIPHER_get_auth_nid(cipher) != NID_auth_null,
                unsafe SSL_CIPHER_get_bits(cipher, nil) >= 128
            else { continue }
            unsafe names.append(String(cString: SSL_CIPHER_get_name(cipher)))
        }
        // A policy of TLS 1.3 alone has none, and is left as it is.
        guard !names.isEmpty else { return }
        unsafe SSL_CTX_set_cipher_list(pointer, names.joined(separator: ":"))
        ERR_clear_error()
    }

    func use(_ identity: TLSIdentity) throws(CertificateError) {
        let result = unsafe SSL_CTX_use_cert_and_key(
            pointer,
            identity.certificate.pointer,
            identity.key.pointer,
            identity.chain.pointer,
            1
        )
        guard result == 1 else {
            throw CertificateError(identity.file, .refusedByPolicy(OpenSSLReason.take()))
        }
    }

    /// Finds out whether the policy takes an identity, without using it.
    func check(_ identity: TLSIdentity) throws(CertificateError) {
        guard let session = unsafe SSL_new(pointer) else { preconditionFailure("OpenSSL gave no TLS session") }
        defer { unsafe SSL_free(session) }
        let result = unsafe SSL_use_cert_and_key(
            session,
            identity.certificate.pointer,
            identity.key.pointer,
            identity.chain.pointer,
            1
        )
        guard result == 1 else {
            throw CertificateError(identity.file, .refusedByPolicy(OpenSSLReason.take()))
        }
    }

    func trust(_ anchors: TrustAnchors) {
        let store = unsafe SSL_CTX_get_cert_store(pointer)
        for anchor in anchors.certificates { unsafe X509_STORE_add_cert(store, anchor.pointer) }
        ERR_clear_error()
    }
}
