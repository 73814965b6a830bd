public import Mail

/// A domain that SPF or a signature speaks for, with what the check found.
public struct AuthenticatedIdentifier: Hashable, Sendable {
    /// The domain.
    public var domain: String
    /// What the check found.
    public var result: AuthenticationResult

    /// Makes an identifier.
    public init(domain: String, result: AuthenticationResult) {
        self.domain = domain
        self.result = result
    }

    /// The identifier of an SPF check.
    public init(_ verdict: SPFVerdict) {
        self.init(domain: verdict.domain, result: verdict.result)
    }
}

/// What DMARC says of one mail (RFC 9989 section 5.3).
public struct DMARCVerdict: Hashable, Sendable {
    /// The result: none, pass, fail, temperror or permerror.
    public var result: AuthenticationResult
    /// The author's domain; of several, the one that decides.
    public var domain: String?
    /// The domain whose record applies.
    public var policyDomain: String?
    /// What the record asks for, as it is applied to this mail.
    public var policy: DMARCPolicy?
    /// What the record asks for as it is written, without regard to testing and percentage.
    public var publishedPolicy: DMARCPolicy?
    /// Why the result is what it is.
    public var reason: String

    init(
        _ result: AuthenticationResult,
        domain: String?,
        policyDomain: String? = nil,
        policy: DMARCPolicy? = nil,
        publishedPolicy: DMARCPolicy? = nil,
        reason: String
    ) {
        self.result = result
        self.domain = domain
        self.policyDomain = policyDomain
        self.policy = policy
        self.publishedPolicy = publishedPolicy
        self.reason = reason
    }
}
