import Foundation
import MIME
import Testing

@Suite struct TnefTests {
    static func read(_ writer: TNEFWriter) throws -> TNEF {
        let bytes = writer.bytes
        return try #require(tnef(bytes))
    }

    /// RTF in the envelope of an uncompressed value.
    static func stored(_ rtf: [UInt8]) -> [UInt8] {
        le32(rtf.count + 12) + le32(rtf.count) + Array("MELA".utf8) + le32(0) + rtf
    }

    static func withRTF(_ value: [UInt8]) throws -> TNEF {
        var list = MAPIWriter()
        list.add(0x0102, 0x1009, value)
        var writer = TNEFWriter()
        writer.addMessageProperties(list)
        return try read(writer)
    }

    static func rtf(_ text: String) throws -> TNEF { try withRTF(stored(text.unicodeScalars.map { UInt8($0.value) })) }

    // MARK: Message

    @Test func attributesOfAMessage() throws {
        var list = MAPIWriter()
        list.add(0x0003, 0x3FDE, fixed: le32(28592))
        list.add(
            0x0102,
            0x8000,
            [1, 2, 3],
            name: [UInt8](repeating: 7, count: 16) + le32(1) + le32(4) + [0x61, 0, 0, 0]
        )
        list.add(0x0040, 0x0039, fixed: [UInt8](repeating: 1, count: 8))
        list.add(0x101E, 0x8001, [0x61, 0], [0x62, 0], name: [UInt8](repeating: 7, count: 16) + le32(0) + le32(5))
        list.add(0x0C1A, unicode: "Дана")
        list.add(0x0065, text: "/O=ORG/CN=X")
        list.add(0x5D02, text: "dana@example.org")
        list.add(0x0102, 0x1013, Array("<p>".utf8) + [0xB1, 0] + Array("</p>\r\n".utf8))
        var writer = TNEFWriter()
        writer.add(1, 0x0006_9007, le32(1251) + le32(0))
        writer.add(1, 0x0007_8008, Array("IPM.Microsoft Mail.Note\0".utf8))
        writer.add(1, 0x0001_8004, [0xC4, 0xE0, 0])
        writer.add(1, 0x0002_800C, [0xD2, 0xE5, 0x0D, 0x0A, 0x78, 0, 0x79])
        writer.addMessageProperties(list)
        let stream = try Self.read(writer)
        #expect(stream.messageClass == "IPM.NOTE")
        #expect(stream.subject == "Да")
        #expect(stream.text == "Те\nx")
        #expect(stream.html == "<p>ą</p>\n")
        #expect(stream.senderName == "Дана")
        #expect(stream.senderAddress == "dana@example.org")
        #expect(stream.forms == [.plain, .html])
        #expect(stream.isComplete && !stream.hasWrongChecksum)
    }

    /// A meeting request as Exchange sends it to Exchange: RTF that holds HTML, recurring data that nobody knows, and the
    /// invitation that was answered as a message within, with a file of its own.
    @Test func meetingRequest() throws {
        var original = TNEFWriter()
        var originalList = MAPIWriter()
        originalList.add(0x001A, unicode: "IPM.Schedule.Meeting.Request")
        originalList.add(0x0037, unicode: "Review")
        originalList.add(0x1000, unicode: "When: Friday\r\nWhere: Room 5")
        original.addMessageProperties(originalList)
        original.addFile(title: "AGENDA.TXT", content: Array("agenda".utf8))
        var within = MAPIWriter()
        within.add(0x3001, unicode: "Review")
        within.addObject(7, original.bytes)
        var list = MAPIWriter()
        list.add(0x001A, unicode: "IPM.Schedule.Meeting.Resp.Pos")
        list.add(0x0037, unicode: "Accepted: Review")
        // Named: when it begins, how it repeats, where it is.
        let name = [UInt8](repeating: 2, count: 16) + le32(0)
        list.add(0x0040, 0x8005, fixed: name + le32(0x820D) + [UInt8](repeating: 1, count: 8))
        list.add(0x0102, 0x8006, [4, 0x30, 4, 0x30], name: name + le32(0x8216))
        list.add(0x001F, 0x8007, wide("Room 5") + [0, 0], name: name + le32(0x8208))
        list.add(0x000B, 0x8008, fixed: name + le32(0x8223) + le32(1))
        let rtf =
            "{\\rtf1\\ansi\\fromhtml1{\\fonttbl{\\f0 Arial;}}{\\*\\htmltag64 <p>}\\htmlrtf \\par\\htmlrtf0 Gr\\'fc\\'dfe"
            + "{\\*\\htmltag72 </p>}{\\*\\mhtmltag72 ignored}}"
        list.add(0x0102, 0x1009, Self.stored(Array(rtf.utf8)))
        var writer = TNEFWriter()
        writer.addMessageProperties(list)
        writer.addFile(title: "Untitled Attachment", content: nil, within)
        let bytes = writer.bytes
        let stream = try #require(tnef(bytes))
        #expect(stream.messageClass == "IPM.SCHEDULE.MEETING.RESP.POS")
        #expect(stream.subject == "Accepted: Review")
        #expect(stream.html == "<p>Grüße</p>" && stream.text == nil)
        #expect(stream.isComplete)
        let inner = try #require(tnef(of: stream.attachments[0], in: bytes))
        #expect(inner.messageClass == "IPM.SCHEDULE.MEETING.REQUEST")
        #expect(inner.text == "When: Friday\nWhere: Room 5")
        #expect(inner.attachments.map(\.name) == ["AGENDA.TXT"])
        let readable = ReadableMessageTests.read(
            ReadableMessageTests.attached("application/ms-tnef", "winmail.dat", bytes)
        )
        #expect(readable.sections.map(ReadableMessageTests.shown).contains("Grüße"))
        #expect(readable.sections.map(ReadableMessageTests.shown).contains("When: Friday\nWhere: Room 5"))
        #expect(readable.files.map(\.name).contains("AGENDA.TXT"))
    }

