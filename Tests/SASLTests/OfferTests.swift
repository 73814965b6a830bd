import SASL
import Testing

@Suite("what is offered")
struct OfferTests {
    private static func facts(_ letters: String) -> SASLConnectionFacts {
        SASLConnectionFacts(
            isEncrypted: letters.contains("t"),
            isLocal: letters.contains("l"),
            hasChannelBinding: letters.contains("b"),
            hasClientCertificate: letters.contains("c")
        )
    }

    @Test(
        "each mechanism where it can be used, the strongest first",
        arguments: [
            ("", ""), ("b", ""), ("c", ""),
            ("t", "SCRAM-SHA-256 OAUTHBEARER XOAUTH2 PLAIN LOGIN"),
            ("tb", "SCRAM-SHA-256-PLUS SCRAM-SHA-256 OAUTHBEARER XOAUTH2 PLAIN LOGIN"),
            ("tc", "SCRAM-SHA-256 EXTERNAL OAUTHBEARER XOAUTH2 PLAIN LOGIN"),
            ("tbc", "SCRAM-SHA-256-PLUS SCRAM-SHA-256 EXTERNAL OAUTHBEARER XOAUTH2 PLAIN LOGIN"),
            ("l", "SCRAM-SHA-256 OAUTHBEARER XOAUTH2 PLAIN LOGIN"),
            ("lbc", "SCRAM-SHA-256 OAUTHBEARER XOAUTH2 PLAIN LOGIN"),
        ]
    )
    func offers(facts: String, expected: String) {
        let offer = SASLOffer(configured: Set(SASLMechanism.allCases), facts: Self.facts(facts))
        #expect(offer.mechanisms.map(\.rawValue).joined(separator: " ") == expected)
        #expect(offer.includesChannelBinding == expected.contains("PLUS"))
    }

    @Test("what is not configured is not offered")
    func configured() {
        let offer = SASLOffer(configured: [.login, .plain], facts: Self.facts("tbc"))
        #expect(offer.mechanisms == [.plain, .login])
        #expect(SASLOffer(configured: [], facts: Self.facts("tbcl")).mechanisms.isEmpty)
    }

    @Test(
        "a client's choice is judged",
        arguments: [
            ("t", "PLAIN", SASLOffer.Admission.offered(.plain)), ("t", "plain", .offered(.plain)),
            ("t", "Scram-Sha-256", .offered(.scramSHA256)), ("", "PLAIN", .needsEncryption),
            ("", "SCRAM-SHA-256-PLUS", .needsEncryption), ("", "LOGIN", .notOffered), ("t", "LOGIN", .notOffered),
            ("t", "SCRAM-SHA-256-PLUS", .notOffered), ("tb", "SCRAM-SHA-256-PLUS", .offered(.scramSHA256Plus)),
            ("l", "SCRAM-SHA-256-PLUS", .notOffered), ("t", "CRAM-MD5", .notOffered), ("", "CRAM-MD5", .notOffered),
            ("t", "", .notOffered), ("t", "PLAIN ", .notOffered), ("t", "pla\u{131}n", .notOffered),
            ("t", String(repeating: "A", count: 100_000), .notOffered),
        ]
    )
    func admission(facts: String, name: String, expected: SASLOffer.Admission) {
        let configured: Set<SASLMechanism> = [.plain, .scramSHA256, .scramSHA256Plus]
        #expect(SASLOffer(configured: configured, facts: Self.facts(facts)).admission(of: name) == expected)
    }
}
