import OpenSSL
import SASL

/// One exchange with a house that has one user, and what must hold of each step.
struct SASLRun {
    /// How an input's lines come to the exchange.
    enum Form {
        /// As the octets of responses.
        case octets
        /// As the same octets in Base64.
        case encoded
        /// As the lines of a connection.
        case lines
    }

    private var exchange: SASLExchange
    private let mechanism: SASLMechanism
    /// Whether the house tells what is so; else it lets nobody in.
    private let isHelpful: Bool
    private let form: Form
    private var isProven = false
    private var isPermitted = false
    private var steps: [SASLStep] = []

    init(_ mechanism: SASLMechanism, isHelpful: Bool, form: Form) {
        self.mechanism = mechanism
        self.isHelpful = isHelpful
        self.form = form
        exchange = SASLExchange(mechanism, context: Self.context)
    }

    /// Gives the exchange all lines, the first as the initial response unless it is empty, and gathers its steps.
    mutating func drive(_ lines: [[UInt8]]) throws(BrokenInvariant) -> [SASLStep] {
        var step = begin(lines.first ?? [])
        for line in lines.dropFirst() + [[]] {
            step = try settle(step)
            guard case .challenge = step else {
                // Behind the end nothing more lets anybody in.
                guard case .failure = receive(line) else { throw BrokenInvariant(description: "the end is none") }
                return steps
            }
            step = receive(line)
        }
        _ = try settle(step)
        return steps
    }

    private mutating func begin(_ line: [UInt8]) -> SASLStep {
        switch form {
        case .octets: return exchange.begin(initialResponse: line.isEmpty ? nil : line)
        case .encoded:
            let encoded = Base64.standard.encode(line.span)
            return line.isEmpty ? exchange.begin(initialLine: nil) : exchange.begin(initialLine: encoded.span)
        case .lines: return line.isEmpty ? exchange.begin(initialLine: nil) : exchange.begin(initialLine: line.span)
        }
    }

    private mutating func receive(_ line: [UInt8]) -> SASLStep {
        switch form {
        case .octets: return exchange.receive(line)
        case .encoded:
            let encoded = Base64.standard.encode(line.span)
            return exchange.receive(line: encoded.span)
        case .lines: return exchange.receive(line: line.span)
        }
    }

    // MARK: Steps

    /// Answers questions until there is none, and checks each step.
    private mutating func settle(_ first: SASLStep) throws(BrokenInvariant) -> SASLStep {
        var step = first
        for _ in 0..<4 {
            steps.append(step)
            try check(step)
            guard case .question(let question) = step else { return step }
            step = exchange.answer(answer(question))
        }
        throw BrokenInvariant(description: "an exchange that only asks")
    }

    private func check(_ step: SASLStep) throws(BrokenInvariant) {
        switch step {
        case .challenge(let octets): try require(octets.count <= 16_384, "a long challenge")
        case .question(.credential(let name)): try require(!name.isEmpty, "a question for nobody")
        case .question: break
        case .failure(let failure): try requirePlain(failure.reason, "a reason")
        case .success(let success):
            try require(isProven, "somebody is let in whom nothing proves")
            try require(success.identity == Self.user, "somebody else is let in")
            try require(
                success.authorizationIdentity == nil || isPermitted,
                "somebody acts as another without leave"
            )
        }
    }

    // MARK: The house

    private static let user = "user"
    private static let password = SecretBytes(Array("pencil".utf8).span)
    private static let token = SecretBytes(Array("good.token".utf8).span)

    private mutating func answer(_ question: SASLQuestion) -> SASLAnswer {
        switch question {
        case .credential:
            // Nobody knows the password, so no proof is right.
            return .credential(Self.account)
        case .password(let claim):
            isProven = isHelpful && claim.username == Self.user && claim.password == Self.password
            return .password(isProven: isProven)
        case .token(let token):
            isProven = isHelpful && token == Self.token
            return isProven ? .identity(Self.user) : .refused(reason: "the token is not good")
        case .certificateIdentity:
            isProven = isHelpful
            return isProven ? .identity(Self.user) : .unavailable(reason: "nobody knows")
        case .permission(let wish):
            isPermitted = wish.authorizationIdentity == "support"
            return .permission(isGranted: isPermitted)
        }
    }

    private static let account: AccountCredential = {
        var key = [UInt8](repeating: 0, count: 32)
        var numbers = SystemRandomNumberGenerator()
        for index in key.indices { key[index] = .random(in: 0x21...0x7E, using: &numbers) }
        let salt = [UInt8](repeating: 7, count: SCRAMCredential.saltLength)
        do {
            let password = SecretBytes(wiping: &key)
            return AccountCredential(try SCRAMCredential(password: password, salt: salt, iterations: 4096))
        } catch {
            fatalError("no credential: \(error)")
        }
    }()

    private static let context: SASLContext = {
        guard let nonce = SCRAMNonce(Array("%hvYDpWUa2RaTCAfuxFIlj".utf8)[...]) else { fatalError("no nonce") }
        return SASLContext(
            nonce: nonce,
            channelBinding: ChannelBinding(exporterData: [UInt8](repeating: 0x61, count: 32)),
            bearerHint: BearerHint(scope: "mail", openIDConfiguration: "https://id.example/")
        )
    }()
}
