import MIME
import Mail
import MailAuth
import Testing

@Suite("DKIM: what of a message is covered")
struct DKIMMessageTests {
    private static let message = """
        Received: one
        From: Ada <ada@example.org>
        To: desk@example.net
        Subject: Printer
        Received: two

        It does not print.

        Ada

        """

    private func reasons(_ octets: [UInt8]) -> [DKIMReason] {
        verifyDKIM(octets, Forge.zone)?.signatures.map(\.reason) ?? []
    }

    private func signed(_ names: String, _ form: String = "relaxed/relaxed") throws -> String {
        var forge = Forge()
        forge.set("h", names)
        forge.set("c", form)
        return String(decoding: try forge.sign(Self.message), as: UTF8.self)
    }

    private func reasons(_ text: String) -> [DKIMReason] { reasons(Array(text.utf8)) }

    @Test("of fields that come again the lower ones are covered first")
    func order() throws {
        let one = try signed("from:received")
        #expect(reasons(one) == [.verified])
        #expect(reasons(one.replacing("Received: one", with: "Received: changed")) == [.verified])
        #expect(reasons(one.replacing("Received: two", with: "Received: changed")) == [.headerChanged])
        #expect(reasons("Received: new\r\n" + one) == [.verified])
        let both = try signed("received:from:received")
        #expect(reasons(both) == [.verified])
        #expect(reasons(both.replacing("Received: one", with: "Received: changed")) == [.headerChanged])
        #expect(reasons("Received: new\r\n" + both) == [.verified])
    }

    @Test("a field that is named once more than it is there cannot be added")
    func oversigned() throws {
        let text = try signed("from:subject:subject:from")
        #expect(reasons(text) == [.verified])
        #expect(reasons("Subject: new\r\n" + text) == [.headerChanged])
        #expect(reasons("From: mallory@example.org\r\n" + text) == [.headerChanged])
        let plain = try signed("from:subject")
        #expect(reasons("Subject: new\r\n" + plain) == [.verified])
    }

    @Test("the relaxed form forgives white space, the simple one nothing")
    func forms() throws {
        let relaxed = try signed("from:subject")
        let respaced = relaxed.replacing("Subject: Printer", with: "SUBJECT:\r\n \t Printer  ")
            .replacing("does not", with: "does  \t not").replacing("Ada\r\n", with: "Ada \r\n\r\n \r\n")
        #expect(reasons(respaced) == [.verified])
        let simple = try signed("from:subject", "simple/simple")
        #expect(reasons(simple) == [.verified])
        #expect(reasons(simple + "\r\n\r\n") == [.verified])
        #expect(reasons(simple.replacing("Subject:", with: "SUBJECT:")) == [.headerChanged])
        #expect(reasons(simple.replacing("does not", with: "does  not")) == [.bodyChanged(hasBareLineEnds: false)])
    }

    @Test("a footer of a list is told of as the body's change")
    func footer() throws {
        let text = try signed("from:subject") + "_____\r\nlist mailing list\r\n"
        let verdict = try #require(verifyDKIM(Array(text.utf8), Forge.zone))
        #expect(verdict.result == .fail)
        #expect(verdict.signatures.first?.sentence.hasPrefix("The body hash does not match") == true)
        // Nobody needs the key for that.
        var evaluation = evaluation(Array(text.utf8))
        #expect(FakeZone().verdict { evaluation.next($0) }?.asked.isEmpty == true)
    }

    @Test("what stands behind the signed length is told of")
    func partialBody() throws {
        var forge = Forge()
        forge.set("l", "18")
        let octets = try forge.sign(Self.message)
        let verdict = try #require(verifyDKIM(octets + Array("More.\r\n".utf8), Forge.zone)?.signatures.first)
        #expect(verdict.reason == .verified)
        #expect(verdict.coversPartOnly)
        #expect(verdict.sentence == "The signature is right. A part of the body is not signed (l=).")
        // 18 octets of text, CRLF, CRLF, three, CRLF.
        forge.set("l", "27")
        let whole = try forge.sign(Self.message)
        let all = try #require(verifyDKIM(whole, Forge.zone)?.signatures.first)
        #expect(all.reason == .verified && !all.coversPartOnly)
    }

    @Test("several signatures of one body are each compared with their own length and form")
    func lengths() throws {
        var octets = withCRLF(Array(Self.message.utf8))
        for (length, form) in [
            ("0", "relaxed/simple"), ("7", "relaxed/relaxed"), ("7", "relaxed/simple"), ("27", "simple/simple"),
        ] {
            var forge = Forge()
            forge.set("l", length)
            forge.set("c", form)
            octets = try forge.field(over: octets) + octets
        }
        #expect(reasons(octets) == [.verified, .verified, .verified, .verified])
        var changed = octets
        changed[octets.count - 3] ^= 1
        #expect(reasons(changed) == [.bodyChanged(hasBareLineEnds: false), .verified, .verified, .verified])
    }

    @Test("the epilogue of a multipart belongs to the body")
    func multipart() throws {
        let text = """
            From: a@example.org
            Content-Type: multipart/mixed; boundary=x

            --x

            Text
            --x--
            behind

            """
        let octets = try Forge().sign(text)
        #expect(reasons(octets) == [.verified])
        #expect(reasons(octets + Array("more\r\n".utf8)) == [.bodyChanged(hasBareLineEnds: false)])
    }