    @Test func bodiesAsProperties() throws {
        var list = MAPIWriter()
        list.add(0x1000, unicode: "a\r\nb\u{1}👩")
        list.add(0x1013, unicode: "<p>Ж</p>")
        list.add(0x0037, text: "Re: x")
        var writer = TNEFWriter()
        writer.addMessageProperties(list)
        let stream = try Self.read(writer)
        #expect(stream.text == "a\nb👩")
        #expect(stream.html == "<p>Ж</p>")
        #expect(stream.subject == "Re: x")
    }

    @Test func textIsLimited() throws {
        var writer = TNEFWriter()
        writer.add(1, 0x0002_800C, Array(String(repeating: "é", count: 1000).utf8))
        let bytes = writer.bytes
        let stream = try #require(tnef(bytes, maxText: 101))
        #expect((stream.text ?? "").utf8.count <= 101)
        #expect(stream.text?.unicodeScalars.contains("\u{FFFD}") == false)
    }

    // MARK: Files

    @Test func filesAndTheirNames() throws {
        var long = MAPIWriter()
        long.add(0x3707, unicode: "a long name.txt")
        long.add(0x370E, text: "text/x-note")
        long.add(0x3712, text: "id@x")
        var display = MAPIWriter()
        display.add(0x3001, text: "shown")
        var writer = TNEFWriter()
        writer.addFile(title: "ALONGN~1.TXT", content: Array("one".utf8), long)
        writer.addFile(title: "two.txt", content: [])
        writer.addFile(title: "", content: [9], display)
        writer.addFile(title: "cloud.txt", content: nil)
        let bytes = writer.bytes
        let stream = try #require(tnef(bytes))
        #expect(stream.attachments.map(\.name) == ["a long name.txt", "two.txt", "shown", "cloud.txt"])
        #expect(stream.attachments.map(\.content?.count) == [3, 0, 1, nil])
        #expect(stream.attachments[0].content.map { Array(bytes[$0]) } == Array("one".utf8))
        #expect(stream.attachments[0].title == "ALONGN~1.TXT")
        #expect(stream.attachments[0].mediaType == "text/x-note")
        #expect(stream.attachments[0].contentID == "id@x")
        #expect(stream.attachments.allSatisfy { $0.kind == .file })
    }

