import MIME
import Mail
import MailAuth
import OpenSSL
import Testing

@Suite("ARC: chains")
struct ARCTests {
    private static let message = Array(
        "From: Ada <ada@example.org>\r\nTo: list@example.net\r\nSubject: Printer\r\n\r\nIt does not print.\r\n".utf8
    )

    /// Adds sets to a message as hosts do one after the other.
    private struct Sealer {
        var domain = "example.org"
        var chainValue: String?
        var extraSealTags: [(name: String, value: String)] = []
        var extraSignatureTags: [(name: String, value: String)] = []
        var signedFields = "from:to:subject"
        var results = "mx.example.org; spf=pass smtp.mailfrom=ada@example.org;\r\n dkim=pass header.d=example.org"

        func add(_ instance: Int, to octets: [UInt8]) throws -> [UInt8] {
            let statement = Array("ARC-Authentication-Results: i=\(instance); \(results)\r\n".utf8)
            var forge = Forge()
            forge.fieldName = "ARC-Message-Signature"
            forge.tags = [
                ("i", "\(instance)"), ("a", "ed25519-sha256"), ("c", "relaxed/relaxed"), ("d", domain), ("s", "sel"),
                ("h", signedFields),
            ]
            forge.tags += extraSignatureTags
            let signature = try forge.field(over: octets)
            return try seal(instance, signature + statement + octets) + signature + statement + octets
        }

        private func seal(_ instance: Int, _ octets: [UInt8]) throws -> [UInt8] {
            let value = chainValue ?? (instance == 1 ? "none" : "pass")
            let tags = [("i", "\(instance)"), ("a", "ed25519-sha256"), ("cv", value), ("d", domain), ("s", "sel")]
            let text = "ARC-Seal: " + (tags + extraSealTags).map { "\($0.0)=\($0.1)" }.joined(separator: "; ") + "; b="
            var header = CanonicalHeader()
            // The sets so far, from the first on, each as it lies: results, signature, seal.
            let parsed = Message(parsing: octets.span)
            let fields = parsed.fields.filter { parsed.nameText(of: $0, in: octets.span).hasPrefix("ARC-") }
            let order = ["ARC-Authentication-Results", "ARC-Message-Signature", "ARC-Seal"]
            var rest = Array(fields)
            while !rest.isEmpty {
                for name in order {
                    let place = rest.lastIndex { parsed.nameText(of: $0, in: octets.span) == name }
                    if let place { header.append(rest.remove(at: place), of: octets.span, .relaxed) }
                }
            }
            let own = Array((text + "\r\n").utf8)
            for field in Message(parsing: own.span).fields {
                header.append(field, of: own.span, .relaxed, endsLine: false)
            }
            return Array((text + base64(try TestKeys.edwards.signature(forSHA256: header.digest.span)) + "\r\n").utf8)
        }
    }

    private static func chain(_ count: Int) throws -> [UInt8] {
        var octets = message
        for instance in 1..<(count + 1) { octets = try Sealer().add(instance, to: octets) }
        return octets
    }

    private func verdict(_ octets: [UInt8], _ zone: FakeZone = Forge.zone) throws -> ARCVerdict {
        try #require(validateARC(octets, zone))
    }

