import MIME
import Mail
import Testing

/// How the writer encodes content and joins parts (RFC 2045, RFC 2046, RFC 2231, RFC 3676).
@Suite struct WriterBodyTests {
    static let png: [UInt8] = [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A, 0, 1, 2, 3, 255]

    // MARK: Encoding

    static let encodings: [(String, Bool, String)] = [
        ("plain\n", false, "7bit"),
        ("", false, "7bit"),
        ("über\n", false, "quoted-printable"),
        ("über\n", true, "8bit"),
        ("日本語の本文です\n", false, "base64"),
        ("日本語の本文です\n", true, "8bit"),
        (String(repeating: "x", count: 998) + "\n", false, "7bit"),
        (String(repeating: "x", count: 999) + "\n", true, "quoted-printable"),
        (String(repeating: "日", count: 333) + "\n", true, "base64"),
        ("nul \u{0} and escape \u{1B}\n", true, "quoted-printable"),
        ("delete \u{7F}\n", false, "quoted-printable"),
        ("tab\there\n", false, "7bit"),
    ]

    @Test(arguments: encodings)
    func textIsEncodedByNeed(text: String, hasEightBitMIME: Bool, expected: String) throws {
        let message = try Rewritten(try Make.draft(.plainText(text)), for: .init(hasEightBitMIME: hasEightBitMIME))
        #expect(message.field("Content-Transfer-Encoding") == "Content-Transfer-Encoding: \(expected)")
        #expect(message.written.needsEightBitMIME == (expected == "8bit"))
        #expect(String(decoding: message.parsed.content(of: 0), as: UTF8.self) == text.replacing("\n", with: "\r\n"))
        message.checkForm()
    }

    @Test func lineEndsBecomeCRLFAndTheLastLineEnds() throws {
        let message = try Rewritten(try Make.draft(.plainText("a\rb\r\nc\nd\r\r\n\ne")))
        #expect(message.parsed.content(of: 0) == Array("a\r\nb\r\nc\r\nd\r\n\r\n\r\ne\r\n".utf8))
    }

