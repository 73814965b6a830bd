import MIME
import Mail
import Testing

/// How the writer renders header fields (RFC 5322, RFC 2047, RFC 6532).
@Suite struct WriterHeaderTests {
    // MARK: Unstructured text

    static let subjects: [(String, String)] = [
        ("Printer on fire", "Subject: Printer on fire"),
        ("Drucker für Köln", "Subject: Drucker =?UTF-8?Q?f=C3=BCr_K=C3=B6ln?="),
        ("Ä and B and Ö", "Subject: =?UTF-8?Q?=C3=84?= and B and =?UTF-8?Q?=C3=96?="),
        ("日本語", "Subject: =?UTF-8?B?5pel5pys6Kqe?="),
        ("two  spaces", "Subject: two  spaces"),
        ("a =?UTF-8?Q?b?= c", "Subject: a =?UTF-8?Q?=3D=3FUTF-8=3FQ=3Fb=3F=3D?= c"),
        ("a_b = c?", "Subject: a_b = c?"),
        ("  edges\t ", "Subject: edges"),
        ("x\r\nBcc: evil@example.net", "Subject: x Bcc: evil@example.net"),
        ("x\r\n\r\nbody", "Subject: x body"),
        ("nul\u{0}tab\tbell\u{7}del\u{7F}nel\u{85}ls\u{2028}end", "Subject: nul tab bell del nel ls end"),
        ("\"quotes\" and \\ and (parentheses)", "Subject: \"quotes\" and \\ and (parentheses)"),
    ]

    @Test(arguments: subjects)
    func subjectIsWritten(text: String, expected: String) throws {
        var draft = try Make.draft()
        draft.subject = OneLineText(text)
        let message = try Rewritten(draft)
        #expect(message.field("Subject") == expected)
        #expect(message.parsed.summary.subject == OneLineText(text).description)
        message.checkForm()
    }

    @Test func emptySubjectIsNoField() throws {
        var draft = try Make.draft()
        draft.subject = "\r\n "
        #expect(try Rewritten(draft).field("Subject") == nil)
    }

    /// The last word ends at the limit, or one octet behind it.
    @Test(arguments: [(78, false), (79, true)])
    func plainTextIsFoldedAtItsLimit(length: Int, isFolded: Bool) throws {
        var draft = try Make.draft()
        draft.subject = OneLineText("word " + String(repeating: "x", count: length - "Subject: word ".count))
        let field = try #require(try Rewritten(draft).field("Subject"))
        #expect(field.contains("\n ") == isFolded)
        #expect(field.count == length + (isFolded ? 1 : 0))
    }

    @Test(arguments: 20...60)
    func encodedTextIsFoldedAtItsLimit(length: Int) throws {
        var draft = try Make.draft()
        draft.subject = OneLineText(String(repeating: "x", count: length) + " " + String(repeating: "é", count: length))
        let message = try Rewritten(draft)
        message.checkForm()
        #expect(message.parsed.summary.subject == draft.subject.description)
    }

    static let longTexts: [String] = [
        String(repeating: "x", count: 4000),
        String(repeating: "👩‍👩‍👧‍👦", count: 40),
        String(repeating: "🇩🇪🇫🇷", count: 30),
        "a" + String(repeating: "\u{301}", count: 500),
        String(repeating: "e\u{301}", count: 100),
        String(repeating: "שלום עולם ", count: 20),
        "\u{202E}" + String(repeating: "مرحبا", count: 30) + "\u{202C}",
        String(repeating: "日本語の件名", count: 20),
        "x" + String(repeating: " ", count: 300) + "y" + String(repeating: " ", count: 12) + "é",
        String(repeating: "ab é ", count: 60),
        String(repeating: "\u{10FFFD}", count: 50),
        "https://example.com/" + String(repeating: "path/", count: 60),
    ]

    @Test(arguments: longTexts)
    func longTextIsDividedWhereCharactersEnd(text: String) throws {
        var draft = try Make.draft()
        draft.subject = OneLineText(text)
        let message = try Rewritten(draft)
        message.checkForm()
        #expect(message.parsed.summary.subject.utf8.elementsEqual(draft.subject.description.utf8))
        // Each encoded word is text of its own (RFC 2047 section 5).
        for word in try #require(message.field("Subject")).split(whereSeparator: { " \n".contains($0) })
        where word.hasPrefix("=?") {
            let alone = Parsed("Subject: \(word)\n\n").summary.subject
            #expect(!alone.contains("\u{FFFD}"))
            #expect(word.utf8.count <= 75)
        }
    }

