import Foundation
import MIME
import Testing

/// Which parts of a message are its text, and which are files.
@Suite struct TextChoiceTests {
    /// A part by the fields of its header, from the media type on, and its content.
    typealias Leaf = (header: String, content: String)

    static func multipart(_ type: String, _ leaves: [Leaf]) -> String {
        let parts = leaves.map { "--b\nContent-Type: \($0.header)\n\n\($0.content)\n" }.joined()
        return "Content-Type: multipart/\(type); boundary=b\n\n\(parts)--b--\n"
    }

    static func roles(_ parsed: Parsed) -> [MessageStructure.Role] {
        MessageStructure(of: parsed.message, in: parsed.bytes.span).rows.map(\.role)
    }

    static func base64(_ octets: [UInt8]) -> String { Data(octets).base64EncodedString() }

    /// Container, its parts, the text that is shown and the paths of the files.
    static let cases: [(String, [Leaf], String, [String])] = [
        // The root of a related set.
        (
            "related", [("text/html", "<p>Message</p>"), ("text/plain", "-- \nScanned")], "Message\n-- \nScanned", []
        ),
        (
            "related", [("text/html", "<p>Message</p>"), ("text/plain\nContent-ID: <d>", "data")], "Message", ["2"]
        ),
        ("related", [("text/html", "<p>Message</p>"), ("text/plain; name=a.txt", "data")], "Message", ["2"]),
        (
            "related; start=\"<root>\"",
            [("text/plain\nContent-ID: <r>", "data"), ("text/html\nContent-ID: <root>", "<p>Message</p>")],
            "Message", ["1"]
        ),
        (
            "related; start=root", [("text/plain", "data"), ("text/html\nContent-ID: <root>", "<p>Message</p>")],
            "Message", ["1"]
        ),
        ("related; start=\"<none>\"", [("text/html", "<p>a</p>"), ("text/html", "<p>b</p>")], "a", ["2"]),
        (
            "related; start=\"<css>\"", [("text/css\nContent-ID: <css>", "p{}"), ("text/html", "<p>Message</p>")],
            "Message", ["1"]
        ),
        ("related", [("text/plain", "\u{A0}"), ("text/html", "<p>Message</p>")], "Message", ["1"]),
        (
            "related", [("text/html", "<p>a</p>"), ("multipart/mixed; boundary=c", "--c\n\nb\n--c--")], "a", ["3"]
        ),
        // A plain text without anything to see.
        ("alternative", [("text/plain; charset=utf-8", "\u{A0}\u{200B}\n"), ("text/html", "<p>Page</p>")], "Page", []),
        ("alternative", [("text/plain; charset=utf-8", "\u{FFFC}\u{FEFF}"), ("text/html", "<p>Page</p>")], "Page", []),
        (
            "alternative",
            [("text/plain; charset=utf-8", String(repeating: "\u{A0}\u{200B}", count: 5000)), ("text/html", "Page")],
            "Page", []
        ),
        ("alternative", [("text/plain", ""), ("text/html; name=\"body.html\"", "<p>Page</p>")], "Page", []),
        (
            "alternative", [("text/plain", "Text"), ("text/html; name=\"body.html\"", "<p>Page</p>")], "Text", ["2"]
        ),
        ("alternative", [("text/plain", "Text"), ("text/plain; name=\"log.txt\"", "log")], "Text", ["2"]),
        (
            "alternative", [("text/plain", ""), ("text/html\nContent-Disposition: attachment", "<p>Page</p>")], "",
            ["2"]
        ),
        // A stub.
        (
            "alternative",
            [("text/plain", "This mail is in HTML format."), ("text/html", "<p>The heating is broken.</p>")],
            "The heating is broken.", []
        ),
        (
            "alternative",
            [
                ("text/html", "<p>\(String(repeating: "HTML is fine. ", count: 20))</p>"),
                ("text/plain", "Ihr Programm zeigt kein html!"),
            ], String(repeating: "HTML is fine. ", count: 20).trimmingCharacters(in: .whitespaces), []
        ),
        (
            "alternative",
            [("text/plain", "Send the HTML, please."), ("text/html", "<p>Send the <b>HTML</b>, please.</p>")],
            "Send the HTML, please.", []
        ),
        (
            "alternative", [("text/plain", "See a.example/index.html"), ("text/html", "<p>See our page</p>")],
            "See a.example/index.html", []
        ),
        ("alternative", [("text/plain", "Needs HTML."), ("text/html", "<img src=x>")], "Needs HTML.", []),
        (
            "alternative",
            [("text/plain", String(repeating: "I write HTML. ", count: 30)), ("text/html", "<p>Page</p>")],
            String(repeating: "I write HTML. ", count: 30), []
        ),
        // Text of other kinds.
        (
            "mixed", [("text/markdown", "# Hello"), ("application/pdf; name=a.pdf", "%PDF-1.4")], "# Hello", ["2"]
        ),
        ("mixed", [("text/plain", "Hi"), ("text/markdown", "# Hello")], "Hi", ["2"]),
        ("mixed", [("text/plain", " "), ("text/markdown", "# Hello")], " \n# Hello", []),
        ("mixed", [("text/markdown; name=a.md", "# Hello")], "", ["1"]),
        ("mixed", [("text/markdown\nContent-Disposition: attachment", "# Hello")], "", ["1"]),
        ("alternative", [("text/enriched", "<bold>Hi</bold>")], "<bold>Hi</bold>", []),
        ("alternative", [("text/plain", "Hi"), ("text/enriched", "<bold>Hi</bold>")], "Hi", ["2"]),
        ("alternative", [("text/enriched", "<bold>Hi</bold>"), ("text/html", "<b>Hi</b>")], "Hi", ["1"]),
        ("mixed", [("text/csv", "a;b")], "", ["1"]), ("mixed", [("text/vcard", "BEGIN:VCARD")], "", ["1"]),
        ("mixed", [("text/calendar", "BEGIN:VCALENDAR")], "", ["1"]), ("mixed", [("text/css", "p{}")], "", ["1"]),
        ("mixed", [("text/rtf", "{\\rtf1}")], "", ["1"]), ("mixed", [("text/xml", "<a/>")], "", ["1"]),
        // Files that are declared as text.
        ("mixed", [("text/plain; name=scan.pdf", "%PDF-1.4\n"), ("text/plain", "Text")], "Text", ["1"]),
        ("mixed", [("text/plain; name=run.bat", "dir"), ("text/plain", "Text")], "Text", ["1"]),
        ("mixed", [("text/plain; name=data.bin", "a\0b"), ("text/plain", "Text")], "Text", ["1"]),
        ("mixed", [("text/plain; name=note.txt", "#!/bin/sh\n"), ("text/plain", "Text")], "Text", ["1"]),
        ("mixed", [("text/plain; name=note.txt", "Note"), ("text/plain", "Text")], "Note\nText", []),
        ("mixed", [("text/plain; name=note.txt", "OTTO writes"), ("text/plain", "Text")], "OTTO writes\nText", []),
        ("mixed", [("text/html; name=a.html", "<!-- --><html><svg></svg>Page")], "Page", []),
        (
            "mixed", [("text/plain; name=key.txt", "-----BEGIN PGP MESSAGE-----")], "-----BEGIN PGP MESSAGE-----", []
        ),
        (
            "mixed",
            [("text/plain; name=a.txt; charset=utf-16\nContent-Transfer-Encoding: base64", "//5OAG8AdABlAA==")],
            "Note", []
        ),
        (
            "alternative",
            [
                ("text/plain", "Text"),
                (
                    "text/plain\nContent-Transfer-Encoding: base64",
                    base64(Array("MZ".utf8) + [UInt8](repeating: 0, count: 80))
                ),
            ], "Text", ["2"]
        ),
    ]