    @Test("a message without a body, or without its empty line, is covered", arguments: ["\r\n\r\n", "\r\n", ""])
    func noBody(end: String) throws {
        let message = Array("From: a@example.org\r\nTo: b@example.org".utf8) + Array(end.utf8)
        for form in ["simple/simple", "relaxed/relaxed"] {
            var forge = Forge()
            forge.set("c", form)
            let octets = try forge.field(over: message) + message
            #expect(reasons(octets) == [.verified])
        }
    }

    @Test("line ends that are not CRLF are octets like any others, and told of")
    func bareLineEnds() throws {
        let text = try signed("from:subject")
        let bareBody = text.replacing("print.\r\n", with: "print.\n")
        #expect(reasons(bareBody) == [.bodyChanged(hasBareLineEnds: true)])
        #expect(reasons(text.replacing("Printer\r\n", with: "Printer\n")) == [.bareLineEnds])
        #expect(reasons(text.replacing("\r\n", with: "\n")) == [.bareLineEnds])
        // What was signed with them verifies with them.
        let octets = Array("From: a@example.org\r\n\r\na\nb\r\n".utf8)
        #expect(reasons(try Forge().field(over: octets) + octets) == [.verified])
    }

    @Test("a field is not divided in two under a signature")
    func dividedField() throws {
        // Signed as one field, read as two: the same octets in the simple form.
        var forge = Forge()
        forge.set("c", "simple/simple")
        forge.set("h", "from:subject:from")
        let whole = Array("Subject: x\r\nFrom: eve@example.net\r\nFrom: ada@example.org\r\n\r\n".utf8)
        let field = try forge.field(over: whole)
        let divided = Array("Subject: x\nFrom: eve@example.net\r\nFrom: ada@example.org\r\n\r\n".utf8)
        #expect(reasons(field + whole) == [.verified])
        #expect(reasons(field + divided) == [.bareLineEnds])
    }

    @Test("an older signature may be covered by a newer one, and none by itself")
    func signaturesOfSignatures() throws {
        var forge = Forge()
        let first = try forge.sign(Self.message)
        forge.set("h", "from:dkim-signature:dkim-signature")
        let both = try forge.field(over: first) + first
        #expect(reasons(both) == [.verified, .verified])
    }

    @Test("more signatures than the limit are counted, not read")
    func limit() throws {
        var octets = withCRLF(Array(Self.message.utf8))
        for _ in 0..<12 { octets = try Forge().field(over: octets) + octets }
        let verdict = try #require(verifyDKIM(octets, Forge.zone))
        #expect(verdict.signatures.count == 10)
        #expect(verdict.ignoredCount == 2)
        #expect(verdict.result == .pass)
        var evaluation = evaluation(octets)
        // One key serves them all.
        #expect(Forge.zone.verdict { evaluation.next($0) }?.asked.count == 1)
    }

    @Test("signatures that cover more than the limit are not read")
    func work() throws {
        var limits = SignedMessage.Limits()
        limits.maxHeaderWork = 700
        var octets = withCRLF(Array(Self.message.utf8))
        for _ in 0..<3 { octets = try Forge().field(over: octets) + octets }
        var evaluation = evaluation(octets, limits: limits)
        let verdict = try #require(Forge.zone.verdict { evaluation.next($0) }).verdict
        #expect(verdict.signatures.map(\.reason) == [.verified, .verified, .tooMuchWork])
        #expect(verdict.signatures.last?.result == .policy)
    }

    // Each of these took hours were it not linear; seconds are enough, also without optimisation.
    @Test(
        "hostile messages cost what their length says",
        .timeLimit(.minutes(1)),
        arguments: [
            "blanks", "tabs", "pairs", "empty lines", "names", "fields", "tags", "semicolons", "signatures", "sets",
        ]
    )
    func hostile(kind: String) throws {
        let size = 1_000_000
        func repeated(_ text: String) -> String { String(repeating: text, count: size / text.utf8.count) }
        let start = "DKIM-Signature: v=1; a=ed25519-sha256; c=relaxed/relaxed; d=example.org; s=sel; bh=AAAA; b=AAAA; "
        let text =
            switch kind {
            case "blanks": start + "h=from\r\nFrom: a\r\n\r\nx" + repeated(" ")
            case "tabs": start + "h=from\r\nFrom: a" + repeated("\t") + "\r\n\r\n" + repeated("\t")
            case "pairs": start + "h=from\r\nFrom: a\r\n\r\n" + repeated("a\t")
            case "empty lines": start + "h=from\r\nFrom: a\r\n\r\n" + repeated(" \r\n")
            case "names": start + "h=from:" + repeated("a:") + "a\r\nFrom: a\r\nA: x\r\n\r\n"
            case "fields": start + "h=from:" + repeated("a:") + "a\r\n" + repeated("A:\r\n") + "From: a\r\n\r\n"
            case "tags": start + "h=from; " + repeated("a=;") + "\r\nFrom: a\r\n\r\n"
            case "semicolons": "DKIM-Signature: b" + repeated(";") + "\r\nFrom: a\r\n\r\n"
            case "signatures": repeated(start + "h=from\r\n") + "From: a\r\n\r\n"
            default:
                repeated("ARC-Seal: i=1; a=rsa-sha256; cv=none; d=example.org; s=s; b=AAAA\r\n") + "From: a\r\n\r\n"
            }
        let octets = Array(text.utf8)
        let clock = ContinuousClock()
        let duration = clock.measure {
            #expect(verifyDKIM(octets, Forge.zone)?.result != .pass)
            #expect(validateARC(octets, Forge.zone)?.result != .pass)
        }
        #expect(duration < .seconds(30), "\(duration)")
    }
}
