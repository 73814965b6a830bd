internal import COpenSSL

/// What a file of certificates or keys holds (RFC 7468), and the name by which errors speak of it.
///
/// The octets are cleared with the last copy; those that it was made of are the caller's to clear.
public struct PEMFile: Sendable {
    /// The longest content that is read, in octets: room for a bundle of every authority of the web.
    public static let maximumLength = 4_194_304

    /// The name that the administrator gave the file.
    public let name: String
    private let octets: SecretOctets

    /// Copies what the file of this name holds.
    public init(name: String, content: Span<UInt8>) {
        self.name = name
        octets = SecretOctets(copying: content)
    }

    /// The certificates, in the file's order; at least one.
    func certificates() throws(CertificateError) -> [CertificateHandle] {
        defer { ERR_clear_error() }
        var certificates: [CertificateHandle] = []
        var isReadable = true
        unsafe try withSource { source in
            while let certificate = unsafe PEM_read_bio_X509(source, nil, nil, nil) {
                unsafe certificates.append(CertificateHandle(owning: certificate))
            }
            // The end of the file is the one expected reason to stop.
            isReadable = OpenSSLReason.isEndOfPEM(ERR_peek_last_error())
        }
        guard isReadable else { throw CertificateError(name, .unreadableCertificate(position: certificates.count + 1)) }
        guard !certificates.isEmpty else { throw CertificateError(name, .noCertificate) }
        return certificates
    }

    /// The first private key, which must not be encrypted.
    func privateKey() throws(CertificateError) -> CertificateKey {
        defer { ERR_clear_error() }
        var isEncrypted = false
        var key: CertificateKey?
        unsafe try withSource { source in
            // Without a function of ours OpenSSL asks for the passphrase at the terminal.
            let pointer = unsafe withUnsafeMutablePointer(to: &isEncrypted) { asked in
                unsafe PEM_read_bio_PrivateKey(
                    source,
                    nil,
                    { _, _, _, asked in
                        unsafe asked?.assumingMemoryBound(to: Bool.self).pointee = true
                        return -1
                    },
                    asked
                )
            }
            if let pointer = unsafe pointer { key = unsafe CertificateKey(owning: pointer) }
        }
        if let key { return key }
        throw CertificateError(name, isEncrypted ? .encryptedKey : namesKey ? .unreadableKey : .noKey)
    }

    /// Whether a line says that a private key of some kind begins or ends there.
    private var namesKey: Bool {
        let label = Array("PRIVATE KEY-----".utf8)
        return unsafe octets.withOctets { octets in
            guard octets.count >= label.count else { return false }
            return (0...octets.count - label.count).contains { start in
                label.indices.allSatisfy { unsafe octets[start + $0] == label[$0] }
            }
        }
    }

    private func withSource(_ body: (OpaquePointer) -> Void) throws(CertificateError) {
        guard octets.count <= Self.maximumLength else { throw CertificateError(name, .tooLarge) }
        unsafe octets.withOctets { buffer in
            // A source of no octets at all is refused by OpenSSL; there is nothing in it anyway.
            guard !buffer.isEmpty,
                let source = unsafe BIO_new_mem_buf(buffer.baseAddress, Int32(buffer.count))
            else { return }
            unsafe body(source)
            unsafe BIO_free_all(source)
        }
    }
}
