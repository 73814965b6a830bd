public import OpenSSL

/// What is stored of a password: enough to check it by PLAIN, LOGIN and SCRAM-SHA-256, and not the password.
///
/// RFC 5802 section 3 with SHA-256 (RFC 7677). Who reads it can try passwords against it and can pretend to be the
/// server, but cannot log in with it. It is therefore kept as a secret, and its description shows nothing.
public struct SCRAMCredential: Sendable, Equatable, CustomStringConvertible {
    /// The salt, which the server tells every client.
    public let salt: [UInt8]
    /// How often the password is hashed.
    public let iterations: Int

    package let storedKey: SecretBytes
    package let serverKey: SecretBytes

    /// The length of the salts that this server makes, in octets.
    public static let saltLength = 16

    /// The iterations that are accepted: RFC 7677 section 4 has the least, and more than the most would let a stored
    /// row occupy a thread for seconds.
    public static let acceptedIterations = 4096...2_000_000

    /// The iterations of new credentials: a fiftieth of a second or less of the server's time for each login.
    public static let defaultIterations = 32_768

    /// Makes the credential of a password.
    ///
    /// - Parameters:
    ///   - salt: Random octets, ``saltLength`` of them, made for this password alone.
    public init(
        password: SecretBytes,
        salt: [UInt8],
        iterations: Int = defaultIterations
    ) throws(SASLprep.Failure) {
        let prepared = try SASLprep.prepare(password: password, for: .stored)
        self.init(prepared: prepared, salt: salt, iterations: iterations)
    }

    package init(prepared: SecretBytes, salt: [UInt8], iterations: Int) {
        let saltedPassword = PBKDF2.deriveKey(from: prepared, salt: salt.span, iterations: iterations)
        var clientKey = HMACSHA256.code(of: Self.clientKeyLabel.span, key: saltedPassword)
        defer { SecretBytes.wipe(&clientKey) }
        var storedKey = SHA256.digest(of: clientKey.span)
        var serverKey = HMACSHA256.code(of: Self.serverKeyLabel.span, key: saltedPassword)
        self.init(
            salt: salt,
            iterations: iterations,
            storedKey: SecretBytes(wiping: &storedKey),
            serverKey: SecretBytes(wiping: &serverKey)
        )
    }

    init(salt: [UInt8], iterations: Int, storedKey: SecretBytes, serverKey: SecretBytes) {
        self.salt = salt
        self.iterations = iterations
        self.storedKey = storedKey
        self.serverKey = serverKey
    }

    /// Whether this is the credential of a password.
    ///
    /// It takes as long as making one.
    public func accepts(_ password: SecretBytes) -> Bool {
        guard let prepared = try? SASLprep.prepare(password: password, for: .query) else { return false }
        let other = SCRAMCredential(prepared: prepared, salt: salt, iterations: iterations)
        return other.storedKey == storedKey
    }

    /// A placeholder with what is not secret.
    public var description: String { "SCRAM-SHA-256 credential (\(iterations) iterations)" }

    private static let clientKeyLabel = Array("Client Key".utf8)
    private static let serverKeyLabel = Array("Server Key".utf8)
}

extension SCRAMCredential: CustomReflectable {
    /// A mirror without children.
    public var customMirror: Mirror { Mirror(self, children: EmptyCollection(), displayStyle: .struct) }
}
