import OpenSSL

/// PLAIN: `[authzid] NUL authcid NUL passwd` (RFC 4616).
struct PlainServer: SASLServer {
    private var username: String?
    private var authorizationIdentity: String?

    mutating func receive(_ response: Span<UInt8>) -> SASLStep {
        do throws(LoginName.Fault) {
            return try read(response)
        } catch {
            return .failure(SASLFailure(.malformed, error.reason, claimedName: username))
        }
    }

    private mutating func read(_ response: Span<UInt8>) throws(LoginName.Fault) -> SASLStep {
        let separators = response.indices.filter { response[$0] == 0 }
        guard separators.count == 2 else { throw LoginName.Fault(reason: "the message has not two separators") }
        let (first, second) = (separators[0], separators[1])
        let name = try LoginName.read(response.extracting(first + 1..<second)).get()
        username = name
        if first > 0 { authorizationIdentity = try LoginName.read(response.extracting(0..<first)).get() }
        let password = try LoginName.readPassword(response.extracting((second + 1)...)).get()
        return .question(.password(PasswordClaim(username: name, password: password)))
    }

    mutating func answer(_ answer: SASLAnswer) -> SASLStep {
        guard case .password(let isProven) = answer, let username else {
            return failure(for: answer, claimedName: username)
        }
        guard isProven else {
            return .failure(SASLFailure(.refused, "wrong name or password", claimedName: username))
        }
        return .success(SASLSuccess(identity: username, authorizationIdentity: authorizationIdentity))
    }
}
