internal import MIME
public import Mail

/// Finds whether a mail is from the domain that its From field names, and what that domain asks for when it is not (RFC
/// 9989).
///
/// The organization that a domain belongs to is found by the records above it, never by a list of public suffixes, so that
/// the domains alone decide (RFC 9989 section 4.10). For each author's domain at most eight names are asked for, and as
/// many for each domain below the same organization that SPF or a signature speaks for.
public struct DMARCEvaluation: Sendable {
    /// How many domains of a From field are checked.
    public static let maximumAuthors = 5
    /// How many domains of signatures are looked at.
    public static let maximumSignatures = 20

    /// The domains of the From field, each once, in US-ASCII.
    let authors: [String]
    /// Whether the From field has more domains.
    let hasMoreAuthors: Bool
    let spf: AuthenticatedIdentifier?
    let dkim: [AuthenticatedIdentifier]
    let sample: Int

    /// Makes an evaluation that has asked nothing so far.
    ///
    /// - Parameters:
    ///   - from: the domains of all addresses of the From fields.
    ///   - spf: what SPF found of the reverse-path, or without one of the client's name.
    ///   - dkim: what was found of each signature.
    ///   - sample: a random number from 0 to 99, which decides whether the mail is within a record's percentage.
    public init(
        from: [Domain],
        spf: AuthenticatedIdentifier?,
        dkim: [AuthenticatedIdentifier],
        sample: Int
    ) {
        var authors: [String] = []
        for domain in from where !domain.isLiteral {
            let name = (InternationalDomain.ascii(domain) ?? domain).name
            if !authors.contains(name) { authors.append(name) }
            if authors.count > Self.maximumAuthors { break }
        }
        self.authors = Array(authors.prefix(Self.maximumAuthors))
        hasMoreAuthors = authors.count > Self.maximumAuthors
        self.spf = spf
        var signatures: [AuthenticatedIdentifier] = []
        for identifier in dkim.prefix(Self.maximumSignatures) where !signatures.contains(identifier) {
            signatures.append(identifier)
        }
        self.dkim = signatures
        self.sample = sample
    }

    /// Goes on as far as the answers reach.
    public mutating func next(_ answers: [DNSQuestion: DNSAnswer]) -> EvaluationStep<DMARCVerdict> {
        guard !authors.isEmpty else {
            return .verdict(DMARCVerdict(.none, domain: nil, reason: "the From field names no domain"))
        }
        var verdicts: [DMARCVerdict] = []
        var questions: [DNSQuestion] = []
        for author in authors {
            do throws(DMARCWalk.Stop) {
                verdicts.append(try verdict(of: author, DMARCWalk(answers: answers)))
            } catch {
                switch error {
                case .ask(let more): questions += more.filter { !questions.contains($0) }
                case .temporary(let reason):
                    verdicts.append(DMARCVerdict(.temperror, domain: author, reason: reason))
                case .permanent(let reason):
                    verdicts.append(DMARCVerdict(.permerror, domain: author, reason: reason))
                }
            }
        }
        return questions.isEmpty ? .verdict(combined(verdicts)) : .ask(questions)
    }

    private func verdict(of author: String, _ walk: DMARCWalk) throws(DMARCWalk.Stop) -> DMARCVerdict {
        var check = DMARCCheck(author, self, walk)
        return try check.verdict()
    }

    /// The verdict that decides: with several authors, the strictest policy of those that fail, and a pass only when
    /// each passes (RFC 7489 section 6.6.1).
    private func combined(_ verdicts: [DMARCVerdict]) -> DMARCVerdict {
        let failures = verdicts.filter { $0.result == .fail }
        if let worst = failures.max(by: { ($0.policy ?? .none) < ($1.policy ?? .none) }) { return worst }
        if hasMoreAuthors {
            let reason = "the From field names more than \(Self.maximumAuthors) domains"
            return DMARCVerdict(.permerror, domain: nil, reason: reason)
        }
        for result in [AuthenticationResult.temperror, .permerror, .none] {
            if let verdict = verdicts.first(where: { $0.result == result }) { return verdict }
        }
        return verdicts[0]
    }
}

/// The check of one author's domain.
private struct DMARCCheck {
    let author: String
    let evaluation: DMARCEvaluation
    let walk: DMARCWalk
    /// The author's organization, once it is found.
    private var organization: String?

    init(_ author: String, _ evaluation: DMARCEvaluation, _ walk: DMARCWalk) {
        self.author = author
        self.evaluation = evaluation
        self.walk = walk
    }

    mutating func verdict() throws(DMARCWalk.Stop) -> DMARCVerdict {
        guard let found = try policyRecord() else {
            return DMARCVerdict(.none, domain: author, reason: "\(author.inOneLine) has no DMARC record")
        }
        let (result, reason) = try alignment(found.record)
        let policy = try publishedPolicy(found)
        return DMARCVerdict(
            result,
            domain: author,
            policyDomain: found.domain,
            policy: found.record.applied(policy, sample: evaluation.sample),
            publishedPolicy: policy,
            reason: reason
        )
    }

