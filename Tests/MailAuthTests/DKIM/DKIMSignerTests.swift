import MIME
import Mail
import MailAuth
import OpenSSL
import Testing

@Suite("DKIM: signing")
struct DKIMSignerTests {
    private static let domain = "example.org"

    private func signer(_ key: PrivateKey, domain: String = domain, selector: String = "sel") throws -> DKIMSigner {
        try DKIMSigner(domain: try #require(Domain(domain)), selector: selector, key: key)
    }

    private func sign(_ signer: DKIMSigner, _ octets: [UInt8]) throws -> String {
        try signer.signature(of: Message(parsing: octets.span), in: octets.span, at: testMoment)
    }

    private func zone(_ key: PrivateKey) -> FakeZone {
        FakeZone(texts: ["sel._domainkey.example.org": TestKeys.record(key)])
    }

    @Test("what is signed verifies, whatever it is", arguments: 0..<60)
    func roundTrip(seed: Int) throws {
        var random = SeededRandom(seed: UInt64(seed))
        let key = seed % 5 == 0 ? TestKeys.largeRSA : TestKeys.edwards
        let octets = RandomMessage.octets(&random)
        let field = try sign(try signer(key), octets)
        #expect(field.split(separator: "\r\n", omittingEmptySubsequences: false).allSatisfy { $0.utf8.count <= 78 })
        #expect(field.hasSuffix("\r\n") && !field.dropLast(1).hasSuffix("\r\n"))
        let signed = Array(field.utf8) + octets
        let verdict = try #require(verifyDKIM(signed, zone(key)))
        #expect(verdict.signatures.map(\.reason) == [.verified], "\(String(decoding: signed, as: UTF8.self))")

        // A letter that was changed anywhere is noticed, unless the field is not signed.
        let start = Message(parsing: signed.span).bodyRange.lowerBound
        let letters = signed.indices.filter { $0 >= start && signed[$0] > 0x20 }
        if let place = letters.randomElement(using: &random) {
            var changed = signed
            changed[place] ^= 1
            #expect(verifyDKIM(changed, zone(key))?.result == .fail)
        }
        let added = Array("Subject: another\r\n".utf8) + signed
        #expect(verifyDKIM(added, zone(key))?.result == .fail)
    }

    @Test("the field says what it must")
    func field() throws {
        let octets = Array(
            "From: a@example.org\r\nTo: b@example.net\r\nTo: c@example.net\r\nX-A: b\r\n\r\nText\r\n".utf8
        )
        var signer = try signer(TestKeys.edwards)
        signer.lifetime = 3600
        let field = try sign(signer, octets)
        let tags = field.replacing("\r\n ", with: " ").split(separator: ";").map { $0.replacing(" ", with: "") }
        #expect(tags[0] == "DKIM-Signature:v=1")
        #expect(tags[1] == "a=ed25519-sha256")
        #expect(tags[2] == "c=relaxed/relaxed")
        #expect(tags[3] == "d=example.org")
        #expect(tags[4] == "s=sel")
        #expect(tags[5] == "t=1795219200")
        #expect(tags[6] == "x=1795222800")
        #expect(
            tags[7] == "h=From:From:Reply-To:Subject:Date:Message-ID:To:To:To:Cc:In-Reply-To:References:MIME-Version:"
                + "Content-Type:Content-Transfer-Encoding"
        )
        #expect(tags[8].hasPrefix("bh="))
        #expect(tags[9].hasPrefix("b="))
    }

    @Test("the fields to sign are a setting")
    func chosenFields() throws {
        var signer = try signer(TestKeys.edwards)
        signer.signedFields = ["From", "X-A"]
        signer.oversignedFields = []
        let octets = Array("From: a@example.org\r\nSubject: x\r\nX-A: b\r\n\r\nText\r\n".utf8)
        let field = try sign(signer, octets)
        #expect(field.contains(" h=From:X-A;"))
        let signed = Array(field.utf8) + octets
        #expect(verifyDKIM(Array("Subject: y\r\n".utf8) + signed, zone(TestKeys.edwards))?.result == .pass)
    }

