import MIME
import Testing

@Suite struct PlainTextHTMLTests {
    static let plain: [(String, String)] = [
        ("a & <b>", "a &amp; &lt;b&gt;"), ("a\r\nb\n\nc", "a\nb\n\nc"), ("a\u{0}b\tc", "ab\tc"), ("", ""),
        ("  a  b", "  a  b"),
        ("a\n> b\n> c\n>> d\ne", "a<blockquote>b\nc<blockquote>d</blockquote></blockquote>e"),
        ("> > a\n>b", "<blockquote><blockquote>a</blockquote>b</blockquote>"),
        ("a > b", "a &gt; b"), (">", "<blockquote></blockquote>"),
    ]

    @Test(arguments: plain)
    func plainTextBecomesSafeHTML(text: String, expected: String) {
        let output = SanitizedHTML(plainText: Array(text.utf8).span).html
        #expect(output == "<div style=\"white-space:pre-wrap\">\(expected)</div>")
        #expect(HTMLScanner(output).violations == [])
        #expect(sanitized(output) == output)
    }

    static let addresses: [(String, [String])] = [
        ("see http://a.example/b?c=d&e.", ["http://a.example/b?c=d&e"]),
        ("(https://a.example/x_(y))", ["https://a.example/x_(y)"]),
        ("www.a.example, x", ["http://www.a.example"]), ("a@b.example", ["mailto:a@b.example"]),
        ("<a.b+c@d-e.example>", ["mailto:a.b+c@d-e.example"]),
        ("mailto:a@b.example", ["mailto:a@b.example"]), ("xhttp://a.example", []), ("http://", []), ("http:///", []),
        ("a@b", []), ("@a.example", []),
        ("javascript:alert(1)", []), ("http://a.example\"onclick=x", ["http://a.example"]),
        ("https://a.example/<b>", ["https://a.example/"]),
        ("http://a.example http://b.example", ["http://a.example", "http://b.example"]),
        ("HTTP://A.example!", ["http://a.example"]),
        ("awww.a.example", []),
        ("a.@b.example a..@@c.example", ["mailto:a.@b.example"]),
    ]

    @Test(arguments: addresses)
    func addressesBecomeLinks(text: String, targets: [String]) {
        let output = SanitizedHTML(plainText: Array(text.utf8).span).html
        let scanner = HTMLScanner(output)
        #expect(scanner.violations == [])
        #expect(scanner.targets == targets)
        #expect(scanner.text == text)
    }

    /// An address that shows its own target can mislead all the same.
    @Test(arguments: [
        ("http://bank.example@evil.example/", "http://bank.example@evil.example/ [evil.example]"),
        ("http://b\u{430}nk.example", "http://b\u{430}nk.example [xn--bnk-6cd.example]"),
        ("http://a.example/gnp\u{202E}exe", "http://a.example/gnp[U+202E]exe"),
        ("http://a.example/ gnp\u{202E}exe", "http://a.example/ gnp\u{202E}exe"),
    ])
    func targetsAreVisible(text: String, expected: String) {
        let scanner = HTMLScanner(SanitizedHTML(plainText: Array(text.utf8).span).html)
        #expect(scanner.violations == [])
        #expect(scanner.text == expected)
    }

    @Test func anyPlainTextIsSafe() {
        var random = SeededNumbers(seed: 7)
        for _ in 0..<2000 {
            let soup = HTMLSoup.octets(&random)
            let output = SanitizedHTML(plainText: soup.span).html
            #expect(HTMLScanner(output).violations == [])
        }
    }
}
