import MIME
import Testing

/// Files within files are listed and judged like others, and what holds a blocked one is blocked too.
@Suite struct OpenedAttachmentTests {
    static func judged(
        _ octets: [UInt8],
        unwraps: Bool = true,
        policy: AttachmentPolicy = AttachmentPolicy()
    ) -> [String: AttachmentSummary] {
        let message = Message(parsing: octets.span)
        var summary = message.summary(of: octets.span)
        summary.openAttachments(of: message, in: octets.span, limits: Message.Limits())
        summary.judgeAttachments(by: policy, unwrapsMessages: unwraps)
        return Dictionary(uniqueKeysWithValues: summary.attachments.map { ($0.path, $0) })
    }

    static func winmail(_ files: [(String, [UInt8])]) -> [UInt8] {
        var writer = TNEFWriter()
        writer.add(1, 0x0002_800C, Array("Words\0".utf8))
        for (name, content) in files { writer.addFile(title: name, content: content) }
        return ReadableMessageTests.attached("application/ms-tnef", "winmail.dat", writer.bytes)
    }

    @Test func filesOfOutlookAreJudgedEachAndTogether() throws {
        let octets = Self.winmail([("note.txt", Array("a note".utf8)), ("setup.exe", Array("MZ".utf8))])
        let files = Self.judged(octets)
        #expect(files.keys.sorted() == ["1", "1.0", "1.1"])
        #expect(files["1.0"]?.verdict?.action == .allow)
        #expect(files["1.1"]?.verdict?.action == .quarantine)
        let whole = try #require(files["1"]?.verdict)
        #expect(whole.action == .quarantine)
        #expect(whole.reasons == [.blockedWithin(name: "setup.exe")])
        #expect(whole.note?.contains("it holds a file that is not kept (setup.exe)") == true)
    }

    @Test func nothingIsSaidOfHarmlessOnes() {
        let files = Self.judged(Self.winmail([("note.txt", Array("a note".utf8))]))
        #expect(files.count == 2)
        #expect(files.values.allSatisfy { $0.verdict?.action == .allow && $0.verdict?.reasons.isEmpty == true })
        #expect(files["1.0"]?.size == 6 && files["1.0"]?.sha256 == digest(of: Array("a note".utf8)))
    }

    static let forwarded = """
        Subject: Fwd
        MIME-Version: 1.0
        Content-Type: multipart/mixed; boundary=b

        --b

        See below.
        --b
        Content-Type: message/rfc822

        Subject: inner
        MIME-Version: 1.0
        Content-Type: multipart/mixed; boundary=c

        --c

        Words.
        --c
        Content-Type: application/octet-stream; name=run.bat

        echo
        --c--
        --b--
        """.replacing("\n", with: "\r\n")

    @Test func aProgramWithinAMessageIsFoundWhetherItIsUnwrappedOrKept() {
        let unwrapped = Self.judged(Array(Self.forwarded.utf8))
        #expect(unwrapped.keys.sorted() == ["2", "2.2"])
        #expect(unwrapped.values.allSatisfy { $0.verdict?.action == .quarantine })
        let kept = Self.judged(Array(Self.forwarded.utf8), unwraps: false)
        #expect(kept.keys.sorted() == ["2"])
        #expect(kept["2"]?.verdict?.action == .quarantine)
        #expect(kept["2"]?.verdict?.reasons.contains(.blockedWithin(name: "run.bat")) == true)
    }

    @Test func aProgramWithinASignatureIsFound() {
        let entity = "Content-Type: application/octet-stream; name=a.scr\r\n\r\nMZ"
        let cms = DERWriter.signed(DERWriter.element(4, Array(entity.utf8)))
        let files = Self.judged(ReadableMessageTests.attached("application/pkcs7-mime", "smime.p7m", cms))
        #expect(files.keys.sorted() == ["1", "1.0"])
        #expect(files.values.allSatisfy { $0.verdict?.action == .quarantine })
    }

    @Test func theStrictestCountsOfMany() {
        var policy = AttachmentPolicy()
        policy.blockedNames = ["*.txt"]
        let octets = Self.winmail([("a.exe", [0x4D, 0x5A]), ("b.txt", [0x62])])
        #expect(Self.judged(octets, policy: policy)["1"]?.verdict?.action == .strip)
    }

    // MARK: Around the policy

