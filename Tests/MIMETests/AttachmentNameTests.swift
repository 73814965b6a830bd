import MIME
import Testing

@Suite struct AttachmentNameTests {
    typealias Warning = AttachmentName.Warning

    static let table: [(given: String?, text: String, warnings: Set<Warning>)] = [
        ("report.pdf", "report.pdf", []), ("Überweisung 12 – März.pdf", "Überweisung 12 – März.pdf", []),
        (nil, "attachment", []), ("", "attachment", []), ("   ", "attachment", []),
        ("../../etc/passwd", "passwd", [.path]), ("C:\\Users\\a\\b.doc", "b.doc", [.path]), ("..", "attachment", []),
        ("a/..", "attachment", [.path]), ("/", "attachment", []), (".htaccess", "htaccess", []),
        ("a.txt. . ", "a.txt", []), ("a\u{0}b\u{7}.txt", "ab.txt", [.controlCharacters]),
        ("a\r\nb.txt", "a b.txt", []), ("a:b<c>|d?*\".txt", "a_b_c__d___.txt", []), ("a\u{2215}b.txt", "a_b.txt", []),
        ("invoice\u{202E}fdp.exe", "invoicefdp.exe", [.hiddenDirection, .program]),
        ("a\u{2066}b\u{2069}.txt", "ab.txt", [.hiddenDirection]), ("a\u{200B}b.txt", "ab.txt", [.invisibleCharacters]),
        ("a\u{200D}b.txt", "ab.txt", [.invisibleCharacters]), ("a\u{E0041}.txt", "a.txt", [.invisibleCharacters]),
        ("\u{645}\u{6CC}\u{200C}\u{62E}.pdf", "\u{645}\u{6CC}\u{200C}\u{62E}.pdf", []),
        ("👩\u{200D}🔧.png", "👩\u{200D}🔧.png", []), ("CON", "_CON", [.reservedName]),
        ("nul.txt", "_nul.txt", [.reservedName]), ("Com1 .log", "_Com1 .log", [.reservedName]),
        ("lpt\u{B9}.txt", "_lpt\u{B9}.txt", [.reservedName]), ("console.log", "console.log", []),
        ("-rf.txt", "_-rf.txt", []), ("invoice.pdf.exe", "invoice.pdf.exe", [.doubleExtension, .program]),
        ("invoice.pdf          .scr", "invoice.pdf .scr", [.distantExtension, .doubleExtension, .program]),
        ("setup.exe", "setup.exe", [.program]), ("archive.tar.gz", "archive.tar.gz", []),
        ("run.exe. .", "run.exe", [.program]), ("letter.txt.js", "letter.txt.js", [.doubleExtension, .program]),
        ("minutes 1.2.pdf", "minutes 1.2.pdf", []),
    ]

    @Test(arguments: table.indices) func names(index: Int) {
        let row = Self.table[index]
        let name = AttachmentName(row.given)
        #expect(name.text == row.text)
        #expect(Set(name.warnings) == row.warnings)
    }

    @Test func longNameKeepsItsExtension() {
        for unit in ["a", "ü", "漢", "👩"] {
            let name = AttachmentName(String(repeating: unit, count: 400) + ".docx")
            #expect(name.text.utf8.count <= AttachmentName.maximumLength)
            #expect(name.text.utf8.count > AttachmentName.maximumLength - 4)
            #expect(name.text.hasSuffix(unit + ".docx"))
            #expect(name.warnings == [.tooLong])
        }
        // The cut itself must not leave an end that Windows drops.
        #expect(
            AttachmentName(String(repeating: "a", count: 198) + ". b" + String(repeating: "c", count: 40)).text.utf8
                .count == 198
        )
        #expect(AttachmentName("a." + String(repeating: "b", count: 400)).text.utf8.count == 200)
        #expect(AttachmentName(String(repeating: "a", count: 1_000_000)).text.utf8.count == 200)
    }

    @Test func missingNameComesFromTheContent() {
        #expect(AttachmentName(nil, format: .png).text == "attachment.png")
        #expect(AttachmentName("", format: .wordOpenXML, fallback: "part 2").text == "part 2.docx")
    }

    @Test(arguments: [
        ("a.pdf", FileFormat.windowsProgram, true), ("a.txt", .elf, true), ("a", .windowsProgram, true),
        ("a.exe", .windowsProgram, false), ("a.dll", .dosProgram, false), ("a.sh", .script, false),
        ("a.pl", .script, false), ("a.png", .jpeg, false), ("a.jpg", .png, false), ("a.jpg", .html, true),
        ("a.pdf", .html, true), ("a.docx", .wordOpenXML, false), ("a.docx", .encryptedOffice, false),
        ("a.doc", .rtf, false), ("a.xls", .html, false), ("a.xyz", .png, false), ("a.dat", .tnef, false),
        ("a.txt", .html, true), ("a.zip", .zip, false), ("a.pdf", .zip, true),
    ])
    func contradictions(name: String, format: FileFormat, isContradiction: Bool) {
        #expect(AttachmentName(name, format: format).warnings.contains(.contradictsContent) == isContradiction)
    }

    @Test func everyWarningHasItsSentence() {
        #expect(Set(Warning.allCases.map(\.sentence)).count == Warning.allCases.count)
    }
}
