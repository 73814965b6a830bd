import OpenSSL

/// What both ends of an encrypted connection agreed on.
struct TLSLink: Hashable, Sendable {
    /// The protocol's version.
    let version: TLSVersion
    /// The cipher, by its name in the standards.
    let cipher: String
    /// The cipher's strength in bits.
    let cipherBits: Int
    /// The host that the client asked for (RFC 6066 section 3).
    let serverName: String?
    /// The client's certificate, where it showed one.
    let peerCertificate: TLSPeerCertificate?
    /// What binds an authentication to this connection (RFC 9266), where the connection can be bound to.
    let channelBinding: [UInt8]?

    /// Reads a session.
    ///
    /// `nil` before the end of its handshake.
    init?(_ session: borrowing TLSSession) {
        guard let version = session.version, let cipher = session.cipher, let cipherBits = session.cipherBits else {
            return nil
        }
        self.version = version
        self.cipher = cipher
        self.cipherBits = cipherBits
        serverName = session.serverName
        peerCertificate = session.peerCertificate
        channelBinding = session.channelBinding
    }
}
