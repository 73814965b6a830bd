internal import Mail

/// What a link shows beside where it leads.
struct HTMLLinkText {
    let target: WebAddress
    /// The first octets of the text that is seen.
    private(set) var text: [UInt8] = []
    private var endsHidden = false

    private static let maxText = 512
    private static let maxHost = 255
    private static let noticeStart = Array("<small> [".utf8)
    private static let noticeEnd = Array("]</small>".utf8)

    init(target: WebAddress) {
        self.target = target
    }

    /// Takes text of the link as a reader sees it: without controls, one blank for many, and of characters that take no
    /// place the first of each run, so that they push nothing out of what is compared.
    mutating func append(_ source: Span<UInt8>, _ range: Range<Int>) {
        guard text.count < Self.maxText else { return }
        for scalar in String(decoding: source.copied(range), as: UTF8.self).unicodeScalars {
            guard text.count < Self.maxText else { return }
            let isHidden = VisibleText.isHidden(scalar)
            defer { endsHidden = isHidden }
            if scalar.properties.isWhitespace {
                if let last = text.last, last != Octet.space { text.append(Octet.space) }
            } else if !isHidden || (!endsHidden && scalar.properties.generalCategory != .control) {
                text += Array(String(scalar).utf8)
            }
        }
    }

    /// The octets that `notice` takes at most.
    static func maxNotice(_ target: WebAddress) -> Int {
        guard let host = target.host else { return 0 }
        let count = min(max(host.name.count, host.shown.count), maxHost)
        return noticeStart.count + count * HTMLOutput.ampersand.count + noticeEnd.count
    }

    /// HTML that names the target's host, when the text could mislead about it; empty otherwise.
    var notice: [UInt8] {
        guard let host = noticedHost else { return [] }
        var notice = Self.noticeStart
        for octet in host.prefix(Self.maxHost) {
            // As in all text, a quotation mark stays.
            if octet == Octet.quote { notice.append(octet) } else { notice.append(escaping: octet) }
        }
        return notice + Self.noticeEnd
    }

    /// The target's host, when the text names another or has invisible characters in it, and when the target hides it
    /// behind a user's name or behind letters that look like others.
    private var noticedHost: [UInt8]? {
        guard let host = target.host else { return nil }
        var isMisleading = target.hasUser || host.isSuspicious
        var hasASCIIName = false
        for word in text.split(whereSeparator: { $0 <= Octet.space || $0 == Octet.less || $0 == Octet.comma })
        where word.contains(Octet.period) {
            let visible = Self.withoutInvisibles(word)
            guard let named = Self.host(in: visible) else { continue }
            if named.allSatisfy({ $0 < 0x80 }) { hasASCIIName = true }
            let isDisguised = visible.count < word.count && Self.host(in: Array(word)) != named
            if isDisguised || !Self.isSame(WebHost(named)?.name ?? named, host.name) { isMisleading = true }
        }
        // Beside a name in US-ASCII, one that differs by an accent would pass for it.
        return isMisleading ? (hasASCIIName ? host.name : host.shown) : nil
    }

    /// The host that a word of the text names.
    private static func host(in word: [UInt8]) -> [UInt8]? {
        var name = word[...]
        if let colon = name.firstIndex(of: Octet.colon), name[colon...].starts(with: "://".utf8) {
            name = name[(colon + 3)...]
        }
        name = name.prefix { $0 != UInt8(ascii: "/") && $0 != Octet.question && $0 != UInt8(ascii: "#") }
        // What stands before an at sign is a user, not a host.
        if let at = name.lastIndex(of: Octet.at) { name = name[(at + 1)...] }
        name = name.drop { !$0.isHostOctet }.prefix(while: \.isHostOctet)
        while let last = name.last, last == Octet.period || last == Octet.dash { name.removeLast() }
        guard let dot = name.lastIndex(of: Octet.period), dot > name.startIndex else { return nil }
        let top = name[(dot + 1)...]
        guard top.count >= 2, top.contains(where: { !$0.isASCIIDigit }) else { return nil }
        return Array(name)
    }

    /// Whether two hosts are one, or one is part of the other's domain.
    private static func isSame(_ shown: [UInt8], _ target: [UInt8]) -> Bool {
        let shown = shown.starts(with: "www.".utf8) ? Array(shown.dropFirst(4)) : shown
        let target = target.starts(with: "www.".utf8) ? Array(target.dropFirst(4)) : target
        if shown == target { return true }
        let (long, short) = shown.count > target.count ? (shown, target) : (target, shown)
        return long.count > short.count + 1 && short.contains(Octet.period)
            && long.suffix(short.count).elementsEqual(short) && long[long.count - short.count - 1] == Octet.period
    }

    /// A word without characters that take no place, which would hide a host's name from a comparison.
    private static func withoutInvisibles(_ word: ArraySlice<UInt8>) -> [UInt8] {
        if word.allSatisfy({ $0 < 0x7F }) { return Array(word) }
        return String(decoding: word, as: UTF8.self).unicodeScalars.filter { !VisibleText.isHidden($0) }
            .flatMap { Array(String($0).utf8) }
    }
}

extension UInt8 {
    /// A letter of any script, a digit, a dash or a dot.
    fileprivate var isHostOctet: Bool {
        isASCIILetter || isASCIIDigit || self == Octet.dash || self == Octet.period || self >= 0x80
    }
}
