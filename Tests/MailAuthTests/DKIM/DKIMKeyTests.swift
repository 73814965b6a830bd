import Mail
import MailAuth
import OpenSSL
import Testing

@Suite("DKIM: keys in the DNS")
struct DKIMKeyTests {
    private static let name = "sel._domainkey.example.org"
    private static let message = "From: ada@example.org\nTo: desk@example.net\nSubject: x\n\nText.\n"
    private static let edwards = base64(TestKeys.edwards.publicKey.rawOctets ?? [])
    private static let rsa = base64(TestKeys.rsa.publicKey.subjectPublicKeyInfo)

    private func verify(
        _ zone: FakeZone,
        _ key: PrivateKey = TestKeys.edwards,
        identity: String? = nil,
        limits: DKIMEvaluation.Limits = .init()
    ) throws -> DKIMSignatureVerdict {
        var forge = Forge()
        forge.key = key
        if key.kind == .rsa { forge.set("a", "rsa-sha256") }
        forge.set("i", identity)
        let verdict = try #require(verifyDKIM(try forge.sign(Self.message), zone, limits: limits))
        return try #require(verdict.signatures.first)
    }

    private static let recordCases: [(text: String, reason: DKIMReason)] = [
        ("v=DKIM1; k=ed25519; p=\(edwards)", .verified),
        ("k=ed25519;p=\(edwards)", .verified),
        (" v = DKIM1 ; k = ed25519 ; n=a note; p= \(edwards) ;", .verified),
        ("v=DKIM1; k=ed25519; h=sha1:sha256; s=*; t=y:s:other; p=\(edwards)", .verified),
        ("v=DKIM1; k=ed25519; s=other : email; p=\(edwards); x=y", .verified),
        ("v=DKIM1; k=ed25519; p=", .revokedKey),
        ("v=DKIM1; p=\(edwards)", .keyOfOtherKind("rsa")),
        ("v=DKIM1; k=rsa; p=\(rsa)", .keyOfOtherKind("rsa")),
        ("v=DKIM1; k=ED25519; p=\(edwards)", .keyOfOtherKind("ED25519")),
        ("v=DKIM1; k=ed25519; h=sha1; p=\(edwards)", .keyNotForDigest),
        ("v=DKIM1; k=ed25519; s=other; p=\(edwards)", .keyNotForMail),
        ("v=DKIM1; k=ed25519; p=\(edwards.dropLast(4))", .malformedKey("this is no key that can be read")),
        ("v=DKIM1; k=ed25519; p=?", .malformedKey("its key (p=) is no base 64")),
        ("v=DKIM1; k=ed25519", .malformedKey("it has no key (p=)")),
        ("v=DKIM2; k=ed25519; p=\(edwards)", .malformedKey("it begins with no v=DKIM1")),
        ("k=ed25519; v=DKIM1; p=\(edwards)", .malformedKey("it begins with no v=DKIM1")),
        ("v=spf1 -all", .malformedKey("it begins with no v=DKIM1")),
        ("v=DKIM1; k=ed25519; k=ed25519; p=\(edwards)", .malformedKey("the tag k comes twice")),
        ("text", .malformedKey("the tag text has no equals sign")),
        ("", .malformedKey("there is no tag")),
    ]

    @Test(
        "a record is taken or told of",
        arguments: recordCases
    )
    func records(text: String, reason: DKIMReason) throws {
        #expect(try verify(FakeZone(texts: [Self.name: text])).reason == reason)
    }

