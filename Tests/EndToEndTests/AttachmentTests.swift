import Foundation
import TestSupport
import Testing

extension EndToEnd {
    /// Attached files, from a mail over LMTP to a file on disk.
    @Suite("Attachments", .enabled(if: PeerProgram.areAtHand("sqlite3"), "needs sqlite3"))
    struct AttachmentTests {
        private static let report: [UInt8] =
            Array("%PDF-1.7\n".utf8) + (0..<2_000_000).map { UInt8(truncatingIfNeeded: $0 &* 31 >> 4) }
        private static let program: [UInt8] =
            [0x7F, 0x45, 0x4C, 0x46, 2, 1, 1, 0] + [UInt8](repeating: 0, count: 500)

        private static func part(_ name: String, _ type: String, _ content: [UInt8]) -> String {
            """
            --b
            Content-Type: \(type)
            Content-Disposition: attachment; filename="\(name)"
            Content-Transfer-Encoding: base64

            \(Data(content).base64EncodedString(options: [.lineLength76Characters, .endLineWithLineFeed]))

            """
        }

        private func deliver(_ server: ServerProcess) async throws {
            let text = mail(
                subject: "Files",
                headers: ["MIME-Version: 1.0", "Content-Type: multipart/mixed; boundary=b"],
                body: "--b\n\nSee the files.\n" + Self.part("../../re:port.pdf", "application/pdf", Self.report)
                    + Self.part("photo.jpg", "image/jpeg", Self.program) + "--b--"
            )
            let peer = try await PeerConnection.connect(path: server.socketPath)
            _ = try await peer.begin(
                hello: "LHLO client.example",
                from: "ann@client.example",
                to: ["support@example.com"]
            )
            try await peer.command("DATA")
            try await peer.send(text + ".\r\n")
            let reply = try await peer.reply()
            #expect(reply.hasPrefix("250 2.0.0"))
            await peer.close()
        }

        @Test("A file comes out as it went in; a program only when asked for")
        func exactly() async throws {
            try await ServerProcess.withServer { server in
                try await deliver(server)
                let list = try await server.run("ticket", "attachment", "MW-1")
                #expect(list.succeeded, "\(list.errors)")
                #expect(list.output.contains("[1]  re_port.pdf  application/pdf  "))
                #expect(list.output.contains("[2]  photo.jpg    application/x-elf (declared as image/jpeg)  "))
                #expect(list.output.contains("\n[2] The file “photo.jpg” was put into quarantine: "))
                let shown = try await server.run("ticket", "show", "1")
                #expect(
                    shown.output.contains("\n[1] re_port.pdf, application/pdf, 2 MiB\n[2] photo.jpg, application/x-elf")
                )

                let target = server.folder("report.pdf")
                let written = try await server.run("ticket", "attachment", "1", "1", "--output", target)
                #expect(written.succeeded, "\(written.errors)")
                #expect(try Array(Data(contentsOf: URL(filePath: target))) == Self.report)
                let again = try await server.run("ticket", "attachment", "1", "1", "--output", target)
                #expect(again.ending == .exited(73))
                #expect(again.errors.contains("exists already"))

                let refused = try await server.run("ticket", "attachment", "1", "2", "--output", server.folder("x"))
                #expect(refused.ending == .exited(1))
                #expect(refused.errors.contains("--blocked"))
                #expect(!FileManager.default.fileExists(atPath: server.folder("x")))
                let all = try await server.run("ticket", "attachment", "1", "--all", server.folder("all"), "--blocked")
                #expect(all.succeeded, "\(all.errors)")
                let photo = URL(filePath: server.folder("all/photo.jpg"))
                #expect(try Array(Data(contentsOf: photo)) == Self.program)
                #expect(try Array(Data(contentsOf: URL(filePath: server.folder("all/re_port.pdf")))) == Self.report)

                let missingFile = try await server.run("ticket", "attachment", "1", "3")
                #expect(missingFile.ending == .exited(66))
                #expect(missingFile.errors.contains("MW-1 has no file 3; it has files 1 to 2"))
                let missingTicket = try await server.run("ticket", "attachment", "2")
                #expect(missingTicket.ending == .exited(66))
                let entry = try #require(try await server.rows("SELECT lower(hex(id)) FROM email_log").first?.first)
                let log = try await server.run("log", "show", entry)
                #expect(log.output.contains("      quarantine: photo.jpg: the content is a program"))
            }
        }

        @Test("SIGHUP brings another policy into force")
        func reload() async throws {
            try await ServerProcess.withServer { server in
                try await poll("the server is wholly up") { try await server.run("status").succeeded ? true : nil }
                try server.configure(more: "attachments: { programs: strip, contradictions: strip }")
                try server.process.signal(SIGHUP)
                try await poll("the new configuration is in force") {
                    try server.log.contains("the configuration was read again") ? true : nil
                }
                try await deliver(server)
                let list = try await server.run("ticket", "attachment", "1", "--json")
                #expect(list.output.contains("\"action\" : \"strip\""))
                #expect(try await server.count("SELECT count(*) FROM attachment WHERE action = 'strip'") == 1)
            }
        }
    }
}
