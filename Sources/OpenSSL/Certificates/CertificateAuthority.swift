internal import COpenSSL
public import Mail

/// A local authority: it makes certificates that whoever trusts its own accepts.
///
/// Keys are made by OpenSSL and lie in its memory; they leave only by ``IssuedCertificate/withKeyPEM(_:)``.
public struct CertificateAuthority: Sendable {
    /// The authority's own certificate and key.
    public let own: IssuedCertificate

    /// Makes an authority with a new key of ECDSA P-256.
    public init(commonName: String, validFrom: Timestamp, until: Timestamp) throws(CertificateIssueError) {
        let request = CertificateRequest(commonName: commonName, purposes: [], validFrom: validFrom, until: until)
        own = try CertificateBuilder(request).issue(by: nil)
    }

    /// Takes up an authority that was made before.
    public init(certificate: PEMFile, key: PEMFile, validAt moment: Timestamp?) throws(CertificateError) {
        let identity = try TLSIdentity(certificates: certificate, key: key, validAt: moment)
        own = IssuedCertificate(certificate: identity.certificate, key: identity.key)
    }

    /// Makes a key and a certificate for it.
    public func issue(_ request: CertificateRequest) throws(CertificateIssueError) -> IssuedCertificate {
        try CertificateBuilder(request).issue(by: own)
    }
}

/// What a certificate is wanted for.
public struct CertificateRequest: Sendable, Hashable {
    /// What the owner of a certificate does with it.
    public enum Purpose: Sendable, Hashable {
        /// He takes connections.
        case server
        /// He opens connections.
        case client
    }

    /// The kind of the new key.
    public enum Key: Sendable, Hashable {
        /// ECDSA over P-256, which every peer takes.
        case p256
        /// Ed25519, which few peers of mail take.
        case ed25519
        /// RSA with so many bits, for peers that take nothing else.
        case rsa(bits: Int)
    }

    /// The name that people see, at most 64 characters.
    public var commonName: String
    /// The hosts, wildcards allowed (`*.example.com`).
    public var dnsNames: [String] = []
    /// The network addresses.
    public var ipAddresses: [IPAddress] = []
    /// The mail addresses.
    public var emailAddresses: [String] = []
    /// What the certificate is for.
    public var purposes: Set<Purpose>
    /// The first moment at which it is valid.
    public var validFrom: Timestamp
    /// The last moment at which it is valid.
    public var validUntil: Timestamp
    /// The kind of the key.
    public var key = Key.p256

    /// Asks for a certificate without names beyond the common name.
    public init(commonName: String, purposes: Set<Purpose>, validFrom: Timestamp, until: Timestamp) {
        self.commonName = commonName
        self.purposes = purposes
        self.validFrom = validFrom
        validUntil = until
    }
}

/// Why no certificate was made.
public enum CertificateIssueError: Error, Hashable, Sendable, CustomStringConvertible {
    /// This is no name for a certificate, or it is too long.
    case badName(String)
    /// The end lies before the beginning.
    case badValidity
    /// OpenSSL refuses, in its words.
    case refused(String)

    /// What is wrong, in words.
    public var description: String {
        switch self {
        case .badName(let name):
            "\"\(name)\" cannot stand in a certificate: hosts and addresses are visible ASCII of at most 253 octets, a common name has 1 to 64 characters"
        case .badValidity: "the certificate would end before it begins"
        case .refused(let words): "OpenSSL makes no such certificate: \(words)"
        }
    }
}

/// A certificate with its key, as an authority makes it.
public struct IssuedCertificate: Sendable {
    /// What the certificate says of itself.
    public let facts: CertificateFacts
    let certificate: CertificateHandle
    let key: CertificateKey

    init(certificate: CertificateHandle, key: CertificateKey) {
        facts = CertificateFacts(certificate)
        self.certificate = certificate
        self.key = key
    }

    /// Lends the certificate in PEM.
    public func withCertificatePEM<Result>(_ body: (Span<UInt8>) throws -> Result) throws -> Result {
        try certificate.withPEM(body)
    }

    /// Lends the private key as PKCS #8 in PEM, not encrypted; the memory is cleared when `body` returns.
    public func withKeyPEM<Result>(_ body: (Span<UInt8>) throws -> Result) throws -> Result {
        try key.withPEM(body)
    }

    /// The pair as one end of TLS uses it, under a name for errors to speak of.
    ///
    /// An authority that nobody else stands behind need not be sent along: whoever trusts it has it.
    public func identity(named file: String) -> TLSIdentity {
        TLSIdentity(certificate, chain: [], key: key, file: file)
    }
}
