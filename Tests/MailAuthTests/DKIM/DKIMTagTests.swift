import Mail
import MailAuth
import Testing

@Suite("DKIM: what a signature says")
struct DKIMTagTests {
    private static let message = """
        From: Ada <ada@example.org>
        To: desk@example.net
        Subject: Printer

        It does not print.

        Ada

        """

    private static let seconds = testMoment.milliseconds / 1000

    private func verdict(_ change: (inout Forge) -> Void) throws -> DKIMSignatureVerdict {
        var forge = Forge()
        change(&forge)
        let octets = try forge.sign(Self.message)
        let verdict = try #require(verifyDKIM(octets, Forge.zone))
        try #require(verdict.signatures.count == 1)
        return verdict.signatures[0]
    }

    @Test("a signature is verified, and told of")
    func right() throws {
        let signature = try verdict { $0.set("i", "ada=40x@mail.example.org") }
        #expect(signature.result == .pass)
        #expect(signature.domain == Domain("example.org"))
        #expect(signature.selector == "sel")
        #expect(signature.algorithm == "ed25519-sha256")
        #expect(signature.identity == "ada@x@mail.example.org")
        #expect(signature.signaturePrefix?.count == 8)
        #expect(!signature.coversPartOnly && !signature.isTesting)
        #expect(signature.sentence == "The signature is right.")
    }

    @Test("no signature is none")
    func none() throws {
        let octets = withCRLF(Array(Self.message.utf8))
        let verdict = try #require(verifyDKIM(octets, Forge.zone))
        #expect(verdict.result == .none)
        #expect(verdict.signatures.isEmpty)
    }

    @Test("a tag that must be there is missed", arguments: ["v", "a", "d", "s", "h", "bh", "b"])
    func missing(name: String) throws {
        let octets = try Forge().sign(Self.message)
        let text = String(decoding: octets, as: UTF8.self)
        let lines = text.split(separator: "\r\n", maxSplits: 1, omittingEmptySubsequences: false)
        let tags = lines[0].dropFirst("DKIM-Signature: ".count).split(separator: "; ")
        let kept = tags.filter { !$0.hasPrefix(name + "=") }
        try #require(kept.count == tags.count - 1)
        let changed = "DKIM-Signature: " + kept.joined(separator: "; ") + "\r\n" + lines[1]
        let verdict = try #require(verifyDKIM(Array(changed.utf8), Forge.zone))
        #expect(verdict.signatures.map(\.reason) == [.missingTag(name)])
        #expect(verdict.result == .neutral)
    }

    @Test("a tag that comes twice makes the signature invalid", arguments: ["v", "a", "d", "s", "h", "c", "t", "n"])
    func doubled(name: String) throws {
        let signature = try verdict { forge in
            let value = forge.value(name) ?? "1"
            forge.set(name, value)
            forge.tags.append((name, value))
        }
        #expect(signature.reason == .malformed("the tag \(name) comes twice"))
    }

    private static let wrongValues: [(name: String, value: String, reason: DKIMReason)] = [
        ("v", "", .malformedTag("v")), ("v", "2", .unknownVersion), ("v", "1.0", .unknownVersion),
        ("a", "", .malformedTag("a")), ("a", "rsa-sha512", .unknownAlgorithm("rsa-sha512")),
        ("a", "RSA-SHA256", .unknownAlgorithm("RSA-SHA256")), ("a", "rsa-sha1", .historicAlgorithm("rsa-sha1")),
        ("a", "x\u{7}y", .malformed("the value of a holds octets that it must not")),
        ("b", "", .malformedTag("b")), ("b", "!", .malformedTag("b")), ("b", "A", .malformedTag("b")),
        ("b", "AA=A", .malformedTag("b")), ("b", "AAAA=", .malformedTag("b")),
        ("bh", "", .malformedTag("bh")), ("bh", "*", .malformedTag("bh")),
        ("c", "", .malformedTag("c")), ("c", "strict", .malformedTag("c")),
        ("c", "relaxed/", .malformedTag("c")), ("c", "simple/simple/simple", .malformedTag("c")),
        ("c", "Relaxed/relaxed", .malformedTag("c")),
        ("d", "", .malformedTag("d")), ("d", "org", .malformedTag("d")), ("d", "example..org", .malformedTag("d")),
        ("d", "[192.0.2.1]", .malformedTag("d")), ("d", "a b.org", .malformedTag("d")),
        ("s", "", .malformedTag("s")), ("s", "a..b", .malformedTag("s")), ("s", "[192.0.2.1]", .malformedTag("s")),
        ("s", String(repeating: "x", count: 64), .malformedTag("s")),
        ("h", "", .fromNotSigned), ("h", "to:subject", .fromNotSigned), ("h", "from::to", .malformedTag("h")),
        ("h", "from:t o", .malformedTag("h")),
        ("i", "", .malformedTag("i")), ("i", "ada", .malformedTag("i")), ("i", "@", .malformedTag("i")),
        ("i", "@example.com", .identityOutsideDomain), ("i", "@xexample.org", .identityOutsideDomain),
        ("i", "@org", .identityOutsideDomain), ("i", "a=4@example.org", .malformedTag("i")),
        ("i", "a=0D=0A@example.org", .malformedTag("i")), ("i", "a=ff@example.org", .malformedTag("i")),
        ("l", "", .malformedTag("l")), ("l", "-1", .malformedTag("l")), ("l", "1k", .malformedTag("l")),
        ("l", "1000", .bodyShortened), ("l", "99999999999999999999999", .bodyShortened),
        ("q", "dns/mx", .unknownQuery), ("q", "", .unknownQuery),
        ("t", "", .malformedTag("t")), ("t", "now", .malformedTag("t")), ("t", "-1", .malformedTag("t")),
        ("t", "1000000000000", .malformedTag("t")),
        ("t", "999999999999", .signedInFuture(Timestamp(seconds: 999_999_999_999))),
        ("x", "", .malformedTag("x")), ("x", "soon", .malformedTag("x")),
        ("x", "1", .expired(Timestamp(seconds: 1))),
    ]

