public import OpenSSL

/// The answer to a look-up: the credential of a user, or a decoy.
///
/// Both are used alike to the end.
public struct AccountCredential: Sendable, Equatable {
    /// What proofs and passwords are checked against.
    public let credential: SCRAMCredential
    /// Whether there is such a user, who may log in.
    package let isKnown: Bool

    /// The credential of a user.
    public init(_ credential: SCRAMCredential) {
        self.credential = credential
        isKnown = true
    }

    package init(credential: SCRAMCredential, isKnown: Bool) {
        self.credential = credential
        self.isKnown = isKnown
    }

    /// The credential of a user who may not log in now, so that whoever asks sees the salt that was always there.
    public init(disabled credential: SCRAMCredential) {
        self.init(credential: credential, isKnown: false)
    }

    /// The decoy for a name that nobody has.
    public init(unknown name: String, decoys: DecoyCredentials) {
        credential = decoys.credential(of: name)
        isKnown = false
    }
}

/// A password that a client sent, to be checked where it may take time.
public struct PasswordClaim: Sendable, Equatable {
    /// The name of the user, prepared by ``SASLprep``.
    public let username: String
    /// The password as it was sent.
    public let password: SecretBytes

    package init(username: String, password: SecretBytes) {
        self.username = username
        self.password = password
    }

    /// Whether the password is the account's.
    ///
    /// It takes milliseconds, as long for a decoy as for a user, so that it does not belong on an event loop.
    public func isProven(by account: AccountCredential) -> Bool {
        let isAccepted = account.credential.accepts(password)
        return isAccepted && account.isKnown
    }
}
