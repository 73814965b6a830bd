internal import COpenSSL

/// The certificate by which the other end proved itself.
public struct TLSPeerCertificate: Sendable, Hashable {
    /// What the certificate says of itself.
    public let facts: CertificateFacts
    /// Whether it leads to one of the trusted authorities, is valid, and, on a client's side, is for the server's name.
    public let isVerified: Bool
}

/// What was agreed upon; all of it is known once the handshake is done.
extension TLSSession {
    /// The version of TLS.
    public var version: TLSVersion? {
        guard hasAgreed else { return nil }
        return unsafe TLSVersion(rawValue: Int(SSL_version(pointer)))
    }

    /// The name of the cipher suite as RFCs have it: `TLS_AES_256_GCM_SHA384`.
    public var cipher: String? {
        guard hasAgreed, let cipher = unsafe SSL_get_current_cipher(pointer),
            let name = unsafe SSL_CIPHER_standard_name(cipher)
        else { return nil }
        return unsafe String(cString: name)
    }

    /// The strength of the cipher's key, in bits.
    public var cipherBits: Int? {
        guard hasAgreed, let cipher = unsafe SSL_get_current_cipher(pointer) else { return nil }
        return unsafe Int(SSL_CIPHER_get_bits(cipher, nil))
    }

    /// The host that the client asked for, in lower case; `nil` when it asked for none, or for what is no host name.
    public var serverName: String? {
        guard let name = unsafe SSL_get_servername(pointer, TLSEXT_NAMETYPE_host_name) else { return nil }
        return unsafe ServerNames.normalized(String(cString: name))
    }

    /// Whether an earlier session was resumed.
    public var isResumed: Bool { unsafe hasAgreed && SSL_session_reused(pointer) == 1 }

    /// The other end's certificate, if it has shown one.
    public var peerCertificate: TLSPeerCertificate? {
        guard hasAgreed, let certificate = unsafe SSL_get1_peer_certificate(pointer) else { return nil }
        let facts = unsafe CertificateFacts(CertificateHandle(owning: certificate))
        let isAsked = unsafe SSL_get_verify_mode(pointer) & SSL_VERIFY_PEER != 0
        return unsafe TLSPeerCertificate(
            facts: facts,
            isVerified: isAsked && SSL_get_verify_result(pointer) == Int(X509_V_OK)
        )
    }

    /// The channel binding `tls-exporter`, 32 octets that both ends of this session have and nobody else (RFC 9266).
    ///
    /// There is none in TLS 1.2 without an extended master secret (RFC 7627), where a third party could make two sessions
    /// with one secret.
    public var channelBinding: [UInt8]? {
        guard let version, version == .tls13 || hasExtendedMasterSecret else { return nil }
        defer { ERR_clear_error() }
        let label = "EXPORTER-Channel-Binding"
        var binding = [UInt8](repeating: 0, count: 32)
        var mutable = binding.mutableSpan
        let result = unsafe mutable.withUnsafeMutableBufferPointer { binding in
            // The context is the empty string, which in TLS 1.2 is not the same as none (RFC 9266 section 2).
            unsafe SSL_export_keying_material(
                pointer,
                binding.baseAddress,
                binding.count,
                label,
                label.utf8.count,
                [],
                0,
                1
            )
        }
        return result == 1 ? binding : nil
    }

    /// What a client keeps to resume the session; in TLS 1.3 it comes after the handshake, with what is read.
    public var ticket: TLSTicket? {
        guard hasAgreed, let session = unsafe SSL_get_session(pointer),
            unsafe SSL_SESSION_is_resumable(session) == 1 && SSL_SESSION_has_ticket(session) == 1,
            // OpenSSL spoils its own when the connection ends without a close-notify.
            let copy = unsafe SSL_SESSION_dup(session)
        else { return nil }
        return unsafe TLSTicket(owning: copy)
    }

    private var hasExtendedMasterSecret: Bool {
        unsafe SSL_ctrl(pointer, SSL_CTRL_GET_EXTMS_SUPPORT, 0, nil) == 1
    }

    private var hasAgreed: Bool { unsafe SSL_is_init_finished(pointer) == 1 }
}