    @Test func namesAreReadWhateverRoomTextsHaveTaken() {
        var writer = TNEFWriter()
        writer.add(1, 0x0002_800C, [UInt8](repeating: 0x61, count: 1_048_576) + [0])
        writer.addFile(title: "evil.vbs", content: [0x78])
        let head = "Subject: x\r\nMIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n"
        var octets = Array(head.utf8)
        for _ in 0..<6 {
            octets += Array("--b\r\nContent-Type: application/ms-tnef; name=winmail.dat\r\n\r\n".utf8)
            octets += writer.bytes + [13, 10]
        }
        let files = Self.judged(octets + Array("--b--\r\n".utf8))
        #expect(files.count == 12)
        #expect(files.values.allSatisfy { $0.verdict?.action == .quarantine })
    }

    @Test func whatIsTooDeepOrTooMuchIsNotLookedThrough() {
        var octets = Array("Content-Type: application/octet-stream; name=evil.exe\r\n\r\nMZ".utf8)
        for _ in 0..<11 { octets = Array("Content-Type: message/rfc822\r\n\r\n".utf8) + octets }
        let deep = Self.judged(octets)
        #expect(deep["0"]?.verdict?.action == .quarantine)
        var message = "Content-Type: multipart/mixed; boundary=c\r\n\r\n"
        for number in 0..<1200 { message += "--c\r\nContent-Type: image/png; name=\(number).png\r\n\r\nx\r\n" }
        message += "--c\r\nContent-Type: application/octet-stream; name=evil.exe\r\n\r\nMZ\r\n--c--\r\n"
        let many = Self.judged(Array("Content-Type: message/rfc822\r\n\r\n\(message)".utf8))
        #expect(many["0"]?.verdict?.reasons.contains(.notLookedThrough) == true)
        #expect(many["0"]?.verdict?.action != .allow)
    }

    @Test(arguments: ["multipart/report; report-type=x", "multipart/report; report-type=delivery-status"])
    func aReportHidesNoFile(type: String) {
        let octets = Array(Self.forwarded.replacing("multipart/mixed; boundary=b", with: "\(type); boundary=b").utf8)
        let files = Self.judged(octets)
        #expect(files["2.2"]?.verdict?.action == .quarantine && files["2"]?.verdict?.action == .quarantine)
        // Nor is it a report without the part that is one.
        #expect(ReadableMessageTests.read(octets).sections.contains { $0.kind == .message })
    }

    @Test(arguments: [100, 400_000]) func twoFormatsInOneFileAreLookedThroughBoth(padding: Int) throws {
        var zip = ZipWriter(["evil.exe"])
        zip.prefix = CompoundFileWriter.bytes([]) + [UInt8](repeating: 0, count: padding)
        let message = ReadableMessageTests.attached("application/octet-stream", "a.doc", zip.bytes)
        let file = try #require(Self.judged(message)["1"]?.verdict)
        #expect(file.reasons.contains(.programInArchive(name: "evil.exe")))
        #expect(file.action == .quarantine)
    }

    @Test func aMacroIsSeenBesideAZip() throws {
        var zip = ZipWriter(["readme.txt"])
        zip.prefix = CompoundFileWriter.bytes(["Macros", "_VBA_PROJECT"])
        let message = ReadableMessageTests.attached("application/msword", "a.doc", zip.bytes)
        #expect(Self.judged(message)["1"]?.verdict?.reasons.contains(.macros) == true)
    }

    @Test func whatLiesInABlockedFileIsBlocked() {
        var policy = AttachmentPolicy()
        policy.blockedTypes = ["message/rfc822"]
        policy.programs = .allow
        let files = Self.judged(Array(Self.forwarded.utf8), policy: policy)
        #expect(files["2"]?.verdict?.action == .strip)
        #expect(files["2.2"]?.verdict?.action == .strip)
        #expect(files["2.2"]?.verdict?.note?.contains("it lies in a file that is not kept") == true)
    }

    @Test func filesWithinFilesCountAsFiles() {
        var policy = AttachmentPolicy()
        policy.maximumCount = 3
        let octets = Self.winmail((0..<5).map { ("\($0).txt", [0x61]) })
        let files = Self.judged(octets, policy: policy)
        #expect(files.values.count { $0.verdict?.reasons.contains(.tooManyFiles(limit: 3)) == true } == 3)
        // The file that they lie in is none too many.
        #expect(files["1"]?.verdict?.action == .allow)
    }

    @Test(arguments: ["application/octet-stream", "text/plain", "application/x-eml", "message/news"])
    func aMessageIsLookedThroughWhateverItIsDeclaredAs(type: String) {
        let declared = "\(type); name=a.eml\r\nContent-Disposition: attachment"
        let octets = Array(Self.forwarded.replacing("message/rfc822", with: declared).utf8)
        #expect(Self.judged(octets)["2.2"]?.verdict?.action == .quarantine)
    }

    private static let program = Array("Content-Type: application/octet-stream; name=evil.exe\r\n\r\nMZ".utf8)

