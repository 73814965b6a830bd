import MIME
import Testing

@Suite struct VisibleTextTests {
    /// What deceives, and what is shown instead.
    static let marked: [(String, String)] = [
        ("", ""), ("Ann & Bob <a@b.example>", "Ann & Bob <a@b.example>"), ("Bücher 例え 😀", "Bücher 例え 😀"),
        // Direction.
        ("invoice\u{202E}fdp.exe", "invoice[U+202E]fdp.exe"),
        ("\u{202A}a\u{202B}b\u{202C}c\u{202D}d", "[U+202A]a[U+202B]b[U+202C]c[U+202D]d"),
        ("\u{2066}a\u{2067}b\u{2068}c\u{2069}", "[U+2066]a[U+2067]b[U+2068]c[U+2069]"),
        ("a\u{200E}b\u{200F}c\u{61C}d", "a[U+200E]b[U+200F]c[U+061C]d"),
        // Nothing to see.
        ("b\u{200B}ank\u{2060}\u{FEFF}", "b[U+200B]ank[U+2060][U+FEFF]"), ("so\u{AD}ft\u{34F}", "so[U+00AD]ft[U+034F]"),
        ("a\u{2061}b\u{2064}c\u{206A}d\u{206F}e", "a[U+2061]b[U+2064]c[U+206A]d[U+206F]e"),
        ("\u{115F}\u{1160}\u{17B4}\u{17B5}", "[U+115F][U+1160][U+17B4][U+17B5]"),
        ("a\u{180B}b\u{180C}c\u{180D}d\u{180E}e", "a[U+180B]b[U+180C]c[U+180D]d[U+180E]e"),
        ("\u{3164}", "[U+3164]"), ("\u{FFA0}x", "[U+FFA0]x"), ("a\u{FFF9}b", "a[U+FFF9]b"),
        ("\u{2800}\u{2800}", "[U+2800][U+2800]"), ("a\u{1D173}", "a[U+1D173]"),
        ("a\u{E0001}b\u{E0041}c\u{E007F}", "a[U+E0001]b[U+E0041]c[U+E007F]"),
        ("a\u{200C}b\u{200D}c", "a[U+200C]b[U+200D]c"), ("\u{200D}\u{FE0F}", "[U+200D][U+FE0F]"),
        ("a\u{FE00}b\u{FE0E}c\u{FE0F}d\u{E0100}", "a[U+FE00]b[U+FE0E]c[U+FE0F]d[U+E0100]"),
        ("7\u{FE0F}", "7[U+FE0F]"), ("😀\u{200D}", "😀[U+200D]"), ("😀\u{200D}a", "😀[U+200D]a"),
        ("❤\u{FE0F}\u{FE0F}", "❤\u{FE0F}[U+FE0F]"),
        // Controls.
        ("a\u{0}b\tc\nd\u{7F}e\u{85}f\u{9B}", "a[U+0000]b[U+0009]c[U+000A]d[U+007F]e[U+0085]f[U+009B]"),
        ("a\u{2028}b\u{2029}", "a[U+2028]b[U+2029]"),
        // A text hidden in tags, and flags that are none.
        ("\u{1F3F4}\u{E0067}\u{E007F}", "\u{1F3F4}[U+E0067][U+E007F]"),
        ("\u{1F3F4}\u{E0067}\u{E0062}\u{E0065}", "\u{1F3F4}[U+E0067][U+E0062][U+E0065]"),
        ("😀\u{E0067}\u{E0062}\u{E0065}\u{E007F}", "😀[U+E0067][U+E0062][U+E0065][U+E007F]"),
        (
            "\u{1F3F4}" + String(repeating: "\u{E0061}", count: 7) + "\u{E007F}",
            "\u{1F3F4}" + String(repeating: "[U+E0061]", count: 7) + "[U+E007F]"
        ),
    ]

    @Test(arguments: [
        ("plain", "plain"), ("Familie 👨\u{200D}👩\u{200D}👧", "Familie 👨\u{200D}👩\u{200D}👧"),
        ("a\u{34F}\u{200C}\u{AD}b\u{200B}\u{FEFF}", "ab"), ("\u{202E}x", "[U+202E]x"), ("\u{1B}[2J", "[U+001B][2J"),
        ("a\u{200F}b", "ab"), ("\u{9B}1m", "[U+009B]1m"), ("می\u{200C}خواهم", "می\u{200C}خواهم"),
    ])
    func proseKeepsItsWords(text: String, expected: String) {
        #expect(VisibleText.prose(text) == expected)
    }

    @Test(arguments: marked)
    func whatDeceivesIsMarked(text: String, expected: String) {
        let visible = VisibleText.marked(text)
        #expect(visible.unicodeScalars.elementsEqual(expected.unicodeScalars), "\(visible.unicodeScalars.map(\.value))")
        #expect(VisibleText.marked(visible).unicodeScalars.elementsEqual(visible.unicodeScalars))
    }

    /// What a script or an emoji needs.
    static let kept: [String] = [
        // From right to left, and letters that are joined or kept apart.
        "שלום עולם", "مرحبا", "نامه\u{200C}ای", "می\u{200C}خواهم", "PDF\u{200C}ها", "ه\u{200D}", "ܐ\u{200C}ܒ",
        "क्\u{200D}ष", "क्\u{200C}ष", "র\u{200D}্য", "ශ්\u{200D}රී", "ന്\u{200D}",
        // Words without spaces, old and new letters.
        "ភាសា\u{200B}ខ្មែរ", "ไทย\u{200B}แลนด์", "ᠮᠣᠩ\u{180E}ᠠ", "ᠭ\u{180B}", "葛\u{E0100}城", "\u{8FBB}\u{E0101}",
        "∩\u{FE00}",
        "⠓⠑\u{2800}⠇",
        // Emoji.
        "👩\u{200D}💻", "👩🏽\u{200D}🚀", "🏳\u{FE0F}\u{200D}🌈", "❤\u{FE0F}", "☎\u{FE0E}", "1\u{FE0F}\u{20E3}",
        "#\u{FE0F}\u{20E3}",
        "👨\u{200D}👩\u{200D}👧\u{200D}👦", "🧔\u{200D}♂\u{FE0F}", "©\u{FE0F}",
        "\u{1F3F4}\u{E0067}\u{E0062}\u{E0065}\u{E006E}\u{E0067}\u{E007F}!",
    ]

    @Test(arguments: kept)
    func whatAScriptNeedsStays(text: String) {
        let visible = VisibleText.marked(text)
        #expect(visible.unicodeScalars.elementsEqual(text.unicodeScalars), "\(visible)")
    }

    /// Every character that Unicode lets be ignored is marked where it stands alone between letters.
    @Test func noIgnorableCharacterIsLeftOut() {
        for value in UInt32(0)...0xE0FFF {
            guard let scalar = Unicode.Scalar(value), scalar.properties.isDefaultIgnorableCodePoint else { continue }
            #expect(VisibleText.marked("a\(scalar)b") == "a[U+\(hexadecimal(value))]b")
        }
    }

    private func hexadecimal(_ value: UInt32) -> String {
        let digits = String(value, radix: 16, uppercase: true)
        return String(repeating: "0", count: max(0, 4 - digits.count)) + digits
    }

    @Test func blocksOfScriptsAreInOrder() {
        for (first, second) in zip(Script.blocks, Script.blocks.dropFirst()) {
            #expect(first.range.upperBound < second.range.lowerBound)
        }
    }
}
