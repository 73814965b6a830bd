import MIME
import Testing

/// The host beside a deceptive link is cut out of what the sender wrote, and no markup of it is ours.
@Suite struct HTMLNoticeTests {
    @Test(arguments: [
        ("http://A.Example", "a.example"), ("http://[2001:db8::1]/x", "[2001:db8::1]"),
        ("http://a_b.example", "a_b.example"), ("http://user@a.example", "a.example"),
    ])
    func hosts(address: String, shown: String) {
        let html = "<a href='\(address)'>www.bank.example</a>"
        let output = SanitizedHTML(sanitizing: Array(html.utf8).span).html
        #expect(output.hasSuffix("www.bank.example</a><small> [\(shown)]</small>"), "\(output)")
    }

    @Test(arguments: [
        "http:<img src=x onerror=alert(1)>", "http://a&lt;b&gt;\"", "http://a&amp;lt;b", "http://a%3Cb",
        "http:&lt;img src=x onerror=alert(1)&gt;", "http://[<b>]/", "http://[\"onclick=x]/",
    ])
    func noMarkupOfAHostIsOurs(address: String) {
        let html = "<a href='\(address)'>www.bank.example</a>"
        let output = SanitizedHTML(sanitizing: Array(html.utf8).span).html
        #expect(HTMLScanner(output).violations == [], "\(output)")
        #expect(!output.contains("<img") && !output.contains("<b>"))
    }

    /// What a reader does not see hides no name.
    @Test(arguments: [
        "www.ba\u{0}nk.example", "www.ba&#12;nk.example", "www.bank\u{7F}.example", "www.ba\u{200B}nk.example",
        String(repeating: "\u{0}", count: 1000) + "www.bank.example",
        String(repeating: "\u{200B}", count: 1000) + "www.bank.example",
        String(repeating: " ", count: 1000) + "www.bank.example",
    ])
    func hiddenNames(text: String) {
        let html = "<a href='http://evil.example'>\(text)</a>"
        let output = SanitizedHTML(sanitizing: Array(html.utf8).span).html
        #expect(output.hasSuffix("</a><small> [evil.example]</small>"), "\(output)")
    }

    /// A link that ends with the block within it ends before the next one begins.
    @Test(arguments: [
        ("<a><li>b</a>c<a>d", "<a><ul><li>bc</li></ul></a><a>d</a>"),
        ("<a><div>b</a><a>d</div>e", "<a><div>b</div></a><a>de</a>"),
        ("<a><div>b</a><b>c<a>d</a>e</b></div>", "<a><div>b<b>c</b></div></a><a>d</a>e"),
    ])
    func linksLieInNoOther(html: String, expected: String) {
        let link = "<a href=\"http://x.example\">"
        let source = html.replacing("<a>", with: link)
        let output = SanitizedHTML(sanitizing: Array(source.utf8).span).html
        #expect(
            output.replacing(" rel=\"noopener noreferrer nofollow\" target=\"_blank\"", with: "")
                == expected.replacing("<a>", with: link)
        )
    }
}
