import Foundation
import TestSupport
import Testing

extension EndToEnd {
    /// What an administrator asks and reads, with and without a server.
    @Suite("Administration", .enabled(if: PeerProgram.areAtHand("sqlite3"), "needs sqlite3"))
    struct AdministrationTests {
        @Test("An imported message is told of without what it never had")
        func importedMessage() async throws {
            try await ServerProcess.withServer { server in
                try await poll("the server is wholly up") { try await server.run("status").succeeded ? true : nil }
                let file = try server.folder.write("From: a@client.example\n\nText\n", to: "old.eml")
                let imported = try await server.run("import", file, "--mailbox", "support")
                #expect(imported.output == "1 imported (1 created), 0 there already, 0 failed\n")
                let id = try #require(try await server.rows("SELECT lower(hex(id)) FROM email_log").first?.first)

                let list = try await server.run("log", "list")
                #expect(list.output.contains("a@client.example  (no subject)\n"))
                let shown = try await server.run("log", "show", id)
                #expect(shown.succeeded, "\(shown.errors)")
                #expect(shown.output.contains("\n  listener import\n  from file \(file)\n"))
                #expect(!shown.output.contains("HELO"))
                #expect(!shown.output.contains("envelope"))

                let explained = try await server.run("explain", file, "--rcpt", "support@example.com")
                #expect(explained.output.contains("support: in the store already, as entry "))
                #expect(explained.output.contains("\n  If it were new: created\n"))
            }
        }

        @Test("An alarm is acknowledged by the server, and without one too")
        func alarms() async throws {
            let server = try await ServerProcess()
            try await server.start()
            try await poll("the server is wholly up") { try await server.run("status").succeeded ? true : nil }
            try await raise(at: server)
            let running = try await server.run("status")
            #expect(running.ending == .exited(1))
            #expect(
                running.output.contains("! Alarm test, 2 times from 2026-11-21T12:26:40Z to 2026-11-21T12:28:20Z: ")
            )
            #expect(try await server.run("status", "--clear", "test").ending == .exited(0))
            #expect(try await server.run("status").ending == .exited(0))
            try await server.process.stop()

            try await raise(at: server)
            let stopped = try await server.run("status")
            #expect(stopped.ending == .exited(69))
            #expect(stopped.output.hasPrefix("not running\n"))
            #expect(stopped.output.contains("! Alarm test, 2 times"))
            #expect(try await server.run("status", "--clear", "test").ending == .exited(0))
            #expect(try await server.run("status", "--clear", "test").ending == .exited(66))
            #expect(!(try await server.run("status").output.contains("Alarm test")))
        }

        private func raise(at server: ServerProcess) async throws {
            let outcome = try await ChildProcess.run(
                "sqlite3",
                [
                    "-cmd", ".timeout 20000", server.databasePath,
                    """
                    INSERT OR REPLACE INTO alarm (kind, subject, text, occurrences, raised_at, last_at)
                    VALUES ('test', '', 'Nothing to do.', 2, 1795264000000, 1795264100000)
                    """,
                ]
            )
            try #require(outcome.succeeded, "\(outcome.errors)")
        }
    }
}
