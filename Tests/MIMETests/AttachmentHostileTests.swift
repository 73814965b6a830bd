import MIME
import Testing

/// Octets that were cut, changed or made to be slow; no reader may trap or stall on any.
@Suite struct AttachmentHostileTests {
    /// Calls every reader and touches every range that it gives.
    static func readAll(_ bytes: [UInt8]) {
        let span = bytes.span
        let facts = AttachmentPolicy.Facts(name: "a.zip", declaredType: "application/zip", content: span)
        let verdicts = AttachmentPolicy().verdicts(for: [facts])
        #expect(verdicts.count == 1)
        if let stream = TNEF(parsing: span, maxText: 10_000) {
            for attachment in stream.attachments {
                for range in [attachment.content, attachment.notice] {
                    #expect((range?.upperBound ?? 0) <= bytes.count)
                }
                _ = TNEF.message(of: attachment, in: span)
            }
            #expect((stream.text ?? "").utf8.count <= 10_000 && (stream.html ?? "").utf8.count <= 10_000)
        }
        if let cms = CMSContent(span) { #expect(cms.content(in: span).count == cms.size && cms.size <= bytes.count) }
        for block in PGPArmor.blocks(in: span) { #expect(block.range.upperBound <= bytes.count) }
        if let card = CalendarCard(parsing: span) { #expect(!card.text.unicodeScalars.contains("\0")) }
        let name = AttachmentName(String(decoding: bytes.suffix(256), as: UTF8.self)).text
        #expect(!name.isEmpty && name.utf8.count <= AttachmentName.maximumLength && !name.contains("/"))
    }

    static let inputs: [(name: String, bytes: [UInt8])] = {
        var zip = ZipWriter(["mimetype", "a.exe", "inner.zip"])
        zip.add("secret", flags: 1)
        zip.files[1].localName = Array("b.exe".utf8)
        var zip64 = ZipWriter(["a", "b"])
        zip64.isZip64 = true
        zip64.prefix = Array("MZ prefix".utf8)
        zip64.comment = Array("comment".utf8)
        var inner = TNEFWriter()
        inner.add(1, 0x0001_8004, Array("inner\0".utf8))
        var object = MAPIWriter()
        object.add(0x3001, unicode: "name")
        object.addObject(7, inner.bytes)
        var list = MAPIWriter()
        list.add(
            0x101F,
            0x8000,
            [0x61, 0],
            [0x62, 0],
            name: [UInt8](repeating: 1, count: 16) + le32(1) + le32(2) + [0, 0, 0, 0]
        )
        let rtf =
            "{\\rtf1\\fromhtml1{\\fonttbl{\\f0\\fcharset128 A;}}{\\*\\htmltag <p>}\\f0\\'93\\'fa\\u-10179?\\u-8704?\\bin2 xx}"
        list.add(0x0102, 0x1009, TnefTests.stored(Array(rtf.utf8)))
        list.add(
            0x0102,
            0x1009,
            le32(26) + le32(28) + Array("LZFu".utf8) + le32(0) + [0x41, 0, 4, 0x20, 0x57, 0x0D, 0x6E]
        )
        var tnef = TNEFWriter()
        tnef.add(1, 0x0006_9007, le32(932) + le32(0))
        tnef.add(1, 0x0002_800C, [0x93, 0xFA, 0])
        tnef.addMessageProperties(list)
        tnef.addFile(title: "a", content: [1, 2, 3], object)
        let entity = SMIMEContentTests.entity
        return [
            ("zip", zip.bytes), ("zip64", zip64.bytes), ("tnef", tnef.bytes),
            ("compound", CompoundFileWriter.bytes(["a", "b", "c", "d", "WordDocument", "VBA"])),
            ("cms", DERWriter.signed(DERWriter.element(4, entity))),
            ("cms in a stream", DERWriter.streamed([Array(entity[..<5]), Array(entity[5...])])),
            ("calendar", Array(CalendarCardTests.invitation.utf8)), ("program", AttachmentTypeTests.program),
            ("pgp", Array("-----BEGIN PGP MESSAGE-----\nabc\n-----END PGP MESSAGE-----\n".utf8)),
        ]
    }()

    @Test(arguments: inputs.indices) func everyPrefix(index: Int) {
        let bytes = Self.inputs[index].bytes
        // A compound file is mostly padding.
        for end in 0...bytes.count where end < 700 || end % 16 < 2 { Self.readAll(Array(bytes[..<end])) }
    }

    @Test(arguments: inputs.indices) func everySuffix(index: Int) {
        let bytes = Self.inputs[index].bytes
        for start in stride(from: 0, to: bytes.count, by: bytes.count < 700 ? 3 : 64) {
            Self.readAll(Array(bytes[start...]))
        }
    }

    @Test(arguments: inputs.indices) func changedOctets(index: Int) {
        let bytes = Self.inputs[index].bytes
        var numbers = SeededNumbers(seed: UInt64(index) + 1)
        let edges: [UInt8] = [0, 1, 0x7F, 0x80, 0xFE, 0xFF]
        for round in 0..<200 {
            var changed = bytes
            for _ in 0...round % 5 {
                let place = Int.random(in: 0..<changed.count, using: &numbers)
                switch Int.random(in: 0..<5, using: &numbers) {
                case 0: changed[place] = UInt8.random(in: 0...255, using: &numbers)
                case 1: changed[place] = edges.randomElement(using: &numbers) ?? 0
                case 2: for offset in place..<min(place + 4, changed.count) { changed[offset] = 0xFF }
                case 3: changed.removeSubrange(place..<min(place + 3, changed.count))
                default: changed.insert(contentsOf: changed[place..<min(place + 8, changed.count)], at: place)
                }
                if changed.isEmpty { changed = [0] }
            }
            Self.readAll(changed)
        }
    }

    /// Each octet set to an extreme: a length field that is far too large is met on the way.
    @Test(arguments: inputs.indices) func extremeOctets(index: Int) {
        let bytes = Self.inputs[index].bytes
        for place in bytes.indices where place < 700 || place % 16 == 0 {
            var changed = bytes
            changed[place] = place % 3 == 0 ? 0x80 : 0xFF
            Self.readAll(changed)
        }
    }

    // MARK: Cost

    static let slow: [(name: String, unit: [UInt8], head: [UInt8])] = [
        ("local headers", [0x50, 0x4B, 3, 4] + [UInt8](repeating: 0, count: 22) + [1, 0, 0, 0, 0x61], []),
        ("ends of zips", [0x50, 0x4B, 5, 6], [0x50, 0x4B, 3, 4]),
        ("letters P and K", [0x50, 0x4B], [0x50, 0x4B, 3, 4]),
        ("attributes", [2, 2, 0x90, 6, 0, 0, 0, 0, 0, 0, 0], [0x78, 0x9F, 0x3E, 0x22, 0, 0]),
        ("zeros behind a stream", [0], [0x78, 0x9F, 0x3E, 0x22, 0, 0]),
        (
            "sequences of indefinite length", [0x30, 0x80],
            [0x30, 0x80] + DERWriter.type(2) + [0xA0, 0x80, 0x30, 0x80]
        ),
        (
            "strings of indefinite length", [0x24, 0x80],
            [0x30, 0x80] + DERWriter.type(2) + [0xA0, 0x80, 0x30, 0x80] + DERWriter.version + DERWriter.algorithms
                + [0x30, 0x80] + DERWriter.type(1) + [0xA0, 0x80]
        ),
        (
            "empty strings", [4, 0],
            [0x30, 0x80] + DERWriter.type(2) + [0xA0, 0x80, 0x30, 0x80] + DERWriter.version + DERWriter.algorithms
                + [0x30, 0x80] + DERWriter.type(1) + [0xA0, 0x80, 0x24, 0x80]
        ),
        ("heads of armor", Array("-----BEGIN PGP MESSAGE-----\n".utf8), []),
        ("folds", Array("\n x".utf8), Array("BEGIN:VCALENDAR\n".utf8)),
        ("components", Array("BEGIN:VEVENT\n".utf8), Array("BEGIN:VCALENDAR\n".utf8)),
        ("calendar parameters", Array(";a=\"b\"".utf8), Array("BEGIN:VCALENDAR\nBEGIN:VEVENT\nSUMMARY".utf8)),
        ("attendees", Array("ATTENDEE:a\n".utf8), Array("BEGIN:VCALENDAR\nBEGIN:VEVENT\n".utf8)),
        ("periods", Array(".".utf8), []), ("blanks", Array(" ".utf8), []), ("slashes", Array("a/".utf8), []),
        ("angle brackets", Array("<".utf8), []),
    ]

    /// What takes the square of its size does not end in time.
    @Test(.timeLimit(.minutes(1)), arguments: slow.indices) func costGrowsWithSizeOnly(index: Int) {
        let item = Self.slow[index]
        var bytes = item.head
        while bytes.count < 200_000 { bytes += item.unit }
        Self.readAll(bytes)
    }
}
