internal import COpenSSL

/// What the sessions that we open have in common.
public final class TLSClientContext: Sendable {
    /// What is asked of a server.
    public enum Trust: Sendable {
        /// A certificate for the host that leads to one of these authorities.
        case anchors(TrustAnchors)
        /// A certificate for the host that leads to an authority that the system trusts.
        case system
        /// Nothing: what travels is hidden from those who only listen.
        case nothing
    }

    let handle: ContextHandle

    /// Makes a context.
    ///
    /// - Parameter identity: the certificate for servers that ask for one.
    public init(
        trust: Trust,
        identity: TLSIdentity? = nil,
        versions: ClosedRange<TLSVersion> = .tls12 ... .tls13
    ) throws(CertificateError) {
        handle = unsafe ContextHandle(TLS_client_method(), versions)
        if let identity { try handle.use(identity) }
        switch trust {
        case .anchors(let anchors): handle.trust(anchors)
        case .system: unsafe SSL_CTX_set_default_verify_paths(handle.pointer)
        case .nothing: return
        }
        unsafe SSL_CTX_set_verify(handle.pointer, SSL_VERIFY_PEER, nil)
    }
}

/// What a client keeps of a session, to resume it at the next connection to the same server.
///
/// `@unchecked Sendable` because the pointer never changes and OpenSSL copies what it alters.
@safe
public final class TLSTicket: @unchecked Sendable {
    let pointer: OpaquePointer

    init(owning pointer: OpaquePointer) {
        unsafe self.pointer = pointer
    }

    deinit {
        unsafe SSL_SESSION_free(pointer)
    }

    /// Has a session that is about to begin resume what was kept.
    func resume(_ session: OpaquePointer) {
        // OpenSSL spoils the one that it was given when the connection ends without a close-notify.
        guard let copy = unsafe SSL_SESSION_dup(pointer) else { return }
        unsafe SSL_set_session(session, copy)
        unsafe SSL_SESSION_free(copy)
    }
}
