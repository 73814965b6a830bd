internal import COpenSSL

/// Why a TLS session ended, or what it was asked for in vain.
public enum TLSError: Error, Hashable, Sendable, CustomStringConvertible {
    /// The peer broke the protocol or offers nothing that is acceptable here, in OpenSSL's words.
    case violation(String)
    /// The peer gave up, for the reason that its alert names (RFC 8446 section 6.2).
    case alert(String)
    /// The peer's certificate is not accepted, in OpenSSL's words.
    case untrusted(String)
    /// The peer's hello is longer than any honest one.
    case helloTooLarge
    /// The peer, or the transport, ended before the handshake did.
    case endedInHandshake
    /// There is nothing to write to before the handshake is done.
    case notEstablished
    /// Nothing can be written after the session's end.
    case closed

    /// What is wrong, in words.
    public var description: String {
        switch self {
        case .violation(let words): "the peer's TLS is not acceptable: \(words)"
        case .alert(let words): "the peer refused TLS: \(words)"
        case .untrusted(let words): "the peer's certificate is not trusted: \(words)"
        case .helloTooLarge: "the peer's hello is too large"
        case .endedInHandshake: "the connection ended during the TLS handshake"
        case .notEstablished: "the TLS handshake is not done"
        case .closed: "the TLS session is closed"
        }
    }

    /// The error that OpenSSL noted for a session; its queue is empty afterwards.
    static func take(of session: OpaquePointer) -> TLSError {
        defer { ERR_clear_error() }
        var telling: UInt = 0
        // The first reason of the TLS layer counts: those below it say what broke, not what for.
        while case let code = ERR_get_error(), code != 0 {
            if telling == 0 || (!isOfTLS(telling) && isOfTLS(code)) { telling = code }
        }
        guard isOfTLS(telling) else { return .violation(OpenSSLReason.words(telling)) }
        let reason = ERR_GET_REASON(telling)
        if reason == SSL_R_CERTIFICATE_VERIFY_FAILED {
            let result = unsafe SSL_get_verify_result(session)
            return unsafe .untrusted(String(cString: X509_verify_cert_error_string(result)))
        }
        if reason == SSL_R_PEER_DID_NOT_RETURN_A_CERTIFICATE { return .untrusted("the peer has none") }
        guard reason > SSL_AD_REASON_OFFSET else { return .violation(OpenSSLReason.words(telling)) }
        let alert = unsafe String(cString: SSL_alert_desc_string_long(reason - SSL_AD_REASON_OFFSET))
        // That table ends with TLS 1.2.
        return .alert(alert == "unknown" ? OpenSSLReason.words(telling) : alert)
    }

    private static func isOfTLS(_ code: UInt) -> Bool { ERR_GET_LIB(code) == ERR_LIB_SSL }
}
