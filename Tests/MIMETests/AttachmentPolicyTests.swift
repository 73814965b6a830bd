import MIME
import Testing

@Suite struct AttachmentPolicyTests {
    typealias Facts = AttachmentPolicy.Facts

    static func verdict(
        _ name: String?,
        _ content: [UInt8] = Array("text".utf8),
        type: String = "application/octet-stream",
        _ policy: AttachmentPolicy = .init()
    ) -> AttachmentPolicy.Verdict {
        policy.verdicts(for: [Facts(name: name, declaredType: type, content: content.span)])[0]
    }

    @Test func harmlessFileIsKeptWithoutNote() {
        let verdict = Self.verdict("report.pdf", Array("%PDF-1.7".utf8))
        #expect(verdict.action == .allow)
        #expect(verdict.reasons.isEmpty)
        #expect(verdict.note == nil)
    }

    @Test(arguments: [
        "a.exe", "a.EXE", "a.exe. .", "a.pdf.scr", "a.exe:x", "x/a.ps1", "a.e\u{200B}xe", "a\u{202E}fdp.js", "a.vbs   ",
        "a.exe::$DATA",
    ])
    func programByName(name: String) {
        let verdict = Self.verdict(name)
        #expect(verdict.action == .quarantine)
        guard case .programName = verdict.reasons.first else {
            Issue.record("\(verdict.reasons)")
            return
        }
    }

    @Test func programByContent() {
        let verdict = Self.verdict("holiday.jpg", AttachmentTypeTests.program)
        #expect(verdict.action == .quarantine)
        #expect(verdict.reasons == [.programContent(.windowsProgram), .contradiction(.windowsProgram)])
        #expect(verdict.note?.contains("holiday.jpg") == true)
        let script = Self.verdict("notes.txt", Array("#!/bin/sh\nrm".utf8))
        #expect(script.reasons.contains(.programContent(.script)))
    }

    @Test func programInAnArchive() {
        let verdict = Self.verdict("photos.zip", ZipWriter(["a.jpg", "deep/../b/Setup.EXE "]).bytes)
        #expect(verdict.action == .quarantine)
        #expect(verdict.reasons == [.programInArchive(name: "Setup.EXE")])
        // A folder of that name is none.
        #expect(Self.verdict("site.zip", ZipWriter(["example.com/", "example.com/a.txt"]).bytes).action == .allow)
    }

    @Test func programInAFileThatTheDirectoryHides() {
        var zip = ZipWriter(["a.jpg"])
        zip.files[0].localName = Array("a.exe".utf8)
        let verdict = Self.verdict("photos.zip", zip.bytes)
        #expect(verdict.reasons == [.programInArchive(name: "a.exe"), .inconsistentArchive])
    }

    @Test func archiveBehindAnotherFileIsRead() {
        var zip = ZipWriter(["a.exe"])
        zip.prefix = Array("GIF89a and more".utf8)
        #expect(Self.verdict("a.gif", zip.bytes).reasons.contains(.programInArchive(name: "a.exe")))
    }

