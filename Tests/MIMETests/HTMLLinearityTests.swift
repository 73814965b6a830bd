import MIME
import Testing

/// Inputs made to be slow; counted in steps, since clocks lie on a busy machine.
@Suite struct HTMLLinearityTests {
    static let names = [
        "less signs", "nested div", "a and div", "unclosed comments", "unclosed quotes", "b and i", "b i crossed",
        "fonts crossed", "p and span", "tables", "tables only", "cells", "li", "blockquotes", "unclosed svg",
        "unclosed select", "svg in svg", "ends without starts", "ends of the first", "attributes", "long attribute",
        "same attribute", "styles", "style brackets", "style comments", "style urls", "ampersands", "number signs",
        "long names", "scripts", "script ends", "script comments", "title ends", "cdata", "dashes", "declarations",
        "hidden", "links", "link texts", "images", "headings", "nested a", "rows", "pre", "plaintext", "slashes",
    ]

    static func input(_ name: String, _ size: Int) -> [UInt8] {
        func repeated(_ text: String) -> String { String(repeating: text, count: size / text.utf8.count) }
        let html =
            switch name {
            case "less signs": repeated("<")
            case "nested div": repeated("<div>")
            case "a and div": repeated("<a href=http://a.example><div>")
            case "unclosed comments": repeated("<!--")
            case "unclosed quotes": repeated("<a b=\"c' ")
            case "b and i": repeated("<b><i>") + repeated("</b>")
            case "b i crossed": repeated("<b><i></b><b></i>")
            case "fonts crossed":
                repeated("<b>") + repeated("<font face='\(String(repeating: "x", count: 150))'>")
                    + repeated("</b><b></font>")
            case "p and span": repeated("<p><span><b>") + repeated("<hr>")
            case "tables": repeated("<table><tr><td>")
            case "tables only": repeated("<table>") + repeated("</table>")
            case "cells": "<table>" + repeated("<td><b>")
            case "li": repeated("<li><div>")
            case "blockquotes": repeated("<blockquote>x<br>")
            case "unclosed svg": repeated("<svg>x")
            case "unclosed select": repeated("<select><b>x")
            case "svg in svg": repeated("<svg><desc>") + repeated("</desc></svg>")
            case "ends without starts": repeated("</b></div></a></td>")
            case "ends of the first": "<b>" + repeated("<div></b>")
            case "attributes": "<a" + repeated(" a=b") + ">"
            case "long attribute": "<a title='" + repeated("&amp;") + "'>"
            case "same attribute": repeated("<p title=x title=y title=z style=a:b style=c:d>")
            case "styles": "<p style='" + repeated("color:red;") + "'>" + repeated("<p style='color:red;margin:0'>")
            case "style brackets": repeated("<p style='" + String(repeating: "(", count: 300) + "'>")
            case "style comments": repeated("<p style='" + String(repeating: "/*", count: 300) + "'>")
            case "style urls": repeated("<p style='background:" + String(repeating: "url(", count: 300) + "'>")
            case "ampersands": repeated("&")
            case "number signs": repeated("&#x") + repeated("&#1")
            case "long names": repeated("&CounterClockwiseContourIntegra")
            case "scripts": repeated("<script>")
            case "script ends": "<script>" + repeated("</script")
            case "script comments": "<script>" + repeated("<!--<script>")
            case "title ends": "<title>" + repeated("</titl&")
            case "cdata": "<svg>" + repeated("<![CDATA[]]")
            case "dashes": "<!--" + repeated("--!")
            case "declarations": repeated("<!x><?y>")
            case "hidden": repeated("<div style='display:none'>x")
            case "links": repeated("<a href=http://a.example>b.example</a>")
            case "link texts": "<a href=http://a.example>" + repeated("b.example <b>") + "</a>"
            case "images": repeated("<a href=http://a.example><img src=http://a.example alt=x>")
            case "headings": repeated("<h1><h2></h3>")
            case "nested a": repeated("<a href=http://a.example><table><td>")
            case "rows": "<table>" + repeated("<tr>") + repeated("x<tbody>")
            case "pre": repeated("<pre> \n")
            case "plaintext": "<plaintext>" + repeated("</plaintext>")
            default: repeated("<a/")
            }
        return Array(html.utf8)
    }

    static let policies: [HTMLPolicy] = {
        var deep = HTMLPolicy()
        deep.maxDepth = 100_000
        return [HTMLPolicy(), deep]
    }()

    /// A limit that no sensible policy has must not make the cost grow faster than the size either.
    @Test(arguments: names)
    func stepsGrowWithTheSizeOnly(name: String) {
        for policy in Self.policies {
            let costs = [5_000, 80_000].map { size in
                let html = Self.input(name, size)
                return Double(SanitizedHTML(sanitizing: html.span, policy: policy).steps) / Double(html.count)
            }
            #expect(costs[1] <= 1.5 * costs[0] + 1, "\(name): \(costs)")
            #expect(costs[1] < 40, "\(name)")
        }
        let costs = [5_000, 80_000].map { size in
            let html = Self.input(name, size)
            let (text, _, steps) = readableText(of: html, limit: 16_000_000)
            return Double(steps + text.count) / Double(html.count)
        }
        #expect(costs[1] <= 1.5 * costs[0] + 1, "\(name) as text: \(costs)")
        #expect(costs[1] < 40, "\(name) as text")
    }

    @Test func theSizesThatTheIssueNames() {
        let signs = [UInt8](repeating: 0x3C, count: 1 << 20)
        let output = SanitizedHTML(sanitizing: signs.span)
        #expect(output.html.utf8.count == 4 << 20)
        #expect(output.steps < 8 << 20)
        for unit in ["<div>", "<a><div>", "<a href=x:><div>", "<a href=//a><div>", "<!--", "<a b=\""] {
            let html = Array(String(repeating: unit, count: unit == "<div>" ? 100_000 : 20_000).utf8)
            let output = SanitizedHTML(sanitizing: html.span)
            #expect(output.steps < 8 * html.count, "\(unit)")
        }
    }

    @Test func plainTextCostsItsSize() {
        for unit in [
            "http://", "http:////.", "www.", "@", "a@b", ">", "> > ", "\n>", "a.b@c.d ", "h", "((http://a", "mailto:@",
        ] {
            let costs = [10_000, 160_000].map { size in
                let text = Array(String(repeating: unit, count: size / unit.utf8.count).utf8)
                return Double(SanitizedHTML(plainText: text.span).steps) / Double(text.count)
            }
            #expect(costs[1] <= 1.5 * costs[0] + 1, "\(unit): \(costs)")
            #expect(costs[1] < 400, "\(unit): \(costs)")
        }
    }
}
