import Foundation
import MIME
import Testing

@Suite struct ZipDirectoryTests {
    static func read(_ writer: ZipWriter) throws -> ZipDirectory {
        let bytes = writer.bytes
        return try #require(zipDirectory(bytes))
    }

    static func names(_ directory: ZipDirectory) -> [String] { directory.entries.map(\.name) }

    @Test func namesAndSizes() throws {
        var writer = ZipWriter()
        writer.add("a.txt", "12345")
        writer.add("folder/")
        writer.add("folder/ü.zip", "")
        let directory = try Self.read(writer)
        #expect(Self.names(directory) == ["a.txt", "folder/", "folder/ü.zip"])
        #expect(directory.entries.map(\.size) == [5, 7, 0])
        #expect(directory.entries.map(\.isFolder) == [false, true, false])
        #expect(directory.entries.map(\.isArchive) == [false, false, true])
        #expect(!directory.isEncrypted && !directory.isInconsistent && directory.isComplete)
    }

    /// An archive in another one, with the method of its file and whether the octets are an archive's.
    private static func nested(_ inner: [UInt8], name: String = "folder/inner.zip", method: Int = 0) -> ZipWriter {
        var writer = ZipWriter(["a.txt"])
        writer.files.append(ZipWriter.File(name: Array(name.utf8), content: inner, method: method))
        return writer
    }

