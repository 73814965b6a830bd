/// One arrival of a message: by which way, from whom, and with which envelope it came.
public struct Delivery: Hashable, Sendable {
    /// The program or host at the other end.
    public enum Peer: Hashable, Sendable, CustomStringConvertible {
        /// A host, by its numeric address and port.
        case host(address: String, port: UInt16)
        /// A local process on a Unix socket, by its user and process id, where the system tells them.
        case local(uid: UInt32?, pid: Int32?)
        /// No peer: the message came from a file (import, drop folder).
        case file(name: String)

        /// The peer as logs show it.
        public var description: String {
            switch self {
            case .host(let address, let port):
                address.contains(":") ? "[\(address)]:\(port)" : "\(address):\(port)"
            case .local(let uid, _): uid.map { "uid \($0)" } ?? "local"
            case .file(let name): "file \(name)"
            }
        }
    }

    /// The arrival's own identifier.
    public var id: UniqueID
    /// When the last octet arrived.
    public var receivedAt: Timestamp
    /// The configured name of the listener, or of what fed the message in.
    public var listener: String
    /// The session that it came in, as the log names it.
    public var session: String
    /// The other end.
    public var peer: Peer
    /// What the peer called itself in HELO, EHLO or LHLO; empty when it did not.
    public var helo: String
    /// The `with` keyword of the trace header: `SMTP`, `ESMTP`, `LMTP`, `UTF8SMTP` … (RFC 3848, RFC 6531).
    public var protocolKeyword: String
    /// The TLS version and cipher, when the session was encrypted.
    public var tls: String?
    /// Who the peer proved to be, when it did.
    public var identity: String?
    /// The envelope.
    public var envelope: Envelope

    /// Makes a delivery.
    public init(
        id: UniqueID,
        receivedAt: Timestamp,
        listener: String,
        session: String,
        peer: Peer,
        helo: String,
        protocolKeyword: String,
        tls: String? = nil,
        identity: String? = nil,
        envelope: Envelope
    ) {
        self.id = id
        self.receivedAt = receivedAt
        self.listener = listener
        self.session = session
        self.peer = peer
        self.helo = helo
        self.protocolKeyword = protocolKeyword
        self.tls = tls
        self.identity = identity
        self.envelope = envelope
    }
}