    @Test(arguments: cases)
    func partsAreChosen(type: String, leaves: [Leaf], text: String, files: [String]) {
        let parsed = Parsed(Self.multipart(type, leaves))
        #expect(parsed.summary.text == text)
        #expect(parsed.summary.attachments.map(\.path) == files)
    }

    /// What a gateway appends to a message leaves the choice within it as it is.
    @Test(arguments: ["\u{A0}", "Only in HTML."])
    func aFooterSavesNoEmptyForm(plain: String) {
        let inner = "--c\nContent-Type: text/plain\n\n\(plain)\n--c\nContent-Type: text/html\n\n<p>Page</p>\n--c--"
        let alternative = ("multipart/alternative; boundary=c", inner)
        let parsed = Parsed(Self.multipart("mixed", [alternative, ("text/plain", "Footer")]))
        #expect(parsed.summary.text == "Page\nFooter")
        #expect(Self.roles(parsed) == [.container, .container, .alternative, .text, .text])
    }

    /// The form of a related set is that of its root, whatever lies beside it.
    @Test func whatLiesBesideTheRootDoesNotCount() {
        let inner = "--c\nContent-Type: text/html\n\n<p>Page</p>\n--c\nContent-Type: text/plain\n\nFooter\n--c--"
        let related = ("multipart/related; boundary=c", inner)
        let parsed = Parsed(Self.multipart("alternative", [("text/plain", "Text"), related]))
        #expect(parsed.summary.text == "Text")
        #expect(parsed.summary.attachments.isEmpty)
    }

