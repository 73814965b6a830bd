/// An element that is passed over together with its content, while it lasts.
struct HTMLSkip {
    /// Where to go on when the element has no end: its content is shown rather than the rest of the message lost.
    let resumption: Int
    private let element: HTMLElement
    private let isForeign: Bool
    /// Elements of the same name that are open.
    private var depth = 1
    /// Open elements in which SVG and MathML hold HTML.
    private var integrationPoints = 0

    init(_ element: HTMLElement, resumption: Int) {
        self.element = element
        self.resumption = resumption
        isForeign = Self.foreign.contains(element)
    }

    /// Elements that are never shown, but that have tags within.
    static let hidden: HTMLElementSet = [.svg, .math, .select, .datalist, .template]
    static let foreign: HTMLElementSet = [.svg, .math]
    /// Elements that are never shown and hold raw text.
    static let hiddenText: HTMLElementSet = [.script, .style, .title, .iframe, .noembed, .noframes]

    private static let integrating: HTMLElementSet = [
        .foreignobject, .desc, .title, .mi, .mo, .mn, .ms, .mtext,
    ]

    /// Start tags that end SVG and MathML (HTML standard, section 13.2.6.5).
    private static let breakouts: HTMLElementSet = [
        .b, .big, .blockquote, .body, .br, .center, .code, .dd, .div, .dl, .dt, .em, .embed, .h1, .h2, .h3, .h4, .h5,
        .h6, .head, .hr, .i, .img, .li, .listing, .menu, .meta, .nobr, .ol, .p, .pre, .ruby, .s, .small, .span,
        .strong, .strike, .sub, .sup, .table, .tt, .u, .ul, .var,
    ]

    /// Takes a start tag.
    ///
    /// - Returns: whether it ends what is passed over and is to be read itself.
    mutating func isEnded(byStart tag: HTMLElement?, isSelfClosing: Bool) -> Bool {
        guard let tag else { return false }
        if isForeign {
            if integrationPoints == 0, Self.breakouts.contains(tag) { return true }
            guard !isSelfClosing else { return false }
            if Self.integrating.contains(tag) { integrationPoints += 1 }
        }
        if element == .p { return HTMLElementSet.blocks.contains(tag) }
        if tag == element { depth += 1 }
        return false
    }

    /// Takes an end tag.
    ///
    /// - Returns: whether it is the end of what is passed over.
    mutating func isEnded(byEnd tag: HTMLElement?) -> Bool {
        guard let tag else { return false }
        if isForeign, Self.integrating.contains(tag) { integrationPoints = max(0, integrationPoints - 1) }
        if tag == element { depth -= 1 }
        return depth == 0
    }
}
