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
        #expect(file.reasons.contains(.inconsistentArchive))
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
        #expect(files.values.count { $0.verdict?.reasons.contains(.tooManyFiles(limit: 2)) == true } == 3)
    }

    @Test func aMessageThatIsDeclaredAsAFileIsLookedThrough() {
        let octets = Array(
            Self.forwarded.replacing("message/rfc822", with: "application/octet-stream; name=a.eml").utf8
        )
        #expect(Self.judged(octets)["2.2"]?.verdict?.action == .quarantine)
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
