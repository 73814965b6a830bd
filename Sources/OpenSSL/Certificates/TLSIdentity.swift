internal import COpenSSL
public import Mail

/// A certificate with its key and the certificates that lead to its authority: what one end of TLS proves itself by.
public struct TLSIdentity: Sendable {
    /// What the certificate says of itself.
    public let facts: CertificateFacts
    /// The name of the certificate's file.
    public let file: String
    let certificate: CertificateHandle
    let chain: CertificateChain
    let key: CertificateKey

    /// Reads a certificate, what leads to its authority behind it, and the key, which may lie in the same file.
    ///
    /// - Parameter moment: when the certificate must be valid; `nil` takes one that is out of date as well.
    public init(certificates: PEMFile, key keyFile: PEMFile, validAt moment: Timestamp?) throws(CertificateError) {
        let all = try certificates.certificates()
        let key = try keyFile.privateKey()
        guard all[0].matches(key) else {
            guard let index = all.firstIndex(where: { $0.matches(key) }) else {
                throw CertificateError(keyFile.name, .keyMismatch)
            }
            throw CertificateError(certificates.name, .wrongOrder(position: index + 1))
        }
        self.init(all[0], chain: all.dropFirst(), key: key, file: certificates.name)
        guard let moment else { return }
        guard facts.notBefore <= moment else { throw CertificateError(file, .notYetValid(facts.notBefore)) }
        guard moment <= facts.notAfter else { throw CertificateError(file, .expired(facts.notAfter)) }
    }

    init(_ certificate: CertificateHandle, chain: some Sequence<CertificateHandle>, key: CertificateKey, file: String) {
        facts = CertificateFacts(certificate)
        self.file = file
        self.certificate = certificate
        self.chain = CertificateChain(chain)
        self.key = key
    }
}

/// The authorities that the other end's certificate must lead to.
public struct TrustAnchors: Sendable {
    /// What their certificates say of themselves.
    public let facts: [CertificateFacts]
    let certificates: [CertificateHandle]

    /// Reads the certificates of the authorities.
    public init(_ file: PEMFile) throws(CertificateError) {
        certificates = try file.certificates()
        facts = certificates.map { CertificateFacts($0) }
    }
}
