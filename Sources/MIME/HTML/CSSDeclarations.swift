internal import Mail

/// The declarations of a `style` attribute, reduced to what cannot load, run or leave its place.
///
/// A property stays when its name is in the list and its value consists of words, plain numbers, colours, names of fonts and
/// the pictures that a policy shows; it is written anew from its tokens. An escape, a function but those of colours, or a
/// negative number drops the declaration (CSS Syntax, section 5.4.4, read more strictly).
struct CSSDeclarations {
    /// How many pictures the style would have fetched from elsewhere and does not.
    private(set) var blockedImages = 0
    /// `display:none` is among them.
    private(set) var isHidden = false
    /// The declarations that stay.
    private(set) var safe: [UInt8] = []

    private static let properties = HTMLNameTable([
        "background", "background-color", "background-image", "background-repeat", "background-size", "border",
        "border-bottom", "border-bottom-color", "border-bottom-style",
        "border-bottom-width", "border-collapse", "border-color", "border-left", "border-left-color",
        "border-left-style", "border-left-width", "border-radius", "border-right", "border-right-color",
        "border-right-style", "border-right-width", "border-spacing", "border-style", "border-top",
        "border-top-color", "border-top-style", "border-top-width", "border-width", "caption-side", "clear", "color",
        "direction", "display", "empty-cells", "float", "font", "font-family", "font-size", "font-style",
        "font-variant", "font-weight", "height", "letter-spacing", "line-height", "list-style", "list-style-type",
        "margin", "margin-bottom", "margin-left", "margin-right", "margin-top", "max-height", "max-width", "min-height",
        "min-width", "overflow-wrap", "padding", "padding-bottom", "padding-left", "padding-right", "padding-top",
        "table-layout", "text-align", "text-decoration", "text-decoration-color", "text-decoration-line",
        "text-decoration-style", "text-indent", "text-transform", "vertical-align", "white-space", "width",
        "word-break", "word-spacing", "word-wrap",
    ])

    private let policy: HTMLPolicy

    init(_ style: Span<UInt8>, policy: HTMLPolicy) {
        self.policy = policy
        safe.reserveCapacity(style.count)
        var index = 0
        while index < style.count {
            let end = Self.declarationEnd(style, index)
            read(style, index..<end)
            index = end + 1
        }
    }

    /// The offset of the `;` that ends the declaration; one within quotes, brackets or a comment does not.
    private static func declarationEnd(_ style: Span<UInt8>, _ start: Int) -> Int {
        var depth = 0
        var quote: UInt8 = 0
        var index = start
        while index < style.count {
            let octet = style[index]
            if octet == Octet.backslash {
                index += 1
            } else if quote != 0 {
                if octet == quote { quote = 0 }
            } else {
                switch octet {
                case Octet.quote, UInt8(ascii: "'"): quote = octet
                case Octet.openParenthesis, UInt8(ascii: "["), UInt8(ascii: "{"): depth += 1
                case Octet.closeParenthesis, UInt8(ascii: "]"), UInt8(ascii: "}"): depth = max(0, depth - 1)
                case Octet.semicolon where depth == 0: return index
                case UInt8(ascii: "/"): index = commentEnd(style, index) - 1
                default: break
                }
            }
            index += 1
        }
        return style.count
    }

    /// The offset behind the comment at `start`, or behind the octet there when it begins none.
    private static func commentEnd(_ style: Span<UInt8>, _ start: Int) -> Int {
        guard start + 1 < style.count, style[start + 1] == UInt8(ascii: "*") else { return start + 1 }
        var index = start + 3
        while index < style.count, style[index] != UInt8(ascii: "/") || style[index - 1] != UInt8(ascii: "*") {
            index += 1
        }
        return min(index + 1, style.count)
    }