    @Test(
        "a value that may not be is told of",
        arguments: wrongValues
    )
    func wrong(name: String, value: String, reason: DKIMReason) throws {
        let signature = try verdict { $0.set(name, value) }
        #expect(signature.reason == reason)
        #expect(signature.result == reason.result)
        #expect(signature.result != .pass)
    }

    @Test(
        "a value that may be is taken",
        arguments: [
            ("c", "relaxed"), ("c", "simple/relaxed"), ("c", "simple"), ("c", "relaxed/simple"),
            ("i", "@example.org"), ("i", "@a.b.EXAMPLE.org"), ("q", "dns/txt"), ("q", "dns/foo : dns/txt"),
            ("t", "0"), ("x", "999999999999"), ("z", "From:a|To:b"), ("unknown", "x y"), ("l", "0"), ("l", "5"),
            ("h", "From : To\t: SUBJECT"), ("h", "from:from:x-none:to"), ("d", "EXAMPLE.org"), ("s", "SEL"),
        ]
    )
    func right(name: String, value: String) throws {
        let signature = try verdict { $0.set(name, value) }
        #expect(signature.reason == .verified)
    }

    @Test("no canonicalization is simple in both")
    func defaultForm() throws {
        #expect(try verdict { $0.set("c", nil) }.reason == .verified)
    }

    @Test("white space around tags and a semicolon at the end mean nothing")
    func spaces() throws {
        let octets = try Forge().sign(Self.message)
        let text = String(decoding: octets, as: UTF8.self)
        // The relaxed form keeps one blank where some are, so that only blanks within the signature's value may change.
        let spaced = text.replacing("; b=", with: "; b=\r\n\t ")
        try #require(spaced != text)
        #expect(verifyDKIM(Array(spaced.utf8), Forge.zone)?.result == .pass)

        var forge = Forge()
        forge.set("d", " example.org ")
        forge.set("s", "\r\n sel\r\n ")
        forge.tags.append((" x-y ", "1"))
        let refused = try forge.sign(Self.message)
        // A name has no hyphen (section 3.2).
        #expect(verifyDKIM(refused, Forge.zone)?.signatures.first?.reason == .malformed("\"x-y\" is no name of a tag"))
        forge.tags.removeLast()
        #expect(verifyDKIM(try forge.sign(Self.message), Forge.zone)?.result == .pass)
    }

    @Test("the times hold within the leeway, and no longer")
    func times() throws {
        let now = Self.seconds
        #expect(try verdict { $0.set("x", "\(now - 300)") }.reason == .verified)
        #expect(
            try verdict { $0.set("x", "\(now - 301)") }.reason == .expired(Timestamp(seconds: now - 301))
        )
        #expect(try verdict { $0.set("t", "\(now + 300)") }.reason == .verified)
        let late = try verdict { $0.set("t", "\(now + 301)") }
        #expect(late.reason == .signedInFuture(Timestamp(seconds: now + 301)))
        #expect(late.result == .policy)
        let reversed = try verdict { forge in
            forge.set("t", "\(now)")
            forge.set("x", "\(now)")
        }
        #expect(reversed.reason == .expiresBeforeSigned)
    }

    @Test("the version 1 of RSA with SHA-1 is refused without a question")
    func historic() throws {
        var forge = Forge()
        forge.set("a", "rsa-sha1")
        let octets = try forge.sign(Self.message)
        var evaluation = evaluation(octets)
        let (verdict, asked, _) = try #require(FakeZone().verdict { evaluation.next($0) })
        #expect(verdict.result == .permerror)
        #expect(asked.isEmpty)
    }
}