    // MARK: The policy (RFC 9989 section 4.10.1)

    /// The record that applies: the author's own, its organization's, or that of the public suffix above.
    private func policyRecord() throws(DMARCWalk.Stop) -> DMARCWalk.Finding? {
        if let record = try walk.record(of: author) { return DMARCWalk.Finding(domain: author, record: record) }
        let findings = try walk.findings(from: author)
        let organization = DMARCWalk.organizationalDomain(of: author, findings)
        return findings.first { $0.domain == organization } ?? findings.first { $0.record.publicSuffix == .yes }
    }

    private func publishedPolicy(_ found: DMARCWalk.Finding) throws(DMARCWalk.Stop) -> DMARCPolicy {
        guard found.domain != author else { return found.record.policy }
        // Whether the author's domain exists is asked only where it matters (RFC 8020).
        guard let lacking = found.record.nonexistentPolicy,
            lacking != found.record.policy(forSubdomainThatExists: true), let question = DNSQuestion(author, .a)
        else { return found.record.policy(forSubdomainThatExists: true) }
        guard let answer = walk.answers[question] else { throw .ask([question]) }
        return found.record.policy(forSubdomainThatExists: answer != .noSuchName)
    }

    // MARK: Alignment (RFC 9989 section 4.10.2)

    private mutating func alignment(
        _ record: DMARCRecord
    ) throws(DMARCWalk.Stop) -> (result: AuthenticationResult, reason: String) {
        let candidates =
            evaluation.dkim.map { ("DKIM", $0, record.dkimAlignment) }
            + (evaluation.spf.map { [("SPF", $0, record.spfAlignment)] } ?? [])
        let passes = candidates.filter { $0.1.result == .pass }
        // The same domain needs no walk, and so no answer that may be lacking.
        for (method, identifier, _) in passes where isAuthor(identifier) { return Self.pass(method, identifier) }
        var failure: DMARCWalk.Stop?
        for (method, identifier, mode) in passes {
            do throws(DMARCWalk.Stop) {
                if try isAligned(identifier, mode) { return Self.pass(method, identifier) }
            } catch {
                guard case .temporary = error else { throw error }
                failure = failure ?? error
            }
        }
        if let failure { throw failure }
        // Without a pass, a check that could not be made may be the one that would have (RFC 7489 section 6.6.2).
        for (method, identifier, mode) in candidates where identifier.result == .temperror {
            guard try isAligned(identifier, mode) else { continue }
            return (.temperror, "\(method) of \(identifier.domain.inOneLine) could not be checked now")
        }
        return (.fail, whyNothingPasses(candidates.map { ($0.0, $0.1) }))
    }

    private static func pass(
        _ method: String,
        _ identifier: AuthenticatedIdentifier
    ) -> (result: AuthenticationResult, reason: String) {
        (.pass, "\(method) passes for \(identifier.domain.inOneLine), which is aligned")
    }

    /// Why no check speaks for the author; of many signatures, the first ones are told.
    private func whyNothingPasses(_ candidates: [(String, AuthenticatedIdentifier)]) -> String {
        guard !candidates.isEmpty else { return "neither SPF nor a signature speaks for \(author.inOneLine)" }
        let told = candidates.prefix(4).map { method, identifier in
            let isUnaligned = identifier.result == .pass || identifier.result == .temperror
            return "\(method) \(identifier.result) for \(identifier.domain.inOneLine)"
                + (isUnaligned ? ", which is not aligned" : "")
        }
        let more = candidates.count > told.count ? "; and \(candidates.count - told.count) more" : ""
        return "nothing passes for \(author.inOneLine): " + told.joined(separator: "; ") + more
    }

    private func isAuthor(_ identifier: AuthenticatedIdentifier) -> Bool {
        DNSQuestion(identifier.domain, .txt)?.name == author
    }

    private mutating func isAligned(
        _ identifier: AuthenticatedIdentifier,
        _ mode: DMARCRecord.Alignment
    ) throws(DMARCWalk.Stop) -> Bool {
        if isAuthor(identifier) { return true }
        guard let name = DNSQuestion(identifier.domain, .txt)?.name else { return false }
        // No walk can join domains that end in different labels.
        guard mode == .relaxed, name.split(separator: ".").last == author.split(separator: ".").last else {
            return false
        }
        let organization = try authorsOrganization()
        if name == organization { return true }
        // Only a domain below the author's organization can belong to it.
        guard name.hasSuffix("." + organization) else { return false }
        return try walk.organizationalDomain(of: name) == organization
    }

    private mutating func authorsOrganization() throws(DMARCWalk.Stop) -> String {
        if let organization { return organization }
        let found = try walk.organizationalDomain(of: author)
        organization = found
        return found
    }
}