    private mutating func read(_ style: Span<UInt8>, _ range: Range<Int>) {
        var colon = range.lowerBound
        while colon < range.upperBound, style[colon] != Octet.colon { colon += 1 }
        guard colon < range.upperBound else { return }
        var name = range.lowerBound..<colon
        while !name.isEmpty, !style[name.lowerBound].isNameOctet {
            // Blanks, and comments, which may stand wherever blanks may.
            let next =
                style[name.lowerBound].isHTMLSpace
                ? name.lowerBound + 1 : Self.commentEnd(style, name.lowerBound)
            guard next <= colon, style[name.lowerBound].isHTMLSpace || next > name.lowerBound + 1 else { return }
            name = next..<colon
        }
        while !name.isEmpty, style[name.upperBound - 1].isHTMLSpace { name = name.lowerBound..<name.upperBound - 1 }
        let position = Self.properties.position(of: name, in: style)
        let property = position.map { Self.properties.names[$0] } ?? []
        var value = Value(property: property, policy: policy)
        value.read(style, colon + 1..<range.upperBound)
        blockedImages += value.blockedImages
        guard !property.isEmpty, value.isSafe, !value.text.isEmpty else { return }
        if property.elementsEqual("display".utf8) {
            guard Self.displays.contains(where: { $0.elementsEqual(value.text) }) else { return }
            isHidden = value.text.elementsEqual("none".utf8)
        }
        if !safe.isEmpty { safe.append(Octet.semicolon) }
        safe += property
        safe.append(Octet.colon)
        safe += value.text
    }

    /// The displays that stay in the flow.
    private static let displays = [
        "none", "block", "inline", "inline-block", "table", "table-row", "table-cell", "list-item",
    ]
    .map { Array($0.utf8) }
}

extension CSSDeclarations {
    /// A value that is read token by token and written anew.
    private struct Value {
        let property: [UInt8]
        private(set) var text: [UInt8] = []
        private(set) var isSafe = true
        private(set) var blockedImages = 0
        private let policy: HTMLPolicy
        private static let maxSize = 2048

        init(property: [UInt8], policy: HTMLPolicy) {
            self.property = property
            self.policy = policy
        }

        mutating func read(_ style: Span<UInt8>, _ range: Range<Int>) {
            text.reserveCapacity(range.count)
            var index = range.lowerBound
            let end = range.upperBound
            while index < end {
                let octet = style[index]
                if octet.isHTMLSpace {
                    index += 1
                } else if octet == UInt8(ascii: "/"), index + 1 < end, style[index + 1] == UInt8(ascii: "*") {
                    index = min(end, CSSDeclarations.commentEnd(style, index))
                } else if octet == UInt8(ascii: "!") {
                    // `!important`, which has nothing left to be more important than.
                    return
                } else if octet.isASCIILetter || (octet == Octet.dash && Self.isLetter(style, index + 1, end)) {
                    index = readWord(style, index, end)
                } else if octet.isASCIIDigit || octet == Octet.period || octet == UInt8(ascii: "#") {
                    index = readNumber(style, index, end)
                } else if octet == Octet.quote || octet == UInt8(ascii: "'") {
                    index = readString(style, index, end)
                } else if octet == Octet.comma || octet == UInt8(ascii: "/") {
                    text.append(octet)
                    index += 1
                } else {
                    isSafe = false
                    index += 1
                }
            }
            if text.count > Self.maxSize { isSafe = false }
        }

        private static func isLetter(_ style: Span<UInt8>, _ index: Int, _ end: Int) -> Bool {
            index < end && style[index].isASCIILetter
        }

        private mutating func appendSpace() {
            if let last = text.last, last != Octet.comma, last != UInt8(ascii: "/") { text.append(Octet.space) }
        }

        private mutating func readWord(_ style: Span<UInt8>, _ start: Int, _ end: Int) -> Int {
            var index = start
            while index < end, style[index].isNameOctet { index += 1 }
            guard index < end, style[index] == Octet.openParenthesis else {
                appendSpace()
                for position in start..<index { text.append(style[position].asciiLowercased) }
                return index
            }
            let close = Self.closing(style, index + 1, end)
            if style.hasASCII(Self.address, at: start), index == start + 3 {
                readAddress(style, index + 1..<close)
            } else if Self.colorFunctions.contains(where: { $0.count == index - start && style.hasASCII($0, at: start) }
            ) {
                readColor(style, start..<close)
            } else {
                isSafe = false
            }
            return min(close + 1, end)
        }

        private static let address = Array("url".utf8)
        private static let colorFunctions = ["rgb", "rgba", "hsl", "hsla"].map { Array($0.utf8) }

