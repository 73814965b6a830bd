import OpenSSL
import SASL

/// What answers the questions of an authentication: one user, `user`, whose password is that of RFC 7677.
struct Accounts {
    var areUnavailable = false

    /// The server's nonce in RFC 7677.
    let nonce: SCRAMNonce = {
        guard let nonce = SCRAMNonce(Array("%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0".utf8)[...]) else {
            preconditionFailure("the fixture is wrong")
        }
        return nonce
    }()

    private static let decoys = DecoyCredentials(
        secret: secret("a secret of the installation, long enough"),
        iterations: 4096
    )

    private static let credential: SCRAMCredential = {
        guard let salt = Base64.standard.decode(Array("W22ZaJ0SNY7soEsUEjb6gQ==".utf8).span),
            let credential = try? SCRAMCredential(password: secret("pencil"), salt: salt, iterations: 4096)
        else { preconditionFailure("the fixture is wrong") }
        return credential
    }()

    private static func secret(_ text: String) -> SecretBytes { SecretBytes(Array(text.utf8).span) }

    func answer(_ question: SASLQuestion) -> SASLAnswer {
        if areUnavailable { return .unavailable(reason: "the store is down") }
        switch question {
        case .credential(let name): return .credential(account(name))
        case .password(let claim): return .password(isProven: claim.isProven(by: account(claim.username)))
        case .token(let token):
            return token == Self.secret("good-token") ? .identity("ann") : .refused(reason: "the token has expired")
        case .certificateIdentity: return .identity("relay")
        case .permission(let success): return .permission(isGranted: success.authorizationIdentity == "support")
        }
    }

    private func account(_ name: String) -> AccountCredential {
        name == "user" ? AccountCredential(Self.credential) : AccountCredential(unknown: name, decoys: Self.decoys)
    }
}