    /// The end of a name that no file system keeps hides nothing: on a disk it is gone.
    @Test(arguments: ["x.eml\u{200B}", "x.eml.", "x.eml::$DATA", "x.eml\u{200F}", "x.EML ", "a/x.eml"])
    func aMessageIsKnownByTheNameThatItGets(name: String) {
        let name = name.utf8.map { $0 < 0x80 ? String(UnicodeScalar($0)) : "%" + String($0, radix: 16) }.joined()
        let header = "application/octet-stream; name*=utf-8''\(name.replacing(" ", with: "%20"))"
        let octets = Self.mixed("", "Content-Type: \(header)\r\n\r\n").utf8.dropLast("\r\n--c--\r\n".utf8.count)
        let files = Self.judged(Array(octets) + Self.program + Array("\r\n--c--\r\n".utf8))
        #expect(files.values.contains { $0.name == "evil.exe" && $0.verdict?.action == .quarantine })
        #expect(files.values.allSatisfy { $0.verdict?.action == .quarantine })
    }

    @Test(arguments: [
        ("application/x-tnef", "winmail.dat"), ("image/png", "winmail.dat"), ("text/plain", "winmail.dat"),
        ("application/octet-stream", ""), ("application/octet-stream", "message.tnef"), ("image/png", "a.png"),
    ])
    func outlooksFormIsKnownByItsContent(type: String, name: String) {
        var writer = TNEFWriter()
        writer.addFile(title: "evil.exe", content: Array("MZ".utf8))
        let files = Self.judged(ReadableMessageTests.attached(type, name, writer.bytes, text: "See the file."))
        #expect(files["2.0"]?.verdict?.action == .quarantine)
        #expect(files["2"]?.verdict?.action == .quarantine)
    }

    /// Readers differ on which name and which content of a file counts.
    @Test func allNamesAndContentsOfAFileAreJudged() {
        var names = TNEFWriter()
        names.addFile(title: "evil.vbs", content: Array("x".utf8))
        names.add(2, 0x0006_9001, Array("notes.txt\0".utf8))
        names.addFile(title: "a.txt", content: Array("x".utf8))
        let files = Self.judged(ReadableMessageTests.attached("application/ms-tnef", "winmail.dat", names.bytes))
        #expect(files["1.0"]?.verdict?.reasons == [.programName(extension: "vbs")])
        #expect(files["1.1"]?.verdict?.action == .allow)
        #expect(files["1"]?.verdict?.action == .quarantine)
        var contents = TNEFWriter()
        contents.addFile(title: "a.txt", content: Array("MZ".utf8))
        contents.add(2, 0x0006_800F, Array("hello".utf8))
        let twice = Self.judged(ReadableMessageTests.attached("application/ms-tnef", "winmail.dat", contents.bytes))
        #expect(twice["1"]?.verdict?.reasons.contains(.notLookedThrough) == true)
        var same = TNEFWriter()
        same.addFile(title: "a.txt", content: Array("hello".utf8))
        same.add(2, 0x0006_800F, Array("hello".utf8))
        let once = Self.judged(ReadableMessageTests.attached("application/ms-tnef", "winmail.dat", same.bytes))
        #expect(once["1"]?.verdict?.action == .allow)
        let disposition = "Content-Disposition: attachment; filename=a.txt"
        let part = "Content-Type: application/octet-stream; name=a.js\r\n\(disposition)\r\n\r\nx"
        #expect(Self.judged(Array(part.utf8))["0"]?.verdict?.reasons == [.programName(extension: "js")])
    }

    static let evil = "Content-Type: application/octet-stream; name=evil.vbs\r\n\r\nx"

    static func mixed(_ header: String = "", _ parts: String) -> String {
        "\(header)Content-Type: multipart/mixed; boundary=c\r\n\r\n--c\r\n\(parts)\r\n--c--\r\n"
    }

    /// Limits of the header and a list of defects that is full hide nothing.
    @Test(arguments: [
        mixed(String(repeating: "X-A: 1\r\n", count: 1001), evil),
        mixed("", String(repeating: "X-A: 1\r\n", count: 1001) + evil),
        "Content-Type: multipart/mixed; " + (0..<300).map { "a\($0)=x; " }.joined()
            + "boundary=c\r\n\r\n--c\r\n\(evil)\r\n",
        "Content-Type: multipart/mixed; a=" + String(repeating: "x", count: 70_000)
            + "; boundary=c\r\n\r\n--c\r\n\(evil)\r\n",
        mixed("", (0..<1100).map { "Content-Transfer-Encoding: x\($0)\r\n\r\nx\r\n--c\r\n" }.joined() + evil),
    ])
    func whatIsNotReadToItsEndIsNotTrusted(message: String) {
        let files = Self.judged(Array("Content-Type: message/rfc822\r\n\r\n\(message)".utf8))
        #expect(files["0"]?.verdict?.reasons.contains(.notLookedThrough) == true)
        #expect(files["0"]?.verdict?.action != .allow)
    }