    @Test(arguments: ["scan.pdf", "evil.exe", "plain.exe"])
    func aLoneFileIsNoText(name: String) {
        let pdf = Array("%PDF-1.4\n".utf8) + [UInt8](0...255)
        let content = name == "plain.exe" ? Array("harmless".utf8) : name == "evil.exe" ? [0x4D, 0x5A, 0, 0] : pdf
        let parsed = Parsed(
            "Content-Type: text/plain; name=\"\(name)\"\nContent-Transfer-Encoding: base64\n\n\(Self.base64(content))\n"
        )
        #expect(parsed.summary.text == "")
        #expect(parsed.summary.attachments.map(\.name) == [name])
        #expect(ReadableMessage(parsed.bytes.span).files.map(\.name) == [name])
    }

    @Test(arguments: ["utf-16", "utf-16le", "UTF-32", "ucs-2"])
    func textOfSingleOctetsIsNotWide(charset: String) {
        for type in ["plain", "html"] {
            let parsed = Parsed("Content-Type: text/\(type); charset=\(charset)\n\nGr\u{FC}\u{DF}e, plain text")
            #expect(parsed.summary.text == "Gr\u{FC}\u{DF}e, plain text")
            #expect(parsed.defectKinds.contains(.malformedText))
        }
    }

    @Test func aTextThatIsCutEndsWithAWholeCharacter() {
        var limits = Message.Limits()
        limits.maxText = 8
        for count in 28..<36 {
            let text = String(repeating: " ", count: count) + "\u{20AC}\u{20AC}"
            let parsed = Parsed("Content-Type: text/html\n\n\(text)", limits: limits)
            // Were it cut within the sign, the octets would be taken for windows-1252.
            #expect(parsed.summary.text.unicodeScalars.allSatisfy { $0 == "\u{20AC}" })
        }
    }

    /// The intake, the reader and whoever asks for the structure choose alike, however little text is kept.
    @Test func everybodyChoosesAlike() throws {
        var mails = Self.cases.map { Array(Self.multipart($0.0, $0.1).utf8) }
        mails += try GoldenTests.names.map {
            [UInt8](try Data(contentsOf: Places.corpus.appending(path: $0 + ".eml")))
        }
        for item in try ThirdPartyCorpusTests.cases(nil) ?? [] where ThirdPartyCorpusTests.corpora.contains(item.corpus)
        {
            mails.append(try ThirdPartyCorpusTests.octets(of: item.file))
        }
        for bytes in mails {
            for limit in [1, 40, 1 << 20] {
                var options = ReadableMessage.Options()
                options.limits.maxText = limit
                let parsed = Parsed(bytes, limits: options.limits)
                let rows = MessageStructure(of: parsed.message, in: bytes.span).rows.filter { $0.role == .file }
                let readable = ReadableMessage(bytes.span, options: options).files.map(\.path)
                #expect(parsed.summary.attachments.map(\.path) == rows.map { String($0.part) })
                #expect(readable.filter { !$0.contains(".") } == rows.map { String($0.part) })
            }
        }
    }
}
