internal import MIME
public import Mail

extension AuthenticationReport {
    /// Whether mail that names a domain as its author's is proven to be that domain's.
    ///
    /// Only an aligned pass proves it, whoever found it; what was not checked, or not told, does not.
    public func proves(_ author: Domain) -> Bool {
        guard let dmarc, dmarc.result == .pass, let domain = dmarc.domain else { return false }
        return domain == (InternationalDomain.ascii(author) ?? author).name
    }
}

extension AuthenticationReport.SPF {
    /// What our own check found.
    public init(_ verdict: SPFVerdict) {
        let isHELO = if case .helo = verdict.identity { true } else { false }
        let domain = verdict.domain.inOneLine.lowercased()
        self.init(verdict.result, domain: domain.isEmpty ? nil : domain, isHELO: isHELO, reason: verdict.reason)
    }
}

extension AuthenticationReport.DMARC {
    /// What our own check found.
    public init(_ verdict: DMARCVerdict) {
        self.init(
            verdict.result,
            domain: verdict.domain,
            policy: verdict.policy,
            policyDomain: verdict.policyDomain,
            reason: verdict.reason
        )
    }
}