    @Test("a key is RSA in either form, and at least 1024 bits")
    func rsa() throws {
        let info = TestKeys.rsa.publicKey.subjectPublicKeyInfo
        let bare = Array(info[22...])
        for octets in [info, bare] {
            #expect(
                try verify(FakeZone(texts: [Self.name: "k=rsa; p=\(base64(octets))"]), TestKeys.rsa).reason == .verified
            )
        }
        #expect(
            try verify(FakeZone(texts: [Self.name: TestKeys.record(TestKeys.largeRSA)]), TestKeys.largeRSA).reason
                == .verified
        )

        let weak = try verify(FakeZone(texts: [Self.name: TestKeys.record(TestKeys.weakRSA)]), TestKeys.weakRSA)
        #expect(weak.reason == .weakKey(bits: 768))
        #expect(weak.result == .policy)
        var limits = DKIMEvaluation.Limits()
        limits.maximumKeyBits = 2047
        let large = try verify(
            FakeZone(texts: [Self.name: TestKeys.record(TestKeys.largeRSA)]),
            TestKeys.largeRSA,
            limits: limits
        )
        #expect(large.reason == .oversizedKey(bits: 2048))
    }

    @Test("another key does not verify, and the cause is told")
    func otherKey() throws {
        let verdict = try verify(FakeZone(texts: [Self.name: TestKeys.record(TestKeys.otherEdwards)]))
        #expect(verdict.reason == .headerChanged)
        #expect(verdict.result == .fail)
    }

    @Test("no name, no record and no answer are three things")
    func absence() throws {
        #expect(try verify(FakeZone()).reason == .noKey)
        var zone = FakeZone()
        zone.setTexts(Self.name, [])
        #expect(try verify(zone).reason == .noKey)
        zone.set(Self.name, .txt, .failure)
        let verdict = try verify(zone)
        #expect(verdict.reason == .keyUnavailable)
        #expect(verdict.result == .temperror)
    }

    @Test("of several records the one that verifies counts, within the limit")
    func severalRecords() throws {
        var zone = FakeZone()
        let other = TestKeys.record(TestKeys.otherEdwards)
        zone.setTexts(Self.name, ["v=spf1 -all", other, "v=DKIM1; p=", TestKeys.record(TestKeys.edwards)])
        #expect(try verify(zone).reason == .verified)
        zone.setTexts(Self.name, [other, other, other, other, TestKeys.record(TestKeys.edwards)])
        #expect(try verify(zone).reason == .headerChanged)
        zone.setTexts(Self.name, ["junk", "v=DKIM1; k=ed25519; p="])
        #expect(try verify(zone).reason == .revokedKey)
    }

    @Test("a key that is only tested makes a wrong signature none, and leaves a right one")
    func testing() throws {
        let right = try verify(FakeZone(texts: [Self.name: "t=y; k=ed25519; p=\(Self.edwards)"]))
        #expect(right.result == .pass && right.isTesting)
        let wrong = try verify(FakeZone(texts: [Self.name: TestKeys.record(TestKeys.otherEdwards) + "; t=s:y"]))
        #expect(wrong.result == .neutral && wrong.reason == .headerChanged && wrong.isTesting)
        #expect(wrong.sentence.hasSuffix("The domain only tests its key (t=y)."))
    }

    @Test("a key may forbid identities in subdomains")
    func subdomains() throws {
        let zone = FakeZone(texts: [Self.name: "k=ed25519; t=s; p=\(Self.edwards)"])
        #expect(try verify(zone, identity: "@example.org").reason == .verified)
        #expect(try verify(zone, identity: "@mail.example.org").reason == .keyForbidsSubdomains)
        #expect(try verify(Forge.zone, identity: "@mail.example.org").reason == .verified)
    }

    @Test("a domain with U-labels is asked for in US-ASCII")
    func international() throws {
        var forge = Forge()
        forge.set("d", "büro.example")
        forge.set("s", "schlüssel")
        let octets = try forge.sign(Self.message)
        var evaluation = evaluation(octets)
        let zone = FakeZone(texts: [
            "xn--schlssel-95a._domainkey.xn--bro-hoa.example": TestKeys.record(TestKeys.edwards)
        ])
        let (verdict, asked, _) = try #require(zone.verdict { evaluation.next($0) })
        #expect(asked.map(\.name) == ["xn--schlssel-95a._domainkey.xn--bro-hoa.example"])
        #expect(verdict.result == .pass)
        #expect(verdict.signatures.first?.domain == Domain("xn--bro-hoa.example"))
    }

    @Test(
        "a record to publish is the key, in strings that a record holds",
        arguments: [TestKeys.edwards, TestKeys.largeRSA]
    )
    func publication(key: PrivateKey) throws {
        let domain = try #require(Domain("Example.org"))
        let publication = try DKIMKeyPublication(domain: domain, selector: "Sel", key: key.publicKey)
        #expect(publication.question.name == Self.name)
        #expect(publication.strings.joined() == publication.text)
        #expect(publication.strings.allSatisfy { (1...255).contains($0.utf8.count) })
        #expect(publication.strings.count == (key.kind == .rsa ? 2 : 1))
        #expect(publication.text.hasPrefix("v=DKIM1; k=\(key.kind.rawValue); p="))
        #expect(publication.zoneLine.hasPrefix("sel._domainkey.example.org. IN TXT "))
        #expect(publication.zoneLine.filter { $0 == "\"" }.count == 2 * publication.strings.count)
        let zone = FakeZone(texts: [Self.name: publication.text])
        #expect(try verify(zone, key).reason == .verified)
        #expect(publication.faults(in: zone.answer(publication.question)) == [])
    }

    @Test("a record that is published is compared with the key")
    func comparison() throws {
        let domain = try #require(Domain("example.org"))
        let publication = try DKIMKeyPublication(domain: domain, selector: "sel", key: TestKeys.edwards.publicKey)
        func faults(_ texts: [String]) -> [DKIMKeyPublication.Fault] {
            publication.faults(in: .records(texts.map { .text(Array($0.utf8)) }))
        }
        #expect(publication.faults(in: .failure) == [.noAnswer])
        #expect(publication.faults(in: .noSuchName) == [.notPublished])
        #expect(faults([]) == [.notPublished])
        #expect(faults([publication.text, publication.text]) == [.severalRecords(2)])
        #expect(faults(["v=DKIM1; k=ed25519; p="]) == [.revoked])
        #expect(faults([TestKeys.record(TestKeys.rsa)]) == [.otherKind("rsa")])
        #expect(faults([TestKeys.record(TestKeys.otherEdwards)]) == [.otherKey])
        #expect(faults([publication.text + "; h=sha1"]) == [.notForDigest])
        #expect(faults([publication.text + "; s=other"]) == [.notForMail])
        #expect(faults([publication.text + "; t=y"]) == [.testing])
        #expect(faults(["v=DKIM1"]) == [.malformed(.malformedKey("it has no key (p=)"))])
        let all = faults([publication.text + "; t=y", TestKeys.record(TestKeys.otherEdwards)])
        #expect(all == [.severalRecords(2), .testing, .otherKey])
        #expect(all.allSatisfy { $0.sentence.hasSuffix(".") })
    }
}
