/// What is known of who a mail is from: by our own checks, or by those of a host that we trust.
///
/// Both have this one form, so that rules need not know who checked.
public struct AuthenticationReport: Hashable, Sendable, Codable, CustomStringConvertible {
    /// Who checked.
    public enum Source: Hashable, Sendable, Codable {
        /// This server.
        case verified
        /// A trusted host, by its `authserv-id` (RFC 8601 section 2.5).
        case trusted(String)
    }

    /// What SPF found (RFC 7208).
    public struct SPF: Hashable, Sendable, Codable {
        /// The result.
        public var result: AuthenticationResult
        /// The domain that was checked, in lower case.
        public var domain: String?
        /// Whether the domain is the name with which the client greeted, and not the reverse-path's.
        public var isHELO: Bool
        /// Why, in words.
        public var reason: String?

        /// Makes a finding.
        public init(_ result: AuthenticationResult, domain: String?, isHELO: Bool = false, reason: String? = nil) {
            self.result = result
            self.domain = domain
            self.isHELO = isHELO
            self.reason = reason
        }
    }

    /// What became of one signature (RFC 6376).
    public struct DKIM: Hashable, Sendable, Codable {
        /// The result.
        public var result: AuthenticationResult
        /// The domain that signs, in lower case.
        public var domain: String?
        /// The name of its key.
        public var selector: String?
        /// Why, in words.
        public var reason: String?

        /// Makes a finding.
        public init(
            _ result: AuthenticationResult,
            domain: String?,
            selector: String? = nil,
            reason: String? = nil
        ) {
            self.result = result
            self.domain = domain
            self.selector = selector
            self.reason = reason
        }
    }

    /// What DMARC found (RFC 9989).
    public struct DMARC: Hashable, Sendable, Codable {
        /// The result.
        public var result: AuthenticationResult
        /// The author's domain, in lower case and US-ASCII.
        public var domain: String?
        /// What the domain asks for.
        public var policy: DMARCPolicy?
        /// The domain whose record says so.
        public var policyDomain: String?
        /// Why, in words.
        public var reason: String?

        /// Makes a finding.
        public init(
            _ result: AuthenticationResult,
            domain: String?,
            policy: DMARCPolicy? = nil,
            policyDomain: String? = nil,
            reason: String? = nil
        ) {
            self.result = result
            self.domain = domain
            self.policy = policy
            self.policyDomain = policyDomain
            self.reason = reason
        }
    }

    /// The state of the chain of those who handed the mail on (RFC 8617).
    public struct ARC: Hashable, Sendable, Codable {
        /// The state: none, pass or fail.
        public var result: AuthenticationResult
        /// The domains that sealed, the first one first.
        public var sealers: [String]
        /// Why, in words.
        public var reason: String?

        /// Makes a finding.
        public init(_ result: AuthenticationResult, sealers: [String] = [], reason: String? = nil) {
            self.result = result
            self.sealers = sealers
            self.reason = reason
        }
    }

    /// Who checked.
    public var source: Source
    /// What SPF found, if it was asked.
    public var spf: SPF?
    /// What became of each signature.
    public var dkim: [DKIM]
    /// What DMARC found, if it was asked.
    public var dmarc: DMARC?
    /// The state of the chain, if it was checked.
    public var arc: ARC?

    /// Makes a report.
    public init(source: Source, spf: SPF? = nil, dkim: [DKIM] = [], dmarc: DMARC? = nil, arc: ARC? = nil) {
        self.source = source
        self.spf = spf
        self.dkim = dkim
        self.dmarc = dmarc
        self.arc = arc
    }

    /// The results in one line: `spf=pass (example.com), dkim=pass (example.com), dmarc=fail (example.org, p=reject)`.
    public var description: String {
        var findings: [(method: String, result: AuthenticationResult, details: [String?])] = []
        if let spf { findings.append(("spf", spf.result, [spf.domain])) }
        findings += dkim.map { ("dkim", $0.result, [$0.domain]) }
        if let dmarc { findings.append(("dmarc", dmarc.result, [dmarc.domain, dmarc.policy.map { "p=\($0)" }])) }
        if let arc { findings.append(("arc", arc.result, arc.sealers)) }
        return findings.map { method, result, details in
            let known = details.compactMap(\.self)
            return "\(method)=\(result)" + (known.isEmpty ? "" : " (\(known.joined(separator: ", ")))")
        }.joined(separator: ", ")
    }
}
