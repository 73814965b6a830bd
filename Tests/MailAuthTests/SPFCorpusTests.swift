import Foundation
import Mail
import MailAuth
import Testing

/// The suite that the authors of RFC 7208 published with it.
@Suite struct SPFCorpusTests {
    private struct Scenario: Decodable {
        let description: String
        let zonedata: [String: [Entry]]
    }

    /// One entry of a zone: a record by its type, or `TIMEOUT`.
    private enum Entry: Decodable {
        case timeout
        case record(String, Value)

        init(from decoder: any Decoder) throws {
            if let word = try? decoder.singleValueContainer().decode(String.self) {
                precondition(word == "TIMEOUT")
                self = .timeout
                return
            }
            let record = try decoder.singleValueContainer().decode([String: Value].self)
            guard let (type, value) = record.first else { preconditionFailure("an empty record") }
            self = .record(type, value)
        }
    }

    private enum Value: Decodable {
        case text(String)
        case pieces([String])
        case exchange(Int, String)

        init(from decoder: any Decoder) throws {
            let container = try decoder.singleValueContainer()
            if let text = try? container.decode(String.self) {
                self = .text(text)
            } else if let pieces = try? container.decode([String].self) {
                self = .pieces(pieces)
            } else {
                var list = try decoder.unkeyedContainer()
                self = .exchange(try list.decode(Int.self), try list.decode(String.self))
            }
        }

        var joined: String {
            switch self {
            case .text(let text): text
            case .pieces(let pieces): pieces.joined()
            case .exchange(let preference, let host): "\(preference) \(host)"
            }
        }
    }

    private struct Case: Decodable {
        let suite: String
        let scenario: String
        let test: String
        let ip: String
        let helo: String
        let mailfrom: String
        let expected: [String]
        let explanation: String?
    }

    private static func zone(_ data: [String: [Entry]]) -> FakeZone {
        var zone = FakeZone()
        for (name, entries) in data {
            // Records of the type SPF (99), which is no more, stand for TXT where there is none.
            let hasText = entries.contains { if case .record("TXT", _) = $0 { true } else { false } }
            for case .record(let type, let value) in entries {
                switch type {
                case "TXT" where value.joined == "NONE", "SPF" where hasText: continue
                case "SPF": zone.add(name, .txt, FakeZone.record(.txt, value.joined))
                case "CNAME":
                    for type in DNSQuestion.RecordType.allCases { zone.set(name, type, .alias(value.joined)) }
                default:
                    guard let type = DNSQuestion.RecordType(rawValue: type.lowercased()) else {
                        preconditionFailure(type)
                    }
                    zone.add(name, type, FakeZone.record(type, value.joined))
                }
            }
            if entries.contains(where: { if case .timeout = $0 { true } else { false } }) { zone.fail(name) }
        }
        return zone
    }

    private static func identity(_ mailFrom: String, helo: String) -> SPFIdentity {
        guard !mailFrom.isEmpty else { return .helo(helo) }
        guard let at = mailFrom.lastIndex(of: "@") else { return .mailFrom(localPart: "", domain: mailFrom) }
        return .mailFrom(localPart: String(mailFrom[..<at]), domain: String(mailFrom[mailFrom.index(after: at)...]))
    }

    @Test func everyCaseIsEqual() throws {
        guard let cases = Places.corpus("spf/cases.json"), let zones = Places.corpus("spf/rfc7208-tests.json") else {
            return
        }
        struct File: Decodable { let cases: [Case] }
        let scenarios = try JSONDecoder().decode([Scenario].self, from: zones)
        let zone = Dictionary(uniqueKeysWithValues: scenarios.map { ($0.description, Self.zone($0.zonedata)) })
        var equal = 0
        let all = try JSONDecoder().decode(File.self, from: cases).cases
        for test in all {
            var evaluation = SPFEvaluation(
                client: try #require(IPAddress(test.ip)),
                identity: Self.identity(test.mailfrom, helo: test.helo),
                helo: test.helo,
                moment: Timestamp(seconds: 0)
            )
            let run = try #require(zone[test.scenario]).verdict { evaluation.next($0) }
            let verdict = try #require(run, "\(test.test) does not end").verdict
            let explanation = verdict.explanation ?? "DEFAULT"
            let isEqual =
                test.expected.contains(verdict.result.rawValue)
                && (test.explanation.map { $0 == explanation } ?? true)
            #expect(isEqual, "\(test.suite) \(test.scenario): \(test.test): \(verdict.result), \(explanation)")
            #expect(!verdict.reason.isEmpty)
            if isEqual { equal += 1 }
        }
        print("spf: \(all.count) cases, \(equal) equal")
        #expect(all.count == 200)
    }
}
