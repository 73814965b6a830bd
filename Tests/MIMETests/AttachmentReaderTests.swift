import Foundation
import MIME
import Testing

/// What is found of a content that passes in pieces is what is found of it when it is held whole.
@Suite struct AttachmentReaderTests {
    static func message(_ content: [UInt8], encoding: String = "base64", name: String = "a.bin") -> [UInt8] {
        var bytes = Array(
            """
            From: a@b.example\r
            Content-Type: application/octet-stream; name="\(name)"\r
            Content-Disposition: attachment\r
            Content-Transfer-Encoding: \(encoding)\r
            \r

            """.utf8
        )
        switch encoding {
        case "base64": bytes += Data(content).base64EncodedData(options: [.lineLength76Characters])
        case "quoted-printable":
            let digits = Array("0123456789ABCDEF".utf8)
            bytes.reserveCapacity(3 * content.count)
            for octet in content {
                bytes.append(0x3D)
                bytes.append(digits[Int(octet >> 4)])
                bytes.append(digits[Int(octet & 15)])
            }
        default: bytes += content
        }
        return bytes
    }

    static func read(
        _ bytes: [UInt8],
        chunkSize: Int = 32_768,
        sample: ContentSample = ContentSample()
    ) -> (content: AttachmentReader.Content, passes: Int) {
        let message = Message(parsing: bytes.span)
        var reader = AttachmentReader(chunkSize: chunkSize, sample: sample)
        let content = reader.read(message.parts[0], bytes.span)
        return (content, reader.passes)
    }

    /// Octets without a mark of any format.
    static func filler(_ count: Int) -> [UInt8] { Array(noise.prefix(count)) }

    private static let noise: [UInt8] = {
        var state: UInt32 = 1
        return (0..<400_000).map { _ in
            state = state &* 1_664_525 &+ 1_013_904_223
            return UInt8(state >> 24) | 0x80
        }
    }()

    static func zip(_ names: [String], _ adjust: (inout ZipWriter) -> Void = { _ in }) -> [UInt8] {
        var zip = ZipWriter()
        zip.files.append(ZipWriter.File(name: Array("filler".utf8), content: filler(5000)))
        for name in names { zip.add(name) }
        adjust(&zip)
        return zip.bytes
    }

    /// A compound file whose directory lies behind its filler.
    static func compound(_ names: [String], rootClass: [UInt8] = [UInt8](repeating: 0, count: 16)) -> [UInt8] {
        let small = CompoundFileWriter.bytes(names, rootClass: rootClass)
        let directory = small[1024...]
        let sectors = directory.count / 512
        let fillerSectors = 140
        var table = le32(0xFFFF_FFFD) + [UInt8](repeating: 0xFF, count: 508)
        // Six sectors of the table, for so many sectors of the file.
        for sector in 1..<6 { table += [UInt8](repeating: UInt8(sector), count: 512) }
        let start = 6 + fillerSectors
        for index in 0..<sectors {
            let next = index + 1 < sectors ? start + index + 1 : 0xFFFF_FFFE
            table.replaceSubrange((start + index) * 4..<(start + index) * 4 + 4, with: le32(next))
        }
        var header = Array(small[..<512])
        header.replaceSubrange(48..<52, with: le32(start))
        for position in 0..<6 { header.replaceSubrange(76 + 4 * position..<80 + 4 * position, with: le32(position)) }
        return header + table + filler(fillerSectors * 512) + directory
    }

