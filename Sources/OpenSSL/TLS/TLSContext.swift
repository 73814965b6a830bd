internal import COpenSSL
internal import Mail

/// What the sessions of a listener have in common: certificates, tickets, and whom they trust.
///
/// Versions and ciphers are those of the system's policy, from TLS 1.2 upwards, with forward secrecy and 128 bits; there is no
/// renegotiation, no compression, no early data and no ALPN. A context never changes: to reload certificates, make a
/// new one, with the same ``TicketKeys``, and take it for the sessions that begin.
public final class TLSContext: Sendable {
    /// What is asked of a client.
    public enum ClientCertificates: Sendable {
        /// No certificate.
        case off
        /// A certificate if he has one. Sessions begin with any or none: see ``TLSPeerCertificate/isVerified``.
        case requested(TrustAnchors?)
        /// A certificate that leads to one of the authorities.
        case required(TrustAnchors)
    }

    /// What the certificates that are served say of themselves, the default first.
    public let certificates: [CertificateFacts]
    let handle: ContextHandle

    /// Makes a context.
    ///
    /// - Parameter identities: the certificates, at least one. The first is the default, for clients that ask for no
    ///   host or for an unknown one.
    public init(
        identities: [TLSIdentity],
        clientCertificates: ClientCertificates = .off,
        versions: ClosedRange<TLSVersion> = .tls12 ... .tls13,
        ticketKeys: TicketKeys
    ) throws(CertificateError) {
        precondition(!identities.isEmpty, "a server has a certificate")
        certificates = identities.map(\.facts)
        let material = ServerMaterial(identities, ticketKeys)
        handle = unsafe ContextHandle(TLS_server_method(), versions, material: material)
        handle.keepSoundCiphers()
        // What the policy refuses is told now, not when a client asks for it.
        for identity in identities { try handle.check(identity) }
        for index in material.names.fallback.reversed() { try handle.use(identities[index]) }
        if identities.count > 1 { chooseByName() }
        issueTickets(period: ticketKeys.period)
        askForCertificates(clientCertificates)
    }

    private func chooseByName() {
        unsafe SSL_CTX_set_cert_cb(
            handle.pointer,
            { session, _ in unsafe session.map { unsafe ServerMaterial.of($0).chooseCertificate(for: $0) } ?? 0 },
            nil
        )
    }

    private func issueTickets(period: Int64) {
        let context = unsafe handle.pointer
        // A host that was asked for is kept with the session, to be told after a resumption as well.
        unsafe mailwicket_set_server_name_callback(context) { _, _, _ in SSL_TLSEXT_ERR_OK }
        unsafe SSL_CTX_ctrl(context, SSL_CTRL_SET_SESS_CACHE_MODE, Int(SSL_SESS_CACHE_OFF), nil)
        unsafe SSL_CTX_set_timeout(context, Int(clamping: period))
        unsafe SSL_CTX_set_num_tickets(context, 1)
        unsafe SSL_CTX_set_tlsext_ticket_key_evp_cb(context) { session, name, iv, cipher, mac, seals in
            guard let session = unsafe session, let name = unsafe name, let iv = unsafe iv,
                let cipher = unsafe cipher, let mac = unsafe mac
            else { return -1 }
            let keys = unsafe ServerMaterial.of(session).ticketKeys
            let contexts = unsafe TicketKeys.Contexts(cipher: cipher, mac: mac)
            return unsafe seals == 1 ? keys.seal(name, iv, contexts) : keys.open(name, iv, contexts)
        }
    }

    private func askForCertificates(_ wanted: ClientCertificates) {
        let context = unsafe handle.pointer
        let anchors: TrustAnchors?
        switch wanted {
        case .off:
            // Tickets of a listener that asks otherwise are not taken.
            return setTicketScope("off", nil)
        case .requested(let authorities):
            anchors = authorities
            setTicketScope("requested", authorities)
            // The result of the verification is kept, and does not end the handshake.
            unsafe SSL_CTX_set_verify(context, SSL_VERIFY_PEER) { _, _ in 1 }
        case .required(let authorities):
            anchors = authorities
            setTicketScope("required", authorities)
            unsafe SSL_CTX_set_verify(context, SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT, nil)
        }
        unsafe SSL_CTX_ctrl(context, SSL_CTRL_SET_MAX_CERT_LIST, TLSSession.certificateLimit, nil)
        guard let anchors else { return }
        handle.trust(anchors)
        nameAuthorities(anchors)
    }

    /// Tells clients whose certificates are taken; a long list would be sent with each handshake, and is not.
    private func nameAuthorities(_ anchors: TrustAnchors) {
        guard anchors.certificates.count <= 16, let names = unsafe OPENSSL_sk_new_null() else { return }
        for anchor in anchors.certificates {
            guard let name = unsafe X509_NAME_dup(X509_get_subject_name(anchor.pointer)) else { continue }
            unsafe OPENSSL_sk_push(names, UnsafeRawPointer(name))
        }
        unsafe SSL_CTX_set_client_CA_list(handle.pointer, names)
    }

    /// Ties tickets to what was asked of the client, since contexts share their keys.
    private func setTicketScope(_ mode: String, _ anchors: TrustAnchors?) {
        var digest = SHA256()
        digest.update(Array(mode.utf8).span)
        for facts in anchors?.facts ?? [] { digest.update(facts.fingerprint.span) }
        let scope = digest.finalize()
        let result = unsafe scope.span.withUnsafeBufferPointer { scope in
            unsafe SSL_CTX_set_session_id_context(handle.pointer, scope.baseAddress, UInt32(scope.count))
        }
        precondition(result == 1, "OpenSSL took no session context")
    }
}

/// What the callbacks of a server's context reach.
private final class ServerMaterial: Sendable {
    let identities: [TLSIdentity]
    let names: ServerNames
    let ticketKeys: TicketKeys

    init(_ identities: [TLSIdentity], _ ticketKeys: TicketKeys) {
        self.identities = identities
        names = ServerNames(identities.map(\.facts.dnsNames))
        self.ticketKeys = ticketKeys
    }

    /// The material of a session's context, which the session's owner keeps alive.
    static func of(_ session: OpaquePointer) -> ServerMaterial {
        guard let data = unsafe SSL_CTX_get_ex_data(SSL_get_SSL_CTX(session), 0) else {
            preconditionFailure("a server's context has its material")
        }
        return unsafe Unmanaged<ServerMaterial>.fromOpaque(data).takeUnretainedValue()
    }

    /// Gives a session the certificates for the host that the client asks for.
    ///
    /// - Returns: what OpenSSL's callback returns: 1 to go on, 0 to end the handshake.
    func chooseCertificate(for session: OpaquePointer) -> Int32 {
        let host = unsafe SSL_get_servername(session, TLSEXT_NAMETYPE_host_name)
        let chosen = unsafe names.choose(host.map { unsafe String(cString: $0) })
        // The context's own are in place already.
        guard chosen != names.fallback else { return 1 }
        unsafe SSL_certs_clear(session)
        // There is one place for each kind of key: the first that is named wins.
        for index in chosen.reversed() {
            let identity = identities[index]
            let result = unsafe SSL_use_cert_and_key(
                session,
                identity.certificate.pointer,
                identity.key.pointer,
                identity.chain.pointer,
                1
            )
            guard result == 1 else { return 0 }
        }
        return 1
    }
}
