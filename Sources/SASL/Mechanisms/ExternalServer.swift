/// EXTERNAL: who the client's certificate says it is (RFC 4422 appendix A).
///
/// The message is the identity to act as, or empty.
struct ExternalServer: SASLServer {
    private var authorizationIdentity: String?

    mutating func receive(_ response: Span<UInt8>) -> SASLStep {
        guard !response.isEmpty else { return .question(.certificateIdentity) }
        switch LoginName.read(response) {
        case .failure(let fault): return .failure(SASLFailure(.malformed, fault.reason))
        case .success(let name): authorizationIdentity = name
        }
        return .question(.certificateIdentity)
    }

    mutating func answer(_ answer: SASLAnswer) -> SASLStep {
        guard case .identity(let identity) = answer else {
            return failure(for: answer, claimedName: authorizationIdentity)
        }
        return .success(SASLSuccess(identity: identity, authorizationIdentity: authorizationIdentity))
    }
}
