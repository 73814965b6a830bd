import MIME
import Testing

@Suite struct HTMLTextTests {
    static let forms: [(String, String)] = [
        // Lists.
        ("<ol><li>a<li>b</ol>", "1. a\n2. b"), ("<ol start=9><li>a<li value=20>b<li>c</ol>", "9. a\n20. b\n21. c"),
        ("<ul><li>a<ul><li>b<li>c</ul><li>d</ul>", "- a\n  - b\n  - c\n- d"),
        ("<ul><li><p>a</p><p>b</p><li>c</ul>", "- a\n  b\n- c"),
        ("<ul><li></li><li>a</ul>", "- a"), ("x<ul><li>a</ul>y", "x\n\n- a\n\ny"), ("<li>a<li>b", "- a\n- b"),
        ("<menu><li>a</menu>", "- a"),
        ("<ol><li>a<ul><li>b</ul><li>c</ol>", "1. a\n  - b\n2. c"), ("<dl><dt>a<dd>b</dl>", "a\nb"),
        // Tables.
        ("<table><tr><td>a<td>b<tr><td>c<td>d</table>", "a\tb\nc\td"),
        ("<table><tr><td><p>a</p></td><td><p>b</p></td></tr></table>", "a\tb"),
        ("<table><tr><td>a<td></td><td>c</table>", "a\t\tc"), ("<table><tr><td>a<br>b<td>c</table>", "a\nb\nc"),
        ("<table><tr><td><table><tr><td>a<td>b</table><td>c</table>", "a\tb\tc"),
        ("<table><tr><td><table><tr><td>a<tr><td>b</table><td>c</table>", "a\nb\n\nc"),
        ("<table><tr><td> <td>a</table>", "a"), ("x<table><tr><th>a</table>y", "x\n\na\n\ny"),
        // Links.
        ("<a href='http://a.example/b'>c</a> d", "c <http://a.example/b> d"),
        ("<a href='http://a.example/'>a.example</a>", "a.example"),
        ("<a href='mailto:a@b.example'>a@b.example</a>", "a@b.example"),
        ("<a href='mailto:a@b.example?x=y'>A</a>", "A <mailto:a@b.example?x=y>"),
        ("<a href='https://www.a.example'>http://A.example</a>", "http://A.example"),
        ("<a href='javascript:x'>c</a>", "c"), ("<a href='tel:1'>c</a>", "c"),
        ("<a href='http://a.example'><img src=x></a>b", "b"),
        ("<a href='http://a.example'><img alt=c></a>b", "c <http://a.example>b"),
        ("<a href=http://a.example>c<a href=http://b.example>d", "c <http://a.example>d <http://b.example>"),
        ("<a name=x>c</a>", "c"),
        ("<a href=http://a.example><div>c</div></a>d", "c <http://a.example>\nd"),
        ("<img alt='\u{1F600}'><img alt=x>", "😀"),
        ("<a href='http://m\u{FC}nchen.example/\u{FC}'>c</a>", "c <http://m\u{FC}nchen.example/%C3%BC>"),
        ("<a href='http://m\u{FC}nchen.example/'>http://m\u{FC}nchen.example</a>", "http://m\u{FC}nchen.example"),
        ("<a href='mailto:a@m\u{FC}nchen.example'>a@m\u{FC}nchen.example</a>", "a@m\u{FC}nchen.example"),
        (
            "<a href='http://b\u{430}nk.example'>b\u{430}nk.example</a>",
            "b\u{430}nk.example <http://xn--bnk-6cd.example>"
        ),
        (
            "<a href='http://a.example'>gnp\u{202E}exe&#x2066;</a>\u{202E}",
            "gnp[U+202E]exe[U+2066] <http://a.example>\u{202E}"
        ),
        // A page that is nothing but pictures.
        ("<img alt='Spring sale' src=http://a.example/x.png>", "Spring sale"),
        ("<p><img alt='a\nb'></p>&emsp;<img alt=c><img alt=''>", "\u{2003}\na b\nc"), ("a<img alt=b>", "a"),
        (
            "<img alt=a width=1 height=1><img alt=b style='display:none'><img alt=c width=' 2px'><img alt=d width=20>",
            "d"
        ),
        ("<a href='http://a.example'><img alt=a></a><img alt=b>", "a <http://a.example>"),
        ("<div style='display:none'>x<img alt=a></div><img alt=b>", "b"),
        // Quotes.
        ("a<blockquote>b<br>c<blockquote>d</blockquote></blockquote>e", "a\n\n> b\n> c\n>\n> > d\n\ne"),
        ("<blockquote><p>a</p><p>b</p></blockquote>", "> a\n>\n> b"),
        ("<blockquote><ul><li>a<li>b</ul></blockquote>", "> - a\n> - b"), ("</blockquote>a", "a"),
        ("<blockquote></blockquote>a", "a"),
        // What is not seen.
        ("<div style='display: none'>a<div>b</div></div>c", "c"), ("<span hidden>a</span>b", "b"),
        ("<p style='display:none'>a<p>b", "b"),
        ("<div style='display:none'>a", "a"), ("<svg><text>a</text></svg>b", "b"), ("<select><option>a</select>b", "b"),
        ("<svg>a", "a"),
        ("<title>a</title>b", "b"), ("<noscript>a</noscript>", "a"), ("<iframe>a</iframe>b", "b"),
        ("<template>a</template>b", "b"),
        ("<xmp><b></xmp>", "<b>"), ("a\u{200B}b\u{AD}c\u{FEFF}d&zwnj;&shy;e", "abcde"), ("a\u{A0}\u{A0}b", "a b"),
        ("ف\u{200C}ا", "ف\u{200C}ا"),
        // Space.
        ("<pre>a\n  b\tc</pre>d", "a\n  b    c\n\nd"), ("<p> a </p> <p> b </p>", "a\n\nb"), ("a<b> b </b>c", "a b c"),
        ("<hr>a<hr>b", "a\nb"),
        ("&notin;&NotEqualTilde;&#x1F600;", "∉≂̸😀"),
    ]

    @Test(arguments: forms)
    func formIsKept(html: String, expected: String) {
        #expect(String(decoding: readableText(of: Array(html.utf8), limit: 10_000).text, as: UTF8.self) == expected)
    }

    @Test func textStaysWithinTheLimit() {
        var random = SeededNumbers(seed: 5)
        for limit in 0..<300 {
            let html = HTMLSoup.octets(&random)
            let (text, isTruncated, _) = readableText(of: html, limit: limit)
            #expect(text.count <= limit)
            let whole = readableText(of: html, limit: 100_000).text
            #expect(isTruncated || text == whole)
            // A link's address is whole or not there, so that a cut text need not be the beginning of the whole.
            if !whole.contains(UInt8(ascii: "<")) { #expect(whole.starts(with: text)) }
        }
    }
}

/// The text of HTML, and the steps it took.
func readableText(of html: [UInt8], limit: Int) -> (text: [UInt8], isTruncated: Bool, steps: Int) {
    HTMLText.countedText(of: html.span, limit: limit)
}
