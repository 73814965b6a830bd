import OpenSSL

/// SCRAM-SHA-256 with and without channel binding (RFC 5802, RFC 7677, RFC 9266).
struct SCRAMServer: SASLServer {
    private enum State {
        case awaitingFirst
        case awaitingCredential(SCRAMClientFirst)
        case awaitingFinal(Challenge)
        case awaitingAcknowledgement(SASLSuccess)
        case ended
    }

    /// What was sent to the client, and what its response is checked against.
    private struct Challenge {
        let first: SCRAMClientFirst
        let account: AccountCredential
        let message: [UInt8]
        let nonce: [UInt8]
    }

    private let requiresBinding: Bool
    private let context: SASLContext
    private var state = State.awaitingFirst
    private var username: String?
    private var authorizationIdentity: String?

    init(requiresBinding: Bool, context: SASLContext) {
        self.requiresBinding = requiresBinding
        self.context = context
    }

    mutating func receive(_ response: Span<UInt8>) -> SASLStep {
        let message = response.indices.map { response[$0] }
        let state = state
        self.state = .ended
        do throws(LoginName.Fault) {
            switch state {
            case .awaitingFirst: return try receiveFirst(message)
            case .awaitingFinal(let challenge): return try receiveFinal(message, challenge)
            case .awaitingAcknowledgement(let success):
                guard message.isEmpty else {
                    throw LoginName.Fault(reason: "the client answered the server's signature")
                }
                return .success(success)
            case .awaitingCredential, .ended: throw LoginName.Fault(reason: "the exchange was driven out of turn")
            }
        } catch {
            return .failure(SASLFailure(.malformed, error.reason, claimedName: username))
        }
    }

    // MARK: The first message

    private mutating func receiveFirst(_ message: [UInt8]) throws(LoginName.Fault) -> SASLStep {
        let first = try SCRAMClientFirst(message)
        let name = try LoginName.read(first.username.span).get()
        username = name
        if let identity = first.authorizationIdentity {
            authorizationIdentity = try LoginName.read(identity.span).get()
        }
        if let reason = objection(to: first.flag) { return refuse(reason) }
        state = .awaitingCredential(first)
        return .question(.credential(username: name))
    }

    /// Why what the client says of channel binding does not go with what it was offered (RFC 5802 section 6).
    private func objection(to flag: ChannelBindingFlag) -> String? {
        switch flag {
        case .used(let name):
            if !requiresBinding { return "the client binds the channel in a mechanism without it" }
            // The name is the client's own text and not repeated.
            if name != ChannelBinding.name { return "the client binds the channel by a type that is not offered" }
            return context.channelBinding == nil ? "the connection has no data for channel binding" : nil
        case .serverLacksIt:
            if requiresBinding { return "the client does not bind the channel as the mechanism asks" }
            return context.offersChannelBinding
                ? "the client did not see that channel binding is offered: someone may have altered the offer" : nil
        case .unsupported:
            return requiresBinding ? "the client does not bind the channel as the mechanism asks" : nil
        }
    }

    // MARK: The challenge

    mutating func answer(_ answer: SASLAnswer) -> SASLStep {
        guard case .credential(let account) = answer, case .awaitingCredential(let first) = state else {
            state = .ended
            return failure(for: answer, claimedName: username)
        }
        let nonce = first.nonce.text + context.nonce.text
        var message = Array("r=".utf8) + nonce
        message += Array(",s=".utf8) + Base64.standard.encode(account.credential.salt.span)
        message += Array(",i=\(account.credential.iterations)".utf8)
        state = .awaitingFinal(Challenge(first: first, account: account, message: message, nonce: nonce))
        return .challenge(message)
    }

    // MARK: The final message

    private mutating func receiveFinal(_ message: [UInt8], _ challenge: Challenge) throws(LoginName.Fault) -> SASLStep {
        let final = try SCRAMClientFinal(message)
        guard ConstantTime.areEqual(final.nonce.span, challenge.nonce.span) else {
            return refuse("the nonce is not the one that was sent")
        }
        guard ConstantTime.areEqual(final.binding.span, binding(for: challenge.first).span) else {
            return refuse("the channel binding is not this connection's")
        }
        let authMessage = Self.joined([challenge.first.bare, challenge.message, final.withoutProof])
        let credential = challenge.account.credential
        let isProven = credential.isProven(by: final.proof, over: authMessage)
        guard isProven, challenge.account.isKnown, let username else { return refuse("wrong name or password") }
        state = .awaitingAcknowledgement(
            SASLSuccess(identity: username, authorizationIdentity: authorizationIdentity)
        )
        let signature = HMACSHA256.code(of: authMessage.span, key: credential.serverKey)
        return .challenge(Array("v=".utf8) + Base64.standard.encode(signature.span))
    }

    /// What the client's `c=` must hold: its header of GS2, and with channel binding the data.
    private func binding(for first: SCRAMClientFirst) -> [UInt8] {
        guard case .used = first.flag, let binding = context.channelBinding else { return first.header }
        return first.header + binding.exporterData
    }

    private static func joined(_ messages: [[UInt8]]) -> [UInt8] {
        Array(messages.joined(separator: [UInt8(ascii: ",")]))
    }

    private func refuse(_ reason: String) -> SASLStep {
        .failure(SASLFailure(.refused, reason, claimedName: username))
    }
}

extension SCRAMCredential {
    /// Whether a proof was made with the password (RFC 5802 section 3).
    func isProven(by proof: [UInt8], over authMessage: [UInt8]) -> Bool {
        var clientKey = HMACSHA256.code(of: authMessage.span, key: storedKey)
        defer { SecretBytes.wipe(&clientKey) }
        guard proof.count == clientKey.count else { return false }
        for index in clientKey.indices { clientKey[index] ^= proof[index] }
        let digest = SHA256.digest(of: clientKey.span)
        return storedKey.withSpan { ConstantTime.areEqual($0, digest.span) }
    }
}
