import MIME
import Testing

/// RFC 2047, through the subject.
@Suite struct EncodedWordTests {
    static let cases: [(String, String)] = [
        ("plain", "plain"),
        ("", ""),
        ("=?utf-8?q?a?=", "a"),
        ("=?utf-8?q?a?= b", "a b"),
        ("=?utf-8?q?a?= =?utf-8?q?b?=", "ab"),
        ("=?utf-8?q?a?=\n =?utf-8?q?b?=", "ab"),
        ("=?utf-8?q?a_b?=", "a b"),
        ("=?utf-8?q?a?= =?iso-8859-1?q?=E4?=", "aä"),
        ("(=?utf-8?q?a?=)", "(a)"),
        ("x=?utf-8?q?a?=y", "xay"),
        ("=?utf-8?b?w6Q=?=", "ä"),
        ("=?utf-8?b?w6Q?=", "ä"),
        ("=?utf-8?b?ww==?= =?utf-8?b?pA==?=", "ä"),
        ("=?utf-8?q?=C3?= =?utf-8?q?=A4?=", "ä"),
        ("=?utf-8*de?q?=C3=A4?=", "ä"),
        ("=?windows-1252?q?=80?=", "€"),
        ("=?iso-8859-1?q?=80?=", "€"),
        ("=?iso-8859-15?q?=A4?=", "€"),
        ("=?koi8-r?b?8NLJ18XU?=", "Привет"),
        ("=?gb2312?b?xOO6ww==?=", "你好"),
        ("=?big5?b?p0Gmbg==?=", "你好"),
        ("=?shift_jis?b?k/qWew==?=", "日本"),
        ("=?euc-jp?b?xvzL3A==?=", "日本"),
        ("=?euc-kr?b?x9GxuQ==?=", "한국"),
        ("=?utf-7?q?+AOQ-?=", "ä"),
        ("=?nope?q?=C3=A4?=", "ä"),
        ("=?nope?q?=E4?=", "ä"),
        ("=?us-ascii?q?=E4?=", "ä"),
        ("=?utf-8?q?=E4?=", "ä"),
        ("=?utf-8?q?=C3=A4=FF?=", "ä\u{FFFD}"),
        ("=?utf-8?q?a=00b=0Ac=07?=", "ab c"),
        ("=?utf-8?x?a?=", "=?utf-8?x?a?="),
        ("=?utf-8?q?a", "=?utf-8?q?a"),
        ("=??q?a?=", "=??q?a?="),
        ("=?utf-8?q??=", ""),
        ("=?utf-8?q?no end =?utf-8?q?a?=", "=?utf-8?q?no end a"),
        ("=?", "=?"),
        ("=?=?=?", "=?=?=?"),
        ("a = b? c", "a = b? c"),
        ("=?utf-8?q?=4?= =?utf-8?q?=?=", "=4="),
        ("a\n\tb", "a b"),
        ("😀 Grüße", "😀 Grüße"),
        ("tab\tand \u{1B}[31mescape", "tab and [31mescape"),
    ]

    @Test(arguments: cases)
    func isDecoded(value: String, expected: String) {
        #expect(Parsed("Subject: \(value)\n\n").summary.subject == expected)
    }

    @Test func rawEightBitIsUTF8OrWindows1252() {
        #expect(Parsed(Array("Subject: ".utf8) + [0xE4, 0x80] + Array("\n\n".utf8)).summary.subject == "ä€")
        #expect(Parsed(Array("Subject: ".utf8) + [0xE4] + Array("\n\n".utf8)).defectKinds.contains(.undeclaredCharset))
    }
}