    /// However many defects there are, it is known whose header was cut.
    @Test func onlyThePartWhoseHeaderWasCutIsNotTrusted() {
        let header = "Content-Transfer-Encoding: x\r\nContent-Type: image/png; name=a.png\r\n"
        let bad = "\(header)\r\nx\r\n--c\r\n"
        let cut = header + String(repeating: "X-A: 1\r\n", count: 1001) + "\r\nx\r\n--c\r\n"
        let end = "Content-Type: image/png; name=b.png\r\n\r\nx"
        let octets = Array(Self.mixed("", String(repeating: bad, count: 150) + cut + end).utf8)
        let files = Self.judged(octets)
        #expect(files.count == 152)
        let untrusted = files.filter { $0.value.verdict?.reasons.contains(.notLookedThrough) == true }
        #expect(untrusted.keys.sorted() == ["151"])
    }

    /// A program's extension may lie where the name is no longer read.
    @Test(arguments: [
        "attachment; " + (0..<300).map { "a\($0)=x; " }.joined() + "filename=evil.vbs",
        "attachment; filename=\"" + String(repeating: "a", count: 5000) + ".vbs\"",
    ])
    func aNameThatIsCutIsNotTrusted(disposition: String) {
        let header = "Content-Type: application/octet-stream\r\nContent-Disposition: \(disposition)\r\n\r\nx"
        #expect(Self.judged(Array(header.utf8))["0"]?.verdict?.action == .quarantine)
        let within = Self.judged(Array(("Content-Type: message/rfc822\r\n\r\n" + header).utf8))
        #expect(within.count == 2 && within.values.allSatisfy { $0.verdict?.action == .quarantine })
        let outlook = Self.judged(Self.winmail([(String(repeating: "a", count: 5000) + ".vbs", [0x78])]))
        #expect(outlook.values.allSatisfy { $0.verdict?.action == .quarantine })
    }

    @Test func whatIsCompressedOrUnreadableIsNotTrusted() {
        let smime: (UInt8) -> [UInt8] = {
            DERWriter.element(6, [0x2A, 0x86, 0x48, 0x86, 0xF7, 0x0D, 1, 9, 0x10, 1, $0])
        }
        let compressed = DERWriter.element(0x30, smime(9), DERWriter.element(0xA0, [0x30, 0]))
        for (type, content) in [
            ("application/pkcs7-mime", compressed),
            ("application/pkcs7-mime; smime-type=signed-data", Array("no CMS".utf8)),
        ] {
            let files = Self.judged(ReadableMessageTests.attached(type, "smime.p7m", content))
            #expect(files["1"]?.verdict?.action == .quarantine, "\(type)")
        }
    }

    /// A document with another one in it, as Outlook's `.msg` files are.
    @Test(arguments: [100, 400_000]) func aDocumentInADocumentIsNoDeceit(padding: Int) {
        var zip = ZipWriter(["[Content_Types].xml", "word/document.xml"])
        zip.prefix = CompoundFileWriter.bytes(["__properties_version1.0"]) + [UInt8](repeating: 0, count: padding)
        zip.suffix = [UInt8](repeating: 0, count: 2000)
        let files = Self.judged(ReadableMessageTests.attached("application/vnd.ms-outlook", "a.msg", zip.bytes))
        #expect(files["1"]?.verdict?.action == .allow, "\(String(describing: files["1"]?.verdict?.reasons))")
    }

    @Test func whatLiesWithinCountsOnce() {
        var policy = AttachmentPolicy()
        policy.maximumMessageSize = 400
        let octets = Self.winmail([("a.txt", [UInt8](repeating: 0x61, count: 100)), ("b.txt", [0x62])])
        #expect(Self.judged(octets, policy: policy).values.allSatisfy { $0.verdict?.action == .allow })
    }

    /// What is listed when a message comes is what is listed when it is read, and what can be taken.
    @Test func theListIsTheReaders() {
        for octets in [Self.winmail([("a.txt", [1]), ("b", [2])]), Array(Self.forwarded.utf8)] {
            let read = ReadableMessageTests.read(octets).files
            let listed = Self.judged(octets)
            #expect(Set(read.map(\.path)) == Set(listed.keys))
            for file in read {
                #expect(listed[file.path]?.sha256 == file.sha256 && listed[file.path]?.size == file.size)
                #expect(ReadableMessageTests.content(file.path, octets)?.count == file.size)
            }
        }
    }
}
