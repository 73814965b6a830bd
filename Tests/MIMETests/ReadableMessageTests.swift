import Foundation
import MIME
import Testing

/// What people read of messages of each form (S54-S59, P31, P43-P45, P49, C19, N09).
@Suite struct ReadableMessageTests {
    typealias Section = ReadableMessage.Section

    static func read(_ text: String, unwraps: Bool = true) -> ReadableMessage {
        read(Array(text.replacing("\n", with: "\r\n").utf8), unwraps: unwraps)
    }

    static func read(_ octets: [UInt8], unwraps: Bool = true) -> ReadableMessage {
        var options = ReadableMessage.Options()
        options.unwrapsMessages = unwraps
        return ReadableMessage(octets.span, options: options)
    }

    static func content(_ path: String, _ octets: [UInt8]) -> [UInt8]? {
        ReadableMessage.contents(ofFiles: [path], in: octets.span)[path]
    }

    static func shown(_ section: Section) -> String {
        let octets = Array(section.text.utf8)
        let shown = section.spans.isEmpty ? octets : section.spans.filter(\.isShown).flatMap { octets[$0.range] }
        return String(decoding: shown, as: UTF8.self).trimmingCharacters(in: .whitespacesAndNewlines)
    }

    static func attached(_ type: String, _ name: String, _ content: [UInt8], text: String? = nil) -> [UInt8] {
        let encoded = Data(content).base64EncodedString(options: [.lineLength76Characters, .endLineWithCarriageReturn])
        var message = "Subject: x\nMIME-Version: 1.0\nContent-Type: multipart/mixed; boundary=b\n\n"
        if let text { message += "--b\n\n\(text)\n" }
        message += "--b\nContent-Type: \(type); name=\"\(name)\"\nContent-Transfer-Encoding: base64\n\n"
        return Array((message + encoded + "\n--b--\n").replacing("\r\n", with: "\n").replacing("\n", with: "\r\n").utf8)
    }

    // MARK: Text

    @Test func aReplyShowsWhatIsNew() throws {
        let readable = Self.read(
            """
            From: a@example.org
            Subject: Re: [Ticket #MW-1] x
            Content-Type: text/plain; charset=utf-8

            It works now.

            On Mon, 2 Mar 2026 at 10:00, Desk <desk@example.com> wrote:
            > Please try again.
            """
        )
        let section = try #require(readable.sections.first)
        #expect(readable.sections.count == 1 && readable.files.isEmpty)
        #expect(section.kind == .text)
        #expect(Self.shown(section) == "It works now.")
        #expect(section.spans.reduce(0) { $0 + $1.range.count } == section.text.utf8.count)
        #expect(section.html.contains("<blockquote>"))
    }

    @Test func htmlIsSafeAndItsPicturesStayInPlace() throws {
        let readable = Self.read(
            """
            Subject: x
            MIME-Version: 1.0
            Content-Type: multipart/related; boundary=b

            --b
            Content-Type: text/html

            <p onclick=x()>See <img src="cid:logo@x" alt=logo><img src="http://t.example/p.gif"></p><script>x()</script>
            --b
            Content-Type: image/png; name=logo.png
            Content-ID: <logo@x>
            Content-Transfer-Encoding: base64

            iVBORw0KGgo=
            --b--
            """
        )
        let section = try #require(readable.sections.first)
        #expect(section.html.contains(#"src="cid:logo@x""#))
        #expect(!section.html.contains("script") && !section.html.contains("onclick"))
        #expect(readable.blockedImages == 1)
        #expect(section.text.contains("See"))
        let file = try #require(readable.files.first)
        #expect(file.path == "2" && file.contentID == "logo@x" && file.isInline && file.size == 8)
    }