    @Test func messagesAndObjectsWithin() throws {
        var inner = TNEFWriter()
        inner.add(1, 0x0001_8004, Array("inner\0".utf8))
        inner.addFile(title: "deep.txt", content: [1, 2])
        var message = MAPIWriter()
        message.add(0x3001, text: "The inner message")
        message.addObject(7, inner.bytes)
        var object = MAPIWriter()
        object.addObject(11, [5, 6])
        var property = MAPIWriter()
        property.add(0x0102, 0x3701, [7, 8, 9])
        var writer = TNEFWriter()
        writer.addFile(title: "Untitled Attachment", content: Array("a notice".utf8), message)
        writer.addFile(title: "Untitled Attachment", content: nil, object)
        writer.addFile(title: "c", content: nil, property)
        let bytes = writer.bytes
        let stream = try #require(tnef(bytes))
        #expect(stream.attachments.map(\.kind) == [.message, .object, .file])
        #expect(stream.attachments.map(\.name) == ["The inner message", "Untitled Attachment", "c"])
        #expect(stream.attachments[0].notice.map { Array(bytes[$0]) } == Array("a notice".utf8))
        #expect(stream.attachments[1].content?.count == 18)
        #expect(stream.attachments[2].content.map { Array(bytes[$0]) } == [7, 8, 9])
        let within = try #require(tnef(of: stream.attachments[0], in: bytes))
        #expect(within.subject == "inner")
        #expect(within.attachments.map(\.name) == ["deep.txt"])
        #expect(tnef(of: stream.attachments[1], in: bytes) == nil)
    }

    // MARK: Tolerance

    @Test func damageIsNoted() throws {
        var writer = TNEFWriter()
        writer.add(1, 0x0001_8004, Array("x\0".utf8), checksum: 1)
        writer.addFile(title: "a", content: [1])
        #expect(try Self.read(writer).hasWrongChecksum)
        #expect(try Self.read(writer).isComplete)
        var trailing = writer
        trailing.bytes += [0, 0, 13, 10]
        #expect(try Self.read(trailing).isComplete)
        trailing.bytes += Array("garbage".utf8)
        let stream = try Self.read(trailing)
        #expect(!stream.isComplete)
        #expect(stream.attachments.count == 1)
        var cut = writer
        cut.bytes.removeLast(2)
        #expect(try Self.read(cut).attachments[0].content?.count == 1)
        #expect(try Self.read(cut).isComplete)
        cut.bytes.removeLast()
        #expect(try Self.read(cut).attachments[0].content == nil)
        #expect(try !Self.read(cut).isComplete)
        for text in ["", "x\u{9F}>", "text"] {
            let bytes = Array(text.utf8)
            #expect(tnef(bytes) == nil)
        }
    }

    @Test func listThatClaimsMoreThanThereIs() throws {
        var list = MAPIWriter()
        list.add(0x0037, text: "kept")
        list.count = 0xFFFF_FFFF
        var writer = TNEFWriter()
        writer.addMessageProperties(list)
        let stream = try Self.read(writer)
        #expect(stream.subject == "kept")
        #expect(!stream.isComplete)
    }

    @Test func filesAreLimited() throws {
        var writer = TNEFWriter()
        for _ in 0..<TNEF.maximumAttachments + 5 { writer.add(2, 0x0006_9002, []) }
        let stream = try Self.read(writer)
        #expect(stream.attachments.count == TNEF.maximumAttachments)
        #expect(!stream.isComplete)
    }

    // MARK: RTF

    /// The examples of [MS-OXRTFCP] sections 4.1.1 and 4.1.2.
    @Test(arguments: [
        (
            "2d0000002b0000004c5a4675f1c5c7a703000a007263706731323542320af32068656c090020627705b06c647d0a800fa0",
            "hello world"
        ),
        ("1a0000001c0000004c5a4675e2d44b51410004205758595a0d6e7d010eb0", "WXYZWXYZWXYZWXYZWXYZ"),
    ])
    func compressedRTF(digits: String, text: String) throws {
        let value = stride(from: 0, to: digits.count, by: 2).map { offset in
            UInt8(digits.dropFirst(offset).prefix(2), radix: 16) ?? 0
        }
        let stream = try Self.withRTF(value)
        #expect(stream.text == text)
        #expect(stream.forms == [.rtf])
    }

    @Test func whatIsNoCompressedRTFIsNoted() throws {
        for value in [[], [1, 2, 3], le32(1) + le32(1) + Array("XXXX".utf8) + le32(0) + [1]] {
            let stream = try Self.withRTF(value)
            #expect(stream.text == nil)
            #expect(!stream.isComplete)
        }
    }

    @Test func compressionIsNoBomb() throws {
        // Each pair of octets gives seventeen, which is the most there is.
        var value = le32(0) + le32(0xFFFF_FFFF) + Array("LZFu".utf8) + le32(0)
        for _ in 0..<200_000 { value += [0xFF] + [UInt8](repeating: 0x00, count: 15) + [0x0F] }
        var list = MAPIWriter()
        list.add(0x0102, 0x1009, value)
        var writer = TNEFWriter()
        writer.addMessageProperties(list)
        let bytes = writer.bytes
        let stream = try #require(tnef(bytes, maxText: 1000))
        #expect((stream.text ?? "").utf8.count <= 1000)
    }

