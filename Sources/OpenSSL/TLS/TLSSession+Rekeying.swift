internal import COpenSSL

// What a peer may try in the middle of a session: tests play him with it.
extension TLSSession {
    /// Asks the peer for a new handshake within the session, which TLS 1.2 had and which is refused here.
    package mutating func renegotiate() {
        ERR_clear_error()
        unsafe SSL_clear_options(pointer, mailwicket_tls_options)
        _ = unsafe SSL_renegotiate(pointer)
        _ = unsafe SSL_do_handshake(pointer)
        ERR_clear_error()
    }

    /// Asks for new keys in both directions, which only TLS 1.3 has (RFC 8446 section 4.6.3).
    package mutating func updateKeys() {
        ERR_clear_error()
        _ = unsafe SSL_key_update(pointer, SSL_KEY_UPDATE_REQUESTED)
        _ = unsafe SSL_do_handshake(pointer)
        ERR_clear_error()
    }
}
