public import OpenSSL

/// Credentials of users that there are not, so that nobody learns by asking who is one.
///
/// The same name gets the same salt each time and after each start (RFC 5802 section 9 asks for it), derived from a
/// secret that the server keeps; its keys are those of no password.
public struct DecoyCredentials: Sendable {
    private let secret: SecretBytes
    private let iterations: Int

    /// Makes decoys.
    ///
    /// - Parameters:
    ///   - secret: At least 32 random octets, made once for an installation.
    ///   - iterations: Those of the credentials that the server makes.
    public init(secret: SecretBytes, iterations: Int = SCRAMCredential.defaultIterations) {
        self.secret = secret
        self.iterations = iterations
    }

    /// The credential that a name without an account has.
    ///
    /// - Parameters:
    ///   - name: The name as accounts are looked up by it: two spellings of one account's name must have one decoy.
    public func credential(of name: String) -> SCRAMCredential {
        var storedKey = derive("stored key", name)
        var serverKey = derive("server key", name)
        return SCRAMCredential(
            salt: Array(derive("salt", name).prefix(SCRAMCredential.saltLength)),
            iterations: iterations,
            storedKey: SecretBytes(wiping: &storedKey),
            serverKey: SecretBytes(wiping: &serverKey)
        )
    }

    private func derive(_ purpose: String, _ name: String) -> [UInt8] {
        // No purpose has a NUL, so that no two pairs give one message.
        let message = Array(purpose.utf8) + [0] + Array(name.utf8)
        return HMACSHA256.code(of: message.span, key: secret)
    }
}
