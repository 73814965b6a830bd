import Foundation
import MIME
import Mail
import Testing

/// What we write, read by a parser that is not ours: Python's `email`, where there is one.
@Suite struct WriterPeerTests {
    /// What the other parser found in a message.
    struct Reading: Decodable, Equatable {
        var subject: String
        var from: [[String]]
        var to: [[String]]
        var messageID: String
        var types: [String]
        /// Of each leaf the name and the digest of its content; of messages none, which the other parser opens.
        var files: [[String]]
        var defects: [String]
    }

    private static let program = """
        import sys, json, hashlib, pathlib, email
        from email.header import decode_header
        from email.utils import getaddresses

        def text(value):
            pieces = decode_header((value or "").replace("\\r\\n", ""))
            return "".join(p if isinstance(p, str) else p.decode(c or "ascii") for p, c in pieces)

        def addresses(message, name):
            found = getaddresses([value.replace("\\r\\n", "") for value in message.get_all(name, [])])
            return [[text(shown), address] for shown, address in found if address]

        def reading(octets):
            message = email.message_from_bytes(octets)
            types, files, defects = [], [], []
            def walk(part):
                types.append(part.get_content_type())
                defects.extend(type(defect).__name__ for defect in part.defects)
                if part.get_content_type() == "message/rfc822":
                    return
                if part.is_multipart():
                    for child in part.get_payload():
                        walk(child)
                    return
                digest = hashlib.sha256(part.get_payload(decode=True)).hexdigest()
                files.append([part.get_filename() or "", digest])
            walk(message)
            return {"subject": text(message["Subject"]), "from": addresses(message, "From"),
                    "to": addresses(message, "To"), "messageID": message["Message-ID"],
                    "types": types, "files": files, "defects": defects}

        folder = pathlib.Path(sys.argv[1])
        paths = sorted(folder.glob("*.eml"))
        json.dump([reading(path.read_bytes()) for path in paths], sys.stdout)
        """

    @Test func pythonReadsWhatWasMeant() async throws {
        guard let python = Self.python else {
            print("WriterPeerTests: no python3 here, skipped")
            return
        }
        let folder = FileManager.default.temporaryDirectory.appending(path: "writer-peer-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        var drafts: [MessageDraft] = []
        var generator = DraftGenerator(seed: 2047, localParts: DraftGenerator.plainLocalParts)
        for index in 0..<100 {
            let draft = try generator.draft()
            let written = try draft.written(
                for: .init(hasEightBitMIME: index.isMultiple(of: 2)),
                boundarySeed: (UInt64(index), 3)
            )
            let name = String(format: "%04d.eml", index)
            try Data(written.octets).write(to: folder.appending(path: name))
            drafts.append(draft)
        }
        let output = try await Self.run(python, ["-c", Self.program, folder.path], into: folder.appending(path: "out"))
        let readings = try JSONDecoder().decode([Reading].self, from: output)
        try #require(readings.count == drafts.count)
        for (reading, draft) in zip(readings, drafts) { Self.compare(reading, draft) }
    }

    private static func compare(_ reading: Reading, _ draft: MessageDraft) {
        #expect(reading.subject.utf8.elementsEqual(draft.subject.description.utf8))
        #expect(reading.from == draft.from.map(expected))
        #expect(reading.to == draft.to.flatMap(\.mailboxes).map(expected))
        #expect(reading.messageID == draft.messageID.description)
        let leaves = draft.content.leaves
        let types = reading.types.filter { !$0.hasPrefix("multipart/") }
        #expect(types.count == leaves.count)
        let files = zip(types, leaves).filter { $0.0 != "message/rfc822" }.map { type, leaf in
            [leaf.expectedName(asMediaType: type), hex(digest(of: leaf.expectedOctets))]
        }
        #expect(reading.files == files)
        #expect(reading.defects.isEmpty)
    }

    private static func expected(_ mailbox: NamedAddress) -> [String] {
        let address = mailbox.address.description.replacing("bücher", with: "xn--bcher-kva")
        return [OneLineText(mailbox.name ?? "").description, address]
    }

    private static var python: URL? {
        let folders = (ProcessInfo.processInfo.environment["PATH"] ?? "").split(separator: ":")
        return folders.map { URL(filePath: "\($0)/python3") }
            .first { FileManager.default.isExecutableFile(atPath: $0.path) }
    }

    /// Runs a program without blocking a thread of the pool, and gives what it printed.
    private static func run(_ program: URL, _ arguments: [String], into file: URL) async throws -> Data {
        try Data().write(to: file)
        let process = Process()
        process.executableURL = program
        process.arguments = arguments
        process.standardOutput = try FileHandle(forWritingTo: file)
        let status: Int32 = try await withCheckedThrowingContinuation { continuation in
            process.terminationHandler = { continuation.resume(returning: $0.terminationStatus) }
            do { try process.run() } catch { continuation.resume(throwing: error) }
        }
        #expect(status == 0)
        return try Data(contentsOf: file)
    }
}

extension MessageDraft.Address {
    fileprivate var mailboxes: [NamedAddress] {
        switch self {
        case .mailbox(let mailbox): [mailbox]
        case .group(_, let members): members
        }
    }
}
