import MIME
import Mail
import Testing

/// RFC 5322 sections 3.4 and 4.4, through the To field.
@Suite struct AddressTests {
    static let cases: [(String, [String])] = [
        ("a@example.com", ["a@example.com"]),
        ("<a@example.com>", ["a@example.com"]),
        ("Ann <a@example.com>", ["Ann <a@example.com>"]),
        ("Ann Bee<a@example.com>", ["Ann Bee <a@example.com>"]),
        ("\"Bee, Ann\" <a@example.com>", ["Bee, Ann <a@example.com>"]),
        ("\"Ann \\\"A\\\" Bee\" <a@example.com>", ["Ann \"A\" Bee <a@example.com>"]),
        ("a@example.com (Ann)", ["Ann <a@example.com>"]),
        ("a@example.com, b@example.com", ["a@example.com", "b@example.com"]),
        ("a@example.com; b@example.com;", ["a@example.com", "b@example.com"]),
        (
            "Team: a@example.com, Bob <b@example.com>;, c@example.com",
            ["a@example.com", "Bob <b@example.com>", "c@example.com"]
        ),
        ("undisclosed-recipients:;", []),
        ("<@x.example,@y.example:a@example.com>", ["a@example.com"]),
        ("a (comment (nested)) @ example . com", ["comment (nested) <a@example.com>"]),
        ("\"a b\"@example.com", ["\"a b\"@example.com"]),
        ("<\"a@b\"@example.com>", ["\"a@b\"@example.com"]),
        ("a@b@example.com", ["\"a@b\"@example.com"]),
        ("Ann", []),
        ("<>", []),
        ("<ann>", []),
        ("ann@", []),
        ("@example.com", []),
        ("Ann <a@exa mple.com>", ["Ann <a@example.com>"]),
        ("Ann <a@-bad->, b@example.com", ["b@example.com"]),
        ("\"open quote <a@example.com>", ["open quote <a@example.com>"]),
        ("Ann (open <a@example.com>", ["Ann open <a@example.com>"]),
        ("Ann <a@example.com", ["Ann <a@example.com>"]),
        ("Ann a@example.com", ["Ann <a@example.com>"]),
        ("=?utf-8?q?=C3=84nn?= <a@example.com>", ["Änn <a@example.com>"]),
        ("=?utf-8?q?=C3=84nn?= =?utf-8?q?_Bee?= <a@example.com>", ["Änn Bee <a@example.com>"]),
        ("=?utf-8?q?a@b,<c>?= <a@example.com>", ["a@b,<c> <a@example.com>"]),
        ("ÄNN <ä@exämple.com>", ["ÄNN <ä@exämple.com>"]),
        ("A@EXAMPLE.COM", ["A@example.com"]),
        ("a@[192.0.2.1]", ["a@[192.0.2.1]"]),
        ("Ann.B. Cee <a@example.com>", ["Ann.B. Cee <a@example.com>"]),
        ("mailto:a@example.com", ["a@example.com"]),
        ("<mailto:a@example.com>", ["a@example.com"]),
        (",,, a@example.com,,", ["a@example.com"]),
        ("<<<<<a@example.com>>>", ["a@example.com"]),
    ]

    @Test(arguments: cases)
    func isRead(value: String, expected: [String]) {
        #expect(Parsed("To: \(value)\n\n").summary.to.map(\.description) == expected)
    }

    @Test func longLocalPartIsKept() {
        let local = String(repeating: "r", count: 120)
        #expect(Parsed("Reply-To: <\(local)@example.com>\n\n").summary.replyTo.first?.address.localPart == local)
    }

    @Test func defectsAreNoted() {
        #expect(Parsed("To: ann\n\n").defectKinds.contains(.missingDomain))
        #expect(Parsed("To: a@-bad-\n\n").defectKinds.contains(.malformedAddress))
    }

    @Test func manyFieldsOfRecipientsCount() {
        #expect(Parsed("To: a@x.example\nTo: b@x.example\n\n").summary.to.count == 2)
        let twice = Parsed("From: a@x.example\nFrom: b@x.example\n\n")
        #expect(twice.summary.from.map(\.description) == ["a@x.example"])
        #expect(twice.defectKinds.contains(.duplicateField))
    }

    @Test func addressesAreLimited() {
        let parsed = Parsed("To: " + String(repeating: "a@x.example, ", count: 3000) + "\n\n")
        #expect(parsed.summary.to.count == 1000)
        #expect(parsed.defectKinds.contains(.tooManyAddresses))
    }
}
