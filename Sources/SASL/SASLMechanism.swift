/// A mechanism of SASL (RFC 4422) that the server has.
public enum SASLMechanism: String, Sendable, Hashable, CaseIterable {
    /// SCRAM with SHA-256, bound to the TLS connection (RFC 7677).
    case scramSHA256Plus = "SCRAM-SHA-256-PLUS"
    /// SCRAM with SHA-256 (RFC 7677).
    case scramSHA256 = "SCRAM-SHA-256"
    /// The identity of the client's certificate (RFC 4422 appendix A).
    case external = "EXTERNAL"
    /// A bearer token (RFC 7628).
    case oauthBearer = "OAUTHBEARER"
    /// A bearer token, in the form that came before RFC 7628 and that mail clients use.
    case xoauth2 = "XOAUTH2"
    /// A name and a password (RFC 4616).
    case plain = "PLAIN"
    /// A name and a password, asked for one after the other; obsolete and still spoken.
    case login = "LOGIN"

    /// Finds a mechanism by its name, whatever the case of its letters.
    public init?(named name: some StringProtocol) {
        guard name.utf8.count <= 20, name.utf8.allSatisfy({ $0 < 0x80 }) else { return nil }
        self.init(rawValue: name.uppercased())
    }
}

/// What the connection offers that decides which mechanisms may be used.
public struct SASLConnectionFacts: Sendable, Hashable {
    /// Whether TLS is up.
    public var isEncrypted: Bool
    /// Whether the peer is on this machine, by the loopback network or a Unix socket.
    public var isLocal: Bool
    /// Whether there is channel binding data: TLS 1.3, or TLS 1.2 with the extended master secret (RFC 9266 section 4).
    public var hasChannelBinding: Bool
    /// Whether the client showed a certificate that was verified.
    public var hasClientCertificate: Bool

    /// Tells of a connection.
    public init(isEncrypted: Bool, isLocal: Bool, hasChannelBinding: Bool, hasClientCertificate: Bool) {
        self.isEncrypted = isEncrypted
        self.isLocal = isLocal
        self.hasChannelBinding = hasChannelBinding
        self.hasClientCertificate = hasClientCertificate
    }
}

/// The mechanisms that a connection is offered.
public struct SASLOffer: Sendable, Hashable {
    /// What becomes of a client's choice.
    public enum Admission: Sendable, Hashable {
        /// The exchange may begin.
        case offered(SASLMechanism)
        /// It would be offered if the connection were encrypted (`538 5.7.11`).
        case needsEncryption
        /// It is none that this connection is offered (`504 5.5.4`).
        case notOffered
    }

    /// The mechanisms, strongest first, as they are listed.
    public let mechanisms: [SASLMechanism]

    private let needEncryption: Set<SASLMechanism>

    /// Decides what is offered: in clear nothing, except to the own machine.
    public init(configured: Set<SASLMechanism>, facts: SASLConnectionFacts) {
        let usable = SASLMechanism.allCases.filter { configured.contains($0) && facts.allow($0) }
        let isProtected = facts.isEncrypted || facts.isLocal
        mechanisms = isProtected ? usable : []
        needEncryption = isProtected ? [] : configured
    }

    /// Whether SCRAM is offered with channel binding, which a client that could use it must then have chosen.
    public var includesChannelBinding: Bool { mechanisms.contains(.scramSHA256Plus) }

    /// Decides on the mechanism that a client names.
    public func admission(of name: some StringProtocol) -> Admission {
        guard let mechanism = SASLMechanism(named: name) else { return .notOffered }
        if mechanisms.contains(mechanism) { return .offered(mechanism) }
        return needEncryption.contains(mechanism) ? .needsEncryption : .notOffered
    }
}

extension SASLConnectionFacts {
    fileprivate func allow(_ mechanism: SASLMechanism) -> Bool {
        switch mechanism {
        case .scramSHA256Plus: isEncrypted && hasChannelBinding
        case .external: isEncrypted && hasClientCertificate
        case .scramSHA256, .oauthBearer, .xoauth2, .plain, .login: true
        }
    }
}
