/// Tags, attributes and marks in any order.
enum HTMLSoup {
    static let elements = [
        "a", "b", "i", "u", "p", "div", "span", "table", "tr", "td", "th", "tbody", "thead", "caption", "colgroup",
        "col",
        "ul", "ol", "li", "dl", "dt", "dd", "h1", "h2", "blockquote", "pre", "font", "center", "br", "hr", "img",
        "form",
        "input", "button", "select", "option", "textarea", "title", "style", "script", "svg", "math", "mtext", "desc",
        "foreignObject", "iframe", "noscript", "template", "xmp", "plaintext", "body", "html", "head", "nobr", "x:y",
        "object", "details", "summary", "section", "listing", "menu", "marquee", "frameset", "noembed", "base", "link",
    ]

    static let attributes = [
        " href=\"http://a.example/?a=1&b=2\"", " href=javascript:alert(1)", " href='java\nscript:alert(1)'",
        " onclick=\"alert(1)\"", " style=\"color:red;background:url(http://a.example/x)\"",
        " src=http://a.example/x.png",
        " src=\"cid:a@b\"", " width=100%", " align=center", " colspan=2", " id=x", " class='a b'",
        " title=\"<b>&quot;\"",
        " alt='\"><script>'", " style='position:fixed'", " bgcolor=#fff", " dir=rtl", " /", " =", " \"", " '", "`",
    ]

    static let marks = [
        "text", " ", "\n", "\r\n", "&lt;b&gt;", "&amp;", "&#60;", "&#x3c;", "&", "<", ">", "\"", "'", "<!--", "-->",
        "--!>",
        "<!", "<?", "]]>", "<![CDATA[", "</", "\u{0}", "\u{202E}", "😀", "é", "=", "/", "<!doctype html>",
        "www.b.example",
    ]

    static func octets(_ random: inout SeededNumbers) -> [UInt8] {
        var html = ""
        for _ in 0..<Int.random(in: 1...40, using: &random) {
            let element = elements.randomElement(using: &random) ?? ""
            switch Int.random(in: 0..<10, using: &random) {
            case 0..<4:
                html += "<" + element
                for _ in 0..<Int.random(in: 0...2, using: &random) {
                    html += attributes.randomElement(using: &random) ?? ""
                }
                html += Int.random(in: 0..<20, using: &random) == 0 ? "" : ">"
            case 4..<7: html += "</" + element + ">"
            default: html += marks.randomElement(using: &random) ?? ""
            }
        }
        return Array(html.utf8)
    }
}