    @Test func quotedPrintableEscapesWhatGetsLost() throws {
        let text = "é = \nblank at the end \ntab\t\nFrom me\n.\n..\n" + String(repeating: "x", count: 74) + "From \n"
        let message = try Rewritten(try Make.draft(.plainText(text)))
        let body = try #require(message.text.split(separator: "\r\n\r\n", maxSplits: 1).last)
        #expect(
            body.replacing("\r\n", with: "\n")
                == "=C3=A9 =3D=20\nblank at the end=20\ntab=09\n=46rom me\n=2E\n..\n"
                + String(repeating: "x", count: 74) + "F=\nrom=20\n"
        )
        #expect(String(decoding: message.parsed.content(of: 0), as: UTF8.self) == text.replacing("\n", with: "\r\n"))
    }

    @Test(arguments: 70...80)
    func quotedPrintableLinesKeepTheirLimit(length: Int) throws {
        for end in ["", " ", "é", "=", "From ", "\u{1F600}"] {
            let text = String(repeating: "x", count: length) + end + "\né\n"
            let message = try Rewritten(try Make.draft(.plainText(text)))
            #expect(message.lines.allSatisfy { $0.count <= 76 })
            #expect(message.parsed.content(of: 0) == Array(text.replacing("\n", with: "\r\n").utf8))
        }
    }

    @Test(arguments: [0, 1, 2, 3, 56, 57, 58, 113, 114, 115, 100_000])
    func filesArriveByteExact(size: Int) throws {
        var numbers = SeededNumbers(seed: UInt64(size))
        let octets = (0..<size).map { _ in UInt8.random(in: 0...255, using: &numbers) }
        let file = MessageDraft.Part.attachment(octets, type: .octetStream, name: "data.bin")
        for content in [file, .letter(text: .plainText("see\n"), attachments: [file])] {
            let message = try Rewritten(try Make.draft(content))
            message.checkForm()
            #expect(message.lines.allSatisfy { $0.count <= 78 })
            #expect(message.parsed.content(of: message.parsed.message.parts.count - 1) == octets)
        }
    }

    @Test func containersAreNotSentAsFiles() throws {
        for name in ["message/rfc822", "multipart/mixed", "Message/Delivery-Status"] {
            let message = try Rewritten(try Make.draft(.attachment([1], type: try Make.type(name), name: nil)))
            #expect(message.field("Content-Type") == "Content-Type: application/octet-stream")
        }
    }

    // MARK: Parameters

    static let fileNames: [(String, String, String)] = [
        ("a.pdf", "Content-Type: application/pdf; name=a.pdf", "Content-Disposition: attachment; filename=a.pdf"),
        (
            "a b \"c\".pdf", "Content-Type: application/pdf; name=\"a b \\\"c\\\".pdf\"",
            "Content-Disposition: attachment; filename=\"a b \\\"c\\\".pdf\""
        ),
        (
            "für.pdf", "Content-Type: application/pdf; name=\"=?UTF-8?Q?f=C3=BCr=2Epdf?=\"",
            "Content-Disposition: attachment; filename*=utf-8''f%C3%BCr.pdf"
        ),
        (
            "x\r\nBcc: evil@example.net", "Content-Type: application/pdf; name=\"x Bcc: evil@example.net\"",
            "Content-Disposition: attachment; filename=\"x Bcc: evil@example.net\""
        ),
    ]

    @Test(arguments: fileNames)
    func fileNameIsWritten(name: String, type: String, disposition: String) throws {
        let part = MessageDraft.Part.attachment([1], type: try Make.type("application/pdf"), name: OneLineText(name))
        let message = try Rewritten(try Make.draft(part))
        #expect(message.field("Content-Type") == type)
        #expect(message.field("Content-Disposition") == disposition)
        #expect(message.parsed.message.parts[0].fileName == OneLineText(name).description)
        message.checkForm()
    }

    @Test func longFileNameIsContinued() throws {
        let name = "Angebot für die Überprüfung der Größe von Straßenschildern (50 %) 'neu'*.pdf"
        let part = MessageDraft.Part.attachment([1], type: try Make.type("application/pdf"), name: OneLineText(name))
        let message = try Rewritten(try Make.draft(part))
        #expect(
            message.field("Content-Disposition") == """
                Content-Disposition: attachment;
                 filename*0*=utf-8''Angebot%20f%C3%BCr%20die%20%C3%9Cberpr%C3%BCfung%20der;
                 filename*1*=%20Gr%C3%B6%C3%9Fe%20von%20Stra%C3%9Fenschildern%20%2850%20%25;
                 filename*2*=%29%20%27neu%27%2A.pdf
                """
        )
        #expect(
            message.field("Content-Type") == """
                Content-Type: application/pdf;
                 name="=?UTF-8?Q?Angebot_f=C3=BCr_die_=C3=9Cberpr=C3=BCfung_der_Gr=C3=B6?=
                 =?UTF-8?Q?=C3=9Fe_von_Stra=C3=9Fenschildern_=2850_=25=29_=27neu?=
                 =?UTF-8?Q?=27*=2Epdf?="
                """
        )
        message.checkForm()
        #expect(message.parsed.message.parts[0].disposition?.fileName == name)
        #expect(message.parsed.message.parts[0].contentType.name == name)
    }

    static let longNames = [
        String(repeating: "x", count: 200) + ".txt", String(repeating: "見積書", count: 20) + ".xlsx",
        String(repeating: "👩‍👩‍👧‍👦", count: 10), String(repeating: "\"\\", count: 60), String(repeating: "% '*", count: 50),
        "a b " + String(repeating: "c", count: 66), String(repeating: "q", count: 65),
        String(repeating: "q", count: 67),
        String(repeating: "q", count: 72), "=?UTF-8?Q?x?=.txt", "résumé", "تقرير.pdf",
    ]

    @Test(arguments: longNames)
    func awkwardFileNameIsKept(name: String) throws {
        let part = MessageDraft.Part.attachment([1], type: .octetStream, name: OneLineText(name))
        let message = try Rewritten(try Make.draft(part))
        message.checkForm()
        let read = message.parsed.message.parts[0]
        #expect(read.disposition?.fileName?.utf8.elementsEqual(name.utf8) == true)
        #expect(read.contentType.name?.utf8.elementsEqual(name.utf8) == true)
    }

    /// A character of any length, marks and all, is written whole or in pieces, wherever it stands.
    @Test(arguments: 1...90)
    func aCharacterOfAnyLengthIsWritten(octets: Int) throws {
        let character = String(repeating: "a", count: 1 + octets % 2) + String(repeating: "\u{301}", count: octets / 2)
        for name in [character, "x\(character)", "ä\(character)\(character).txt"] {
            let part = MessageDraft.Part.attachment([1], type: .octetStream, name: OneLineText(name))
            var draft = try Make.draft(part)
            draft.subject = OneLineText(name)
            draft.to = [.mailbox(NamedAddress(name: name, address: try #require(MailAddress("a@b.example"))))]
            let message = try Rewritten(draft)
            message.checkForm()
            let read = message.parsed.message.parts[0]
            #expect(read.disposition?.fileName?.utf8.elementsEqual(name.utf8) == true)
            #expect(read.contentType.name?.utf8.elementsEqual(name.utf8) == true)
            let summary = message.parsed.summary
            #expect(summary.subject.utf8.elementsEqual(name.utf8))
            #expect(summary.to.first?.name?.utf8.elementsEqual(name.utf8) == true)
        }
    }

    @Test func overlongFileNameIsCutBeforeItsEnding() throws {
        let part = MessageDraft.Part.attachment(
            [1],
            type: .octetStream,
            name: OneLineText(String(repeating: "ß", count: 500) + ".tar.gz")
        )
        let message = try Rewritten(try Make.draft(part))
        #expect(message.parsed.message.parts[0].fileName == String(repeating: "ß", count: 126) + ".gz")
        message.checkForm()
    }

    @Test func parametersOfFilesAreWritten() throws {
        let type = try #require(
            MessageDraft.MediaType(
                "Text/Calendar",
                parameters: [("Method", "REQUEST"), ("name", "x"), ("charset", "utf-8"), ("x-note", "ä b")]
            )
        )
        let message = try Rewritten(try Make.draft(.attachment([1], type: type, name: "invite.ics")))
        #expect(
            message.field("Content-Type")
                == "Content-Type: text/calendar; method=REQUEST; charset=utf-8;\n x-note*=utf-8''%C3%A4%20b; name=invite.ics"
        )
    }

    // MARK: Structure

    @Test func letterHasOnlyTheContainersItNeeds() throws {
        let text = MessageDraft.Part.plainText("text\n")
        let page = MessageDraft.Part.html("<p>page</p>\n")
        let image = MessageDraft.Part.inline(Self.png, type: try Make.type("image/png"), contentID: try Make.id("i@x"))
        let file = MessageDraft.Part.attachment([1], type: .octetStream, name: "f")
        let cases: [(MessageDraft.Part, [String])] = [
            (.letter(), ["text/plain"]),
            (.letter(text: text), ["text/plain"]),
            (.letter(html: page), ["text/html"]),
            (.letter(text: text, html: page), ["multipart/alternative", "text/plain", "text/html"]),
            (
                .letter(text: text, html: page, inline: [image]),
                ["multipart/alternative", "text/plain", "multipart/related", "text/html", "image/png"]
            ),
            (
                .letter(text: text, html: page, inline: [image], attachments: [file]),
                [
                    "multipart/mixed", "multipart/alternative", "text/plain", "multipart/related", "text/html",
                    "image/png", "application/octet-stream",
                ]
            ),
            (.letter(text: text, inline: [image]), ["multipart/mixed", "text/plain", "image/png"]),
        ]
        for (content, types) in cases {
            let message = try Rewritten(try Make.draft(content))
            message.checkForm()
            #expect(message.parsed.message.parts.map(\.contentType.mediaType) == types)
            #expect(message.parsed.summary.defects.isEmpty)
        }
    }

    @Test func emptyContainerIsRefused() throws {
        let draft = try Make.draft(.multipart(.mixed, [.plainText("a"), .multipart(.related, [])]))
        #expect(throws: MessageDraft.WritingError.emptyMultipart(.related)) { try draft.written(boundarySeed: (1, 2)) }
    }

    @Test func contentIDMustBeWritable() throws {
        let id = try Make.id("ä@x")
        let draft = try Make.draft(.inline([1], type: .octetStream, contentID: id))
        #expect(throws: MessageDraft.WritingError.unwritableIdentifier(id)) { try draft.written(boundarySeed: (1, 2)) }
    }

    @Test func eightBitIsDeclaredOnEveryContainerAround() throws {
        let content = MessageDraft.Part.letter(
            text: .plainText("ü\n"),
            html: .html("<p>u</p>\n"),
            attachments: [.attachment([255], type: .octetStream, name: "f")]
        )
        let message = try Rewritten(try Make.draft(content), for: .init(hasEightBitMIME: true))
        let declared = message.text.split(separator: "\r\n").filter { $0.hasPrefix("Content-Transfer-Encoding") }
        #expect(declared.map { $0.split(separator: " ")[1] } == ["8bit", "8bit", "8bit", "7bit", "base64"])
    }

    // MARK: Boundaries

    @Test func boundaryDependsOnTheSeedAlone() throws {
        let draft = try Make.draft(.letter(text: .plainText("a"), html: .html("b")))
        let first = try draft.written(boundarySeed: (7, 8)).octets
        #expect(try draft.written(boundarySeed: (7, 8)).octets == first)
        #expect(try draft.written(boundarySeed: (7, 9)).octets != first)
    }

    @Test func boundaryInTheContentIsAvoided() throws {
        let mark = "00000000000000010000000000000002"
        let hostile = (0..<5).map { "--=_\($0).1_\(mark)--\n--=_\($0).2_\(mark)\n" }.joined()
        let draft = try Make.draft(.letter(text: .plainText(hostile), html: .html(hostile)))
        let message = try Rewritten(draft)
        #expect(message.text.contains("boundary=\"=_5.1_\(mark)\""))
        #expect(message.parsed.message.parts.count == 3)
        #expect(message.parsed.content(of: 1) == Array(hostile.replacing("\n", with: "\r\n").utf8))
    }

    @Test func messageWithinMessageMayHaveTheSameSeed() throws {
        var octets = try Make.draft(.letter(text: .plainText("a"), html: .html("b"))).written(boundarySeed: (1, 2))
            .octets
        for depth in 1...5 {
            let draft = try Make.draft(.letter(text: .plainText("see\n"), attachments: [.message(octets)]))
            let message = try Rewritten(draft)
            #expect(message.parsed.message.parts.count == 3, "depth \(depth)")
            #expect(message.parsed.content(of: 2) == octets)
            octets = message.written.octets
        }
    }

    // MARK: Messages within

    static let originals: [(String, [UInt8], Bool, Bool)] = [
        ("whole", Array("Subject: a\r\n\r\nb\r\n".utf8), false, true),
        ("empty", [], false, true),
        ("no line end", Array("Subject: a\r\n\r\nb".utf8), false, true),
        ("bare LF", Array("Subject: a\n\nb\n".utf8), true, false),
        ("bare CR", Array("Subject: a\r\n\r\nb\rc\r\n".utf8), true, false),
        ("CR at the end", Array("Subject: a\r\n\r\nb\r".utf8), true, false),
        ("CR CR LF", Array("Subject: a\r\n\r\nb\r\r\n".utf8), true, false),
        ("NUL", Array("Subject: a\r\n\r\nb\u{0}\r\n".utf8), true, false),
        ("longest line", Array("Subject: a\r\n\r\n".utf8) + [UInt8](repeating: 98, count: 998), false, true),
        ("long line", Array("Subject: a\r\n\r\n".utf8) + [UInt8](repeating: 98, count: 999), true, false),
        ("8-bit body, no 8BITMIME", Array("Subject: a\r\n\r\nü\r\n".utf8), false, false),
        ("8-bit body", Array("Subject: a\r\n\r\nü\r\n".utf8), true, true),
        ("8-bit header", Array("Subject: ü\r\n\r\nb\r\n".utf8), true, false),
        ("8-bit header alone", Array("Subject: ü\r\n".utf8), true, false),
    ]

    @Test(arguments: originals)
    func originalTravelsAsItMay(reason: String, octets: [UInt8], hasEightBitMIME: Bool, isMessage: Bool) throws {
        let draft = try Make.draft(.multipart(.mixed, [.plainText("see\n"), .message(octets, name: "Re: a")]))
        let message = try Rewritten(draft, for: .init(hasEightBitMIME: hasEightBitMIME))
        message.checkForm()
        let part = message.parsed.message.parts[2]
        #expect(part.contentType.mediaType == (isMessage ? "message/rfc822" : "application/octet-stream"), "\(reason)")
        #expect(part.transferEncoding == (isMessage ? .identity : .base64))
        #expect(part.fileName == (isMessage ? "Re: a" : "Re: a.eml"))
        #expect(part.disposition?.kind == "attachment")
        #expect(message.parsed.content(of: 2) == octets, "\(reason)")
    }

    @Test func originalAsWholeMessageKeepsItsEnd() throws {
        for text in ["Subject: a\r\n\r\nb", "Subject: a\r\n\r\nb\r\n"] {
            let message = try Rewritten(try Make.draft(.message(Array(text.utf8))))
            message.checkForm()
            #expect(message.parsed.content(of: 0) == Array(text.utf8))
        }
    }

    @Test(arguments: [(nil, "message.eml"), ("x.EML", "x.EML"), ("x", "x.eml")] as [(OneLineText?, String)])
    func originalAsFileIsNamedAsMail(name: OneLineText?, expected: String) throws {
        let message = try Rewritten(try Make.draft(.message([0], name: name)))
        #expect(message.parsed.message.parts[0].fileName == expected)
    }
}