    @Test func theRicherFormIsTheHTML() throws {
        let readable = Self.read(
            """
            Subject: x
            MIME-Version: 1.0
            Content-Type: multipart/alternative; boundary=b

            --b
            Content-Type: text/plain

            plain words
            --b
            Content-Type: text/html

            <b>rich</b> words
            --b--
            """
        )
        let section = try #require(readable.sections.first)
        #expect(readable.sections.count == 1)
        #expect(section.text.hasPrefix("plain words"))
        #expect(section.html.contains("<b>rich</b>") && !section.html.contains("plain"))
    }

    @Test func aReportIsShownWhole() throws {
        let readable = Self.read(
            """
            From: MAILER-DAEMON@example.org
            Subject: Undelivered
            MIME-Version: 1.0
            Content-Type: multipart/report; report-type=delivery-status; boundary=b

            --b

            On Monday somebody wrote:
            > It could not be delivered.
            --b
            Content-Type: message/delivery-status

            Reporting-MTA: dns; mx.example.org

            Final-Recipient: rfc822; a@example.net
            Action: failed
            Status: 5.1.1
            --b
            Content-Type: message/rfc822

            Subject: original

            Body of the original.
            --b--
            """
        )
        #expect(readable.sections.map(\.kind) == [.text])
        #expect(readable.sections[0].spans.isEmpty)
        #expect(readable.files.map(\.type) == ["message/delivery-status", "message/rfc822"])
    }

    // MARK: Messages within

    static let forwarded = """
        Subject: Fwd
        MIME-Version: 1.0
        Content-Type: multipart/mixed; boundary=b

        --b

        Please see below.
        --b
        Content-Type: message/rfc822

        From: Ann <ann@example.org>
        Date: Mon, 2 Mar 2026 10:00:00 +0000
        Subject: =?utf-8?q?T=C3=BCr?=
        MIME-Version: 1.0
        Content-Type: multipart/mixed; boundary=c

        --c

        The door is broken.
        --c
        Content-Type: text/csv; name=list.csv
        Content-Disposition: attachment

        1,2
        --c--
        --b--
        """