    static let documents: [(String, String)] = [
        ("{\\rtf1\\ansi Hello\\par world}", "Hello\nworld"), ("{\\rtf1 a\r\nb\\line c\\tab d}", "ab\nc\td"),
        ("{\\rtf1\\ansi\\ansicpg1251 \\'c4\\'e0}", "Да"), ("{\\rtf1 \\u8364?x}", "€x"),
        ("{\\rtf1\\uc2 \\u8364 ??x\\uc0\\u-10179\\u-8704 y}", "€x\u{1F600}y"), ("{\\rtf1\\u8364\\'80x}", "€x"),
        ("{\\rtf1 \\{a\\}\\\\\\~b}", "{a}\\\u{A0}b"),
        ("{\\rtf1{\\fonttbl{\\f0 Arial;}{\\f1\\fcharset204 X;}}\\f1 \\'c4\\plain\\'c4}", "ДÄ"),
        ("{\\rtf1{\\fonttbl{\\f0\\fcharset128 A;}}{\\f0 \\'93\\'fa}\\'93}", "日“"),
        ("{\\rtf1{\\colortbl;\\red0;}{\\stylesheet{\\s1 N;}}{\\*\\generator G;}{\\info{\\title T}}x}", "x"),
        ("{\\rtf1{\\pict 0102}{\\field{\\*\\fldinst HYPERLINK \"u\"}{\\fldrslt link}}}", "link"),
        ("{\\rtf1 a\\bin5 }}}}}b}", "ab"), ("{\\rtf1 \\ldblquote a\\rdblquote\\emdash\\bullet}", "“a”—•"),
        ("{\\rtf1 a{b{c}d}e", "abcde"), ("{\\rtf1 a}}}b", "ab"), ("{\\rtf1 a\\", "a"), ("{\\rtf1 a\\'", "a"),
        ("{\\rtf1 a\\u", "a\u{FFFD}"), ("{\\rtf1 a\\cell b\\row}", "a\tb\n"), ("{\\rtf1{\\*\\htmltag <b>}x}", "x"),
        ("{\\rtf1\\ansi\\fromtext line one\\par line two\\par}", "line one\nline two\n"), ("", ""),
    ]

    @Test(arguments: documents.indices) func textOfRTF(index: Int) throws {
        let (document, text) = Self.documents[index]
        let stream = try Self.rtf(document)
        #expect(stream.text == text)
        #expect(stream.html == nil)
    }

    @Test(arguments: [
        (
            "{\\rtf1\\ansi\\ansicpg1252\\fromhtml1 \\deff0{\\fonttbl{\\f0 Arial;}}{\\*\\htmltag64 <p>}"
                + "\\htmlrtf \\par\\htmlrtf0 Hi {\\*\\htmltag84 &lt;}\\htmlrtf <\\htmlrtf0  there"
                + "{\\*\\mhtmltag64 <q>}{\\*\\htmltag72 </p>\\par}}",
            "<p>Hi &lt; there</p>\n"
        ),
        (
            "{\\rtf1\\fromhtml1 \\htmlrtf {\\htmlrtf0 {\\*\\htmltag148 <b>}x{\\*\\htmltag156 </b>}\\htmlrtf }\\htmlrtf0 y}",
            "<b>x</b>y"
        ),
        ("{\\rtf1\\ansicpg1251\\fromhtml1 {\\*\\htmltag <a title=\"\\'c4\">}\\u1046?}", "<a title=\"Д\">Ж"),
    ])
    func encapsulatedHTML(document: String, html: String) throws {
        let stream = try Self.rtf(document)
        #expect(stream.html == html)
        #expect(stream.text == nil)
        #expect(stream.forms == [.rtf])
    }

    @Test func depthOfRTFCostsNothing() throws {
        let deep = String(repeating: "{", count: 200_000)
        let text = try Self.rtf("{\\rtf1 a" + deep + "b" + String(repeating: "}", count: 200_000) + "c}").text
        #expect(text == "abc")
    }

    @Test(.timeLimit(.minutes(1))) func changesOfCharsetAreLimited() throws {
        let text =
            "{\\rtf1{\\fonttbl{\\f0\\fcharset128 A;}{\\f1\\fcharset204 B;}}"
            + String(repeating: "\\f0 \\'93\\'fa\\f1 \\'c4", count: 20_000) + "}"
        let decoded = try #require(try Self.rtf(text).text)
        #expect(decoded.hasPrefix("日Д日Д"))
    }
}
