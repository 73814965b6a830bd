import Foundation
import MIME
import Mail
import MailAuth
import Testing

/// Mail that rspamd's tests judge, with a DNS of its own.
@Suite struct DMARCCorpusTests {
    private struct File: Decodable {
        let cases: [Case]
    }

    private struct Case: Decodable {
        let file: String
        let test: String
        let ip: String?
        let mail_from: String?
        let helo: String?
        let expected: [String]
    }

    /// What a zone says of one type of records: the records, or a code.
    private enum Reply: Decodable {
        case records([String])
        case code(String)

        init(from decoder: any Decoder) throws {
            if let records = try? decoder.singleValueContainer().decode([String].self) {
                self = .records(records)
            } else {
                let object = try decoder.singleValueContainer().decode([String: String].self)
                self = .code(object["rcode"] ?? "")
            }
        }
    }

    /// Where the RFCs want another result than the corpus, with the result that they want.
    private static let excuses: [String: (result: [String], reason: String)] = [
        "DMARC SUBDOMAIN PASS DKIM RELAXED ALIGNMENT": (
            ["dmarc=fail p=reject"],
            "RFC 9989 section 4.10.2: mom.za.org has no DMARC record, so only a list of public suffixes, which the tree "
                + "walk replaces, could say that my.mom.za.org belongs to it"
        ),
        "DMARC SUBDOMAIN PASS SPF RELAXED ALIGNMENT": (
            ["dmarc=fail p=reject"], "RFC 9989 section 4.10.2, as above"
        ),
        "SPF FAIL UNRESOLVEABLE INCLUDE": (
            ["spf=permerror"], "RFC 7208 section 5.2: the record that is included does not exist, which is a permerror"
        ),
        "SPF ALLOW DNS REQUESTS AT LIMIT": (
            ["spf=permerror"], "RFC 7208 section 4.6.4: 31 terms take look-ups, of which ten are allowed"
        ),
        "DKIM Accept Large Header List Below Limit": (["dkim=fail"], bodyIsOther),
        "DKIM Verify Unknown Key Type": (["dkim=fail"], bodyIsOther),
        "DKIM Reject Oversized Key Record": (["dkim=fail"], bodyIsOther),
        "DKIM Reject Oversized Key Modulus": (["dkim=fail"], bodyIsOther),
        "DKIM Verify Revoked Key (missing p=)": (["dkim=fail"], bodyIsOther),
        "ARC ALLOW CHECK": (
            ["arc=fail"],
            "RFC 8617 section 5.2: the chain's keys, of google.com and microsoft.com, are not among the data"
        ),
    ]

    private static let bodyIsOther =
        "RFC 6376 section 6.1.3: the body's hash is another too, which is found whatever the key is, and without asking"

    /// Who sent the message of the case in which a relay of ours handed it on: the relay's Received field tells.
    private static let relayed = ["SPF EXTERNAL RELAY": ("37.48.67.26", "root@external.com", "external.com")]

    private static func zone(_ data: Data) throws -> FakeZone {
        var zone = FakeZone()
        for (name, types) in try JSONDecoder().decode([String: [String: Reply]].self, from: data) {
            for (word, reply) in types {
                guard let type = DNSQuestion.RecordType(rawValue: word.lowercased()) else { continue }
                switch reply {
                case .records(let texts): for text in texts { zone.add(name, type, FakeZone.record(type, text)) }
                case .code("norec"): zone.set(name, type, .records([]))
                case .code("nxdomain"): zone.set(name, type, .noSuchName)
                case .code(let code):
                    precondition(code == "timeout", code)
                    zone.set(name, type, .failure)
                }
            }
        }
        return zone
    }

    private static func spf(_ test: Case, _ zone: FakeZone) throws -> SPFVerdict? {
        let relay = relayed[test.test]
        guard let address = relay?.0 ?? test.ip, let sender = relay?.1 ?? test.mail_from else { return nil }
        let helo = relay?.2 ?? test.helo ?? "mail.example.com"
        let path = try sender == "<>" ? ReversePath.null : .address(#require(MailAddress(sender)))
        var evaluation = SPFEvaluation(
            client: try #require(IPAddress(address)),
            identity: SPFIdentity(path, helo: helo),
            helo: helo,
            moment: Timestamp(seconds: 0)
        )
        return try #require(zone.verdict { evaluation.next($0) }).verdict
    }

    private static func message(_ test: Case) throws -> [UInt8] {
        try #require(Places.message("dmarc/\(test.file)"))
    }

    private static func dmarc(_ test: Case, _ zone: FakeZone, _ spf: SPFVerdict?) throws -> DMARCVerdict {
        let octets = try Self.message(test)
        let message = Message(parsing: octets.span)
        let from = message.fields.filter { $0.name == .from }
            .flatMap { message.addresses(of: $0, in: octets.span) }.map(\.address.domain)
        let signatures = try #require(verifyDKIM(octets, zone)).signatures
        var evaluation = DMARCEvaluation(
            from: from,
            spf: spf.map(AuthenticatedIdentifier.init),
            dkim: signatures.map { AuthenticatedIdentifier(domain: $0.domain?.name ?? "", result: $0.result) },
            sample: 0
        )
        return try #require(zone.verdict { evaluation.next($0) }).verdict
    }

    /// The words of the methods that the case asks for.
    private static func words(_ test: Case, _ zone: FakeZone, for expected: [String]) throws -> [String] {
        let spf = try spf(test, zone)
        return try expected.map { word in
            switch word.prefix(while: { $0 != "=" }) {
            case "spf": return "spf=\(spf?.result ?? .none)"
            case "dkim": return "dkim=\(try #require(verifyDKIM(Self.message(test), zone)).result)"
            case "arc": return "arc=\(try #require(validateARC(Self.message(test), zone)).result)"
            // What passes anybody is a pass, and told by its term.
            case "R_SPF_PLUSALL": return spf?.matches.map(\.term) == ["+all"] && spf?.result == .pass ? word : ""
            default:
                let dmarc = try dmarc(test, zone, spf)
                let policy = dmarc.policy.map { " p=\($0)" } ?? ""
                return "dmarc=\(dmarc.result)" + (dmarc.result == .fail ? policy : "")
            }
        }
    }

    @Test func everyCaseIsEqualOrExcused() throws {
        guard let cases = Places.corpus("dmarc/cases.json"), let records = Places.corpus("dmarc/zone.json") else {
            return
        }
        let zone = try Self.zone(records)
        var equal = 0
        var excused: [String] = []
        var silent = 0
        for test in try JSONDecoder().decode(File.self, from: cases).cases {
            // A case that expects no result says of a limit that the signatures stay unread.
            guard !test.expected.isEmpty else {
                silent += 1
                continue
            }
            let excuse = Self.excuses[test.test]
            let expected = excuse?.result ?? test.expected
            let found = try Self.words(test, zone, for: expected)
            #expect(found == expected, "\(test.test)")
            guard found == expected else { continue }
            if excuse == nil { equal += 1 } else { excused.append(test.test) }
        }
        print("dmarc: \(equal) equal, \(excused.count) excused \(excused.sorted()), \(silent) without a result")
        #expect(Set(excused) == Set(Self.excuses.keys))
        #expect(equal + excused.count + silent == 72)
    }
}