    @Test("what cannot be signed is told of")
    func refusals() throws {
        let signer = try signer(TestKeys.edwards)
        #expect(throws: DKIMSigningError.missingFrom) { try sign(signer, Array("To: a\r\n\r\n".utf8)) }
        #expect(throws: DKIMSigningError.bareLineEnds) { try sign(signer, Array("From: a\r\n\r\nx\n".utf8)) }
        #expect(throws: DKIMSigningError.bareLineEnds) { try sign(signer, Array("From: a\n\r\nx\r\n".utf8)) }
        #expect(throws: DKIMSigningError.weakKey(bits: 768)) { try self.signer(TestKeys.weakRSA) }
        for (domain, selector) in [
            ("org", "sel"), ("[192.0.2.1]", "sel"), ("example.org", "a..b"), ("example.org", ""),
        ] {
            #expect(throws: DKIMSigningError.malformedName) {
                try self.signer(TestKeys.edwards, domain: domain, selector: selector)
            }
        }
    }

    @Test("a long domain stays in one piece")
    func longDomain() throws {
        let domain = (0..<12).map { "label-number-\($0)" }.joined(separator: ".") + ".example"
        let octets = Array("From: a@example.org\r\n\r\nText\r\n".utf8)
        let field = try sign(try signer(TestKeys.edwards, domain: domain), octets)
        #expect(field.contains("\r\n d=\(domain);\r\n"))
        let zone = FakeZone(texts: ["sel._domainkey.\(domain)": TestKeys.record(TestKeys.edwards)])
        #expect(verifyDKIM(Array(field.utf8) + octets, zone)?.result == .pass)
    }
}

/// Messages of all kinds, the same for one seed.
enum RandomMessage {
    static func octets(_ random: inout SeededRandom) -> [UInt8] {
        var text = "From: a@example.org\r\n"
        for _ in 0..<Int.random(in: 0...8, using: &random) { text += field(&random) }
        text += "\r\n"
        for _ in 0..<Int.random(in: 0...12, using: &random) { text += line(&random) + "\r\n" }
        if Bool.random(using: &random) { text += line(&random) }
        return Array(text.utf8)
    }

    private static func field(_ random: inout SeededRandom) -> String {
        let names = [
            "Subject", "to", "CC", "Date", "Message-ID", "X-Other", "Content-Type", "List-Id", "References", "From",
        ]
        let spaces = ["", " ", "\t", "  ", " \t ", "\r\n ", "\r\n\t \t"]
        var value = ""
        for _ in 0..<Int.random(in: 0...4, using: &random) {
            value += (spaces.randomElement(using: &random) ?? "") + word(&random)
        }
        return (names.randomElement(using: &random) ?? "") + ":" + value + (Bool.random(using: &random) ? " " : "")
            + "\r\n"
    }

    private static func line(_ random: inout SeededRandom) -> String {
        let spaces = ["", " ", "  ", "\t", " \t "]
        var line = ""
        for _ in 0..<Int.random(in: 0...5, using: &random) {
            line += (spaces.randomElement(using: &random) ?? "") + (Bool.random(using: &random) ? word(&random) : "")
        }
        return line
    }

    private static func word(_ random: inout SeededRandom) -> String {
        let letters = Array("abcXYZ012.-=;äß€")
        return String(
            (0..<Int.random(in: 1...9, using: &random)).map { _ in letters.randomElement(using: &random) ?? "a" }
        )
    }
}

/// Numbers that are the same for one seed (SplitMix64).
struct SeededRandom: RandomNumberGenerator {
    private var state: UInt64

    init(seed: UInt64) {
        state = seed &+ 0x9E37_79B9_7F4A_7C15
    }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ mixed >> 30) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ mixed >> 27) &* 0x94D0_49BB_1331_11EB
        return mixed ^ mixed >> 31
    }
}
