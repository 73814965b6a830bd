/// The elements of HTML whose names mean something here; the tags of all others are dropped and their content stays.
package enum HTMLElement: UInt8, CaseIterable, Sendable {
    case a, abbr, acronym, address, article, aside, b, bdi, big, blockquote, body, br, caption, center, cite, code
    case col, colgroup, datalist, dd, del, desc, details, dfn, dialog, dir, div, dl, dt, em, embed, fieldset
    case figcaption, figure, font, footer, foreignobject, form, h1, h2, h3, h4, h5, h6, head, header, hgroup, hr
    case html, i, iframe, image, img, input, ins, kbd, legend, li, listing, main, mark, math, menu, meta, mi, mn, mo
    case ms, mtext, nav, nobr, noembed, noframes, ol, option, p, plaintext, pre, q, ruby, s, samp, script, search
    case section, select, small, source, span, strike, strong, style, sub, summary, sup, svg, table, tbody, td
    case template, textarea, tfoot, th, thead, time, title, tr, tt, u, ul, `var`, wbr, xmp, track

    static let nameTable = HTMLNameTable(allCases.map { "\($0)" })

    /// The name in lower case.
    var name: [UInt8] { Self.nameTable.names[Int(rawValue)] }

    private static let startTags = nameTable.names.map { [Octet.less] + $0 + [Octet.greater] }
    private static let endTags = nameTable.names.map { [Octet.less, UInt8(ascii: "/")] + $0 + [Octet.greater] }

    /// The start tag without attributes.
    var startTag: [UInt8] { Self.startTags[Int(rawValue)] }

    var endTag: [UInt8] { Self.endTags[Int(rawValue)] }

    static func named(_ html: Span<UInt8>, _ range: Range<Int>) -> HTMLElement? {
        nameTable.position(of: range, in: html).flatMap { HTMLElement(rawValue: UInt8($0)) }
    }

    /// How the tokenizer reads the content (HTML standard, section 13.2.6.2), scripting disabled.
    var content: HTMLTokenizer.Content {
        switch self {
        case .title, .textarea: .escapableRawText
        case .style, .xmp, .iframe, .noembed, .noframes: .rawText
        case .script: .scriptData
        case .plaintext: .plaintext
        default: .data
        }
    }
}

/// A set of elements in one integer.
struct HTMLElementSet: ExpressibleByArrayLiteral, Sendable {
    private var bits: UInt128 = 0

    init(arrayLiteral elements: HTMLElement...) {
        for element in elements { bits |= 1 << UInt128(element.rawValue) }
    }

    @inline(__always)
    func contains(_ element: HTMLElement) -> Bool { bits >> UInt128(element.rawValue) & 1 == 1 }

    func union(_ other: HTMLElementSet) -> HTMLElementSet {
        var result = self
        result.bits |= other.bits
        return result
    }

    /// Headings.
    static let headings: HTMLElementSet = [.h1, .h2, .h3, .h4, .h5, .h6]
    /// Parts of a table but the cells' content.
    static let tableParts: HTMLElementSet = [.caption, .colgroup, .col, .thead, .tbody, .tfoot, .tr, .td, .th]
    /// What opens a scope of its own within a table.
    static let cells: HTMLElementSet = [.td, .th, .caption]
    /// Where nothing but parts of a table may stand.
    static let tableFrames: HTMLElementSet = [.table, .thead, .tbody, .tfoot, .tr, .colgroup]
    /// Elements without content.
    static let void: HTMLElementSet = [
        .br, .hr, .img, .image, .col, .wbr, .input, .embed, .meta, .source, .track,
    ]
    /// Elements of a line.
    static let inline: HTMLElementSet = [
        .a, .abbr, .acronym, .b, .bdi, .big, .cite, .code, .del, .dfn, .em, .font, .i, .ins, .kbd, .mark, .q, .s, .samp,
        .small, .span, .strike, .strong, .sub, .sup, .time, .tt, .u, .var,
    ]
    /// Blocks; each ends an open paragraph.
    static let blocks: HTMLElementSet = [
        .address, .article, .aside, .blockquote, .center, .dd, .div, .dl, .dt, .figcaption, .figure, .footer, .h1, .h2,
        .h3, .h4, .h5, .h6, .header, .hr, .li, .main, .nav, .ol, .p, .pre, .section, .table, .ul,
    ]
}
