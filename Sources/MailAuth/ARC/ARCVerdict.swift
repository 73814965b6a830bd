public import Mail

/// The state of a message's chain.
public struct ARCVerdict: Sendable, Hashable {
    /// One set: what a host that the message came through says.
    public struct Statement: Sendable, Hashable {
        /// Its place in the chain, from 1.
        public let instance: Int
        /// The domain that sealed it, in US-ASCII.
        public let sealer: Domain
        /// The name of the sealer's key.
        public let selector: String
        /// When it was sealed.
        public let timestamp: Timestamp?
        /// What the host found, as Authentication-Results has it: its identifier and its results.
        public let authenticationResults: String
    }

    /// Why the chain is in its state.
    public let reason: ARCReason
    /// The set that the reason speaks of, where it is one.
    public let instance: Int?
    /// The first set from which on each signature covers the message as it is: what came before it changed the message.
    ///
    /// 1 when nobody changed it, which RFC 8617 section 5.2 writes as 0; `nil` unless the chain is right.
    public let oldestPass: Int?
    /// Whether text may stand behind what the last host signed of the body, and does (`l=`).
    public let coversPartOnly: Bool
    /// What the hosts say, the first one first.
    ///
    /// Nothing of it is proven unless the chain is right, and then only that the sealers say it: whom to believe is another's
    /// decision.
    public let statements: [Statement]

    /// The state: none, pass or fail.
    public var result: AuthenticationResult { reason.result }

    /// The state and its reason, as a sentence for people.
    public var sentence: String {
        guard let instance else { return reason.sentence }
        return "Set \(instance): \(reason.sentence)"
    }
}
