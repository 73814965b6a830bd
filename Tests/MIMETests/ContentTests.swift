import Foundation
import MIME
import Testing

/// Transfer encodings, charsets and what becomes of them as text.
@Suite struct ContentTests {
    static let base64: [(String, String)] = [
        ("", ""), ("QQ==", "A"), ("QUI=", "AB"), ("QUJD", "ABC"), ("QUJDRA", "ABCD"), ("Q U\nJ\tD", "ABC"),
        ("QQ==QUI=QUJD", "AABABC"), ("QUJD====", "ABC"), ("Q", ""), ("QUJDR", "ABC"), ("-QU_JD!", "ABC"),
    ]

    @Test(arguments: base64)
    func base64IsDecoded(encoded: String, expected: String) {
        let parsed = Parsed("Content-Type: x/y\nContent-Transfer-Encoding: base64\n\n\(encoded)")
        #expect(parsed.content(of: 0) == Array(expected.utf8))
    }

    static let quotedPrintable: [(String, String)] = [
        ("", ""), ("a=41b", "aAb"), ("a=\nb", "ab"), ("a= \t\nb", "ab"), ("a  \nb", "a\nb"), ("a =20 b", "a   b"),
        ("a=", "a"), ("a=4", "a=4"), ("a=ZZ", "a=ZZ"), ("a=e4=E4", "a\u{E4}\u{E4}"), ("a \t b ", "a \t b"),
        ("==41", "=A"), ("   ", ""),
    ]

    @Test(arguments: quotedPrintable)
    func quotedPrintableIsDecoded(encoded: String, expected: String) {
        let parsed = Parsed("Content-Type: x/y\nContent-Transfer-Encoding: Quoted-Printable\n\n\(encoded)")
        let latin1 = expected.replacingOccurrences(of: "\n", with: "\r\n").unicodeScalars.map { UInt8($0.value) }
        #expect(parsed.content(of: 0) == latin1)
    }

    @Test(arguments: [0, 1, 2, 3, 100, 24_573, 24_574, 24_575, 24_576, 24_577, 70_000, 200_001])
    func largeContentIsDecodedInPieces(size: Int) {
        let content = (0..<size).map { UInt8(truncatingIfNeeded: $0 &* 31 &+ $0 / 251) }
        for options in [[], [.lineLength76Characters, .endLineWithCarriageReturn]] as [Data.Base64EncodingOptions] {
            let encoded = Data(content).base64EncodedString(options: options)
            let parsed = Parsed(Array("Content-Type: x/y\nContent-Transfer-Encoding: base64\n\n\(encoded)".utf8))
            #expect(parsed.content(of: 0) == content)
            #expect(parsed.summary.attachments.first?.sha256 == digest(of: content))
            #expect(parsed.summary.attachments.first?.size == size)
        }
        let encoded = content.map { String(format: "=%02X", $0) }.joined()
        let parsed = Parsed(Array("Content-Type: x/y\nContent-Transfer-Encoding: quoted-printable\n\n\(encoded)".utf8))
        #expect(parsed.content(of: 0) == content)
    }

