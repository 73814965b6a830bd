import OpenSSL

/// What an exchange is given with its beginning.
public struct SASLContext: Sendable {
    /// The server's part of SCRAM's nonce, made for this exchange alone.
    public var nonce: SCRAMNonce
    /// The channel binding data of the connection, if it has any.
    public var channelBinding: ChannelBinding?
    /// Whether the client was offered SCRAM with channel binding.
    public var offersChannelBinding: Bool
    /// How LOGIN asks.
    public var loginPrompts: LoginPrompts
    /// What a client is told whose token was not accepted.
    public var bearerHint: BearerHint

    /// Gathers what an exchange needs.
    public init(
        nonce: SCRAMNonce,
        channelBinding: ChannelBinding? = nil,
        offersChannelBinding: Bool = false,
        loginPrompts: LoginPrompts = .common,
        bearerHint: BearerHint = BearerHint()
    ) {
        self.nonce = nonce
        self.channelBinding = channelBinding
        self.offersChannelBinding = offersChannelBinding
        self.loginPrompts = loginPrompts
        self.bearerHint = bearerHint
    }
}

/// The server side of one authentication: responses and answers in, steps out.
///
/// Responses are taken as they stand on their lines; finding the lines is the protocol's.
public struct SASLExchange: Sendable {
    private enum State {
        case fresh, awaitingResponse, awaitingAnswer, ended
        /// The client is who it says, and wants to act as another.
        case awaitingPermission(SASLSuccess)
    }

    /// The longest line of a response, in octets without its end (RFC 4954 section 4).
    public static let maximumLineLength = 12_288

    /// The mechanism that the client chose.
    public let mechanism: SASLMechanism
    private var server: any SASLServer
    private var state = State.fresh

    /// Begins an exchange.
    public init(_ mechanism: SASLMechanism, context: SASLContext) {
        self.mechanism = mechanism
        server =
            switch mechanism {
            case .plain: PlainServer()
            case .login: LoginServer(prompts: context.loginPrompts)
            case .scramSHA256: SCRAMServer(requiresBinding: false, context: context)
            case .scramSHA256Plus: SCRAMServer(requiresBinding: true, context: context)
            case .external: ExternalServer()
            case .xoauth2: BearerServer(form: .xoauth2, hint: context.bearerHint)
            case .oauthBearer: BearerServer(form: .oauthBearer, hint: context.bearerHint)
            }
    }

    /// Begins with what the client sent behind the mechanism's name, in Base64, if it sent anything.
    public mutating func begin(initialLine: Span<UInt8>?) -> SASLStep {
        guard let line = initialLine else { return begin(initialResponse: nil) }
        guard case .fresh = state else { return end(.failure(Self.outOfTurn)) }
        state = .awaitingResponse
        return receive(ResponseLine(initial: line))
    }

    /// Takes the line with which the client answers a challenge, without its end.
    public mutating func receive(line: Span<UInt8>) -> SASLStep {
        guard case .awaitingResponse = state else { return end(.failure(Self.outOfTurn)) }
        return receive(ResponseLine(line))
    }

    private mutating func receive(_ line: consuming ResponseLine) -> SASLStep {
        let failure: SASLFailure
        switch consume line {
        case .response(let octets): return receive(octets)
        case .cancelled: failure = SASLFailure(.cancelled, "the client gave up")
        case .malformed: failure = SASLFailure(.malformed, "the line is no Base64")
        case .tooLong: failure = SASLFailure(.tooLong, "the line is longer than \(Self.maximumLineLength) octets")
        }
        // Who was refused does not come off by breaking off.
        return end(.failure(server.refusal ?? failure))
    }

    /// Takes the initial response; `nil` is none, which is not the same as an empty one (RFC 4422 section 3.3).
    package mutating func begin(initialResponse: consuming [UInt8]?) -> SASLStep {
        guard case .fresh = state else { return end(.failure(Self.outOfTurn)) }
        state = .awaitingResponse
        guard let response = initialResponse else { return .challenge(server.firstChallenge) }
        return receive(response)
    }

    /// Takes a response, already decoded, and wipes it.
    ///
    /// What the caller keeps of it is the caller's to wipe.
    package mutating func receive(_ response: consuming [UInt8]) -> SASLStep {
        var response = response
        defer { SecretBytes.wipe(&response) }
        guard case .awaitingResponse = state else { return end(.failure(Self.outOfTurn)) }
        return end(server.receive(response.span))
    }

    /// Takes the answer to the question that is open.
    public mutating func answer(_ answer: SASLAnswer) -> SASLStep {
        switch state {
        case .awaitingAnswer: return end(server.answer(answer))
        case .awaitingPermission(let success): return end(settle(success, answer))
        case .fresh, .awaitingResponse, .ended: return end(.failure(Self.outOfTurn))
        }
    }

    /// Notes what may come after a step, and asks whether a user may act as another before there is success.
    private mutating func end(_ step: SASLStep) -> SASLStep {
        switch step {
        case .challenge: state = .awaitingResponse
        case .question: state = .awaitingAnswer
        case .success(let success) where success.authorizationIdentity != nil:
            guard case .awaitingPermission = state else {
                state = .awaitingPermission(success)
                return .question(.permission(success))
            }
            state = .ended
        case .success, .failure: state = .ended
        }
        return step
    }

    /// What becomes of a user who wants to act as another (RFC 4422 section 3.4.1).
    private func settle(_ success: SASLSuccess, _ answer: SASLAnswer) -> SASLStep {
        guard case .permission(let isGranted) = answer else {
            return server.failure(for: answer, claimedName: success.identity)
        }
        guard isGranted else {
            return .failure(
                SASLFailure(.refused, "the user may not act as another", claimedName: success.identity)
            )
        }
        return .success(success)
    }

    private static let outOfTurn = SASLFailure(.unavailable, "the exchange was driven out of turn")
}

/// The server side of one mechanism.
///
/// It is called in turn: a response after a challenge, an answer after a question.
protocol SASLServer: Sendable {
    /// What is asked when the client sent no initial response.
    var firstChallenge: [UInt8] { get }
    /// What was decided already, where the client is told before the exchange ends.
    var refusal: SASLFailure? { get }

    mutating func receive(_ response: Span<UInt8>) -> SASLStep
    mutating func answer(_ answer: SASLAnswer) -> SASLStep
}

extension SASLServer {
    var firstChallenge: [UInt8] { [] }
    var refusal: SASLFailure? { nil }

    /// The end for an answer that does not let the client in, whatever was asked.
    func failure(for answer: SASLAnswer, claimedName: String?) -> SASLStep {
        switch answer {
        case .refused(let reason): .failure(SASLFailure(.refused, reason, claimedName: claimedName))
        case .unavailable(let reason): .failure(SASLFailure(.unavailable, reason, claimedName: claimedName))
        case .credential, .password, .identity, .permission:
            .failure(SASLFailure(.unavailable, "the answer is to another question", claimedName: claimedName))
        }
    }
}