    @Test func javaArchiveIsAProgramOnce() {
        let bytes = ZipWriter(["META-INF/MANIFEST.MF", "A.class"]).bytes
        #expect(
            Self.verdict("tool.jar", bytes).reasons == [.programName(extension: "jar"), .programContent(.javaArchive)]
        )
    }

    @Test func macrosByNameAndContent() {
        let macros = ZipWriter(["[Content_Types].xml", "word/document.xml", "word/vbaProject.bin"]).bytes
        #expect(Self.verdict("a.docx", macros).reasons == [.macros])
        #expect(Self.verdict("a.xlsm").reasons == [.macros])
        #expect(
            Self.verdict("a.doc", CompoundFileWriter.bytes(["WordDocument", "Macros", "VBA"])).reasons == [.macros]
        )
        #expect(Self.verdict("a.doc", CompoundFileWriter.bytes(["WordDocument"])).reasons.isEmpty)
    }

    @Test func encryptedAndNestedAreFlagged() {
        var zip = ZipWriter()
        zip.add("a.txt", flags: 1)
        zip.add("inner.7z")
        let verdict = Self.verdict("a.zip", zip.bytes)
        #expect(verdict.action == .allow)
        #expect(verdict.reasons == [.encrypted, .nestedArchive(name: "inner.7z")])
        #expect(verdict.note != nil)
        var policy = AttachmentPolicy()
        policy.encrypted = .strip
        #expect(Self.verdict("a.zip", zip.bytes, policy).action == .strip)
        let office = CompoundFileWriter.bytes(["EncryptedPackage"])
        #expect(Self.verdict("a.docx", office).reasons == [.encrypted])
    }

    @Test func strictestActionWins() {
        #expect(AttachmentPolicy.Action.allCases.max() == .strip)
        #expect(AttachmentPolicy.Action.allow < .quarantine)
        var policy = AttachmentPolicy()
        policy.programs = .allow
        policy.contradictions = .strip
        #expect(Self.verdict("a.pdf", AttachmentTypeTests.program, policy).action == .strip)
    }

    @Test(arguments: [
        ("a.txt", "*", true), ("a.txt", "*.txt", true), ("A.TXT", "*.txt", true), ("a.txt.b", "*.txt", false),
        ("a.txt", "?.txt", true), ("ab.txt", "?.txt", false), ("Bewerbung Müller.docx", "bewerbung*.doc?", true),
        ("abab", "*ab", true), ("abac", "*ab", false), ("a", "", false), ("mississippi", "*iss*ip*", true),
    ])
    func blockedNames(name: String, pattern: String, isBlocked: Bool) {
        var policy = AttachmentPolicy()
        policy.blockedNames = [pattern]
        let verdict = Self.verdict(name, Array("text".utf8), policy)
        #expect(verdict.reasons == (isBlocked ? [.blockedName(pattern: pattern)] : []))
        #expect(verdict.action == (isBlocked ? .strip : .allow))
    }

    @Test func blockedTypesAreDeclaredOrDetected() {
        var policy = AttachmentPolicy()
        policy.blockedTypes = ["video/*", "image/gif"]
        #expect(Self.verdict("a", type: "Video/MP4", policy).reasons == [.blockedType("Video/MP4")])
        #expect(Self.verdict("a", Array("GIF89a".utf8), policy).reasons == [.blockedType("image/gif")])
        #expect(Self.verdict("a", type: "image/png", policy).action == .allow)
    }

    @Test func limitsPerFileMessageAndCount() {
        var policy = AttachmentPolicy()
        policy.maximumFileSize = 100
        policy.maximumMessageSize = 150
        policy.maximumCount = 2
        func reasons(_ sizes: [Int]) -> [[AttachmentPolicy.Reason]] {
            policy.verdicts(for: sizes.map { Facts(name: "a", declaredType: "text/plain", size: $0) }).map(\.reasons)
        }
        #expect(reasons([100, 101, 50]) == [[], [.fileTooLarge(limit: 100)], []])
        // A later, smaller file may still fit.
        #expect(reasons([100, 60, 50]) == [[], [.messageTooLarge(limit: 150)], []])
        #expect(reasons([1, 1, 1]) == [[], [], [.tooManyFiles(limit: 2)]])
        #expect(reasons([.max, .max]) == [[.fileTooLarge(limit: 100)], [.fileTooLarge(limit: 100)]])
        policy.maximumFileSize = .max
        policy.maximumMessageSize = .max
        #expect(reasons([.max, .max])[1] == [.messageTooLarge(limit: .max)])
        let verdict = policy.verdicts(for: [Facts(name: "x/\u{202E}y.txt", declaredType: "", size: 1)])[0]
        #expect(verdict.name == "y.txt")
    }
}