    @Test func archivesThatAreStoredAreRead() throws {
        var inner = ZipWriter(["word/x.xml", "run.exe"])
        inner.add("vbaProject.bin", flags: 1)
        // The name says nothing; the octets do.
        for name in ["folder/inner.zip", "inner.zip", "photo.jpg"] {
            let directory = try Self.read(Self.nested(inner.bytes, name: name))
            let file = name == "photo.jpg" ? name : "inner.zip"
            #expect(
                Self.names(directory)
                    == ["a.txt", name, "\(file)/word/x.xml", "\(file)/run.exe", "\(file)/vbaProject.bin"]
            )
            #expect(directory.entries.map(\.isNested) == [false, false, true, true, true])
            #expect(directory.isEncrypted && directory.hasMacros && !directory.isInconsistent)
            #expect(directory.format == .zip)
        }
        let bytes = Self.nested(inner.bytes).bytes
        let facts = AttachmentPolicy.Facts(name: "a.zip", declaredType: "application/zip", content: bytes.span)
        let verdict = AttachmentPolicy().verdicts(for: [facts])[0]
        #expect(verdict.reasons.contains(.programInArchive(name: "run.exe")))
        #expect(Self.names(try Self.read(Self.nested(inner.bytes, method: 8))) == ["a.txt", "folder/inner.zip"])
    }

    @Test func depthOfStoredArchivesIsLimited() throws {
        var bytes = ZipWriter(["deep.exe"]).bytes
        for _ in 0..<2 { bytes = Self.nested(bytes, name: "i.zip").bytes }
        #expect(try Self.names(#require(zipDirectory(bytes))).contains("i.zip/i.zip/deep.exe"))
        bytes = Self.nested(bytes, name: "i.zip").bytes
        #expect(try !Self.names(#require(zipDirectory(bytes))).contains { $0.hasSuffix("deep.exe") })
        var lying = ZipWriter(["a"])
        lying.files[0].localName = Array("b.exe".utf8)
        let directory = try Self.read(Self.nested(lying.bytes))
        #expect(directory.isInconsistent && Self.names(directory).contains("inner.zip/b.exe"))
    }

    @Test func namesInCodePage437() throws {
        var writer = ZipWriter(["x"])
        writer.files[0].name = [0x8E, 0x2E, 0x74, 0x78, 0x74]
        #expect(Self.names(try Self.read(writer)) == ["Ä.txt"])
    }

    @Test(arguments: [
        (1, 0, true), (1 << 6 | 1, 8, true), (1 << 13, 8, true), (0, 99, true), (8, 8, false), (1 << 11, 8, false),
    ])
    func encryption(flags: Int, method: Int, isEncrypted: Bool) throws {
        var writer = ZipWriter()
        writer.add("a", flags: flags, method: method)
        #expect(try Self.read(writer).isEncrypted == isEncrypted)
    }

    @Test func commentAndWhatFollowsTheEnd() throws {
        var writer = ZipWriter(["a"])
        writer.comment = Array("PK\u{5}\u{6} is in the comment, and so is more than twenty-two octets".utf8)
        #expect(Self.names(try Self.read(writer)) == ["a"])
        writer.comment = []
        writer.suffix = Array("\r\n-- \r\nscanned by a gateway".utf8)
        #expect(Self.names(try Self.read(writer)) == ["a"])
    }

    @Test(arguments: [false, true]) func prefix(countsPrefix: Bool) throws {
        var writer = ZipWriter(["a", "b"])
        writer.prefix = [UInt8](repeating: 0x90, count: 1000)
        writer.countsPrefix = countsPrefix
        let directory = try Self.read(writer)
        #expect(Self.names(directory) == ["a", "b"])
        #expect(!directory.isInconsistent)
        #expect(directory.prefixSize == (countsPrefix ? 0 : 1000))
    }

    @Test(arguments: [0, 1000], [false, true]) func zip64(prefix: Int, hasSmallValues: Bool) throws {
        var writer = ZipWriter(["a", "b.exe"])
        writer.isZip64 = true
        writer.hasSmallValues = hasSmallValues
        writer.prefix = [UInt8](repeating: 0x90, count: prefix)
        let directory = try Self.read(writer)
        #expect(Self.names(directory) == ["a", "b.exe"])
        #expect(directory.entries.map(\.size) == [7, 7])
        #expect(!directory.isInconsistent)
    }

    @Test func emptyArchive() throws {
        let directory = try Self.read(ZipWriter())
        #expect(directory.entries.isEmpty && !directory.isInconsistent)
    }

    @Test(arguments: ["", "PK", "PK\u{3}", "a text with PK\u{5}\u{6} in it, and with twenty-two octets behind it"])
    func whatIsNone(text: String) {
        let bytes = Array(text.utf8)
        #expect(zipDirectory(bytes) == nil)
    }

    // MARK: Lies

    @Test(arguments: [(7, 0), (0, 9), (-5, 0), (0, -9), (1_000_000, 0), (0, 1_000_000), (-1, -1)])
    func wrongOffsetsAreNoHidingPlace(directoryShift: Int, sizeShift: Int) throws {
        var writer = ZipWriter(["a.txt", "b.exe"])
        writer.directoryShift = directoryShift
        writer.sizeShift = sizeShift
        let directory = try Self.read(writer)
        #expect(Set(Self.names(directory)) == ["a.txt", "b.exe"])
        // A smaller offset is what an archive behind other octets has.
        #expect(directory.isInconsistent || directoryShift < 0)
    }

    @Test func otherNameInTheLocalHeader() throws {
        var writer = ZipWriter(["a.txt", "b.txt"])
        writer.files[1].localName = Array("b.exe".utf8)
        let directory = try Self.read(writer)
        #expect(Self.names(directory) == ["a.txt", "b.txt", "b.exe"])
        #expect(directory.entries.map(\.isHidden) == [false, false, true])
        #expect(directory.isInconsistent)
    }

    @Test(arguments: 0..<3) func fileThatTheDirectoryDoesNotName(position: Int) throws {
        var writer = ZipWriter(["a.txt", "b.txt", "c.txt"])
        writer.files[position].isListed = false
        let directory = try Self.read(writer)
        #expect(Set(Self.names(directory)) == ["a.txt", "b.txt", "c.txt"])
        #expect(directory.entries.last?.isHidden == true)
        #expect(directory.entries.filter(\.isHidden).count == 1)
        #expect(directory.isInconsistent)
    }

    @Test func otherNameInTheUnicodeField() throws {
        var writer = ZipWriter(["a.txt"])
        let name = Array("a.exe".utf8)
        writer.files[0].extra = le16(0x7075) + le16(5 + name.count) + [1] + le32(0) + name
        #expect(Self.names(try Self.read(writer)) == ["a.txt", "a.exe"])
    }

    @Test func twoArchivesInOneFile() throws {
        let first = ZipWriter(["first.exe"]).bytes
        var second = ZipWriter(["second.txt"])
        second.prefix = first
        let directory = try Self.read(second)
        #expect(Set(Self.names(directory)) == ["first.exe", "second.txt"])
        #expect(directory.isInconsistent)
    }

    @Test func withoutDirectoryTheHeadersTell() throws {
        let whole = ZipWriter(["a.txt", "b.exe", "c.txt"]).bytes
        let cut = Array(whole[..<140])
        let directory = try #require(zipDirectory(cut))
        #expect(Self.names(directory) == ["a.txt", "b.exe", "c.txt"])
        #expect(directory.isInconsistent && !directory.isComplete)
    }

    @Test func endRecordsThatDisagree() throws {
        var writer = ZipWriter(["a"])
        writer.isZip64 = true
        writer.hasSmallValues = true
        var bytes = writer.bytes
        bytes[bytes.count - 6] ^= 1
        let directory = try #require(zipDirectory(bytes))
        #expect(Self.names(directory) == ["a"])
        #expect(directory.isInconsistent)
    }

    @Test func wrongCount() throws {
        var bytes = ZipWriter(["a", "b"]).bytes
        bytes[bytes.count - 12] = 1
        let directory = try #require(zipDirectory(bytes))
        #expect(Self.names(directory) == ["a", "b"])
        #expect(directory.isInconsistent)
    }

    // MARK: Limits

    @Test func moreEntriesThanAreRead() throws {
        let directory = try Self.read(ZipWriter((0..<ZipDirectory.maximumEntries + 10).map { "\($0)" }))
        #expect(directory.entries.count(where: { !$0.isHidden }) == ZipDirectory.maximumEntries)
        #expect(directory.entries.count <= 2 * ZipDirectory.maximumEntries)
        #expect(!directory.isComplete)
    }

    /// All entries point at one header with a long name, or at headers that overlap.
    @Test(.timeLimit(.minutes(1)), arguments: [0, 1]) func overlappingHeadersCostLittle(step: Int) throws {
        let name = [UInt8](repeating: 0x61, count: 60_000)
        var bytes: [UInt8] = []
        for _ in 0..<4 {
            bytes += [0x50, 0x4B, 3, 4] + [UInt8](repeating: 0, count: 22) + le16(name.count) + le16(0)
        }
        bytes += name
        let start = bytes.count
        for number in 0..<9000 {
            bytes += [0x50, 0x4B, 1, 2] + [UInt8](repeating: 0, count: 24) + le16(1) + [UInt8](repeating: 0, count: 12)
            bytes += le32(number % 4 * 30 * step) + [0x62]
        }
        let size = bytes.count - start
        bytes += [0x50, 0x4B, 5, 6] + le32(0) + le16(9000) + le16(9000) + le32(size) + le32(start) + le16(0)
        let directory = try #require(zipDirectory(bytes))
        #expect(directory.isInconsistent)
        #expect(directory.entries.count < 9010)
    }
}
