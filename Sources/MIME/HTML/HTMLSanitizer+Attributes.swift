internal import Mail

extension HTMLSanitizer {
    /// A start tag that is ready to be written.
    struct StartTag {
        let octets: [UInt8]
        /// Where a link leads.
        let target: WebAddress?
    }

    /// What is gathered of a tag's attributes that need more than a look.
    private struct Gathered {
        var source: WebAddress?
        var target: WebAddress?
        var hasText = false
        var hasRemoteSet = false
        var style: [UInt8] = []
        /// Declarations for what a block has no attributes for.
        var background: [UInt8] = []

        mutating func addBackground(_ property: StaticString, _ value: [UInt8]) {
            if !background.isEmpty { background.append(Octet.semicolon) }
            background += Array("\(property)".utf8) + value
        }
    }

    /// The start tag with the attributes that may stay.
    ///
    /// - Returns: `nil` for a link that leads nowhere and for a picture of which nothing is left.
    mutating func startTag(_ element: HTMLElement, as name: HTMLElement, _ html: Span<UInt8>) -> StartTag? {
        guard !tokens.tokenizer.attributes.isEmpty || name == .a || name == .img else {
            return StartTag(octets: name.startTag, target: nil)
        }
        var tag = [Octet.less]
        tag.reserveCapacity(192)
        tag += name.name
        var gathered = Gathered()
        var seen: UInt64 = 0
        for attribute in tokens.tokenizer.attributes {
            // Of attributes with one name the first counts.
            guard let known = HTMLAttribute.named(html, attribute.name), seen >> known.rawValue & 1 == 0 else {
                continue
            }
            seen |= 1 << known.rawValue
            guard attribute.value.count <= policy.maxAttributeSize || known == .src else { continue }
            read(attribute, known, element, html, &tag, &gathered)
        }
        if name == .a {
            guard let target = gathered.target else { return nil }
            Self.append(target, to: &tag)
        } else if name == .img {
            guard writeSource(gathered, to: &tag) || gathered.hasText else { return nil }
        }
        let isBoth = !gathered.background.isEmpty && !gathered.style.isEmpty
        let style = gathered.background + (isBoth ? [Octet.semicolon] : []) + gathered.style
        if !style.isEmpty { tag.append(attribute: HTMLAttribute.style.name, style) }
        tag.append(Octet.greater)
        return StartTag(octets: tag, target: gathered.target)
    }

    private static let linkAttributes = Array(#" rel="noopener noreferrer nofollow" target="_blank""#.utf8)

    /// The start tag of a link that has no other attributes.
    static func linkTag(_ target: WebAddress) -> [UInt8] {
        var tag = [Octet.less] + HTMLElement.a.name
        append(target, to: &tag)
        return tag + [Octet.greater]
    }

    private static func append(_ target: WebAddress, to tag: inout [UInt8]) {
        tag.append(attribute: HTMLAttribute.href.name, target.text)
        tag += linkAttributes
    }

    private static let blockedSource = Array("data-blocked-src".utf8)

    private mutating func read(
        _ attribute: HTMLTokenizer.Attribute,
        _ known: HTMLAttribute,
        _ element: HTMLElement,
        _ html: Span<UInt8>,
        _ tag: inout [UInt8],
        _ gathered: inout Gathered
    ) {
        let isAddress = isAddress(known, of: element)
        guard isAddress || known.isAllowed(on: element) else { return }
        var value: [UInt8] = []
        value.reserveCapacity(attribute.value.count)
        tokens.tokenizer.appendValue(of: attribute, in: html, to: &value)
        if isAddress {
            readAddress(value, known, element, &gathered)
        } else if known == .style {
            let style = CSSDeclarations(value.span, policy: policy)
            blockedImages += style.blockedImages
            gathered.style = style.safe
        } else if let form = known.form {
            if form != .text { value = value.trimmingSpaces() }
            guard form.accepts(value) else { return }
            if known == .alt, !value.isEmpty { gathered.hasText = true }
            if element == .body, known == .bgcolor {
                // A body becomes a block, which has its colour from its style.
                gathered.addBackground("background-color:", value)
            } else {
                tag.append(attribute: known.name, form == .flag ? known.name : value)
            }
        }
    }

    private func isAddress(_ attribute: HTMLAttribute, of element: HTMLElement) -> Bool {
        switch attribute {
        case .href: element == .a
        case .src, .srcset: element == .img
        case .background: true
        default: false
        }
    }

    private mutating func readAddress(
        _ value: [UInt8],
        _ attribute: HTMLAttribute,
        _ element: HTMLElement,
        _ gathered: inout Gathered
    ) {
        switch attribute {
        case .href:
            guard let address = WebAddress(value), address.isLinkTarget else { return }
            gathered.target = address
        case .src:
            gathered.source = WebAddress(value)
        case .srcset:
            gathered.hasRemoteSet = WebAddress.isRemote(value.span, 0..<value.count)
        default:
            if let address = policy.background(value) {
                gathered.addBackground("background-image:url('", address + Array("')".utf8))
            } else if WebAddress.isRemote(value.span, 0..<value.count) {
                blockedImages += 1
            }
        }
    }

    /// Writes where a picture comes from.
    ///
    /// - Returns: whether anything was written.
    private mutating func writeSource(_ gathered: Gathered, to tag: inout [UInt8]) -> Bool {
        switch gathered.source.map(policy.picture) ?? .missing {
        case .shown(let address):
            tag.append(attribute: HTMLAttribute.src.name, address)
            return true
        case .blocked:
            blockedImages += 1
            guard policy.remoteImages == .blockedWithAddress, let source = gathered.source else { return false }
            tag.append(attribute: Self.blockedSource, source.text)
            return true
        case .missing:
            // The same picture in other sizes.
            if gathered.hasRemoteSet { blockedImages += 1 }
            return false
        }
    }
}

extension [UInt8] {
    fileprivate func trimmingSpaces() -> [UInt8] {
        guard let first, let last, first.isHTMLSpace || last.isHTMLSpace else { return self }
        return Array(drop { $0.isHTMLSpace }.reversed().drop { $0.isHTMLSpace }.reversed())
    }
}
