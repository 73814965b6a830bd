import OpenSSL

/// How LOGIN asks for a name and a password.
///
/// No RFC has the mechanism, and clients were written after one server or the other. All that are known take either.
public enum LoginPrompts: Sendable, Hashable, CaseIterable {
    /// `Username:` and `Password:`, as most servers ask; some clients look for these words.
    case common
    /// `User Name` and `Password`, each with a NUL behind it, as the expired draft has it
    /// (draft-murchison-sasl-login-00).
    case draft

    var username: [UInt8] {
        switch self {
        case .common: Array("Username:".utf8)
        case .draft: Array("User Name\0".utf8)
        }
    }

    var password: [UInt8] {
        switch self {
        case .common: Array("Password:".utf8)
        case .draft: Array("Password\0".utf8)
        }
    }
}

/// LOGIN: the name, which may come with the command, and then the password.
struct LoginServer: SASLServer {
    let prompts: LoginPrompts
    private var username: String?

    init(prompts: LoginPrompts) {
        self.prompts = prompts
    }

    var firstChallenge: [UInt8] { prompts.username }

    mutating func receive(_ response: Span<UInt8>) -> SASLStep {
        do throws(LoginName.Fault) {
            guard let username else {
                username = try LoginName.read(response).get()
                return .challenge(prompts.password)
            }
            let password = try LoginName.readPassword(response).get()
            return .question(.password(PasswordClaim(username: username, password: password)))
        } catch {
            return .failure(SASLFailure(.malformed, error.reason, claimedName: username))
        }
    }

    mutating func answer(_ answer: SASLAnswer) -> SASLStep {
        guard case .password(let isProven) = answer, let username else {
            return failure(for: answer, claimedName: username)
        }
        guard isProven else {
            return .failure(SASLFailure(.refused, "wrong name or password", claimedName: username))
        }
        return .success(SASLSuccess(identity: username, authorizationIdentity: nil))
    }
}
