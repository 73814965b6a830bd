import Foundation

/// Reads sanitised HTML with no mercy: whatever is not exactly what the allow-list writes is a violation.
///
/// It shares no code with the sanitiser, and knows only the form in which the sanitiser writes.
struct HTMLScanner {
    private(set) var violations: [String] = []
    private(set) var text = ""
    private(set) var targets: [String] = []
    private(set) var sources: [String] = []
    private(set) var maxDepth = 0
    private var open: [String] = []

    static let elements: Set<String> = Set(
        """
        a abbr acronym address article aside b bdi big blockquote br caption center cite code col colgroup dd del dfn
        div dl dt em figcaption figure font footer h1 h2 h3 h4 h5 h6 header hr i img ins kbd li main mark nav ol p pre q
        s samp section small span strike strong sub sup table tbody td tfoot th thead time tr tt u ul var wbr
        """.split(whereSeparator: \.isWhitespace).map(String.init)
    )
    static let void: Set<String> = ["br", "hr", "img", "col", "wbr"]
    static let attributes: Set<String> = Set(
        """
        align alt bgcolor border cellpadding cellspacing color colspan data-blocked-src datetime dir face height href
        hspace lang nowrap rel reversed rowspan size span src start style target title type valign value vspace width
        """.split(whereSeparator: \.isWhitespace).map(String.init)
    )
    static let properties: Set<String> = [
        "background", "background-color", "background-image", "background-repeat", "background-size", "border-collapse",
        "border-radius", "border-spacing", "caption-side", "clear",
        "color", "direction", "display", "empty-cells", "float", "height", "letter-spacing", "line-height",
        "max-height",
        "max-width", "min-height", "min-width", "overflow-wrap", "table-layout", "text-align", "text-indent",
        "text-transform", "vertical-align", "white-space", "width", "word-break", "word-spacing", "word-wrap",
    ]
    static let propertyFamilies = ["border", "font", "list-style", "margin", "padding", "text-decoration"]

    init(_ html: String) {
        let scalars = Array(html.unicodeScalars)
        var index = 0
        while index < scalars.count {
            if scalars[index] == "<" {
                guard let end = scalars[index...].firstIndex(of: ">") else {
                    violations.append("unclosed tag")
                    break
                }
                readTag(String(String.UnicodeScalarView(scalars[(index + 1)..<end])))
                index = end + 1
            } else {
                readText(scalars, &index)
            }
        }
        if !open.isEmpty { violations.append("left open: \(open)") }
    }

    private mutating func readText(_ scalars: [Unicode.Scalar], _ index: inout Int) {
        var run = String.UnicodeScalarView()
        while index < scalars.count, scalars[index] != "<" {
            run.append(scalars[index])
            index += 1
        }
        text += decoded(String(run))
        if let last = open.last, ["table", "tbody", "thead", "tfoot", "tr", "colgroup"].contains(last),
            run.contains(where: { !" \n\t\u{C}".unicodeScalars.contains($0) })
        {
            violations.append("text within \(last)")
        }
    }

    /// Decodes the four references that may occur, and rejects all else that has a meaning.
    private mutating func decoded(_ source: String) -> String {
        if source.contains(">") || source.contains("<") { violations.append("bare bracket in \(source)") }
        if source.unicodeScalars.contains(where: {
            $0.value < 32 && !"\n\t".unicodeScalars.contains($0) || $0.value == 127
        }) {
            violations.append("control in \(source)")
        }
        let rest = ["&amp;", "&lt;", "&gt;", "&quot;"].reduce(source) { $0.replacingOccurrences(of: $1, with: "") }
        if rest.contains("&") { violations.append("bare ampersand in \(source)") }
        return source.replacingOccurrences(of: "&lt;", with: "<").replacingOccurrences(of: "&gt;", with: ">")
            .replacingOccurrences(of: "&quot;", with: "\"").replacingOccurrences(of: "&amp;", with: "&")
    }

