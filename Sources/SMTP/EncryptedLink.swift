public import SASL

/// What the session must know of the TLS connection that it runs in.
public struct EncryptedLink: Hashable, Sendable {
    /// The version of TLS, as `TLSv1.3`.
    public var version: String
    /// The cipher suite, as TLS names it.
    public var cipher: String
    /// Whether the client showed a certificate, and it was verified.
    public var hasVerifiedClientCertificate: Bool
    /// What an authentication can be bound to, if the connection has it.
    public var channelBinding: ChannelBinding?

    /// Tells of a connection whose handshake is complete.
    public init(
        version: String,
        cipher: String,
        hasVerifiedClientCertificate: Bool = false,
        channelBinding: ChannelBinding? = nil
    ) {
        self.version = version
        self.cipher = cipher
        self.hasVerifiedClientCertificate = hasVerifiedClientCertificate
        self.channelBinding = channelBinding
    }
}
