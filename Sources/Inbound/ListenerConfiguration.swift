public import SMTP

/// What one listener is to do; the executable reads it from the configuration.
public struct ListenerConfiguration: Hashable, Sendable {
    /// A name for the log, the status, and inherited sockets.
    public var name: String
    /// The protocol.
    public var dialect: SMTPSession.Dialect
    /// Where it listens.
    public var address: ListenerAddress
    /// The file mode of a Unix socket.
    public var socketMode: UInt32 = 0o660
    /// The users who may connect to a Unix socket; empty leaves it to the file mode.
    public var allowedUIDs: [UInt32] = []
    /// Whether the listener may be reached from other hosts.
    public var isPublic = false
    /// The hosts that may connect; empty means this host, or all when ``isPublic`` is set.
    public var allowedNetworks: [Network] = []
    /// Whether the peers are relays of our own; `nil` means those of LMTP on this host.
    public var trusted: Bool?
    /// What to do with bare newlines in a message; `nil` means accept from a trusted LMTP peer, else reject.
    public var bareNewlines: SMTPSession.BareNewlines?
    /// Whether `MAIL FROM: <a@b>` and `MAIL FROM:a@b` are taken, as some devices send them.
    public var acceptsLoosePaths = false
    /// The largest message, in octets.
    public var maxMessageSize: UInt64 = 52_428_800
    /// The recipients of one message.
    public var maxRecipients = 1000
    /// Connections at a time.
    public var maxConnections = 2000
    /// Connections at a time from one host, which is one IPv4 address or one IPv6 /64; 0 is no limit, `nil` means 200, or no
    /// limit when trusted.
    public var maxConnectionsPerAddress: Int?
    /// Errors without a message between them; 0 is no limit.
    public var maxErrors = 20
    /// Commands that lead to no message; 0 is no limit.
    public var maxJunkCommands = 100
    /// Trace lines in a header, above which a message loops.
    public var maxReceivedHeaders = 100
    /// The longest line of a message, in octets.
    public var maxLineLength = 1_048_576
    /// Seconds of silence before a peer is sent away, and seconds that one command line may take.
    public var idleTimeout = 300
    /// Seconds that a message may take in all, from MAIL to its last octet.
    public var transactionTimeout = 3600
    /// Octets per second, over a minute, below which a message comes too slowly; 0 is no limit.
    public var minDataRate = 256
    /// Connections that wait to be accepted.
    public var backlog = 1024
    /// Seconds over which the data rate is measured.
    package var dataRateWindow = 60.0
    /// Seconds that a peer is watched for early talk before it is greeted.
    package var greetingDelay = 0.0
    /// What each error beyond the first few adds to the wait before its reply, in milliseconds.
    package var errorDelayStep = 100

    /// Makes the configuration of a listener with all defaults.
    public init(name: String, dialect: SMTPSession.Dialect, address: ListenerAddress) {
        self.name = name
        self.dialect = dialect
        self.address = address
    }

    /// Whether the peers count as relays of our own.
    public var isTrusted: Bool { trusted ?? (dialect == .lmtp && address.isLocal) }

    /// The limit for one host, with its default worked out; 0 is no limit.
    public var connectionsPerAddress: Int { maxConnectionsPerAddress ?? (isTrusted ? 0 : 200) }

    /// Whether a host may connect.
    public func allows(_ address: IPAddress) -> Bool {
        if allowedNetworks.isEmpty { return isPublic || address.isLoopback }
        return allowedNetworks.contains { $0.contains(address) }
    }

    /// How long a peer may take.
    var clockLimits: ConnectionClock.Limits {
        ConnectionClock.Limits(
            idle: Double(idleTimeout),
            transaction: Double(transactionTimeout),
            dataRate: Double(minDataRate),
            window: dataRateWindow
        )
    }

    /// What a session of this listener is told.
    public func policy(hostname: String) -> SMTPSession.Policy {
        var policy = SMTPSession.Policy(dialect: dialect, hostname: hostname)
        policy.isTrusted = isTrusted
        policy.acceptsEarlyTalkers = isTrusted && address.isLocal
        policy.bareNewlines = bareNewlines ?? (dialect == .lmtp && isTrusted ? .accept : .reject)
        policy.acceptsLoosePaths = acceptsLoosePaths
        policy.limits.messageSize = maxMessageSize
        policy.limits.recipients = maxRecipients
        policy.limits.errors = maxErrors
        policy.limits.junkCommands = maxJunkCommands
        policy.limits.receivedHeaders = maxReceivedHeaders
        policy.limits.messageLineLength = maxLineLength
        policy.limits.errorDelayStep = errorDelayStep
        return policy
    }
}

extension ListenerConfiguration {
    /// Something that is wrong with a configuration.
    public struct Problem: Error, Hashable, Sendable, CustomStringConvertible {
        /// The key, as the configuration file writes it.
        public let key: String
        /// What is wrong, and what is allowed.
        public let message: String

        /// The text form.
        public var description: String { "\(key): \(message)" }
    }

    /// What is wrong with this listener on its own; empty when it can be opened.
    public func validate() -> [Problem] {
        var problems: [Problem] = []
        func require(_ condition: Bool, _ key: String, _ message: String) {
            if !condition { problems.append(Problem(key: key, message: message)) }
        }
        require(!name.isEmpty, "name", "must not be empty")
        if case .tcp(_, let port) = address {
            // RFC 2033 section 5: LMTP must not be spoken on the port of SMTP.
            require(dialect != .lmtp || port != 25, "address", "LMTP must not listen on port 25 (RFC 2033)")
            require(
                address.isLocal || isPublic,
                "public",
                "must be true for '\(address)', which other hosts can reach; 127.0.0.1 and [::1] need no such setting"
            )
            require(allowedUIDs.isEmpty, "allowed_uids", "works on a Unix socket only")
        } else {
            require(allowedNetworks.isEmpty, "allowed_networks", "works on a host and port only")
            require(socketMode <= 0o777, "socket_mode", "must be between \"0000\" and \"0777\"")
        }
        let numbers: [(String, Int, ClosedRange<Int>)] = [
            ("max_message_size", Int(clamping: maxMessageSize), 1024...1 << 40),
            // RFC 5321 section 4.5.3.1.8: a hundred recipients must be taken.
            ("max_recipients", maxRecipients, 100...1_000_000),
            ("max_connections", maxConnections, 1...1_000_000),
            ("max_connections_per_address", maxConnectionsPerAddress ?? 0, 0...1_000_000),
            ("max_errors", maxErrors, 0...1_000_000),
            ("max_junk_commands", maxJunkCommands, 0...1_000_000),
            ("max_received_headers", maxReceivedHeaders, 1...1_000_000),
            // RFC 5321 section 4.5.3.1.6: a thousand octets must be taken.
            ("max_line_length", maxLineLength, 1000...1 << 40),
            ("idle_timeout", idleTimeout, 1...86_400),
            ("transaction_timeout", transactionTimeout, 1...604_800),
            ("min_data_rate", minDataRate, 0...1 << 30),
            ("backlog", backlog, 1...65_535),
        ]
        for (key, number, range) in numbers {
            require(range.contains(number), key, "must be between \(range.lowerBound) and \(range.upperBound)")
        }
        return problems
    }
}