    static let large: [(String, [UInt8])] = [
        ("nothing known", filler(5000)), ("exactly what is held", filler(2048)),
        ("one octet more", filler(2049)),
        ("PDF", Array("%PDF-1.7\n".utf8) + filler(5000)),
        ("a program", AttachmentTypeTests.program + filler(5000)),
        ("zip", zip(["a.txt", "b/c.exe"])),
        ("zip of an office document", zip(["[Content_Types].xml", "word/document.xml", "word/vbaProject.bin"])),
        (
            "OpenDocument",
            {
                var zip = ZipWriter()
                zip.add("mimetype", "application/vnd.oasis.opendocument.text")
                zip.files.append(ZipWriter.File(name: Array("content.xml".utf8), content: filler(5000)))
                return zip.bytes
            }()
        ),
        ("zip with a password", zip(["a.txt"]) { $0.add("secret.txt", flags: 1) }),
        ("zip in a zip", zip(["inner.zip"])),
        ("zip with a long comment", zip(["a.js"]) { $0.comment = filler(400) }),
        ("zip64", zip(["a.scr"]) { $0.isZip64 = true }),
        (
            "zip64 that contradicts itself",
            zip(["a.scr"]) {
                $0.isZip64 = true; $0.hasSmallValues = true; $0.sizeShift = 1
            }
        ),
        ("zip behind a picture", zip(["a.exe"]) { $0.prefix = Array("GIF89a".utf8) + filler(5000) }),
        (
            "zip behind a picture, offsets of the file",
            zip(["a.exe"]) {
                $0.prefix = Array("GIF89a".utf8) + filler(5000); $0.countsPrefix = true
            }
        ),
        ("zip whose offset lies", zip(["a.exe"]) { $0.directoryShift = 5 }),
        ("zip whose size lies", zip(["a.exe"]) { $0.sizeShift = -46 }),
        ("zip with a hidden name", zip(["a.txt"]) { $0.files[1].localName = Array("a.exe".utf8) }),
        ("zip with a longer hidden name", zip(["a.txt"]) { $0.files[1].localName = Array("folder/a.exe".utf8) }),
        ("zip with a large directory", zip((0..<100).map { "folder/file number \($0).txt" } + ["z.exe"])),
        ("zip with an unlisted file at its end", zip(["a.txt", "b.exe"]) { $0.files[2].isListed = false }),
        ("zip with an unlisted file", zip(["b.exe", "a.txt"]) { $0.files[1].isListed = false }),
        ("zip without its end", Array(zip(["a.exe"]).dropLast(200))),
        ("Word", compound(["WordDocument", "1Table"])),
        ("Word with macros", compound(["WordDocument", "a", "b", "c", "Macros", "VBA"])),
        ("Windows Installer", compound(["x"], rootClass: [0x84, 0x10, 0x0C] + [UInt8](repeating: 0, count: 13))),
        ("a compound file that is cut", Array(compound(["WordDocument"]).prefix(10_000))),
    ]

    /// The files that only a local header names come in another order, since they are looked for last.
    static func sorted(_ zip: ZipDirectory?) -> [String]? {
        guard let zip else { return nil }
        let marks = "\(zip.isEncrypted) \(zip.isInconsistent) \(zip.isComplete) \(zip.prefixSize) \(zip.format)"
        return zip.entries.map { "\($0)" }.sorted() + [marks]
    }

    /// Limits that make small contents large ones.
    static let small = ContentSample(wholeSize: 2048, endSize: 512)

    @Test(arguments: large.indices) func largeContents(index: Int) {
        let (name, content) = Self.large[index]
        let expected = AttachmentPolicy.Facts(name: nil, declaredType: "", content: content.span)
        for encoding in ["base64", "binary", "quoted-printable"] {
            let bytes = Self.message(content, encoding: encoding)
            for chunkSize in [64, 1021, 32_768] {
                let (found, passes) = Self.read(bytes, chunkSize: chunkSize, sample: Self.small)
                #expect(found.size == content.count, "\(name), \(encoding)")
                #expect(found.sha256 == digest(of: content), "\(name), \(encoding)")
                #expect(found.format == expected.format, "\(name), \(encoding)")
                #expect(Self.sorted(found.zip) == Self.sorted(expected.zip), "\(name), \(encoding)")
                #expect(found.hasMacros == expected.hasMacros, "\(name), \(encoding)")
                #expect(passes <= 5)
            }
        }
    }

    /// With the limits that hold in the server.
    @Test func trulyLargeContents() {
        var zip = ZipWriter()
        zip.files.append(ZipWriter.File(name: Array("filler".utf8), content: Self.filler(270_000)))
        for number in 0..<1000 { zip.add("folder/file number \(number).txt") }
        zip.add("a.exe")
        zip.comment = Self.filler(60_000)
        for content in [zip.bytes, Array(zip.bytes.dropLast(70_000)), Self.filler(262_145), Self.filler(262_144)] {
            let expected = AttachmentPolicy.Facts(name: nil, declaredType: "", content: content.span)
            let found = Self.read(Self.message(content)).content
            #expect(found.sha256 == digest(of: content))
            #expect(found.format == expected.format)
            #expect(found.zip?.entries.last == expected.zip?.entries.last || expected.zip?.isComplete == false)
            #expect(found.zip?.isInconsistent == expected.zip?.isInconsistent)
        }
    }

    /// Whatever is changed or cut, reading ends with an answer, in pieces as in one.
    @Test(arguments: large.indices) func hostileContents(index: Int) {
        let content = Self.large[index].1
        var state = UInt64(index + 1)
        func next(_ limit: Int) -> Int {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return Int(state >> 33) % limit
        }
        for round in 0..<60 {
            var changed = round % 6 == 0 ? Array(content.prefix(next(content.count))) : content
            for _ in 0..<(round % 4 + 1) where !changed.isEmpty {
                // Numbers lie at both ends.
                let distance = next(min(changed.count, round % 2 == 0 ? 200 : changed.count))
                let place = round % 3 == 0 ? distance : changed.count - 1 - distance
                changed[place] = [0, 0xFF, 0x7F, UInt8(next(256))][next(4)]
            }
            let (found, passes) = Self.read(Self.message(changed), sample: Self.small)
            #expect(found.sha256 == digest(of: changed))
            #expect(passes <= 5)
        }
    }

