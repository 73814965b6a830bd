import OpenSSL
import SASL

func secret(_ text: String) -> SecretBytes { SecretBytes(Array(text.utf8).span) }

func octets(_ text: String) -> [UInt8] { Array(text.utf8) }

func decoded(_ text: String, _ form: Base64 = .standard) -> [UInt8]? { form.decode(octets(text).span) }

/// A house with one user, `user`, whose password is that of RFC 7677.
enum House {
    static let decoys = DecoyCredentials(secret: secret("a secret of the installation, long enough"), iterations: 4096)
    /// Whom `user` may act as.
    static let others: Set<String> = ["support", "chief, the", "sup,port"]
    static let binding = ChannelBinding(exporterData: Array(0..<32))

    static let credential: SCRAMCredential = {
        guard let salt = Base64.standard.decode(octets("W22ZaJ0SNY7soEsUEjb6gQ==").span),
            let credential = try? SCRAMCredential(password: secret("pencil"), salt: salt, iterations: 4096)
        else { preconditionFailure("the fixture is wrong") }
        return credential
    }()

    static func account(_ name: String) -> AccountCredential {
        name == "user" ? AccountCredential(credential) : AccountCredential(unknown: name, decoys: decoys)
    }

    static func context(
        nonce: String = "%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0",
        binding: ChannelBinding? = nil,
        offersBinding: Bool = false,
        prompts: LoginPrompts = .common
    ) -> SASLContext {
        guard let nonce = SCRAMNonce(octets(nonce)[...]) else { preconditionFailure("the fixture is wrong") }
        return SASLContext(
            nonce: nonce,
            channelBinding: binding,
            offersChannelBinding: offersBinding,
            loginPrompts: prompts,
            bearerHint: BearerHint(scope: "mail", openIDConfiguration: "https://id.example/.well-known/openid")
        )
    }

    static func exchange(_ mechanism: SASLMechanism) -> SASLExchange {
        SASLExchange(mechanism, context: context(binding: mechanism == .scramSHA256Plus ? binding : nil))
    }
}

extension SASLExchange {
    /// Goes on after a step, until the client is asked or told, as a house does that knows everything at once.
    mutating func settle(_ step: SASLStep) -> SASLStep {
        var step = step
        while case .question = step { step = settleOnce(step) }
        return step
    }

    /// Answers one question.
    mutating func settleOnce(_ step: SASLStep) -> SASLStep {
        switch step {
        case .question(.credential(let name)): answer(.credential(House.account(name)))
        case .question(.password(let claim)):
            answer(.password(isProven: claim.isProven(by: House.account(claim.username))))
        case .question(.token(let token)):
            answer(token == secret("good.token") ? .identity("user") : .refused(reason: "the token is expired"))
        case .question(.certificateIdentity): answer(.identity("user"))
        case .question(.permission(let wish)):
            answer(.permission(isGranted: House.others.contains(wish.authorizationIdentity ?? "")))
        case .challenge, .success, .failure: step
        }
    }
}

extension SASLStep {
    var challenge: [UInt8]? {
        if case .challenge(let octets) = self { octets } else { nil }
    }

    var challengeText: String? { challenge.map { String(decoding: $0, as: UTF8.self) } }

    var success: SASLSuccess? {
        if case .success(let success) = self { success } else { nil }
    }

    var failure: SASLFailure? {
        if case .failure(let failure) = self { failure } else { nil }
    }
}