    @Test func onlyTheEncodingsOfATextAreUndone() {
        func utf8(_ text: String, limit: Int = .max) -> String {
            let parsed = Parsed(text)
            let octets = parsed.message.utf8Content(of: parsed.message.parts[0], in: parsed.bytes.span, limit: limit)
            return String(decoding: octets, as: UTF8.self)
        }
        let page = "Content-Type: text/html\nContent-Transfer-Encoding: quoted-printable\n\n"
        #expect(
            utf8(page + "<meta charset=3Diso-8859-2>\n<b>=B1&amp;</b>") == "<meta charset=iso-8859-2>\r\n<b>ą&amp;</b>"
        )
        #expect(utf8("Content-Type: text/plain; charset=utf-8\n\n\u{FEFF}a\n> b \n") == "a\r\n> b \r\n")
        #expect(utf8("Content-Type: text/plain; format=flowed\n\na \nb") == "a \r\nb")
        #expect(utf8("\nääää", limit: 5) == "ää")
        #expect(utf8("Content-Transfer-Encoding: base64\n\nw6TDpMOk", limit: 4) == "ää")
    }

    @Test func anUnknownCharsetIsADefect() {
        #expect(Parsed("Content-Type: text/plain; charset=x-nonsense\n\na").defectKinds == [.unknownCharset])
    }

    static let charsets: [(String, [UInt8], String)] = [
        ("us-ascii", [0x61], "a"), ("utf-8", [0xC3, 0xA4], "ä"), ("UTF8", [0xC3, 0xA4], "ä"),
        ("iso-8859-1", [0xE4, 0x80], "ä€"), ("latin1", [0xE4], "ä"), ("iso-8859-2", [0xB1], "ą"),
        ("ISO_8859-2", [0xB1], "ą"), ("iso8859-5", [0xD0], "а"), ("iso-8859-9", [0xFD], "ı"),
        ("windows-1250", [0xB9], "ą"), ("cp1251", [0xE0], "а"), ("win-1251", [0xE0], "а"), ("koi8-r", [0xC1], "а"),
        ("koi8-u", [0xA4], "є"), ("ibm437", [0x84], "ä"), ("cp850", [0x84], "ä"), ("macintosh", [0x8A], "ä"),
        ("iso-8859-8-i", [0xE0], "א"), ("windows-1256", [0xC7], "ا"), ("windows-1253", [0xE1], "α"),
        ("tis-620", [0xA1], "ก"), ("viscii", [0xE5], "ă"), ("gbk", [0xC4, 0xE3], "你"), ("gb18030", [0xC4, 0xE3], "你"),
        ("big5", [0xA7, 0x41], "你"), ("shift_jis", [0x93, 0xFA], "日"), ("euc-jp", [0xC6, 0xFC], "日"),
        ("iso-2022-jp", [0x1B, 0x24, 0x42, 0x46, 0x7C, 0x1B, 0x28, 0x42], "日"), ("euc-kr", [0xC7, 0xD1], "한"),
        ("ks_c_5601-1987", [0xC7, 0xD1], "한"),
        ("utf-7", Array("+AOQ-".utf8), "ä"), ("utf-16", [0xFE, 0xFF, 0x00, 0xE4], "ä"),
        ("utf-16le", [0xE4, 0x00], "ä"),
        ("utf-16be", [0x00, 0xE4], "ä"), ("windows-874", [0xA1], "ก"), ("unknown-8bit", [0xE4], "ä"),
        ("x-nonsense", [0xE4], "ä"), ("/etc/passwd", [0xC3, 0xA4], "ä"), ("utf-8//TRANSLIT", [0xC3, 0xA4], "ä"),
        // The rescue: what has no meaning as declared is UTF-8, else windows-1252; a text that has most of its meaning
        // keeps it.
        ("gb18030", [0xC4], "Ä"), ("utf-8", [0xE2, 0x82], "â‚"), ("euc-jp", [0x61, 0xFF, 0x62], "aÿb"),
        ("iso-2022-jp", [0x66, 0xFC, 0x72], "für"),
        ("euc-jp", [0xC6, 0xFC, 0xCB, 0xDC, 0xB8, 0xEC, 0xFF], "日本語\u{FFFD}"),
        ("utf-8", Array("日本語".utf8) + [0xFF], "日本語\u{FFFD}"), ("utf-8", [0x66, 0xFC, 0x72], "für"),
        ("utf-8", [0xEF, 0xBB, 0xBF, 0x61], "a"), ("utf-8", Array("ü".utf8) + [0xE4, 0xF6, 0xFC, 0xDF], "Ã¼äöüß"),
        ("iso-2022-jp", [0x1B, 0x24, 0x42, 0x2D, 0x21, 0x2D, 0x6A, 0x1B, 0x28, 0x42], "①㈱"),
        ("iso-2022-jp", [0x1B, 0x28, 0x49, 0x31, 0x32, 0x33, 0x1B, 0x28, 0x4A, 0x61], "ｱｲｳa"),
        ("iso-2022-jp", [0x1B, 0x24, 0x42, 0x46, 0x7C, 0x0A, 0x61], "日\na"),
        ("us-ascii", [0x1B, 0x24, 0x42, 0x46, 0x7C, 0x1B, 0x28, 0x42], "日"),
        ("iso-2022-kr", [0x1B, 0x24, 0x29, 0x43, 0x0E, 0x47, 0x51, 0x0F], "한"),
        ("utf-16", [0x00, 0x61, 0x00, 0xE4], "aä"), ("utf-16", [0x61, 0x00, 0xE4, 0x00], "aä"),
        ("utf-16", [0xFF, 0xFE, 0xE4, 0x00], "ä"),
    ]

    @Test(arguments: charsets)
    func charsetIsDecoded(name: String, octets: [UInt8], expected: String) {
        let encoded = Data(octets).base64EncodedString()
        let parsed = Parsed(
            "Content-Type: text/plain; charset=\"\(name)\"\nContent-Transfer-Encoding: base64\n\n\(encoded)"
        )
        #expect(parsed.summary.text == expected)
    }

    @Test func everyListedCharsetIsKnownToTheSystem() {
        for name in Charset.listed {
            #expect(CharsetDecoder.isKnown(name), "\(name)")
        }
    }

    static let html: [(String, String)] = [
        ("a<br>b", "a\nb"), ("<p>a</p><p>b</p>", "a\n\nb"), ("a  \n b", "a b"), ("<b>a</b>b", "ab"), ("1 < 2", "1 < 2"),
        ("<", "<"), ("a<", "a<"), ("</>a", "a"), ("<!doctype html>a", "a"), ("<!-- x -->a", "a"), ("<!-->a", "a"),
        ("<!-- open", ""), ("<a title='>'>x</a>", "x"), ("<a title=\">\">x</a>", "x"), ("<a x=1", ""),
        ("&amp;&lt;&gt;&quot;", "&<>\""), ("&#65;&#x42;&#X43", "ABC"), ("&nope;", "&nope;"), ("&", "&"), ("&#;", "&#;"),
        ("&#0;&#x110000;&#xD800;a", "a"), ("&#150;", "–"), ("&Auml;&alpha;&Omega;", "ÄαΩ"), ("a&nbsp;b", "a b"),
        ("<script>if (a<b) x</script>c", "c"), ("<SCRIPT>a</ScRiPt >c", "c"), ("<style>x</style>c", "c"),
        ("<script>open", ""), ("<ul><li>a<li>b</ul>c", "- a\n- b\n\nc"), ("<pre>a\nb</pre>", "a\nb"),
        ("<td>a</td><td>b</td>", "a\tb"), ("😀", "😀"), ("<h1>T</h1>x", "T\n\nx"), ("a<br><br><br><br>b", "a\n\nb"),
    ]

    @Test(arguments: html)
    func htmlBecomesText(source: String, expected: String) {
        #expect(Parsed("Content-Type: text/html; charset=utf-8\n\n\(source)").summary.text == expected)
    }

    @Test func textIsCutAtTheLimitAndNotWithinACharacter() {
        var limits = Message.Limits()
        limits.maxText = 10
        for type in ["plain", "html"] {
            for text in ["aaaaaaaaaaaaaa", "äöüäöüäöü", "aäöüäöüäöü", "日本日本日本", "😀😀😀😀"] {
                let parsed = Parsed("Content-Type: text/\(type); charset=utf-8\n\n\(text)", limits: limits)
                #expect(parsed.defectKinds.contains(.textTruncated))
                #expect(text.hasPrefix(parsed.summary.text))
                #expect((7...10).contains(parsed.summary.text.utf8.count))
            }
        }
        #expect(!Parsed("Content-Type: text/plain\n\n0123456789", limits: limits).defectKinds.contains(.textTruncated))
    }

    @Test(arguments: ["plain", "html"])
    func theBeginningIsEnoughWhereItIsAskedFor(type: String) {
        let parsed = Parsed("Content-Type: text/\(type)\n\n0123456789")
        let beginning = parsed.message.summary(of: parsed.bytes.span, textLimit: 4)
        #expect(beginning.text == "0123")
        #expect(beginning.defects == parsed.summary.defects)
        #expect(parsed.message.summary(of: parsed.bytes.span, textLimit: 10).text == "0123456789")
        // What is too long for the limits is told all the same.
        var limits = Message.Limits()
        limits.maxText = 4
        let cut = parsed.message.summary(of: parsed.bytes.span, limits: limits, textLimit: 4)
        #expect(cut.defects.map(\.kind) == [.textTruncated])
    }

    @Test func controlsAndLineEndsAreNormalised() {
        let parsed = Parsed(Array("\na\r\nb\nc\rd\r\r\ne\u{0}\u{1}\u{7F}\tf\u{1B}".utf8))
        #expect(parsed.summary.text == "a\nb\nc\nd\ne\tf")
    }

    /// What waits in memory for its commit is bounded, whatever the limit for headers.
    @Test func longValuesAreCut() throws {
        let long = String(repeating: "aä", count: 3000)
        let encoded = long.utf8.map { String(format: "%%%02X", $0) }.joined()
        let parsed = Parsed(
            "Subject: \(long)\nContent-Type: multipart/mixed; boundary=b\n\n--b\nContent-Type: application/x-y\n"
                + "Content-Disposition: attachment; filename*=utf-8''\(encoded)\n\nx\n--b--\n"
        )
        #expect(parsed.defectKinds.contains(.valueTruncated))
        // No character is cut in two.
        let kept = String(long.prefix(2731))
        #expect(parsed.summary.subject == kept && kept.utf8.count == 4096)
        #expect(parsed.summary.attachments.first?.name?.utf8.count == 4096)
        #expect(long.hasPrefix(try #require(parsed.summary.attachments.first?.name)))
    }
}
