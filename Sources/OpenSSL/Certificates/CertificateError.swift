public import Mail

/// Why a certificate, or its key, cannot be used.
public struct CertificateError: Error, Hashable, Sendable, CustomStringConvertible {
    /// What is wrong.
    public enum Reason: Hashable, Sendable {
        /// The file holds more than ``PEMFile/maximumLength``.
        case tooLarge
        /// There is no certificate in the file.
        case noCertificate
        /// The certificate at this place, counted from 1, is damaged.
        case unreadableCertificate(position: Int)
        /// There is no private key in the file.
        case noKey
        /// The private key is damaged, or of a kind that nobody can use.
        case unreadableKey
        /// The private key is encrypted, and nobody is there to type the passphrase.
        case encryptedKey
        /// The key belongs to no certificate of the file.
        case keyMismatch
        /// The key belongs to the certificate at this place, which should be the first.
        case wrongOrder(position: Int)
        /// The certificate was valid until then.
        case expired(Timestamp)
        /// The certificate is valid only from then on.
        case notYetValid(Timestamp)
        /// The system's policy for TLS refuses the certificate or the key, in OpenSSL's words.
        case refusedByPolicy(String)
    }

    /// The name of the file that is at fault.
    public let file: String
    /// What is wrong.
    public let reason: Reason

    init(_ file: String, _ reason: Reason) {
        self.file = file
        self.reason = reason
    }

    /// The file, what is wrong with it, and what to do.
    public var description: String { "\(file): \(problem). \(remedy)." }

    private var problem: String {
        switch reason {
        case .tooLarge: "the file is larger than \(PEMFile.maximumLength) octets"
        case .noCertificate: "there is no certificate in it"
        case .unreadableCertificate(let position): "certificate \(position) in it is damaged"
        case .noKey: "there is no private key in it"
        case .unreadableKey: "the private key in it cannot be read"
        case .encryptedKey: "the private key in it is encrypted"
        case .keyMismatch: "the private key in it does not belong to the certificate"
        case .wrongOrder(let position): "the private key belongs to certificate \(position) in it, not to the first"
        case .expired(let moment): "the certificate expired at \(moment)"
        case .notYetValid(let moment): "the certificate is not valid before \(moment)"
        case .refusedByPolicy(let words): "the system's policy for TLS refuses what is in it: \(words)"
        }
    }

    private var remedy: String {
        switch reason {
        case .tooLarge: "Name the file of the certificates or the key itself"
        case .noCertificate, .unreadableCertificate:
            "Put the certificate there in PEM, and behind it those that lead to its authority"
        case .noKey, .unreadableKey: "Put the certificate's private key there in PEM"
        case .encryptedKey: "Store it without a passphrase, readable to the server's user only"
        case .keyMismatch: "Use the key that the certificate was requested with"
        case .wrongOrder: "Put the server's own certificate first"
        case .expired: "Renew it"
        case .notYetValid: "Check the clock of this machine, or wait"
        case .refusedByPolicy: "Make a new key, ECDSA P-256 or RSA with at least 2048 bits, and a certificate for it"
        }
    }
}
