import OpenSSL

/// What a client is told whose token was not accepted, so that it can get another one.
public struct BearerHint: Sendable, Hashable {
    /// The scope that a token needs.
    public var scope: String?
    /// Where the issuer tells of itself (OpenID Connect Discovery).
    public var openIDConfiguration: String?

    /// Tells what a client needs.
    public init(scope: String? = nil, openIDConfiguration: String? = nil) {
        self.scope = scope
        self.openIDConfiguration = openIDConfiguration
    }

    /// The challenge that says no (RFC 7628 section 3.2.2; Google's and Microsoft's pages for XOAUTH2).
    func challenge(form: BearerMessage.Form) -> [UInt8] {
        var members: [(String, String)] = []
        switch form {
        case .xoauth2: members = [("status", "401"), ("schemes", "Bearer")]
        case .oauthBearer: members = [("status", "invalid_token")]
        }
        if let scope { members.append(("scope", scope)) }
        if form == .oauthBearer, let openIDConfiguration {
            members.append(("openid-configuration", openIDConfiguration))
        }
        let body = members.map { "\(Self.quoted($0.0)):\(Self.quoted($0.1))" }.joined(separator: ",")
        return Array("{\(body)}".utf8)
    }

    /// A string of JSON (RFC 8259 section 7).
    private static func quoted(_ text: String) -> String {
        var quoted = "\""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\"", "\\": quoted += "\\\(scalar)"
            case "\u{0}"..."\u{1F}":
                let digits = String(scalar.value, radix: 16)
                quoted += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
            default: quoted.unicodeScalars.append(scalar)
            }
        }
        return quoted + "\""
    }
}

/// XOAUTH2 and OAUTHBEARER (RFC 7628): a token; when it is refused, a challenge that says why, which the client
/// acknowledges before the exchange fails.
struct BearerServer: SASLServer {
    let form: BearerMessage.Form
    let hint: BearerHint
    private var authorizationIdentity: String?
    private(set) var refusal: SASLFailure?

    init(form: BearerMessage.Form, hint: BearerHint) {
        self.form = form
        self.hint = hint
    }

    mutating func receive(_ response: Span<UInt8>) -> SASLStep {
        // Whatever the client says to a refusal (nothing, or the octet 1), it stays one.
        if let refusal { return .failure(refusal) }
        do throws(LoginName.Fault) {
            let message = try BearerMessage(response, form: form)
            authorizationIdentity = message.authorizationIdentity
            guard let token = message.token else { return refuse("the client asked what token it needs") }
            return .question(.token(token))
        } catch {
            return .failure(SASLFailure(.malformed, error.reason))
        }
    }

    mutating func answer(_ answer: SASLAnswer) -> SASLStep {
        switch answer {
        case .identity(let identity):
            .success(SASLSuccess(identity: identity, authorizationIdentity: authorizationIdentity))
        case .refused(let reason): refuse(reason)
        case .unavailable, .credential, .password, .permission: failure(for: answer, claimedName: authorizationIdentity)
        }
    }

    private mutating func refuse(_ reason: String) -> SASLStep {
        refusal = SASLFailure(.refused, reason, claimedName: authorizationIdentity)
        return .challenge(hint.challenge(form: form))
    }
}
