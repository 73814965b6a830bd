public import OpenSSL

/// What happens next in an exchange.
public enum SASLStep: Sendable, Equatable {
    /// These octets go to the client (Base64 behind `334`), whose line is then received.
    case challenge([UInt8])
    /// The exchange goes on when this is answered.
    case question(SASLQuestion)
    /// The client is who it says.
    case success(SASLSuccess)
    /// The client is not let in.
    case failure(SASLFailure)
}

/// What an exchange must know and cannot look up itself.
public enum SASLQuestion: Sendable, Equatable {
    /// The credential of a user, or a decoy: answer ``SASLAnswer/credential(_:)``.
    case credential(username: String)
    /// Whether a password is right: answer ``SASLAnswer/password(isProven:)``.
    case password(PasswordClaim)
    /// Whose token this is: answer ``SASLAnswer/identity(_:)`` or ``SASLAnswer/refused(reason:)``.
    case token(SecretBytes)
    /// Who the client's certificate names: answer ``SASLAnswer/identity(_:)`` or ``SASLAnswer/refused(reason:)``.
    case certificateIdentity
    /// Whether the user, who is proven, may act as the other identity that is asked for: answer
    /// ``SASLAnswer/permission(isGranted:)``.
    case permission(SASLSuccess)
}

/// The answer to a question.
public enum SASLAnswer: Sendable, Equatable {
    /// What a proof is checked against.
    case credential(AccountCredential)
    /// What ``PasswordClaim/isProven(by:)`` said.
    case password(isProven: Bool)
    /// The user of a token or of a certificate.
    case identity(String)
    /// Whether the user may act as the other identity.
    case permission(isGranted: Bool)
    /// The token or the certificate is no user's; the reason is for the log.
    case refused(reason: String)
    /// Nobody could tell, because something that is needed is not there now; the reason is for the log.
    case unavailable(reason: String)
}

/// Who logged in.
public struct SASLSuccess: Sendable, Hashable {
    /// The user, as the mechanism proved it.
    public let identity: String
    /// The other identity that the user acts as; `nil` where it is the same or none was named.
    public let authorizationIdentity: String?

    package init(identity: String, authorizationIdentity: String?) {
        self.identity = identity
        // Strings are equal in Swift when they are canonically equivalent.
        let isOther = authorizationIdentity.map { !$0.isEmpty && !$0.utf8.elementsEqual(identity.utf8) } ?? false
        self.authorizationIdentity = isOther ? authorizationIdentity : nil
    }
}

/// Why an exchange came to nothing.
///
/// The client is told by ``kind`` alone.
public struct SASLFailure: Sendable, Hashable {
    /// What the client is told.
    public enum Kind: Sendable, Hashable {
        /// The credentials are not valid (`535 5.7.8`).
        case refused
        /// The message is none of the mechanism, or no Base64 (`501 5.5.2`).
        case malformed
        /// The client gave up (`501 5.7.0`).
        case cancelled
        /// The line is too long (`500 5.5.6`).
        case tooLong
        /// It cannot be decided now (`454 4.7.0`).
        case unavailable
    }

    /// What the client is told.
    public let kind: Kind
    /// Why, for the log.
    ///
    /// It repeats nothing that the client sent.
    public let reason: String
    /// The name that the client used, for counting and limits.
    ///
    /// It is not for the log, since people type passwords there.
    public let claimedName: String?

    init(_ kind: Kind, _ reason: String, claimedName: String? = nil) {
        self.kind = kind
        self.reason = reason
        self.claimedName = claimedName
    }
}