        /// The offset of the parenthesis that closes, one within quotes passed over.
        private static func closing(_ style: Span<UInt8>, _ start: Int, _ end: Int) -> Int {
            var index = start
            var quote: UInt8 = 0
            while index < end {
                let octet = style[index]
                if quote != 0 {
                    if octet == quote { quote = 0 }
                } else if octet == Octet.closeParenthesis {
                    return index
                } else if octet == Octet.quote || octet == UInt8(ascii: "'") {
                    quote = octet
                }
                index += 1
            }
            return end
        }

        /// Writes a picture that is shown behind the element; goes on without any other, so that a colour beside it stays.
        private mutating func readAddress(_ style: Span<UInt8>, _ range: Range<Int>) {
            func isAround(_ octet: UInt8) -> Bool {
                octet.isHTMLSpace || octet == Octet.quote || octet == UInt8(ascii: "'")
            }
            var (start, end) = (range.lowerBound, range.upperBound)
            while start < end, isAround(style[start]) { start += 1 }
            while start < end, isAround(style[end - 1]) { end -= 1 }
            var address: [UInt8] = []
            address.append(copying: style.extracting(start..<end))
            let isShorthand = property.elementsEqual("background".utf8)
            let isBackground = isShorthand || property.elementsEqual("background-image".utf8)
            // A backslash begins an escape here, and is a slash in an address.
            if isBackground, !address.contains(Octet.backslash), let shown = policy.background(address) {
                appendSpace()
                text += Self.addressStart + shown + Self.addressEnd
                return
            }
            if WebAddress.isRemote(style, start..<end) { blockedImages += 1 }
            if !isShorthand { isSafe = false }
        }

        private static let addressStart = Array("url('".utf8)
        private static let addressEnd = Array("')".utf8)

        private mutating func readColor(_ style: Span<UInt8>, _ range: Range<Int>) {
            guard range.count <= 48 else {
                isSafe = false
                return
            }
            appendSpace()
            var isInside = false
            for index in range {
                let octet = style[index].asciiLowercased
                if octet == Octet.openParenthesis {
                    if isInside { isSafe = false }
                    isInside = true
                } else if isInside {
                    let isPlain =
                        octet.isASCIIDigit || octet == Octet.period || octet == Octet.percent || octet == Octet.comma
                        || octet == UInt8(ascii: "/") || octet == Octet.space
                    if !isPlain { isSafe = false }
                }
                text.append(octet)
            }
            text.append(Octet.closeParenthesis)
        }

        private mutating func readNumber(_ style: Span<UInt8>, _ start: Int, _ end: Int) -> Int {
            var index = start + 1
            let isColor = style[start] == UInt8(ascii: "#")
            while index < end,
                isColor ? style[index].hexValue != nil : style[index].isASCIIDigit || style[index] == Octet.period
            {
                index += 1
            }
            if isColor ? index - start > 9 || index == start + 1 : Self.isLarge(style, start..<index) { isSafe = false }
            if !isColor {
                let unit = index
                while index < end, style[index].isASCIILetter || style[index] == Octet.percent { index += 1 }
                if index - unit > 4 { isSafe = false }
            }
            appendSpace()
            for position in start..<index { text.append(style[position].asciiLowercased) }
            return index
        }

        /// Whether a number has more than five digits before its point, or more than a few behind.
        private static func isLarge(_ style: Span<UInt8>, _ range: Range<Int>) -> Bool {
            var digits = 0
            for index in range {
                if style[index] == Octet.period { break }
                digits += 1
            }
            return digits > 5 || range.count > 24
        }

        /// Reads the name of a font.
        private mutating func readString(_ style: Span<UInt8>, _ start: Int, _ end: Int) -> Int {
            var index = start + 1
            appendSpace()
            text.append(UInt8(ascii: "'"))
            while index < end, style[index] != style[start] {
                let octet = style[index]
                if !octet.isNameOctet, octet != Octet.space, octet < 0x80 { isSafe = false }
                text.append(octet)
                index += 1
            }
            text.append(UInt8(ascii: "'"))
            if index == end || !property.starts(with: "font".utf8) { isSafe = false }
            return min(index + 1, end)
        }
    }
}

extension UInt8 {
    /// A letter, a digit, a dash or a low line: what a CSS name consists of.
    fileprivate var isNameOctet: Bool {
        isASCIILetter || isASCIIDigit || self == Octet.dash || self == UInt8(ascii: "_")
    }
}
