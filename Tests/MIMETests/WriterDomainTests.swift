import MIME
import Mail
import Testing

/// The US-ASCII form of international domains, through the To field (RFC 3492, RFC 5891).
@Suite struct WriterDomainTests {
    static let cases: [(String, String?)] = [
        ("example.com", "example.com"),
        ("[192.0.2.1]", "[192.0.2.1]"),
        ("bücher.example", "xn--bcher-kva.example"),
        ("BÜCHER.example", "xn--bcher-kva.example"),
        ("bu\u{308}cher.example", "xn--bcher-kva.example"),
        ("straße.example", "xn--strae-oqa.example"),
        ("例え.テスト", "xn--r8jz45g.xn--zckzah"),
        ("例え。テスト", "xn--r8jz45g.xn--zckzah"),
        ("カ\u{3099}.example", "xn--mck.example"),
        ("παράδειγμα.δοκιμή", "xn--hxajbheg2az3al.xn--jxalpdlp"),
        ("παρα\u{301}δειγμα.example", "xn--hxajbheg2az3al.example"),
        ("مثال.إختبار", "xn--mgbh0fb.xn--kgbechtv"),
        ("उदाहरण.परीक्षा", "xn--p1b6ci4b4b3a.xn--11b5bs3a9aj6g"),
        ("пример.испытание", "xn--e1afmkfd.xn--80akhbyknj4f"),
        ("실례.테스트", "xn--9n2bp8q.xn--9t4b11yi5a"),
        ("💩.la", "xn--ls8h.la"),
        ("exam\u{200B}ple.example", nil),
        ("exam\u{AD}ple.example", nil),
        ("\u{202E}example.example", nil),
        ("ｅｘａｍｐｌｅ.example", nil),
        ("نامه\u{200C}ای.example", "xn--mgba3gch31f060k.example"),
        ("\u{301}a.example", nil),
        ("a\u{E000}b.example", nil),
        ("a\u{A0}b.example", nil),
        ("\u{1112}\u{1161}.example", nil),
        ("ü" + String(repeating: "x", count: 58) + ".example", nil),
    ]

    @Test(arguments: cases)
    func isWritten(name: String, expected: String?) throws {
        var draft = try Make.draft()
        let address = MailAddress(localPart: "a", domain: try #require(Domain(name)))
        draft.to = [.mailbox(NamedAddress(address: address))]
        guard let expected else {
            #expect(throws: MessageDraft.WritingError.noASCIIDomain(address)) {
                try draft.written(boundarySeed: (1, 2))
            }
            return
        }
        #expect(try Rewritten(draft).field("To") == "To: a@\(expected)")
    }
}