    @Test("a chain of any allowed length is right", arguments: [1, 2, 3, 9, 50])
    func right(count: Int) throws {
        let verdict = try verdict(try Self.chain(count))
        #expect(verdict.reason == .verified)
        #expect(verdict.result == .pass)
        #expect(verdict.oldestPass == 1)
        #expect(verdict.instance == nil)
        #expect(verdict.statements.map(\.instance) == Array(1...count))
        let first = try #require(verdict.statements.first)
        #expect(first.sealer == Domain("example.org") && first.selector == "sel" && first.timestamp == nil)
        #expect(
            first.authenticationResults
                == "mx.example.org; spf=pass smtp.mailfrom=ada@example.org; dkim=pass header.d=example.org"
        )
    }

    @Test("no set is no chain")
    func none() throws {
        let verdict = try verdict(Self.message)
        #expect(verdict.result == .none && verdict.statements.isEmpty && verdict.oldestPass == nil)
    }

    @Test("more sets than may be are not read")
    func tooMany() throws {
        let octets = try Self.chain(50)
        let extra = Array("ARC-Seal: i=51; a=rsa-sha256; cv=pass; d=example.org; s=sel; b=AAAA\r\n".utf8)
        #expect(try verdict(extra + octets).reason == .tooManySets)
    }

    @Test("a host that changed the message ends what older signatures cover", arguments: 1...4)
    func oldestPass(changedBefore: Int) throws {
        var octets = Self.message
        for instance in 1...4 {
            if instance == changedBefore { octets += Array("-- footer\r\n".utf8) }
            octets = try Sealer().add(instance, to: octets)
        }
        let verdict = try verdict(octets)
        #expect(verdict.reason == .verified)
        #expect(verdict.oldestPass == changedBefore)
    }

    @Test("a change behind the last set breaks the chain")
    func changed() throws {
        let octets = try Self.chain(3)
        let verdict = try verdict(octets + Array("-- footer\r\n".utf8))
        #expect(verdict.reason == .messageSignature(.bodyChanged(hasBareLineEnds: false)))
        #expect(verdict.instance == 3)
        #expect(verdict.sentence.hasPrefix("Set 3: ARC-Message-Signature: The body hash does not match"))
        #expect(verdict.statements.count == 3)
        let text = String(decoding: octets, as: UTF8.self).replacing("Printer", with: "Other")
        #expect(try self.verdict(Array(text.utf8)).reason == .messageSignature(.headerChanged))
    }

    @Test("what an older host said cannot be changed")
    func changedStatement() throws {
        let text = String(decoding: try Self.chain(3), as: UTF8.self)
        let changed = text.replacing("i=1; mx.example.org; spf=pass", with: "i=1; mx.example.org; spf=fail")
        try #require(changed != text)
        let verdict = try verdict(Array(changed.utf8))
        #expect(verdict.reason == .seal(.headerChanged))
        // All seals cover it, and the last one is looked at first.
        #expect(verdict.instance == 3)
    }

    private static let structures: [(original: String, changed: String, reason: ARCReason, instance: Int?)] = [
        ("ARC-Seal: i=2", "X-Seal: i=2", .missing(.seal), 2),
        ("ARC-Message-Signature: i=1", "X-Signature: i=1", .missing(.messageSignature), 1),
        ("ARC-Authentication-Results: i=3", "X-Results: i=3", .missing(.authenticationResults), 3),
        ("ARC-Authentication-Results: i=3", "ARC-Authentication-Results: i=4", .missing(.authenticationResults), 3),
        (
            "ARC-Authentication-Results: i=3", "ARC-Authentication-Results: i=2",
            .duplicate(.authenticationResults), 2
        ),
        (
            "ARC-Authentication-Results: i=3", "ARC-Authentication-Results: i=0",
            .unknownInstance(.authenticationResults), nil
        ),
        (
            "ARC-Authentication-Results: i=3", "ARC-Authentication-Results: i=51",
            .unknownInstance(.authenticationResults), nil
        ),
        (
            "ARC-Authentication-Results: i=3;", "ARC-Authentication-Results: i=3",
            .unknownInstance(.authenticationResults), nil
        ),
        (
            "ARC-Authentication-Results: i=3", "ARC-Authentication-Results: x; i=3",
            .unknownInstance(.authenticationResults), nil
        ),
        ("ARC-Seal: i=2", "ARC-Seal: i=3", .duplicate(.seal), 3),
        ("ARC-Seal: i=2", "ARC-Seal: i=two", .unknownInstance(.seal), nil),
        ("ARC-Seal: i=2", "ARC-Seal: i=2; i=2", .unknownInstance(.seal), nil),
        ("ARC-Message-Signature: i=2", "ARC-Message-Signature: j=2", .unknownInstance(.messageSignature), nil),
    ]

    @Test(
        "a chain whose structure is wrong is broken",
        arguments: structures
    )
    func structure(original: String, changed: String, reason: ARCReason, instance: Int?) throws {
        let text = String(decoding: try Self.chain(3), as: UTF8.self)
        try #require(text.contains(original))
        let verdict = try verdict(Array(text.replacing(original, with: changed, maxReplacements: 1).utf8))
        #expect(verdict.reason == reason)
        #expect(verdict.instance == instance)
        #expect(verdict.result == .fail)
    }

    @Test("the number of a statement may have comments around it")
    func comments() throws {
        let text = String(decoding: try Self.chain(1), as: UTF8.self)
        for form in [
            "ARC-Authentication-Results: (a(b\\)) i=8) i (c) = 1 (d) ;", "ARC-Authentication-Results:\r\n i=1\r\n ;",
        ] {
            let changed = text.replacing("ARC-Authentication-Results: i=1;", with: form)
            // The statement was changed under its seal, but it is the statement of the first set.
            let verdict = try verdict(Array(changed.utf8))
            #expect(verdict.reason == .seal(.headerChanged))
            #expect(verdict.statements.first?.authenticationResults.hasPrefix("mx.example.org;") == true)
        }
    }

    private static let chainValueCases: [(instance: Int, value: String, reason: ARCReason)] = [
        (1, "pass", .wrongChainValue), (1, "fail", .sealedAsFailed), (2, "none", .wrongChainValue),
        (2, "fail", .sealedAsFailed), (2, "maybe", .seal(.malformedTag("cv"))), (2, "", .seal(.malformedTag("cv"))),
        (2, "neutral", .seal(.malformedTag("cv"))),
        (2, "PASS", .seal(.malformedTag("cv"))),
    ]

    @Test(
        "a seal says what the sets before it were",
        arguments: chainValueCases
    )
    func chainValues(instance: Int, value: String, reason: ARCReason) throws {
        var sealer = Sealer()
        sealer.chainValue = value
        let verdict = try verdict(try sealer.add(instance, to: try Self.chain(instance - 1)))
        #expect(verdict.reason == reason)
        #expect(verdict.instance == instance)
    }

    @Test("a set that was sealed as failed within the chain breaks it")
    func failedWithin() throws {
        var sealer = Sealer()
        sealer.chainValue = "fail"
        let octets = try Sealer().add(3, to: try sealer.add(2, to: try Self.chain(1)))
        let verdict = try verdict(octets)
        #expect(verdict.reason == .wrongChainValue)
        #expect(verdict.instance == 2)
    }

    @Test("a seal chooses no fields, and a signature covers no seals but the author")
    func fields() throws {
        var sealer = Sealer()
        sealer.extraSealTags = [("h", "from")]
        #expect(try verdict(try sealer.add(1, to: Self.message)).reason == .seal(.malformedTag("h")))
        sealer = Sealer()
        sealer.signedFields = "from:arc-seal"
        #expect(try verdict(try sealer.add(1, to: Self.message)).reason == .messageSignature(.malformedTag("h")))
        sealer.signedFields = "to:subject"
        #expect(try verdict(try sealer.add(1, to: Self.message)).reason == .messageSignature(.fromNotSigned))
    }

    @Test("an older signature that cannot be read ends what it covers, no more")
    func unreadableSignature() throws {
        var sealer = Sealer()
        sealer.extraSignatureTags = [("x", "1")]
        var octets = try sealer.add(1, to: Self.message)
        octets = try Sealer().add(2, to: octets)
        let verdict = try verdict(octets)
        #expect(verdict.reason == .verified)
        #expect(verdict.oldestPass == 2)
        #expect(
            try self.verdict(try sealer.add(1, to: Self.message)).reason
                == .messageSignature(.expired(Timestamp(seconds: 1)))
        )
    }

    @Test("keys are asked for in two rounds, each once, and none where all is lost")
    func questions() throws {
        var octets = Self.message
        for (instance, domain) in [(1, "a.example"), (2, "b.example"), (3, "example.org")] {
            var sealer = Sealer()
            sealer.domain = domain
            octets = try sealer.add(instance, to: octets)
        }
        var zone = Forge.zone
        for domain in ["a.example", "b.example"] {
            zone.setTexts("sel._domainkey.\(domain)", [TestKeys.record(TestKeys.edwards)])
        }
        func asked(_ octets: [UInt8], _ zone: FakeZone) throws -> (ARCVerdict, [String]) {
            let message = Message(parsing: octets.span)
            var evaluation = ARCEvaluation(SignedMessage(message, in: octets.span), at: testMoment)
            let (verdict, asked, _) = try #require(zone.verdict { evaluation.next($0) })
            return (verdict, asked.map(\.name))
        }
        let (verdict, names) = try asked(octets, zone)
        #expect(verdict.result == .pass)
        #expect(names == ["example.org", "a.example", "b.example"].map { "sel._domainkey.\($0)" })
        #expect(try asked(octets + Array("x\r\n".utf8), zone).1.isEmpty)
        // A forged last set costs one question.
        #expect(try asked(octets, FakeZone()).1.count == 1)

        zone.set("sel._domainkey.a.example", .txt, .failure)
        let (failed, _) = try asked(octets, zone)
        #expect(failed.reason == .seal(.keyUnavailable))
        #expect(failed.instance == 1)
        #expect(failed.reason.isTemporary)
    }

    @Test("when a host says that it sealed is told, not judged")
    func timestamp() throws {
        var sealer = Sealer()
        sealer.extraSealTags = [("t", "999999999999")]
        sealer.extraSignatureTags = [("t", "999999999999")]
        let verdict = try verdict(try sealer.add(1, to: Self.message))
        #expect(verdict.result == .pass)
        #expect(verdict.statements.first?.timestamp == Timestamp(seconds: 999_999_999_999))
    }

    @Test("what stands behind the signed length is told of")
    func partialBody() throws {
        var sealer = Sealer()
        sealer.extraSignatureTags = [("l", "20")]
        let octets = try sealer.add(1, to: Self.message)
        let whole = try verdict(octets)
        #expect(whole.result == .pass && !whole.coversPartOnly)
        let longer = try verdict(octets + Array("-- footer\r\n".utf8))
        #expect(longer.result == .pass && longer.coversPartOnly)
    }

    @Test("a weak key seals nothing")
    func weakKey() throws {
        let zone = FakeZone(texts: ["sel._domainkey.example.org": TestKeys.record(TestKeys.weakRSA)])
        let text = String(decoding: try Self.chain(1), as: UTF8.self)
            .replacing("a=ed25519-sha256", with: "a=rsa-sha256")
        #expect(try verdict(Array(text.utf8), zone).reason == .messageSignature(.weakKey(bits: 768)))
    }
}
