internal import Faults
internal import Foundation
internal import Intake
internal import MIME
internal import Mail
internal import Storage
internal import Testing
internal import Ticketing
internal import mailwicket

/// Attached files on their way out of the store: byte by byte, under their own name, or not at all.
@Suite struct AttachmentExportTests {
    static let contents: [[UInt8]] = [
        Array("plain\r\n".utf8), [], (0..<100_000).map { UInt8(truncatingIfNeeded: $0 &* $0 >> 3) },
    ]

    private static var mail: [UInt8] {
        var text = "From: a@b.example\r\nTo: support@example.com\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n"
        text += "--b\r\nContent-Type: text/plain\r\n\r\nText\r\n"
        for (index, content) in contents.enumerated() {
            text +=
                "--b\r\nContent-Type: application/octet-stream\r\nContent-Disposition: attachment; filename=\"\(index)\"\r\n"
            if index == 0 {
                text += "\r\n" + String(decoding: content, as: UTF8.self)
            } else {
                text += "Content-Transfer-Encoding: base64\r\n\r\n"
                text += Data(content).base64EncodedString(options: [.lineLength76Characters])
            }
            text += "\r\n"
        }
        return Array((text + "--b--\r\n").utf8)
    }

    /// Lends an export, the files of a message, and a folder to write into.
    ///
    /// - Parameter isBlob: whether the message lies in a file.
    private func withFiles(
        isBlob: Bool = true,
        _ body: (AttachmentExport, [AttachmentRow], URL, Store) async throws -> Void
    ) async throws {
        let fixture = try StoreFixture()
        let folder = URL(filePath: fixture.directory.path).appending(path: "out")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        try await fixture.withStore({ $0.blobThreshold = isBlob ? 1000 : 1 << 20 }) { store in
            let id = UniqueID.make()
            let mail = Self.mail.span
            _ = try await store.keep(Self.mail, as: id, Message(parsing: mail).summary(of: mail), isBlob: isBlob)
            let rows = try await store.engine.write { writer throws(StoreError) in try writer.attachments(of: id) }
            let reader = try StoreReader(directory: fixture.directory.path)
            try await body(AttachmentExport(store: reader, limits: Message.Limits()), rows, folder, store)
        }
    }

    private func names(in folder: URL) throws -> [String] {
        try FileManager.default.contentsOfDirectory(atPath: folder.path).sorted()
    }

    @Test(arguments: [true, false]) func writesWhatWasSent(isBlob: Bool) async throws {
        try await withFiles(isBlob: isBlob) { export, files, folder, _ in
            #expect(files.count == Self.contents.count)
            for (file, content) in zip(files, Self.contents) {
                let target = folder.appending(path: file.harmlessName)
                try export.write(file, to: target.path, overwriting: false)
                #expect(try Array(Data(contentsOf: target)) == content)
            }
            #expect(try names(in: folder) == ["0", "1", "2"])
        }
    }

    @Test func overwritesOnlyWhenTold() async throws {
        try await withFiles { export, files, folder, _ in
            let target = folder.appending(path: "mine")
            try Data("mine".utf8).write(to: target)
            #expect {
                try export.write(files[2], to: target.path, overwriting: false)
            } throws: { error in
                guard case AttachmentExport.Failure.exists(target.path) = error else { return false }
                return "\(error)".contains("--force")
            }
            #expect(try Data(contentsOf: target) == Data("mine".utf8))
            try export.write(files[2], to: target.path, overwriting: true)
            #expect(try Array(Data(contentsOf: target)) == Self.contents[2])
            #expect(try names(in: folder) == ["mine"])
        }
    }

    @Test func anotherDigestLeavesNoFile() async throws {
        try await withFiles { export, files, folder, store in
            let message = files[2].message
            let changed = try await store.engine.write { writer throws(StoreError) in
                try writer.run("UPDATE attachment SET digest = zeroblob(32) WHERE path = '4'")
                try writer.run("UPDATE attachment SET path = '9' WHERE path = '3'")
                return try writer.attachments(of: message)
            }
            #expect(changed.map(\.path) == ["2", "4", "9"])
            #expect {
                try export.write(changed[1], to: folder.path + "/x", overwriting: true)
            } throws: { error in
                guard case AttachmentExport.Failure.changed("4") = error else { return false }
                return true
            }
            #expect {
                try export.write(changed[2], to: folder.path + "/x", overwriting: true)
            } throws: { error in
                guard case AttachmentExport.Failure.missing("9") = error else { return false }
                return true
            }
            #expect(try names(in: folder) == [])
        }
    }

    @Test func aFolderThatIsNotThere() async throws {
        try await withFiles { export, files, folder, _ in
            #expect {
                try export.write(files[0], to: folder.path + "/none/x", overwriting: false)
            } throws: { error in
                guard case AttachmentExport.Failure.cannotCreate = error else { return false }
                return "\(error)".hasSuffix("/none/x cannot be made: No such file or directory")
            }
        }
    }

    @Test func namesInOneFolderDiffer() {
        var names = AttachmentNames()
        #expect(names.take("a.txt", number: 1) == "a.txt")
        #expect(names.take("A.TXT", number: 2) == "A-2.TXT")
        #expect(names.take("a-3.txt", number: 9) == "a-3.txt")
        #expect(names.take("a.txt", number: 3) == "_a-3.txt")
        #expect(names.take("b", number: 4) == "b")
        #expect(names.take("b", number: 5) == "b-5")
    }
}
