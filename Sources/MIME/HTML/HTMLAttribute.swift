internal import Mail

/// The attributes whose values are read; all others are passed over.
enum HTMLAttribute: UInt8, CaseIterable, Sendable {
    case align, alt, background, bgcolor, border, cellpadding, cellspacing, color, colspan, datetime, dir, face, height
    case hidden, href, hspace, lang, nowrap, reversed, rowspan, size, span, src, srcset, start, style, title,
        type
    case valign, value, vspace, width

    static let nameTable = HTMLNameTable(allCases.map { "\($0)" })

    var name: [UInt8] { Self.nameTable.names[Int(rawValue)] }

    static func named(_ html: Span<UInt8>, _ range: Range<Int>) -> HTMLAttribute? {
        nameTable.position(of: range, in: html).flatMap { HTMLAttribute(rawValue: UInt8($0)) }
    }

    /// What a value may look like.
    enum Form {
        /// A few letters, digits and dashes.
        case keyword
        /// At most three digits.
        case count
        /// At most five digits, perhaps with a sign.
        case number
        /// A number of pixels or per cent.
        case length
        /// A name or `#` with hexadecimal digits.
        case color
        /// Names of fonts.
        case fonts
        /// Anything, since it is shown as text.
        case text
        /// A size of text from 1 to 7, perhaps relative.
        case fontSize
        /// No value.
        case flag
    }

    /// The form of an attribute that may stay as it is; `nil` for those that need more than a look.
    var form: Form? {
        switch self {
        case .align, .dir, .lang, .type, .valign: .keyword
        case .colspan, .rowspan, .span, .border, .cellpadding, .cellspacing, .hspace, .vspace: .count
        case .start, .value: .number
        case .height, .width: .length
        case .bgcolor, .color: .color
        case .face: .fonts
        case .alt, .title, .datetime: .text
        case .size: .fontSize
        case .nowrap, .reversed: .flag
        case .background, .hidden, .href, .src, .srcset, .style: nil
        }
    }

    /// Whether the attribute means something harmless on an element.
    func isAllowed(on element: HTMLElement) -> Bool {
        switch self {
        case .align, .dir, .lang, .style: true
        case .title: element != .a
        case .bgcolor, .valign: element == .table || element == .body || HTMLElementSet.tableParts.contains(element)
        case .width, .height:
            element == .table || element == .img || element == .hr || HTMLElementSet.tableParts.contains(element)
        case .cellpadding, .cellspacing: element == .table
        case .border: element == .table || element == .img
        case .colspan, .rowspan, .nowrap: element == .td || element == .th
        case .span: element == .col || element == .colgroup
        case .color, .face: element == .font
        case .size: element == .font || element == .hr
        case .start, .reversed: element == .ol
        case .value: element == .li
        case .type: element == .ol || element == .ul || element == .li
        case .alt, .hspace, .vspace: element == .img
        case .datetime: element == .time || element == .ins || element == .del
        case .background, .hidden, .href, .src, .srcset: false
        }
    }
}

extension HTMLAttribute.Form {
    func accepts(_ value: [UInt8]) -> Bool {
        switch self {
        case .keyword: Self.isShort(value, 35) { $0.isASCIILetter || $0.isASCIIDigit || $0 == Octet.dash }
        case .count: Self.isShort(value, 3, where: \.isASCIIDigit)
        case .number, .fontSize: Self.isNumber(value, digits: self == .number ? 5 : 1)
        case .length: Self.isLength(value)
        case .color: Self.isColor(value)
        case .fonts:
            Self.isShort(value, 200) {
                $0.isASCIILetter || $0.isASCIIDigit || $0 == Octet.dash || $0 == Octet.space || $0 == Octet.comma
                    || $0 >= 0x80
            }
        case .text, .flag: true
        }
    }

    private static func isShort(_ value: [UInt8], _ limit: Int, where matches: (UInt8) -> Bool) -> Bool {
        !value.isEmpty && value.count <= limit && value.allSatisfy(matches)
    }

    private static func isNumber(_ value: [UInt8], digits: Int) -> Bool {
        let isSigned = value.first == Octet.dash || value.first == UInt8(ascii: "+")
        return isShort(Array(value.dropFirst(isSigned ? 1 : 0)), digits, where: \.isASCIIDigit)
    }

    private static func isLength(_ value: [UInt8]) -> Bool {
        let digits = value.prefix { $0.isASCIIDigit || $0 == Octet.period }
        let unit = value.dropFirst(digits.count)
        return isShort(Array(digits), 5) { _ in true }
            && (unit.isEmpty || unit.elementsEqual("%".utf8) || unit.elementsEqual("px".utf8))
    }

    static func isColor(_ value: [UInt8]) -> Bool {
        if value.first == UInt8(ascii: "#") {
            return isShort(Array(value.dropFirst()), 8) { $0.hexValue != nil }
        }
        return isShort(value, 24) { $0.isASCIILetter || $0.isASCIIDigit }
    }
}
