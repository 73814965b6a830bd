internal import MIME
internal import Mail

/// What a text looks like: texts that a reader takes for each other have one skeleton (after Unicode UTS #39 section 4).
///
/// Letters of other scripts become the Latin ones that they look like, marks are left out, and what fonts draw alike is
/// made one. A skeleton is compared and never shown.
enum Skeleton {
    static func of(_ text: some StringProtocol) -> String {
        var result = ""
        for scalar in text.unicodeScalars where !VisibleText.isHidden(scalar) {
            for lower in scalar.properties.lowercaseMapping.unicodeScalars { append(lower, to: &result) }
        }
        return joined(result)
    }

    private static func append(_ scalar: Unicode.Scalar, to result: inout String) {
        if let plain = table[scalar] {
            result += plain
        } else if scalar.isASCII {
            result.unicodeScalars.append(scalar)
        } else if scalar.properties.generalCategory != .nonspacingMark {
            result.unicodeScalars.append(latinBase(of: scalar) ?? scalar)
        }
    }

    /// The Latin letter that a character is a form of, as its name tells: with a mark, in another width or another face.
    private static func latinBase(of scalar: Unicode.Scalar) -> Unicode.Scalar? {
        guard let name = scalar.properties.name, name.contains("LATIN") || name.hasPrefix("MATHEMATICAL ") else {
            return nil
        }
        let words = name.split(separator: " ")
        for (word, next) in zip(words, words.dropFirst()) where kinds.contains(word) {
            if next.utf8.count == 1, let letter = next.utf8.first, letter.isASCIILetter {
                let lower = letter.asciiLowercased
                return lower == UInt8(ascii: "i") ? "l" : Unicode.Scalar(lower)
            }
        }
        return nil
    }

    private static let kinds: Set<Substring> = ["LETTER", "SMALL", "CAPITAL"]

    /// Two letters that together look like one.
    private static func joined(_ text: String) -> String {
        var result: [UInt8] = []
        for octet in text.utf8 {
            switch (result.last, octet) {
            case (UInt8(ascii: "r"), UInt8(ascii: "n")): result[result.count - 1] = UInt8(ascii: "m")
            case (UInt8(ascii: "v"), UInt8(ascii: "v")): result[result.count - 1] = UInt8(ascii: "w")
            case (UInt8(ascii: "c"), UInt8(ascii: "l")): result[result.count - 1] = UInt8(ascii: "d")
            default: result.append(octet)
            }
        }
        return String(decoding: result, as: UTF8.self)
    }

    /// Figures, signs and letters of Latin, Cyrillic, Greek and Armenian by what they look like.
    private static let table: [Unicode.Scalar: String] = {
        let looks = [
            ("-", "\u{2010}\u{2011}\u{2012}\u{2013}\u{2212}"),
            (".", "\u{2024}\u{3002}\u{FF0E}\u{FF61}"),
            ("@", "\u{FF20}\u{FE6B}"),
            ("a", "\u{430}\u{3B1}\u{3AC}\u{251}"),
            ("ae", "\u{E6}"),
            ("b", "\u{432}\u{44C}\u{3B2}\u{185}"),
            ("c", "\u{441}\u{3F2}"),
            ("d", "\u{501}"),
            ("e", "\u{435}\u{450}\u{451}\u{3B5}\u{3AD}3"),
            ("f", "\u{493}"),
            ("g", "\u{50D}\u{581}\u{261}"),
            ("h", "\u{4BB}\u{43D}\u{570}"),
            ("j", "\u{458}\u{3F3}\u{575}"),
            ("k", "\u{43A}\u{3BA}"),
            ("l", "\u{456}\u{457}\u{4CF}\u{3B9}\u{3AF}\u{3CA}\u{269}\u{26A}\u{1C0}\u{29F}\u{131}1|i"),
            ("m", "\u{43C}\u{1D0D}"),
            ("n", "\u{43F}\u{3B7}\u{3AE}\u{578}\u{274}"),
            ("o", "\u{43E}\u{3BF}\u{3CC}\u{585}\u{1D0F}0"),
            ("oe", "\u{153}"),
            ("p", "\u{440}\u{3C1}"),
            ("q", "\u{51B}\u{566}"),
            ("r", "\u{433}\u{491}\u{280}"),
            ("s", "\u{455}\u{A731}\u{17F}5"),
            ("ss", "\u{DF}"),
            ("t", "\u{442}\u{3C4}"),
            ("u", "\u{3C5}\u{3CD}\u{3CB}\u{57D}"),
            ("v", "\u{475}\u{3BD}\u{1D20}"),
            ("w", "\u{51D}\u{3C9}\u{3CE}\u{1D21}"),
            ("x", "\u{445}\u{3C7}"),
            ("y", "\u{443}\u{45E}\u{3B3}"),
            ("z", "\u{1D22}"),
        ]
        var table: [Unicode.Scalar: String] = [:]
        for (look, scalars) in looks {
            for scalar in scalars.unicodeScalars { table[scalar] = look }
        }
        return table
    }()
}
