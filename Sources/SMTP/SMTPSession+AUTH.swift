import NIOCore
import OpenSSL
public import SASL

extension SMTPSession {
    /// Whether a client may try to authenticate.
    public enum AuthenticationAttempt: Hashable, Sendable {
        /// It may, with this nonce, which no other attempt gets.
        case granted(SCRAMNonce)
        /// It may not; the reply 421 ends the session.
        case refused(SMTPReply)
    }

    /// AUTH (RFC 4954 section 4).
    mutating func authenticate(_ argument: String) -> Action? {
        if let refusal = authenticationRefusal {
            error(refusal)
            return nil
        }
        let words = argument.split(separator: " ")
        guard let name = words.first, words.count <= 2 else {
            error(.syntax)
            return nil
        }
        switch offer.admission(of: name) {
        case .offered(let mechanism):
            question = .attempt(mechanism, initialResponse: words.count == 2 ? Array(words[1].utf8) : nil)
            return .beginAuthentication(mechanism)
        case .needsEncryption: error(.mechanismNeedsTLS)
        case .notOffered: error(.unknownMechanism)
        }
        return nil
    }

    private var authenticationRefusal: SMTPReply? {
        if policy.authentication == nil { return .notImplemented }
        if hello == nil { return .helloFirst }
        if user != nil { return .alreadyAuthenticated }
        return transaction == nil ? nil : .withinTransaction
    }

    /// Answers ``Action/beginAuthentication(_:)``.
    public mutating func answer(attempt: AuthenticationAttempt) {
        guard case .attempt(let mechanism, let initialResponse) = question else { return }
        question = nil
        switch attempt {
        case .refused(let reply) where reply.code == 421: fail(reply)
        case .refused(let reply):
            self.reply(reply)
            countRefusal(reply)
        case .granted(let nonce):
            var exchange = SASLExchange(mechanism, context: context(nonce: nonce))
            guard var line = initialResponse else {
                follow(exchange.begin(initialLine: nil), of: exchange)
                return
            }
            let step = exchange.begin(initialLine: line.span)
            SecretBytes.wipe(&line)
            follow(step, of: exchange)
        }
    }

    /// Answers ``Action/authenticate(_:)``.
    public mutating func answer(authentication answer: SASLAnswer) {
        guard question == .authentication, var exchange else { return }
        question = nil
        let step = exchange.answer(answer)
        follow(step, of: exchange)
    }

    private func context(nonce: SCRAMNonce) -> SASLContext {
        SASLContext(
            nonce: nonce,
            channelBinding: link?.channelBinding,
            offersChannelBinding: offer.includesChannelBinding,
            loginPrompts: policy.authentication?.loginPrompts ?? .common,
            bearerHint: policy.authentication?.bearerHint ?? BearerHint()
        )
    }
}

// MARK: - The client's responses

extension SMTPSession {
    /// The longest line with AUTH: the longest name of a mechanism and the longest response.
    static let longestAUTHLine = "AUTH SCRAM-SHA-256-PLUS ".utf8.count + longestResponseLine
    /// The longest line of a response, with its line end.
    private static let longestResponseLine = SASLExchange.maximumLineLength + 2

    /// Takes one response from the input.
    mutating func nextResponse() -> Progress {
        guard var exchange else {
            state = .ready
            return .again
        }
        let limit = Self.longestResponseLine
        let available = input.readableBytes
        guard
            let index = input.readableBytesUInt8Span.firstLineFeed(from: searched, to: min(available, limit))
        else {
            guard available >= limit else {
                searched = available
                return .starved
            }
            searched = 0
            let step = exchange.receive(line: input.readableBytesUInt8Span.extracting(0..<limit))
            self.exchange = exchange
            state = .skippingLine(.response(step))
            return .again
        }
        searched = 0
        lines += 1
        let step = receiveLine(endingAt: index, &exchange)
        input.moveReaderIndex(forwardBy: index + 1)
        if tracesCommands { queued.append(.logCommand(ByteBuffer(string: Self.hidden))) }
        follow(step, of: exchange)
        return .again
    }

    /// Hands a line to the exchange; of one that ends with a line feed alone the end is left on, which no mechanism
    /// takes.
    private func receiveLine(endingAt index: Int, _ exchange: inout SASLExchange) -> SASLStep {
        let octets = input.readableBytesUInt8Span
        if index > 0, octets[index - 1] == UInt8(ascii: "\r") {
            return exchange.receive(line: octets.extracting(0..<(index - 1)))
        }
        return exchange.receive(line: octets.extracting(0..<(policy.bareNewlines == .accept ? index : index + 1)))
    }

