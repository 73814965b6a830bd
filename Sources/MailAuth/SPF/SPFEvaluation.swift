public import Mail

/// Asks the domain of a mail's sender whether the client may send for it (RFC 7208 section 4, `check_host`).
///
/// At most ten terms take look-ups, at most two of these find nothing, and no term takes more than eleven questions, so
/// that whoever writes the records does not decide how much is asked.
public struct SPFEvaluation: Sendable {
    /// The client's address.
    public let client: IPAddress
    /// The identity that is checked.
    public let identity: SPFIdentity
    /// The name with which the client greeted.
    public let helo: String
    /// The name of the server that asks, for explanations (macro `r`).
    public let receiver: String?
    /// When it asks, for explanations (macro `t`).
    public let moment: Timestamp

    /// Records that were read, so that a round does not read those of the rounds before.
    private var records = SPFRecordCache()

    /// Makes an evaluation that has asked nothing so far.
    public init(client: IPAddress, identity: SPFIdentity, helo: String, receiver: String? = nil, moment: Timestamp) {
        self.client = client
        self.identity = identity
        self.helo = helo
        self.receiver = receiver
        self.moment = moment
    }

    /// Goes on as far as the answers reach.
    public mutating func next(_ answers: [DNSQuestion: DNSAnswer]) -> EvaluationStep<SPFVerdict> {
        // What was found out is found out again from the answers: there are few, and nothing is kept that could differ.
        var run = SPFRun(self, answers: answers, records: records)
        defer { records = run.records }
        do throws(SPFStop) {
            let outcome = try run.check(Self.trimmed(identity.domain))
            let explanation = outcome.result == .fail ? try run.explanation(of: outcome) : nil
            return .verdict(verdict(outcome.result, outcome.matches, explanation, outcome.reason))
        } catch {
            switch error {
            case .ask(let questions): return .ask(questions)
            case .temporary(let reason): return .verdict(verdict(.temperror, [], nil, reason))
            case .permanent(let reason): return .verdict(verdict(.permerror, [], nil, reason))
            }
        }
    }

    private func verdict(
        _ result: AuthenticationResult,
        _ matches: [SPFVerdict.Match],
        _ explanation: String?,
        _ reason: String
    ) -> SPFVerdict {
        SPFVerdict(result: result, identity: identity, matches: matches, explanation: explanation, reason: reason)
    }

    static func trimmed(_ domain: String) -> String { domain.hasSuffix(".") ? String(domain.dropLast()) : domain }
}

/// Why an evaluation stops before it has a result.
enum SPFStop: Error {
    /// Answers are lacking.
    case ask([DNSQuestion])
    /// The DNS has no answer now (RFC 7208 section 2.6.6).
    case temporary(String)
    /// A record cannot be followed (RFC 7208 section 2.6.7).
    case permanent(String)
}

/// The records of each question, or what is wrong with them.
struct SPFRecordCache {
    private var records: [DNSQuestion: Result<SPFRecord, SPFSyntaxError>] = [:]

    mutating func record(_ octets: [UInt8], at question: DNSQuestion) throws(SPFSyntaxError) -> SPFRecord {
        if let known = records[question] { return try known.get() }
        do throws(SPFSyntaxError) {
            let record = try SPFRecord(octets)
            records[question] = .success(record)
            return record
        } catch {
            records[question] = .failure(error)
            throw error
        }
    }
}