    private mutating func readTag(_ tag: String) {
        if tag.hasPrefix("/") {
            let name = String(tag.dropFirst())
            if open.popLast() != name { violations.append("</\(name)> does not match") }
            return
        }
        let name = String(tag.prefix { $0.isASCII && ($0.isLowercase || $0.isNumber) })
        if !Self.elements.contains(name) { violations.append("element \(tag)") }
        checkPlace(name)
        var rest = tag.dropFirst(name.count)
        var seen: Set<String> = []
        while !rest.isEmpty {
            guard rest.first == " ", let equals = rest.firstIndex(of: "="), rest[equals...].hasPrefix("=\""),
                let end = rest[rest.index(equals, offsetBy: 2)...].firstIndex(of: "\"")
            else {
                violations.append("form of <\(tag)>")
                return
            }
            let attribute = String(rest[rest.index(after: rest.startIndex)..<equals])
            if !seen.insert(attribute).inserted { violations.append("twice: \(attribute) in <\(tag)>") }
            check(attribute, decoded(String(rest[rest.index(equals, offsetBy: 2)..<end])), of: name)
            rest = rest[rest.index(after: end)...]
        }
        if !Self.void.contains(name) { open.append(name) }
        maxDepth = max(maxDepth, open.count)
    }

    /// A browser would close or move these.
    private mutating func checkPlace(_ name: String) {
        let parents: [String: Set<String>] = [
            "tr": ["tbody", "thead", "tfoot"], "td": ["tr"], "th": ["tr"], "tbody": ["table"], "thead": ["table"],
            "tfoot": ["table"], "caption": ["table"], "colgroup": ["table"], "col": ["colgroup"],
        ]
        if let parents = parents[name] {
            if !parents.contains(open.last ?? "") { violations.append("\(name) within \(open.last ?? "nothing")") }
        } else if let last = open.last, ["table", "tbody", "thead", "tfoot", "tr", "colgroup"].contains(last) {
            violations.append("\(name) within \(last)")
        }
        let scope = open.suffix(from: (open.lastIndex { ["td", "th", "caption", "table"].contains($0) } ?? -1) + 1)
        if name == "a", scope.contains("a") { violations.append("a within a") }
        let inline = [
            "a", "b", "i", "u", "font", "span", "img", "br", "small", "wbr", "em", "strong", "q", "bdi", "big",
        ]
        let isInline = inline.contains(name) || !["p", "div", "table", "ul", "li", "h1", "pre"].contains(name)
        if !isInline, scope.contains("p") { violations.append("\(name) within p") }
        if name == "li", !open.contains("ul"), !open.contains("ol") { violations.append("li without a list") }
    }

    private mutating func check(_ attribute: String, _ value: String, of element: String) {
        if !Self.attributes.contains(attribute) { violations.append("attribute \(attribute)") }
        switch attribute {
        case "href":
            targets.append(value)
            if !["http://", "https://", "mailto:", "tel:"].contains(where: value.hasPrefix) || element != "a" {
                violations.append("target \(value)")
            }
        case "src":
            sources.append(value)
            let isSafe =
                value.hasPrefix("cid:")
                || value.range(of: "^data:image/(png|jpe?g|gif|webp);base64,", options: .regularExpression) != nil
                || value.hasPrefix("/parts/")
            if !isSafe || element != "img" { violations.append("source \(value)") }
        case "rel": if value != "noopener noreferrer nofollow" { violations.append("rel \(value)") }
        case "style": value.split(separator: ";").forEach { checkDeclaration(String($0)) }
        case "title", "alt", "datetime", "data-blocked-src", "target": break
        default:
            if value.range(of: "^[-#%A-Za-z0-9.+, \u{80}-\u{10FFFF}]{0,200}$", options: .regularExpression) == nil {
                violations.append("\(attribute)=\(value)")
            }
        }
    }

    private mutating func checkDeclaration(_ declaration: String) {
        let parts = declaration.split(separator: ":", maxSplits: 1).map(String.init)
        guard parts.count == 2 else {
            violations.append("declaration \(declaration)")
            return
        }
        let isKnown =
            Self.properties.contains(parts[0])
            || Self.propertyFamilies.contains { parts[0] == $0 || parts[0].hasPrefix($0 + "-") }
        let value = parts[1].replacingOccurrences(
            of: "(rgb|hsl)a?\\([0-9.,%/ ]*\\)|url\\('(/parts/|https?://)[-A-Za-z0-9._~%?&=/:]*'\\)",
            with: "",
            options: .regularExpression
        )
        let isPlain = value.range(of: "^[-#%A-Za-z0-9.,/' _\u{80}-\u{10FFFF}]*$", options: .regularExpression) != nil
        let isNegative = value.range(of: "(^|[ ,/])-[0-9.]", options: .regularExpression) != nil
        if !isKnown || !isPlain || isNegative { violations.append("declaration \(declaration)") }
    }
}
