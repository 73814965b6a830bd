public import Mail

/// What a proxy tells of a connection, before the first octet of the client (PROXY protocol, HAProxy's
/// `proxy-protocol.txt` section 2).
public struct ProxyHeader: Sendable, Hashable {
    /// On whose behalf the proxy connects.
    public enum Command: Sendable, Hashable {
        /// On its own, to see whether the server lives: the connection's own addresses hold.
        case local
        /// On behalf of a client.
        case proxy
    }

    /// One end of the client's connection to the proxy.
    public struct Endpoint: Sendable, Hashable, CustomStringConvertible {
        /// The address.
        public let address: IPAddress
        /// The port, which may be 0.
        public let port: UInt16

        /// Names an end of a connection.
        public init(address: IPAddress, port: UInt16) {
            self.address = address
            self.port = port
        }

        /// Address and port, as in `192.0.2.1:25` and `[2001:db8::1]:25`.
        public var description: String { address.isVersion6 ? "[\(address)]:\(port)" : "\(address):\(port)" }
    }

    /// The ends of the client's connection to the proxy.
    public struct Endpoints: Sendable, Hashable {
        /// The client.
        public let source: Endpoint
        /// Where the client connected to.
        public let destination: Endpoint

        /// Names both ends.
        public init(source: Endpoint, destination: Endpoint) {
            self.source = source
            self.destination = destination
        }
    }

    /// On whose behalf the proxy connects.
    public let command: Command
    /// The client's connection; `nil` for ``Command/local``, and where the proxy does not know it by address and port of
    /// TCP: then the client is unknown, and not the proxy.
    public let endpoints: Endpoints?
    /// How many octets the header takes.
    public let length: Int

    /// Tells what a header says.
    public init(command: Command, endpoints: Endpoints?, length: Int) {
        self.command = command
        self.endpoints = endpoints
        self.length = length
    }
}

/// Why what stands before a connection's first octet is no header of a proxy.
///
/// The connection is to be closed without a reply: whoever sent it speaks no SMTP yet.
public enum ProxyHeaderDefect: Error, Sendable, Hashable, CaseIterable, CustomStringConvertible {
    /// It begins as neither version does.
    case noHeader
    /// The line of version 1 does not end within its 107 octets.
    case lineTooLong
    /// The line of version 1 has another form.
    case badLine
    /// The line of version 1 names an address that is none of its family.
    case badAddress
    /// The line of version 1 names a port that is none, or with a zero before it.
    case badPort
    /// The version is neither 1 nor 2.
    case badVersion
    /// The command is neither LOCAL nor PROXY.
    case badCommand
    /// The family or the transport is none that version 2 has.
    case badFamily
    /// Version 2 declares more octets than are taken.
    case tooLong
    /// Version 2 declares fewer octets than its addresses need.
    case tooShort
    /// What follows the addresses does not divide into types, lengths and values.
    case badVectors
    /// The checksum has not four octets, or stands there twice.
    case badChecksum
    /// The checksum is another.
    case wrongChecksum

    /// What is wrong, as a sentence for the log.
    public var description: String {
        switch self {
        case .noHeader: "The connection does not begin with a header of the PROXY protocol."
        case .lineTooLong: "The line of the PROXY protocol does not end within \(ProxyHeaderReader.maximumLine) octets."
        case .badLine: "The line of the PROXY protocol has another form."
        case .badAddress: "The line of the PROXY protocol names an address that is none of its family."
        case .badPort: "The line of the PROXY protocol names a port that is none."
        case .badVersion: "The version of the PROXY protocol is not known."
        case .badCommand: "The command of the PROXY protocol is neither LOCAL nor PROXY."
        case .badFamily: "The address family or the transport of the PROXY protocol is not known."
        case .tooLong: "The header of the PROXY protocol declares more than \(ProxyHeaderReader.maximumContent) octets."
        case .tooShort: "The header of the PROXY protocol is too short for its addresses."
        case .badVectors: "What follows the addresses of the PROXY protocol does not fill the header."
        case .badChecksum: "The checksum of the PROXY protocol has not four octets, or stands there twice."
        case .wrongChecksum: "The checksum of the PROXY protocol is wrong."
        }
    }
}