    /// Does what an exchange says.
    mutating func follow(_ step: SASLStep, of exchange: SASLExchange) {
        state = .ready
        self.exchange = nil
        switch step {
        case .challenge(let octets):
            self.exchange = exchange
            state = .authenticating
            challenge(octets)
        case .question(let question):
            self.exchange = exchange
            self.question = .authentication
            queued.append(.authenticate(question))
        case .success(let success):
            user = AuthenticatedUser(mechanism: exchange.mechanism, success: success)
            record(.success(success), of: exchange)
            reply(.authenticated)
        case .failure(let failure):
            record(.failure(failure), of: exchange)
            refuse(failure)
        }
    }

    /// Sends a challenge, whose length no limit on replies bounds (RFC 4954 section 4).
    private mutating func challenge(_ octets: [UInt8]) {
        reply(line: Array("334 ".utf8) + Base64.standard.encode(octets.span))
    }

    private mutating func refuse(_ failure: SASLFailure) {
        let reply = SMTPReply.authenticationFailed(failure.kind)
        self.reply(reply)
        switch failure.kind {
        case .unavailable: countRefusal(reply)
        case .cancelled: countError()
        case .refused, .malformed, .tooLong: countAuthenticationFailure()
        }
    }

    /// Makes the reply wait, longer each time, and the last one end the session.
    private mutating func countAuthenticationFailure() {
        guard let rules = policy.authentication else { return }
        counters.errors += 1
        counters.authenticationFailures += 1
        counters.delayIsDue = true
        let (delay, isOverflown) = rules.failureDelay.multipliedReportingOverflow(by: counters.authenticationFailures)
        counters.failureDelay = isOverflown ? .max : delay
        if rules.failures > 0, counters.authenticationFailures >= rules.failures { lastWord = .tooManyFailures }
        if policy.limits.errors > 0, counters.errors >= policy.limits.errors { lastWord = .tooManyErrors }
    }

    private mutating func record(_ outcome: AuthenticationRecord.Outcome, of exchange: SASLExchange) {
        queued.append(.recordAuthentication(AuthenticationRecord(mechanism: exchange.mechanism, outcome: outcome)))
    }

    /// Puts an exchange on record that the end of the session cuts off: who was refused does not come off by leaving.
    mutating func abandonAuthentication() {
        guard var exchange else { return }
        self.exchange = nil
        let step: SASLStep
        switch state {
        case .authenticating: step = exchange.receive(line: [UInt8(ascii: "*")].span)
        case .skippingLine(.response(let last)): step = last
        default: return
        }
        if case .failure(let failure) = step { record(.failure(failure), of: exchange) }
    }
}

// MARK: - What is known

extension SMTPSession {
    /// What stands in the log for what a client sends to authenticate.
    static let hidden = "<hidden>"

    /// The mechanisms on offer, as the connection is now.
    var offer: SASLOffer {
        SASLOffer(
            configured: policy.authentication?.mechanisms ?? [],
            facts: SASLConnectionFacts(
                isEncrypted: link != nil,
                isLocal: isLocal,
                hasChannelBinding: link?.channelBinding != nil,
                hasClientCertificate: link?.hasVerifiedClientCertificate ?? false
            )
        )
    }

    /// Whether AUTH would be carried out, so that its line may be longer than others.
    var mayAuthenticate: Bool {
        authenticationRefusal == nil && !lacksTLS && !offer.mechanisms.isEmpty
    }

    /// Whether the client must authenticate before it sends mail (RFC 4954 section 6).
    var lacksAuthentication: Bool { policy.authentication?.isRequired == true && user == nil }

    /// What may be shown of an AUTH command.
    static func traced(authArgument argument: String) -> String {
        let words = argument.split(separator: " ")
        guard let name = words.first else { return "AUTH" }
        // People put a secret where the mechanism's name belongs.
        guard let mechanism = SASLMechanism(named: name) else { return "AUTH \(hidden)" }
        return words.count == 1 ? "AUTH \(mechanism.rawValue)" : "AUTH \(mechanism.rawValue) \(hidden)"
    }
}

/// Who authenticated in a session, and how.
public struct AuthenticatedUser: Hashable, Sendable {
    /// How.
    public var mechanism: SASLMechanism
    /// Who, and as whom he acts.
    public var success: SASLSuccess

    /// The user, as the mechanism proved it.
    public var identity: String { success.identity }

    /// Names a user.
    public init(mechanism: SASLMechanism, success: SASLSuccess) {
        self.mechanism = mechanism
        self.success = success
    }
}

/// How an authentication ended.
public struct AuthenticationRecord: Hashable, Sendable {
    /// How it ended.
    public enum Outcome: Hashable, Sendable {
        /// The client is who it says.
        case success(SASLSuccess)
        /// The client is not let in; the reason is for the log, the claimed name is not.
        case failure(SASLFailure)
    }

    /// The mechanism that the client chose.
    public var mechanism: SASLMechanism
    /// How it ended.
    public var outcome: Outcome

    /// Makes a record.
    public init(mechanism: SASLMechanism, outcome: Outcome) {
        self.mechanism = mechanism
        self.outcome = outcome
    }
}
