internal import Mail

/// The target of a link or the source of an image, checked and written anew as a browser understands it.
///
/// After the URL standard (section 4.4) as far as safety needs it: controls, tabs and line ends do not hide a scheme,
/// backslashes are slashes, and any number of slashes leads to the host. What is written is what was checked.
struct WebAddress {
    enum Scheme: CaseIterable {
        case http, https, mailto, tel, cid, data

        fileprivate var name: [UInt8] { Array("\(self):".utf8) }
    }

    let scheme: Scheme
    /// The address in characters that need no escaping but `&` and `'`.
    private(set) var text: [UInt8]
    /// The host, or the domain of a mail address.
    private(set) var host: WebHost?
    /// Where the host stands in `text`.
    private var hostRange = 0..<0
    /// Whether a user name stands before the host.
    private(set) var hasUser = false

    private static let schemes = Scheme.allCases.map { ($0, $0.name) }

    /// Reads an address; `nil` when its scheme is none of those known, or when it is relative.
    init?(_ value: [UInt8]) {
        let plain = Self.stripped(value)
        let octets = plain.span
        if let (scheme, name) = Self.schemes.first(where: { octets.hasASCII($0.1, at: 0) }) {
            self.scheme = scheme
            text = name
            if scheme == .http || scheme == .https {
                guard readHost(octets, from: name.count) else { return nil }
            } else {
                appendEncoded(octets, name.count..<octets.count)
                if scheme == .mailto { readDomain() }
            }
        } else {
            // Newsletters have `//host/` from web pages, and people type `www.`; nothing else can be resolved, since a
            // mail has no base.
            let isSlashed = plain.count > 2 && plain[0].isSlash && plain[1].isSlash
            guard isSlashed || octets.hasASCII(Self.www, at: 0) else { return nil }
            scheme = isSlashed ? .https : .http
            text = scheme.name
            guard readHost(octets, from: 0) else { return nil }
        }
    }

    private static let www = Array("www.".utf8)

    /// Whether an address in a style or an attribute would be fetched from elsewhere.
    static func isRemote(_ octets: Span<UInt8>, _ range: Range<Int>) -> Bool {
        let value = octets.extracting(range)
        return value.hasASCII(Array("http".utf8), at: 0) || (value.count > 1 && value[0].isSlash && value[1].isSlash)
    }

    /// The value without the controls that a browser ignores or that nobody needs, and without blanks around it.
    private static func stripped(_ value: [UInt8]) -> [UInt8] {
        var result = value.filter { $0 >= Octet.space && $0 != 0x7F }
        while result.last == Octet.space { result.removeLast() }
        if let first = result.firstIndex(where: { $0 != Octet.space }), first > 0 { result.removeSubrange(..<first) }
        return result
    }

    private mutating func readHost(_ octets: Span<UInt8>, from start: Int) -> Bool {
        var lower = start
        while lower < octets.count, octets[lower].isSlash { lower += 1 }
        var end = lower
        var userEnd = lower
        while end < octets.count, !octets[end].isSlash, octets[end] != Octet.question, octets[end] != UInt8(ascii: "#")
        {
            if octets[end] == Octet.at { userEnd = end + 1 }
            end += 1
        }
        hasUser = userEnd > lower
        var hostEnd = userEnd
        let isLiteral = hostEnd < end && octets[hostEnd] == UInt8(ascii: "[")
        while hostEnd < end, isLiteral ? octets[hostEnd] != UInt8(ascii: "]") : octets[hostEnd] != Octet.colon {
            hostEnd += 1
        }
        if isLiteral, hostEnd < end { hostEnd += 1 }
        var given: [UInt8] = []
        given.append(copying: octets.extracting(userEnd..<hostEnd))
        // What a browser cannot read leads nowhere.
        guard let host = WebHost(given), Self.isPort(octets, hostEnd..<end) else { return false }
        text += [UInt8(ascii: "/"), UInt8(ascii: "/")]
        appendEncoded(octets, lower..<userEnd)
        append(host)
        appendEncoded(octets, hostEnd..<end)
        var path = end
        while path < octets.count, octets[path] != Octet.question, octets[path] != UInt8(ascii: "#") {
            if octets[path] == Octet.backslash {
                text.append(UInt8(ascii: "/"))
            } else {
                appendEncoded(octets, path..<path + 1)
            }
            path += 1
        }
        appendEncoded(octets, path..<octets.count)
        return true
    }

    /// Whether nothing or a colon with digits stands behind a host.
    private static func isPort(_ octets: Span<UInt8>, _ range: Range<Int>) -> Bool {
        guard !range.isEmpty else { return true }
        guard octets[range.lowerBound] == Octet.colon, range.count <= 6 else { return false }
        for index in range.dropFirst() where !octets[index].isASCIIDigit { return false }
        return true
    }

    private mutating func append(_ host: WebHost) {
        self.host = host
        hostRange = text.count..<text.count + host.name.count
        text += host.name
    }

    /// Reads the domain of a mail address; of several, the last one's.
    private mutating func readDomain() {
        let address = text.prefix { $0 != Octet.question }
        guard let at = address.lastIndex(of: Octet.at), let domain = WebHost(Array(address[(at + 1)...])) else {
            return
        }
        let rest = Array(text[address.endIndex...])
        text.removeSubrange((at + 1)...)
        append(domain)
        text += rest
    }

    /// The address as a reader is to see it: the host in its own script where that deceives nobody.
    var shown: [UInt8] {
        guard let host else { return text }
        return text[..<hostRange.lowerBound] + host.shown + text[hostRange.upperBound...]
    }

    /// Appends octets, those that could end an attribute or deceive the eye as `%XX`.
    private mutating func appendEncoded(_ octets: Span<UInt8>, _ range: Range<Int>) {
        for index in range { text.append(percentEncoding: octets[index]) }
    }

    /// Whether the address is a picture of a kind that cannot run anything, in base64.
    var isEmbeddedPicture: Bool {
        guard scheme == .data else { return false }
        let octets = text.span
        guard let kind = Self.pictures.first(where: { octets.hasASCII($0, at: 0) }) else { return false }
        for index in kind.count..<octets.count {
            let octet = octets[index]
            let isBase64 =
                octet.isASCIILetter || octet.isASCIIDigit || octet == UInt8(ascii: "+") || octet == UInt8(ascii: "/")
                || octet == Octet.equals || octet == Octet.percent
            if !isBase64 { return false }
        }
        return true
    }

    private static let pictures = ["png", "jpeg", "jpg", "gif", "webp"].map { Array("data:image/\($0);base64,".utf8) }
}

extension WebAddress {
    /// Whether a link may lead there.
    var isLinkTarget: Bool { scheme != .cid && scheme != .data }

    /// The identifier of a `cid:` address (RFC 2392 section 2).
    var contentID: String {
        var octets: [UInt8] = []
        text.span.appendPercentDecoded(4..<text.count, to: &octets)
        return String(decoding: octets, as: UTF8.self)
    }
}

extension UInt8 {
    fileprivate var isSlash: Bool { self == UInt8(ascii: "/") || self == Octet.backslash }
}
