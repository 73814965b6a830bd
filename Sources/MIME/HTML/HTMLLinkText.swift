internal import Mail

/// What a link shows beside where it leads.
struct HTMLLinkText {
    let target: WebAddress
    /// The first octets of the text.
    private(set) var text: [UInt8] = []

    private static let maxText = 512
    private static let maxHost = 255

    init(target: WebAddress) {
        self.target = target
    }

    mutating func append(_ source: Span<UInt8>, _ range: Range<Int>) {
        let count = min(range.count, Self.maxText - text.count)
        for index in range.lowerBound..<range.lowerBound + count { text.append(source[index]) }
    }

    /// The octets that `notice` takes at most.
    static func maxNotice(_ target: WebAddress) -> Int { min(target.host.count, maxHost) * 5 + 20 }

    /// HTML that names the target's host, when the text names another; empty otherwise.
    var notice: [UInt8] {
        guard isDeceptive else { return [] }
        var notice = Array("<small> [".utf8)
        for octet in target.host.prefix(Self.maxHost) {
            switch octet {
            case UInt8(ascii: "&"): notice += HTMLOutput.ampersand
            case 0..<0x80: notice.append(octet)
            // The host of an internationalised address is shown as it is sent.
            default:
                notice.append(Octet.percent)
                notice += Array(String(octet, radix: 16, uppercase: true).utf8)
            }
        }
        return notice + Array("]</small>".utf8)
    }

    /// Whether the text names a host that is not the target's, or the target hides its host behind a user's name.
    private var isDeceptive: Bool {
        if target.host.isEmpty { return false }
        if target.hasUser { return true }
        let visible = Self.withoutInvisibles(text)
        return visible.split(whereSeparator: { $0 <= Octet.space || $0 == Octet.less || $0 == Octet.comma })
            .contains { word in
                guard let host = Self.host(in: Array(word)) else { return false }
                return !Self.isSame(host, target.host)
            }
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
        return name.map(\.asciiLowercased)
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

    /// The text without characters that take no place, which would hide a host's name from a comparison.
    private static func withoutInvisibles(_ text: [UInt8]) -> [UInt8] {
        var result: [UInt8] = []
        var index = 0
        while index < text.count {
            let octet = text[index]
            if octet == 0xC2, index + 1 < text.count, text[index + 1] == 0xAD {
                index += 2
            } else if octet == 0xE2, index + 2 < text.count, isInvisible(text[index + 1], text[index + 2]) {
                index += 3
            } else if octet == 0xEF, index + 2 < text.count, text[index + 1] == 0xBB, text[index + 2] == 0xBF {
                index += 3
            } else {
                result.append(octet)
                index += 1
            }
        }
        return result
    }

    /// U+200B to U+200F, U+202A to U+202E, U+2060 to U+206F.
    private static func isInvisible(_ second: UInt8, _ third: UInt8) -> Bool {
        switch (second, third) {
        case (0x80, 0x8B...0x8F), (0x80, 0xAA...0xAE), (0x81, 0xA0...0xAF): true
        default: false
        }
    }
}

extension UInt8 {
    /// A letter of any script, a digit, a dash or a dot.
    fileprivate var isHostOctet: Bool {
        isASCIILetter || isASCIIDigit || self == Octet.dash || self == Octet.period || self >= 0x80
    }
}
