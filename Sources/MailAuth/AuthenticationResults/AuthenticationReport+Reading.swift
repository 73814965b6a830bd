internal import MIME
public import Mail

extension AuthenticationReport {
    /// What a trusted host found, from the fields that it wrote.
    ///
    /// Where the host says two things of one kind, the one that proves less counts: a sender who gets a word of its own
    /// into a field wins nothing by it.
    public init(trusting authservID: String, _ fields: [AuthenticationResultsField]) {
        self.init(source: .trusted(authservID))
        for method in fields.flatMap(\.methods) {
            guard let result = Self.result(method.result) else { continue }
            switch method.name {
            case "spf": add(Self.spf(method, result))
            case "dkim": add(Self.dkim(method, result))
            case "dmarc": add(Self.dmarc(method, result))
            case "arc": add(Self.arc(method, result))
            default: continue
            }
        }
    }

    /// The result that a word means; `nil` for one that is not known, which counts as not checked.
    private static func result(_ word: String) -> AuthenticationResult? {
        // What RFC 7001 renamed.
        word == "hardfail" ? .fail : AuthenticationResult(rawValue: word)
    }

    // MARK: Methods

    private static func spf(_ method: AuthenticationResultsField.Method, _ result: AuthenticationResult) -> SPF {
        let sender = ["smtp.mailfrom", "smtp.mail", "smtp.envelope-from"].lazy.compactMap { method.properties[$0] }
            .compactMap(domain).first
        let helo = ["smtp.helo", "smtp.ehlo"].lazy.compactMap { method.properties[$0] }.compactMap(domain).first
        let isHELO = sender == nil && helo != nil
        return SPF(result, domain: sender ?? helo, isHELO: isHELO, reason: reason(method))
    }

    private static func dkim(_ method: AuthenticationResultsField.Method, _ result: AuthenticationResult) -> DKIM {
        let signer = (method.properties["header.d"] ?? method.properties["header.i"]).flatMap(domain)
        let selector = method.properties["header.s"].map { String($0.inOneLine) }
        return DKIM(result, domain: signer, selector: selector, reason: reason(method))
    }

    private static func dmarc(_ method: AuthenticationResultsField.Method, _ result: AuthenticationResult) -> DMARC {
        // Many hosts tell the policy in a comment: `dmarc=fail (p=REJECT sp=NONE dis=NONE)`.
        let told = (method.comment ?? "").split(separator: " ").first { $0.lowercased().hasPrefix("p=") }
        let policy = method.properties["polrec.p"] ?? told.map { String($0.dropFirst(2)) }
        return DMARC(
            result,
            domain: method.properties["header.from"].flatMap(domain),
            policy: policy.flatMap { DMARCPolicy(rawValue: $0.lowercased().trimmingSemicolons) },
            policyDomain: method.properties["polrec.domain"].flatMap(domain),
            reason: reason(method)
        )
    }

    private static func arc(_ method: AuthenticationResultsField.Method, _ result: AuthenticationResult) -> ARC {
        let chain = (method.properties["arc.chain"] ?? "").split(separator: ":").prefix(50)
        return ARC(result, sealers: chain.map(String.init).compactMap(domain), reason: reason(method))
    }

    /// The domain of an address or of a domain, in US-ASCII; `nil` when it is none.
    private static func domain(_ text: String) -> String? {
        let name = text[(text.lastIndex(of: "@").map(text.index(after:)) ?? text.startIndex)...]
        guard let domain = Domain(name.last == ">" ? name.dropLast() : name), !domain.isLiteral else { return nil }
        return InternationalDomain.ascii(domain)?.name
    }

    private static func reason(_ method: AuthenticationResultsField.Method) -> String? {
        (method.reason ?? method.comment).map(\.inOneLine)
    }

    // MARK: Several findings of one kind

    private mutating func add(_ finding: SPF) {
        // The reverse-path's domain counts for more than the client's name.
        guard let spf, !(spf.isHELO && !finding.isHELO) else {
            spf = finding
            return
        }
        if spf.isHELO == finding.isHELO, spf.result == .pass, finding.result != .pass { self.spf = finding }
    }

    private mutating func add(_ finding: DKIM) {
        // With one of each other method these still fit into one field.
        guard dkim.count < AuthenticationResultsField.maximumMethods - 3, !dkim.contains(finding) else { return }
        dkim.append(finding)
    }

    private mutating func add(_ finding: DMARC) {
        guard let dmarc else {
            dmarc = finding
            return
        }
        guard dmarc.result == .pass else { return }
        // Two passes of different domains prove none of them.
        if finding.result != .pass || finding.domain == dmarc.domain {
            self.dmarc = finding
        } else {
            self.dmarc = DMARC(.permerror, domain: nil, reason: "two domains are said to pass")
        }
    }

    private mutating func add(_ finding: ARC) {
        guard let arc else {
            arc = finding
            return
        }
        if arc.result == .pass, finding.result != .pass { self.arc = finding }
    }
}

extension String {
    fileprivate var trimmingSemicolons: String {
        String(drop { $0 == ";" || $0 == "," }.prefix { $0 != ";" && $0 != "," })
    }
}