    @Test func whatIsKnownByItsBeginningIsDecodedOnce() {
        for content in [Self.filler(5000), Array("%PDF-1.7\n".utf8) + Self.filler(5000), Self.filler(1000)] {
            #expect(Self.read(Self.message(content), sample: Self.small).passes == 1)
        }
        #expect(Self.read(Self.message(Self.zip(["a"])), sample: Self.small).passes == 2)
    }

    /// A directory that does not fit is no reason to hold it: the archive counts as incomplete.
    @Test func directoryBeyondTheLimit() throws {
        var zip = ZipWriter()
        let folder = Array(String(repeating: "long name/", count: 120).utf8)
        for number in 0..<1800 {
            zip.files.append(ZipWriter.File(name: folder + Array("\(number)".utf8), content: []))
        }
        let summary = Parsed(Self.message(zip.bytes, name: "a.zip")).summary
        #expect(summary.attachments.first?.zip?.isComplete == false)
        let verdict = AttachmentPolicy().verdicts(for: summary.attachments.map(\.facts))[0]
        #expect(verdict.action == .quarantine)
        #expect(verdict.reasons.contains(.inconsistentArchive))
    }

    /// Nor is so much between its files.
    @Test func tooMuchBetweenTheFiles() throws {
        var zip = ZipWriter(["a.txt"])
        zip.prefix = [UInt8](repeating: 0x80, count: 1_048_577)
        let directory = try #require(Self.read(Self.message(zip.bytes)).content.zip)
        #expect(!directory.isComplete)
        zip.prefix.removeLast()
        #expect(Self.read(Self.message(zip.bytes)).content.zip?.isComplete == true)
    }

    @Test(arguments: [1, 2, 77, 511, 512, 700, 3000, 10_000])
    func sampleInPieces(pieceSize: Int) {
        for size in [0, 1, 512, 2047, 2048, 2049, 2500, 3000, 5000] {
            let content = Self.filler(size)
            var sample = Self.small
            sample.append([1, 2, 3].span)
            sample.reset(size)
            for start in stride(from: 0, to: size, by: pieceSize) {
                sample.append(content.span.extracting(start..<min(size, start + pieceSize)))
            }
            #expect(sample.size == size)
            #expect(sample.isWhole == (size <= 2048))
            #expect(sample.beginning == Array(content.prefix(2048)))
            #expect(sample.end == Array(content.suffix(512)))
        }
    }

    @Test(arguments: [1, 2, 3, 10, 64, 1000])
    func rangesInPieces(pieceSize: Int) {
        let content = (0..<1000).map { UInt8(truncatingIfNeeded: $0 &* 7) }
        let lists: [[Range<Int>]] = [
            [], [0..<1000], [999..<1000, 0..<1], [10..<10, 5..<20, 5..<20, 0..<300, 15..<16, 600..<601], [3..<3],
        ]
        for ranges in lists {
            var collector = RangeCollector(ranges)
            for start in stride(from: 0, to: 1000, by: pieceSize) {
                collector.append(content.span.extracting(start..<min(1000, start + pieceSize)))
            }
            #expect(collector.octets == ranges.flatMap { content[$0] })
        }
        var behind = RangeCollector([995..<1005])
        behind.append(content.span)
        #expect(behind.octets == content[995...] + [0, 0, 0, 0, 0])
    }

    @Test func theSummaryIsJudged() {
        let parsed = Parsed(
            """
            From: a@b.example
            Content-Type: multipart/mixed; boundary=x

            --x
            Content-Type: text/plain

            Text
            --x
            Content-Type: application/pdf; name="invoice.pdf"
            Content-Disposition: attachment; filename="invoice.pdf"
            Content-Transfer-Encoding: base64

            \(Data(AttachmentTypeTests.program).base64EncodedString())
            --x
            Content-Type: application/zip
            Content-Disposition: attachment; filename="a.zip"
            Content-Transfer-Encoding: base64

            \(Data(ZipWriter(["a.txt"]).bytes).base64EncodedString())
            --x--
            """
        )
        var summary = parsed.summary
        #expect(summary.attachments.map(\.path) == ["2", "3"])
        #expect(summary.attachments.map(\.format) == [.windowsProgram, .zip])
        #expect(summary.attachments[1].zip?.entries.map(\.name) == ["a.txt"])
        #expect(summary.attachments.map(\.verdict) == [nil, nil])
        summary.judgeAttachments(by: AttachmentPolicy())
        #expect(summary.attachments.map(\.verdict?.action) == [.quarantine, .allow])
        #expect(summary.attachments[0].verdict?.note?.contains("“invoice.pdf”") == true)
        #expect(summary.attachments[1].verdict?.note == nil)
        #expect(summary.attachments.allSatisfy { $0.zip == nil })
    }
}
