internal import Foundation
internal import Testing
internal import mailwicket

/// Old mail in files: separators, quoting, line ends, and folders of files.
@Suite struct MboxTests {
    private static let separator = "From ann@example.com Sat Nov 21 09:30:00 2026\n"

    private static func read(
        _ text: String,
        quoting: MboxReader.Quoting = .mboxrd,
        maximumSize: Int = 1 << 20,
        pieces: Int = .max
    ) throws -> [String?] {
        var rest = Array(text.utf8)[...]
        var reader = MboxReader(quoting: quoting, maximumSize: maximumSize) {
            let piece = rest.prefix(pieces)
            rest = rest.dropFirst(piece.count)
            return Array(piece)
        }
        var messages: [String?] = []
        while let entry = try reader.next() {
            switch entry {
            case .message(let octets): messages.append(String(decoding: octets, as: UTF8.self))
            case .tooLarge: messages.append(nil)
            }
        }
        return messages
    }

    struct Case: Sendable {
        let text: String
        let messages: [String]
        var quoting = MboxReader.Quoting.mboxrd
    }

    @Test(arguments: [
        Case(text: "", messages: []),
        Case(text: "no mbox\n", messages: []),
        Case(text: separator + "A: 1\n\nx\n", messages: ["A: 1\r\n\r\nx\r\n"]),
        Case(text: separator + "A: 1\n\nx\n\n", messages: ["A: 1\r\n\r\nx\r\n"]),
        Case(text: separator + "A: 1\n\nx\n\n\n", messages: ["A: 1\r\n\r\nx\r\n\r\n"]),
        Case(text: separator + "A: 1\n\nx", messages: ["A: 1\r\n\r\nx"]),
        Case(
            text: separator + "A: 1\n\nx\n\n" + separator + "B: 2\n\ny\n\n",
            messages: ["A: 1\r\n\r\nx\r\n", "B: 2\r\n\r\ny\r\n"]
        ),
        // Two separators with nothing between them are an empty message, not none.
        Case(text: separator + "\n" + separator + "B: 2\n\n", messages: ["\r\n", "B: 2\r\n"]),
        // No empty line, no separator; no time of day, no separator.
        Case(
            text: separator + "A: 1\n" + separator + "\n",
            messages: ["A: 1\r\n" + "From ann@example.com Sat Nov 21 09:30:00 2026\r\n"]
        ),
        Case(text: separator + "A: 1\n\nFrom here on\n", messages: ["A: 1\r\n\r\nFrom here on\r\n"]),
        Case(
            text: separator + "A: 1\n\n>From a\n>>From b\n> From c\n>Fro\n",
            messages: ["A: 1\r\n\r\nFrom a\r\n>From b\r\n> From c\r\n>Fro\r\n"]
        ),
        Case(
            text: separator + "A: 1\n\n>From a\n>>From b\n",
            messages: ["A: 1\r\n\r\nFrom a\r\n>>From b\r\n"],
            quoting: .mboxo
        ),
        // A file with CRLF keeps what it has, bare line feeds too.
        Case(
            text: "From a 09:30:00\r\nA: 1\r\n\r\nx\ny\r\n\r\nFrom b 09:30:00\r\nB: 2\r\n\r\n",
            messages: ["A: 1\r\n\r\nx\ny\r\n", "B: 2\r\n"]
        ),
    ])
    func messages(_ test: Case) throws {
        #expect(try Self.read(test.text, quoting: test.quoting) == test.messages)
        #expect(try Self.read(test.text, quoting: test.quoting, pieces: 1) == test.messages)
        #expect(try Self.read(test.text, quoting: test.quoting, pieces: 7) == test.messages)
    }

    @Test func aLargeMessageIsPassedOverAndTheNextIsRead() throws {
        let large = String(repeating: "0123456789\n", count: 100)
        let text = Self.separator + large + "\n" + Self.separator + "B: 2\n\ny\n\n"
        #expect(try Self.read(text, maximumSize: 500) == [nil, "B: 2\r\n\r\ny\r\n"])
    }

    @Test func aLineWithoutEndIsBounded() throws {
        let text = Self.separator + String(repeating: "x", count: 3 << 20)
        #expect(try Self.read(text, maximumSize: 1 << 20, pieces: 1 << 16) == [nil])
        #expect(try Self.read(text, maximumSize: 4 << 20, pieces: 1 << 16).first??.count == 3 << 20)
    }

    @Test(arguments: [
        ("", ""), ("a", "a"), ("a\nb\n", "a\r\nb\r\n"), ("a\r\nb\n", "a\r\nb\n"), ("a\nb\r\nc\n", "a\r\nb\r\nc\r\n"),
        ("\n", "\r\n"),
    ])
    func lineEnds(_ text: String, _ expected: String) {
        #expect(String(decoding: LineEnds.restoringCRLF(Array(text.utf8)), as: UTF8.self) == expected)
    }

    @Test func foldersAndFiles() async throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: "mailwicket-\(UUID())")
        defer { try? FileManager.default.removeItem(at: folder) }
        func write(_ path: String, _ text: String) throws {
            let url = folder.appending(path: path)
            try FileManager.default.createDirectory(
                at: url.deletingLastPathComponent(),
                withIntermediateDirectories: true
            )
            try Data(text.utf8).write(to: url)
        }
        // Folders are read by date, so that an answer comes after what it answers.
        let (friday, saturday) = ("Date: Fri, 20 Nov 2026 09:30:00 +0000", "Date: Sat, 21 Nov 2026 09:30:00 +0000")
        try write("maildir/cur/2:2,S", "A: cur\n\(friday)\n\n")
        try write("maildir/new/1", "A: new\n\(saturday)\n\nDate: Thu, 1 Jan 1970 00:00:00 +0000\n")
        try write("maildir/tmp/3", "A: tmp\n\n")
        try write("maildir/cur/.hidden", "A: hidden\n\n")
        try write("eml/b.EML", "A: b\r\n\(friday)\r\n\r\n")
        try write("eml/a.eml", "A: a\n\(saturday)\n\n")
        try write("eml/notes.txt", "no message")
        try write("old", Self.separator + "A: 1\n\n\n" + Self.separator + "A: 2\n\n\n")
        try write("empty/readme", "")
        func names(_ paths: String...) async throws -> [String] {
            let files = try MessageFiles(
                paths: paths.map { folder.appending(path: $0).path },
                quoting: .mboxrd,
                maximumSize: 1000
            )
            var found: [String] = []
            var progress = 0
            await files.forEach { message in
                let first = (try? message.octets.get()).map { String(decoding: $0.prefix { $0 != 13 }, as: UTF8.self) }
                found.append("\(URL(filePath: message.name).lastPathComponent) \(first ?? "-")")
                progress = message.progress
            }
            #expect(progress == files.totalSize)
            return found
        }
        #expect(try await names("maildir") == ["2:2,S A: cur", "1 A: new"])
        #expect(try await names("eml") == ["b.EML A: b", "a.eml A: a"])
        #expect(try await names("old", "eml/a.eml") == ["old#1 A: 1", "old#2 A: 2", "a.eml A: a"])
        #expect(throws: MessageFiles.Problem.self) {
            _ = try MessageFiles(paths: ["\(folder.path)/no"], quoting: .mboxrd, maximumSize: 1)
        }
        #expect(throws: MessageFiles.Problem.self) {
            _ = try MessageFiles(paths: ["\(folder.path)/empty"], quoting: .mboxrd, maximumSize: 1)
        }
    }
}
