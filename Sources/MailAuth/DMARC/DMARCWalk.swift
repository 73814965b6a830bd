internal import Mail

/// The records of a domain and of those above it (RFC 9989 section 4.10, "DNS Tree Walk").
struct DMARCWalk {
    /// A domain with its record.
    struct Finding {
        let domain: String
        let record: DMARCRecord
    }

    /// Why a walk or what is made of it stops.
    enum Stop: Error {
        case ask([DNSQuestion])
        case temporary(String)
        case permanent(String)
    }

    /// How many names are asked for.
    static let maximumQueries = 8

    let answers: [DNSQuestion: DNSAnswer]

    /// The names that are asked for, longest first.
    static func names(from domain: String) -> [String] {
        let labels = domain.split(separator: ".", omittingEmptySubsequences: false)
        let above = labels.suffix(min(labels.count - 1, maximumQueries - 1))
        return [domain] + above.indices.map { above[$0...].joined(separator: ".") }
    }

    /// The record of a domain; `nil` when there is none, or several.
    func record(of domain: String) throws(Stop) -> DMARCRecord? {
        guard let question = DNSQuestion("_dmarc." + domain, .txt) else { return nil }
        guard let answer = answers[question] else { throw .ask([question]) }
        guard let records = answer.records else { throw .temporary("the DNS has no answer for \(question)") }
        let texts = records.compactMap { record in
            if case .text(let octets) = record, DMARCRecord.isRecord(octets) { octets } else { nil }
        }
        guard texts.count == 1, let text = texts.first else { return nil }
        do throws(DMARCSyntaxError) {
            return try DMARCRecord(text)
        } catch {
            throw .permanent("the DMARC record of \(domain.inOneLine) is malformed: \(error)")
        }
    }

    /// The records from a domain upwards, longest first, as far as one says where the organization ends.
    func findings(from domain: String) throws(Stop) -> [Finding] {
        var findings: [Finding] = []
        let names = Self.names(from: domain)
        for (index, name) in names.enumerated() {
            if index > 0 { try require(names[index...]) }
            do throws(Stop) {
                guard let record = try record(of: name) else { continue }
                findings.append(Finding(domain: name, record: record))
                guard record.publicSuffix == .unknown else { return findings }
            } catch {
                // A malformed record above the domain is not this domain's fault, and is none.
                guard case .permanent = error, index > 0 else { throw error }
            }
        }
        return findings
    }

    /// Asks for all names above a domain at once: a walk seldom ends before the top.
    private func require(_ names: ArraySlice<String>) throws(Stop) {
        let questions = names.compactMap { DNSQuestion("_dmarc." + $0, .txt) }.filter { answers[$0] == nil }
        guard questions.isEmpty else { throw .ask(questions) }
    }

    /// The domain of the organization that a domain belongs to (RFC 9989 section 4.10.2).
    func organizationalDomain(of domain: String) throws(Stop) -> String {
        Self.organizationalDomain(of: domain, try findings(from: domain))
    }

    static func organizationalDomain(of domain: String, _ findings: [Finding]) -> String {
        for finding in findings {
            if finding.record.publicSuffix == .no { return finding.domain }
            if finding.record.publicSuffix == .yes, finding.domain != domain {
                let count = finding.domain.split(separator: ".").count + 1
                return domain.split(separator: ".").suffix(count).joined(separator: ".")
            }
        }
        return findings.last?.domain ?? domain
    }
}
