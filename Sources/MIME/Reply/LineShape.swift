/// Lines of ornament: rules, and words between dashes.
enum LineShape {
    /// The characters that rules and ornaments are made of.
    static func isOrnament(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar {
        case "-", "_", "=", "*", "~", "#", "+", "\u{2013}", "\u{2014}", "\u{2015}", "\u{2500}", "\u{2501}": true
        default: false
        }
    }

    /// The character that a line repeats and nothing else, and how often; `nil` for other lines.
    static func rule(_ content: String) -> (scalar: Unicode.Scalar, count: Int)? {
        guard let first = content.unicodeScalars.first, isOrnament(first) else { return nil }
        var count = 0
        for scalar in content.unicodeScalars where scalar != " " {
            guard scalar == first else { return nil }
            count += 1
        }
        return (first, count)
    }

    /// Words with ornament before them and perhaps behind, as in `----- Original Message -----`.
    struct Ornamented {
        /// The words alone.
        var words: String
        /// How many ornaments stand behind.
        var trailing: Int
        /// What follows the ornament behind, where a client puts its header block into the same line.
        var rest: String
    }

    static func ornamented(_ content: String) -> Ornamented? {
        var scalars = content.unicodeScalars[...]
        var leading = 0
        while let first = scalars.first, isOrnament(first) || (leading > 0 && first == " ") {
            if first != " " { leading += 1 }
            scalars = scalars.dropFirst()
        }
        guard leading >= 2, !scalars.isEmpty else { return nil }
        // Words end where the ornament comes back: at two of its characters in a row.
        var end = scalars.startIndex
        while end < scalars.endIndex {
            let next = scalars.index(after: end)
            if isOrnament(scalars[end]), next == scalars.endIndex || isOrnament(scalars[next]) { break }
            end = next
        }
        let words = String(scalars[..<end])
        var rest = scalars[end...]
        var trailing = 0
        while let first = rest.first, isOrnament(first) {
            trailing += 1
            rest = rest.dropFirst()
        }
        return Ornamented(words: words.trimmingBlanks, trailing: trailing, rest: String(rest).trimmingBlanks)
    }
}