    @Test func charactersStayWhole() throws {
        var draft = try Make.draft()
        draft.subject = OneLineText(String(repeating: "👩‍👩‍👧‍👦", count: 10))
        let message = try Rewritten(draft)
        for word in try #require(message.field("Subject")).split(whereSeparator: { " \n".contains($0) })
        where word.hasPrefix("=?") {
            let alone = Parsed("Subject: \(word)\n\n").summary.subject
            #expect(alone.allSatisfy { $0 == "👩‍👩‍👧‍👦" })
        }
    }

    // MARK: Display names

    static let names: [(String?, String)] = [
        (nil, "To: ann@example.com"),
        ("", "To: ann@example.com"),
        (" \r\n ", "To: ann@example.com"),
        ("Ann Bee", "To: Ann Bee <ann@example.com>"),
        ("Bee, Ann", "To: \"Bee, Ann\" <ann@example.com>"),
        ("Ann Q. Bee", "To: \"Ann Q. Bee\" <ann@example.com>"),
        ("Ann  Bee", "To: \"Ann  Bee\" <ann@example.com>"),
        ("The \"Ann\" \\ Bee", "To: \"The \\\"Ann\\\" \\\\ Bee\" <ann@example.com>"),
        ("a@b.example", "To: \"a@b.example\" <ann@example.com>"),
        ("(Ann)", "To: \"(Ann)\" <ann@example.com>"),
        ("Änn", "To: =?UTF-8?Q?=C3=84nn?= <ann@example.com>"),
        ("Bee, Änn (x)", "To: =?UTF-8?Q?Bee=2C_=C3=84nn_=28x=29?= <ann@example.com>"),
        ("=?x?q?y?=", "To: =?UTF-8?B?PT94P3E/eT89?= <ann@example.com>"),
        ("Ann\r\nBcc: evil@example.net", "To: \"Ann Bcc: evil@example.net\" <ann@example.com>"),
        ("Ann> , <evil@example.net", "To: \"Ann> , <evil@example.net\" <ann@example.com>"),
        ("安", "To: =?UTF-8?B?5a6J?= <ann@example.com>"),
    ]

    @Test(arguments: names)
    func displayNameIsWritten(name: String?, expected: String) throws {
        var draft = try Make.draft()
        draft.to = [.mailbox(try Make.mailbox(name, "ann@example.com"))]
        let message = try Rewritten(draft)
        #expect(message.field("To") == expected)
        let read = OneLineText(name ?? "").description
        #expect(message.parsed.summary.to == [try Make.mailbox(read.isEmpty ? nil : read, "ann@example.com")])
        message.checkForm()
    }

    @Test(arguments: longTexts + [String(repeating: "a\"\\", count: 60), String(repeating: "ab ", count: 60)])
    func longDisplayNameIsKept(name: String) throws {
        var draft = try Make.draft()
        draft.to = try (0..<3).map { .mailbox(try Make.mailbox(name, "a\($0)@example.com")) }
        let message = try Rewritten(draft)
        message.checkForm()
        #expect(message.parsed.summary.to.map(\.address.description) == (0..<3).map { "a\($0)@example.com" })
        for address in message.parsed.summary.to {
            #expect(address.name?.utf8.elementsEqual(OneLineText(name).description.utf8) == true)
        }
    }

    @Test func manyRecipientsAreFoldedBetweenThem() throws {
        var draft = try Make.draft()
        draft.cc = try (0..<200).map { .mailbox(try Make.mailbox("Person \($0)", "person\($0)@example.com")) }
        let message = try Rewritten(draft)
        message.checkForm()
        #expect(message.parsed.summary.cc.count == 200)
        #expect(message.parsed.summary.cc.last?.description == "Person 199 <person199@example.com>")
    }

