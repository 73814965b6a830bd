public import Mail

/// A server that answers questions recursively.
public struct DNSServer: Hashable, Sendable, CustomStringConvertible {
    /// Where it is.
    public let address: IPAddress
    /// On which port it listens, by UDP and TCP.
    public let port: UInt16

    /// Makes a server, on the port of RFC 1035 section 4.2 unless told otherwise.
    public init(address: IPAddress, port: UInt16 = 53) {
        self.address = address
        self.port = port
    }

    /// The address and the port.
    public var description: String { "\(address.isVersion6 ? "[\(address)]" : "\(address)"):\(port)" }
}

/// How the domain name system is asked.
public struct DNSConfiguration: Sendable, Hashable {
    /// The servers, of which the first three count; none for those of the machine (`resolv.conf`).
    public var nameservers: [DNSServer] = []
    /// How many seconds a server has to answer.
    public var attemptTimeout = 2
    /// How often all servers are asked.
    public var attempts = 2
    /// How long a question waits for its answer, in seconds.
    public var questionTimeout = 8.0
    /// How long all questions of one evaluation may take together, in seconds (RFC 7208 section 4.6.4: at least 20).
    public var evaluationTimeout = 20.0
    /// How many look-ups run at once, each on a thread.
    public var maximumThreads = 8
    /// How many look-ups may wait for a thread; a question beyond fails at once.
    public var maximumWaiting = 256
    /// What is kept, and for how long.
    public var cache = DNSCacheLimits()

    /// Makes the default configuration.
    public init() {}
}
