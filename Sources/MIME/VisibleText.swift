/// Names as a reader can trust them: what turns or hides text is shown instead of obeyed.
///
/// For display names, file names, the subjects of lists and the targets of links, not for prose. A mark is `[U+202E]`,
/// plain US-ASCII that needs no escaping and cannot be taken for an address in angle brackets. Text that runs from
/// right to left stays as it is; only the controls that would turn its neighbours are marked (Unicode UAX #9, UTR #36).
public enum VisibleText {
    /// The text with a mark for each control, each character that changes the direction and each invisible one.
    ///
    /// Where an emoji or a script needs an invisible character to look as it should, it stays: joiners in emoji and in
    /// Arabic and Indic letters, variation selectors behind what has variants, flags of regions, and the spaces of no
    /// width that part words in South-East Asia.
    public static func marked(_ text: String) -> String {
        replacing(text) { mark(of: $0) }
    }

    /// A line of prose: what turns the direction and controls are marked as in names; what only takes no place, which
    /// newsletters have by the hundred, is left out.
    public static func prose(_ line: String) -> String {
        replacing(line) { scalar in
            let isControl = scalar.properties.generalCategory == .control
            return isControl || turnsDirection(scalar) ? mark(of: scalar) : ""
        }
    }

    /// The text with something else for each hidden character that nothing around it needs.
    private static func replacing(_ text: String, with replacement: (Unicode.Scalar) -> String) -> String {
        if text.utf8.allSatisfy({ $0 >= Octet.space && $0 < 0x7F }) { return text }
        let scalars = Array(text.unicodeScalars)
        var result = String.UnicodeScalarView()
        var index = 0
        while index < scalars.count {
            let end = flagEnd(scalars, from: index) ?? index + 1
            if end == index + 1, isHidden(scalars[index]), !isNeeded(scalars, index) {
                result.append(contentsOf: replacement(scalars[index]).unicodeScalars)
            } else {
                result.append(contentsOf: scalars[index..<end])
            }
            index = end
        }
        return String(result)
    }

    /// What is shown for a character that must not stand for itself.
    static func mark(of scalar: Unicode.Scalar) -> String {
        let digits = String(scalar.value, radix: 16, uppercase: true)
        return "[U+" + String(repeating: "0", count: max(0, 4 - digits.count)) + digits + "]"
    }

    /// Whether a character overrides, embeds or isolates the direction of what follows.
    static func turnsDirection(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.value {
        case 0x202A...0x202E, 0x2066...0x2069: true
        default: false
        }
    }

    /// Whether a character is a control, or takes no place of its own on a page.
    package static func isHidden(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.value {
        case 0x20..<0x7F: false
        // Line separators, the annotations of ruby, the blank of Braille, and the null note of music.
        case 0x2028, 0x2029, 0xFFF9...0xFFFB, 0x2800, 0x1D159: true
        default:
            scalar.properties.generalCategory == .control || scalar.properties.isDefaultIgnorableCodePoint
        }
    }

    /// Whether a text in UTF-8 has a character that a reader would see.
    ///
    /// No-break spaces and what takes no place are none, nor is U+FFFC, which stands where a picture was.
    static func isSeen(_ utf8: [UInt8]) -> Bool {
        if utf8.contains(where: { $0 > Octet.space && $0 < 0x7F }) { return true }
        guard utf8.contains(where: { $0 >= 0x80 }) else { return false }
        return String(decoding: utf8, as: UTF8.self).unicodeScalars.contains { scalar in
            !scalar.isASCII && scalar != "\u{FFFC}" && !scalar.properties.isWhitespace && !isHidden(scalar)
        }
    }

    // MARK: What needs them

    /// Whether the hidden character at `index` changes how its neighbours look, as it is meant to.
    private static func isNeeded(_ scalars: [Unicode.Scalar], _ index: Int) -> Bool {
        guard index > 0 else { return false }
        let last = scalars[index - 1]
        let next = index + 1 < scalars.count ? scalars[index + 1] : nil
        switch scalars[index].value {
        case 0x200B:
            return next.map { Script(last)?.partsWordsInvisibly == true && Script($0) == Script(last) } ?? false
        case 0x200C:
            return joins(last, next)
        case 0x200D:
            return joins(last, next) || (isEmojiEnd(scalars, index - 1) && next.map(isEmoji) == true)
        case 0xFE0E, 0xFE0F:
            // Behind a digit only as part of a keycap.
            return isEmoji(last) || (isKeycapBase(last) && next == "\u{20E3}")
        case 0xFE00...0xFE02:
            return last.properties.isUnifiedIdeograph || last.properties.isMath || Script(last)?.hasVariants == true
        case 0xE0100...0xE01EF:
            return last.properties.isUnifiedIdeograph
        case 0x180B...0x180F:
            return Script(last) == .mongolian
        case 0x2800:
            return isBraille(last) || next.map(isBraille) == true
        default:
            return false
        }
    }

    /// Whether a joiner between two letters has a meaning (RFC 5892 appendix A.1 and A.2, less strictly: Persian has a
    /// non-joiner between a word of another script and its ending).
    private static func joins(_ last: Unicode.Scalar, _ next: Unicode.Scalar?) -> Bool {
        if last.properties.canonicalCombiningClass == .virama { return true }
        if next?.properties.canonicalCombiningClass == .virama { return Script(last) != nil }
        return Script(last)?.isCursive == true || next.flatMap(Script.init)?.isCursive == true
    }

    /// Whether an emoji ends at `index`, its variation selector included.
    private static func isEmojiEnd(_ scalars: [Unicode.Scalar], _ index: Int) -> Bool {
        if scalars[index] == "\u{FE0F}" { return index > 0 && isEmoji(scalars[index - 1]) }
        return isEmoji(scalars[index])
    }

    private static func isEmoji(_ scalar: Unicode.Scalar) -> Bool {
        !scalar.isASCII && scalar.properties.isEmoji
    }

    private static func isKeycapBase(_ scalar: Unicode.Scalar) -> Bool {
        scalar.isASCII && scalar.properties.isEmoji
    }

    private static func isBraille(_ scalar: Unicode.Scalar) -> Bool { (0x2801...0x28FF).contains(scalar.value) }

    /// The end of the flag of a region that begins at `start`: a black flag, the region's letters as tags, and a cancel
    /// tag (UTS #51 annex C).
    private static func flagEnd(_ scalars: [Unicode.Scalar], from start: Int) -> Int? {
        guard scalars[start].value == 0x1F3F4 else { return nil }
        var end = start + 1
        while end < scalars.count, end < start + 7, isRegionTag(scalars[end]) { end += 1 }
        guard end >= start + 4, end < scalars.count, scalars[end].value == 0xE007F else { return nil }
        return end + 1
    }

    /// Whether a tag stands for a digit or a small letter.
    private static func isRegionTag(_ scalar: Unicode.Scalar) -> Bool {
        (0xE0030...0xE0039).contains(scalar.value) || (0xE0061...0xE007A).contains(scalar.value)
    }
}