    @Test func aMessageWithinIsShownInPlace() throws {
        let readable = Self.read(Self.forwarded)
        #expect(readable.sections.map(\.kind) == [.text, .message, .text])
        #expect(readable.sections.map(\.depth) == [0, 1, 1])
        #expect(
            readable.sections[1].text
                == "From: Ann <ann@example.org>\nDate: Mon, 2 Mar 2026 10:00:00 +0000\nSubject: Tür"
        )
        #expect(Self.shown(readable.sections[2]) == "The door is broken.")
        #expect(readable.files.map(\.path) == ["2.2", "2"])
        #expect(readable.files.map(\.kind) == [.file, .opened])
        let octets = Array(Self.forwarded.replacing("\n", with: "\r\n").utf8)
        #expect(Self.content("2.2", octets) == Array("1,2".utf8))
        #expect(Self.content("2", octets)?.starts(with: Array("From: Ann".utf8)) == true)
        #expect(Self.content("2.9", octets) == nil)
    }

    @Test func aMessageWithinIsAFileBySetting() {
        let readable = Self.read(Self.forwarded, unwraps: false)
        #expect(readable.sections.map(\.kind) == [.text])
        #expect(readable.files.map(\.path) == ["2"] && readable.files[0].kind == .file)
    }

    @Test func messagesWithinMessagesEnd() {
        var octets = Array("Subject: innermost\r\n\r\ntext\r\n".utf8)
        for level in 0..<40 {
            octets = Array("Subject: \(level)\r\nContent-Type: message/rfc822\r\n\r\n".utf8) + octets
        }
        let readable = Self.read(octets)
        #expect(readable.sections.filter { $0.kind == .message }.count == 8)
        #expect(readable.sections.last?.kind == .notice)
        #expect(readable.files.last?.path == "0")
    }

    // MARK: Outlook

    static func winmail() -> [UInt8] {
        var list = MAPIWriter()
        list.add(0x0102, 0x1013, Array("<p>Rich <b>text</b><script>x()</script></p>".utf8))
        var inner = TNEFWriter()
        inner.add(1, 0x0001_8004, Array("Inner\0".utf8))
        inner.add(1, 0x0002_800C, Array("Words of the inner message\0".utf8))
        inner.addFile(title: "deep.txt", content: Array("deep".utf8))
        var object = MAPIWriter()
        object.addObject(7, inner.bytes)
        var writer = TNEFWriter()
        writer.addMessageProperties(list)
        writer.addFile(title: "note.txt", content: Array("a note".utf8))
        writer.addFile(title: "inner", content: nil, object)
        return writer.bytes
    }

    @Test func winmailGivesItsTextAndItsFiles() throws {
        let octets = Self.attached("application/ms-tnef", "winmail.dat", Self.winmail())
        let readable = Self.read(octets)
        #expect(readable.sections.map(\.kind) == [.text, .message, .text])
        #expect(readable.sections[0].text.contains("Rich text"))
        #expect(readable.sections[0].html.contains("<b>text</b>") && !readable.sections[0].html.contains("script"))
        #expect(readable.sections[1].text == "Subject: Inner")
        #expect(readable.sections[2].text.hasPrefix("Words of the inner message"))
        #expect(readable.files.map(\.path) == ["1.0", "1.1.0", "1.1", "1"])
        #expect(readable.files.map(\.name) == ["note.txt", "deep.txt", "inner", "winmail.dat"])
        #expect(Self.content("1.0", octets) == Array("a note".utf8))
        #expect(Self.content("1.1.0", octets) == Array("deep".utf8))
        #expect(Self.content("1", octets) == Self.winmail())
    }

    @Test func brokenWinmailStaysAFile() {
        let readable = Self.read(Self.attached("application/ms-tnef", "winmail.dat", Array("no stream".utf8)))
        #expect(readable.sections.isEmpty)
        #expect(readable.files.map(\.kind) == [.file])
    }

    // MARK: Signed and encrypted

    @Test(arguments: ["application/pkcs7-mime; smime-type=signed-data", "application/octet-stream"])
    func contentWithinASignatureIsShown(type: String) {
        let entity =
            "Content-Type: multipart/mixed; boundary=c\r\n\r\n--c\r\n\r\nSigned words.\r\n--c\r\n"
            + "Content-Type: text/csv; name=a.csv\r\n\r\n1\r\n--c--\r\n"
        let cms = DERWriter.signed(DERWriter.element(4, Array(entity.utf8)))
        let octets = Self.attached(type, "smime.p7m", cms)
        let readable = Self.read(octets)
        #expect(readable.sections.map(\.kind) == [.notice, .text])
        #expect(readable.sections[0].text.hasSuffix("signature not verified."))
        #expect(Self.shown(readable.sections[1]) == "Signed words.")
        #expect(readable.files.map(\.path) == ["1.2", "1"] && readable.files[1].kind == .opened)
        #expect(Self.content("1.2", octets) == [0x31])
    }

    @Test func encryptedContentIsSaidToBe() {
        let cms = DERWriter.element(0x30, DERWriter.type(3), DERWriter.element(0xA0, [0x30, 0]))
        let smime = Self.read(Self.attached("application/pkcs7-mime", "smime.p7m", cms))
        #expect(smime.sections.map(\.text) == ["Encrypted with S/MIME; the content cannot be shown without its key."])
        #expect(smime.sections[0].file == "1" && smime.files.map(\.path) == ["1"])
        let pgp = Self.read(
            """
            Subject: x
            MIME-Version: 1.0
            Content-Type: multipart/encrypted; protocol="application/pgp-encrypted"; boundary=b

            --b
            Content-Type: application/pgp-encrypted

            Version: 1
            --b
            Content-Type: application/octet-stream; name=encrypted.asc

            -----BEGIN PGP MESSAGE-----

            aaaa
            -----END PGP MESSAGE-----
            --b--
            """
        )
        #expect(pgp.sections.map(\.text) == ["Encrypted with OpenPGP; the content cannot be shown without its key."])
        #expect(pgp.files.count == 2)
    }

    @Test func signaturesBesideAreNamedAsSuch() {
        let readable = Self.read(
            """
            Subject: x
            MIME-Version: 1.0
            Content-Type: multipart/signed; protocol="application/pgp-signature"; micalg=pgp-sha256; boundary=b

            --b

            Words.
            --b
            Content-Type: application/pgp-signature; name=signature.asc

            -----BEGIN PGP SIGNATURE-----

            aaaa
            -----END PGP SIGNATURE-----
            --b--
            """
        )
        #expect(readable.sections.map(\.text).first == "Signed with OpenPGP; signature not verified.")
        #expect(readable.files.map(\.kind) == [.signature])
    }

    // MARK: Calendar

    static let invitation = """
        BEGIN:VCALENDAR
        METHOD:REQUEST
        BEGIN:VEVENT
        UID:1
        SUMMARY:Planning
        DTSTART:20260302T100000Z
        LOCATION:Room 1
        END:VEVENT
        END:VCALENDAR
        """

    @Test func anInvitationIsACardOnce() {
        let readable = Self.read(
            """
            Subject: x
            MIME-Version: 1.0
            Content-Type: multipart/mixed; boundary=b

            --b
            Content-Type: text/calendar; method=REQUEST

            \(Self.invitation)
            --b
            Content-Type: application/ics; name=invite.ics
            Content-Disposition: attachment

            \(Self.invitation)
            --b--
            """
        )
        #expect(readable.sections.map(\.kind) == [.calendar])
        #expect(readable.sections[0].text.hasPrefix("Invitation: Planning\n"))
        #expect(readable.sections[0].text.contains("Location: Room 1"))
        #expect(readable.files.count == 2)
    }

    @Test func aLoneCalendarIsNoEmptyTicket() {
        let readable = Self.read("Subject: x\nContent-Type: text/calendar\n\n\(Self.invitation)\n")
        #expect(readable.sections.map(\.kind) == [.calendar])
        #expect(readable.files.map(\.path) == ["0"])
    }

    @Test func equalCalendarsAndTooManyAreNotShown() {
        let parts = (0..<60).map { number in
            "--b\nContent-Type: text/calendar; name=\(number).ics\n\n"
                + Self.invitation.replacing("Planning", with: "Planning \(number / 2)")
        }
        let head = "Subject: x\nMIME-Version: 1.0\nContent-Type: multipart/mixed; boundary=b\n\n"
        let readable = Self.read(head + parts.joined(separator: "\n") + "\n--b--\n")
        #expect(readable.sections.count { $0.kind == .calendar } == 20)
        #expect(readable.sections.last?.text.hasPrefix("Not everything") == true)
    }

    // MARK: Limits

    @Test func textBesideWinmailThatSaysSomethingElseHidesNothing() {
        let footer = Self.read(Self.attached("application/ms-tnef", "winmail.dat", Self.winmail(), text: "Scanned."))
        #expect(footer.sections[0].text.hasPrefix("Scanned."))
        #expect(footer.sections[1].text.contains("Rich text"))
        let same = Self.read(
            Self.attached("application/ms-tnef", "winmail.dat", Self.winmail(), text: "Rich  text\n\n-- \nScanned.")
        )
        #expect(!same.sections.dropFirst().contains { $0.text.contains("Rich text") })
    }

    @Test func aTextThatIsCutSaysSo() {
        var options = ReadableMessage.Options()
        options.limits.maxText = 10
        let text = "Subject: x\r\n\r\n" + String(repeating: "words ", count: 20)
        let readable = ReadableMessage(Array(text.utf8).span, options: options)
        #expect(readable.sections.map(\.kind) == [.text, .notice])
        #expect(readable.sections[1].text.hasPrefix("The text is longer"))
    }

    /// Photos of a phone, and newsletters that are one picture.
    @Test func aMailThatIsAPictureIsShown() {
        let photo = Self.read("Subject: x\nContent-Type: text/html\n\n<img src=\"cid:a@x\">\n")
        #expect(photo.sections.count == 1 && photo.sections[0].html.contains("cid:a@x"))
        let newsletter = Self.read("Subject: x\nContent-Type: text/html\n\n<img src=\"https://t.example/a.png\">\n")
        #expect(newsletter.blockedImages == 1)
    }

    @Test func theTextOfAnotherMessageHidesNothing() {
        let inner = "--b\nContent-Type: message/rfc822\n\nSubject: inner\n\nRich text of another.\n"
        let octets = Self.attached("application/ms-tnef", "winmail.dat", Self.winmail())
        let text = String(decoding: octets, as: UTF8.self).replacing("\r\n", with: "\n")
        let readable = Self.read(text.replacing("boundary=b\n\n", with: "boundary=b\n\n" + inner))
        #expect(readable.sections.contains { $0.depth == 0 && $0.text.contains("Rich text") })
    }

    @Test func aTextOfOutlookThatIsCutSaysSo() {
        var writer = TNEFWriter()
        let words = String(repeating: "words\r\n", count: 20)
        writer.add(1, 0x0002_800C, Array(words.utf8) + [0])
        var options = ReadableMessage.Options()
        options.limits.maxText = 60
        let octets = Self.attached("application/ms-tnef", "winmail.dat", writer.bytes)
        let readable = ReadableMessage(octets.span, options: options)
        #expect(readable.sections.map(\.kind) == [.text, .notice])
    }

    @Test func manyFilesWithinOneAreTakenInOneWalk() {
        let files = (0..<50).map { ("\($0).txt", Array("content \($0)".utf8)) }
        let octets = OpenedAttachmentTests.winmail(files)
        let paths = Set((0..<50).map { "1.\($0)" })
        let contents = ReadableMessage.contents(ofFiles: paths, in: octets.span)
        #expect(contents.count == 50 && contents["1.49"] == Array("content 49".utf8))
    }

    @Test(arguments: ["text/plain", "text/html"]) func controlsOfEightBitsAreNoText(type: String) {
        let readable = Self.read("Subject: x\nContent-Type: \(type); charset=utf-8\n\na\u{9B}1mb\u{85}c\u{1B}d\n")
        #expect(readable.sections.first.map(Self.shown) == "a1mbcd")
    }

    // MARK: Form

    @Test func itIsTheSameAfterItWasStored() throws {
        let readable = Self.read(Self.forwarded)
        let stored = try JSONEncoder().encode(readable)
        #expect(try JSONDecoder().decode(ReadableMessage.self, from: stored) == readable)
    }

    @Test func contentIsOpenedUpToTheLimit() {
        var options = ReadableMessage.Options()
        options.limits.maxDecodedSize = 40
        let octets = Self.attached("application/ms-tnef", "winmail.dat", Self.winmail())
        let readable = ReadableMessage(octets.span, options: options)
        #expect(readable.sections.map(\.kind) == [.notice, .notice])
        #expect(readable.isTruncated)
    }

    @Test(arguments: [Places.corpus, Places.shared.appending(path: "mail")])
    func everyFileOfTheCorporaCanBeTaken(folder: URL) throws {
        guard FileManager.default.fileExists(atPath: folder.path) else {
            print("skipped: \(folder.path) is not here")
            return
        }
        for group in try FileManager.default.contentsOfDirectory(at: folder, includingPropertiesForKeys: nil) {
            for file in try FileManager.default.contentsOfDirectory(at: group, includingPropertiesForKeys: nil) {
                guard let octets = try? Array(Data(contentsOf: file)) else { continue }
                let readable = Self.read(octets)
                for section in readable.sections where !section.spans.isEmpty {
                    #expect(section.spans.reduce(0) { $0 + $1.range.count } == section.text.utf8.count)
                }
                for listed in readable.files {
                    let content = Self.content(listed.path, octets)
                    let isSame = content?.count == listed.size && content.map(digest(of:)) == listed.sha256
                    #expect(isSame, "\(file.lastPathComponent), file \(listed.path)")
                }
            }
        }
    }
}