    @Test func groupsAreWritten() throws {
        var draft = try Make.draft()
        let ann = try Make.mailbox(nil, "ann@example.com")
        let bob = try Make.mailbox("Bob", "bob@example.com")
        draft.to = [.group(name: "undisclosed-recipients", members: [])]
        draft.cc = [.mailbox(ann), .group(name: "A, B", members: [ann, bob]), .group(name: "Ä", members: [bob])]
        let message = try Rewritten(draft)
        #expect(message.field("To") == "To: undisclosed-recipients:;")
        #expect(
            message.field("Cc")
                == "Cc: ann@example.com, \"A, B\": ann@example.com, Bob <bob@example.com>;,\n"
                + " =?UTF-8?Q?=C3=84?= : Bob <bob@example.com>;"
        )
        #expect(message.parsed.summary.cc == [ann, ann, bob, bob])
        message.checkForm()
    }

    // MARK: Addresses

    @Test func localPartIsQuotedWhereItMust() throws {
        var draft = try Make.draft()
        let domain = try #require(Domain("example.com"))
        let locals = ["a b", "a\"b\\c", ".dot", "a@b", "a,b;c:d<e>", "plain.dot+tag"]
        draft.to = locals.map { .mailbox(NamedAddress(address: MailAddress(localPart: $0, domain: domain))) }
        let message = try Rewritten(draft)
        message.checkForm()
        #expect(message.parsed.summary.to.map(\.address.localPart) == locals)
    }

    static let unwritable = [
        "", "a\r\nb", "a\nBcc: x", "a\u{0}b", "a\tb", "a\u{85}b", String(repeating: "x", count: 999),
    ]

    @Test(arguments: unwritable)
    func localPartThatBreaksOutIsRefused(localPart: String) throws {
        var draft = try Make.draft()
        let address = MailAddress(localPart: localPart, domain: try #require(Domain("example.com")))
        draft.to = [.mailbox(NamedAddress(address: address))]
        #expect(throws: MessageDraft.WritingError.unwritableAddress(address)) {
            try draft.written(boundarySeed: (1, 2))
        }
    }

    @Test func internationalDomainGoesInASCII() throws {
        var draft = try Make.draft()
        draft.to = [.mailbox(try Make.mailbox(nil, "ann@bücher.example"))]
        for transport in [MessageDraft.Transport(), .init(hasEightBitMIME: true, hasSMTPUTF8: true)] {
            let message = try Rewritten(draft, for: transport)
            #expect(message.field("To") == "To: ann@xn--bcher-kva.example")
            #expect(!message.written.needsSMTPUTF8)
        }
    }

    @Test func internationalLocalPartNeedsSMTPUTF8() throws {
        var draft = try Make.draft()
        let address = try Make.address("änn@bücher.example")
        draft.to = [.mailbox(NamedAddress(name: "Änn", address: address))]
        draft.cc = [.mailbox(try Make.mailbox(nil, "bob@bücher.example"))]
        #expect(throws: MessageDraft.WritingError.needsSMTPUTF8(address)) { try draft.written(boundarySeed: (1, 2)) }
        let message = try Rewritten(draft, for: .init(hasEightBitMIME: true, hasSMTPUTF8: true))
        #expect(message.written.needsSMTPUTF8)
        #expect(message.field("To") == "To: =?UTF-8?Q?=C3=84nn?= <änn@bücher.example>")
        #expect(message.field("Cc") == "Cc: bob@xn--bcher-kva.example")
        #expect(message.parsed.summary.to == [NamedAddress(name: "Änn", address: address)])
        message.checkForm()
    }

    @Test func domainWithoutASCIIFormIsRefused() throws {
        var draft = try Make.draft()
        let long = String(repeating: "ü", count: 70)
        let address = MailAddress(localPart: "a", domain: try #require(Domain("\(long).example")))
        draft.replyTo = [.mailbox(NamedAddress(address: address))]
        #expect(throws: MessageDraft.WritingError.noASCIIDomain(address)) { try draft.written(boundarySeed: (1, 2)) }
    }

    // MARK: Identifiers and other fields

    @Test func identifiersAreFoldedBetweenThem() throws {
        var draft = try Make.draft()
        draft.references = try (0..<30).map { try Make.id("\($0).0193a5c2-7d10-7abc-8def@example.com") }
        draft.inReplyTo = [draft.references[29]]
        let message = try Rewritten(draft)
        message.checkForm()
        #expect(message.parsed.summary.references == draft.references)
        #expect(message.parsed.summary.inReplyTo == draft.inReplyTo)
        #expect(message.parsed.summary.messageID == draft.messageID)
    }

    @Test func foreignIdentifiersThatCannotBeWrittenAreLeftOutAndTold() throws {
        var draft = try Make.draft()
        let foreign = try Make.id("ä@example.com")
        let long = try Make.id(String(repeating: "x", count: 998))
        let longest = try Make.id(String(repeating: "y", count: 990))
        draft.references = [foreign, longest, long]
        draft.inReplyTo = [foreign]
        let message = try Rewritten(draft)
        message.checkForm()
        #expect(message.parsed.summary.references == [longest])
        #expect(message.field("In-Reply-To") == nil)
        #expect(message.written.omittedIdentifiers == [foreign, foreign, long])
        draft.messageID = foreign
        #expect(throws: MessageDraft.WritingError.unwritableIdentifier(foreign)) {
            try draft.written(boundarySeed: (1, 2))
        }
    }

    @Test func authorsAreRequired() throws {
        var draft = try Make.draft()
        draft.from = []
        #expect(throws: MessageDraft.WritingError.noAuthor) { try draft.written(boundarySeed: (1, 2)) }
        draft.from = [try Make.mailbox(nil, "a@example.com"), try Make.mailbox(nil, "b@example.com")]
        #expect(throws: MessageDraft.WritingError.noSender) { try draft.written(boundarySeed: (1, 2)) }
        draft.sender = draft.from[0]
        #expect(try Rewritten(draft).parsed.summary.sender == draft.from[0])
    }

    @Test func additionalFieldsAreWritten() throws {
        var draft = try Make.draft()
        let long = "<https://example.com/" + String(repeating: "u", count: 100) + ">"
        draft.additionalFields = [
            .init(try Make.fieldName("Auto-Submitted"), .structured(try #require(.init("auto-generated")))),
            .init(
                try Make.fieldName("List-Unsubscribe"),
                .structured(try #require(.init("<mailto:a@example.com>, \(long)")))
            ),
            .init(try Make.fieldName("Comments"), .unstructured("é\r\nX: y")),
            .init(try Make.fieldName("Resent-Date"), .date(Timestamp(seconds: 0))),
            .init(try Make.fieldName("Resent-From"), .addresses([.mailbox(try Make.mailbox("R", "r@example.com"))])),
            .init(try Make.fieldName("X-Thread"), .identifiers([try Make.id("t@example.com")])),
        ]
        let message = try Rewritten(draft)
        message.checkForm()
        #expect(message.field("Auto-Submitted") == "Auto-Submitted: auto-generated")
        #expect(message.field("List-Unsubscribe") == "List-Unsubscribe: <mailto:a@example.com>,\n \(long)")
        #expect(message.field("Comments") == "Comments: =?UTF-8?Q?=C3=A9?= X: y")
        #expect(message.field("Resent-Date") == "Resent-Date: Thu, 1 Jan 1970 00:00:00 +0000")
        #expect(message.field("Resent-From") == "Resent-From: R <r@example.com>")
        #expect(message.field("X-Thread") == "X-Thread: <t@example.com>")
    }

    @Test(arguments: ["Bcc", "bcc", "FROM", "Subject", "Content-Type", "Content-Foo", "Mime-Version", "date"])
    func fieldsOfTheWriterAreReserved(name: String) throws {
        var draft = try Make.draft()
        draft.additionalFields = [.init(try Make.fieldName(name), .unstructured("x"))]
        #expect(throws: MessageDraft.WritingError.reservedField(try Make.fieldName(name))) {
            try draft.written(boundarySeed: (1, 2))
        }
    }

    @Test(arguments: ["", "a b", "a:", "a\r\nb", "ä", "a\u{0}", String(repeating: "x", count: 77)])
    func badFieldNamesAreNone(name: String) {
        #expect(MessageDraft.FieldName(name) == nil)
    }

    @Test(arguments: ["a\r\nb", "a\nb", "a\tb", "é", "a\u{0}", String(repeating: "x", count: 901)])
    func badStructuredTextIsNone(text: String) {
        #expect(MessageDraft.StructuredText(text) == nil)
    }

    @Test(arguments: ["text", "/", "text/", "/plain", "text/pl ain", "text/plain; x=y", "text/plain\r\nX: y", "té/x"])
    func badMediaTypesAreNone(text: String) {
        #expect(MessageDraft.MediaType(text) == nil)
    }

    @Test(arguments: ["", "a*0", "a=b", "a\r\nb"])
    func badParameterNamesAreNone(name: String) {
        #expect(MessageDraft.MediaType("text/csv", parameters: [(name, "x")]) == nil)
    }
}
