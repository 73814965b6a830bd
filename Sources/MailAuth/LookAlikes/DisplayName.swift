internal import MIME
internal import Mail

/// What a display name holds that can be taken for an address.
struct DisplayName {
    /// The mail addresses in it.
    private(set) var addresses: [MailAddress] = []
    /// The words that look like domains, in lower case.
    private(set) var domains: [String] = []
    /// Whether it says that somebody sends for somebody else.
    let isOnBehalf: Bool

    /// How much of a name is looked at, and how many addresses and domains.
    private static let maximumLength = 1000
    private static let maximumCount = 20

    init(_ name: String) {
        // A sign that only looks like the one of addresses is read as that one.
        let scalars = name.unicodeScalars.prefix(Self.maximumLength).filter { !VisibleText.isHidden($0) }
        let text = String(String.UnicodeScalarView(scalars.map { Self.signs[$0] ?? $0 }))
        let words = text.split { $0.isWhitespace || "<>()[]{},;:\"'`|/\\".contains($0) }
        isOnBehalf = words.contains { Self.onBehalf.contains($0.lowercased()) }
        for word in words where word.contains(".") {
            let word = word.trimming { ".!?".contains($0) }
            if let address = MailAddress(word) {
                if addresses.count < Self.maximumCount { addresses.append(address) }
            } else if !word.contains("@"), domains.count < Self.maximumCount {
                let name = word.lowercased()
                domains.append(name.hasPrefix("www.") ? String(name.dropFirst(4)) : name)
            }
        }
    }

    private static let signs: [Unicode.Scalar: Unicode.Scalar] = ["\u{FF20}": "@", "\u{FE6B}": "@"]
    private static let onBehalf: Set<String> = ["via", "über", "per", "par", "por"]

    /// What a name looks like, its words in one order; `nil` for one that many bear: a single short word.
    static func key(_ name: String) -> String? {
        let scalars = name.unicodeScalars.prefix(maximumLength).filter { !VisibleText.isHidden($0) }
        let words = String(String.UnicodeScalarView(scalars)).split { character in
            !character.isLetter && !character.isNumber
        }
        guard words.count > 1 || (words.first?.count ?? 0) >= 8 else { return nil }
        return words.map { Skeleton.of($0) }.sorted().joined(separator: " ")
    }
}

extension Substring {
    /// The text without characters of a kind at its ends.
    fileprivate func trimming(_ isLeftOut: (Character) -> Bool) -> Substring {
        var text = self
        while let first = text.first, isLeftOut(first) { text.removeFirst() }
        while let last = text.last, isLeftOut(last) { text.removeLast() }
        return text
    }
}
