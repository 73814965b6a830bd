import Foundation
import TestSupport
import Testing

extension EndToEnd {
    /// A real Postfix in front, with the lines of `Config/postfix`.
    @Suite(
        "Postfix",
        .enabled(if: PeerPostfix.isAtHand && PeerProgram.areAtHand("sqlite3"), "needs root, postfix and sqlite3")
    )
    struct PostfixTests {
        private func lines(_ name: String) throws -> String {
            try String(contentsOfFile: "\(PeerProgram.repository)/Config/postfix/\(name)", encoding: .utf8)
        }

        @Test("Every message that Postfix took is a ticket, and unknown recipients are refused by Postfix itself")
        func relay() async throws {
            let postfix = try await PeerPostfix()
            let uid = try #require(
                Int((try await ChildProcess.run("id", ["-u", "postfix"])).output.filter { $0.isNumber })
            )
            let directory = "\(postfix.queue)/mailwicket"
            try FileManager.default.createDirectory(atPath: directory, withIntermediateDirectories: true)
            // As in the README: the group postfix lets the client in, and nobody else.
            let made = try await ChildProcess.run("install", ["-d", "-g", "postfix", "-m", "2750", directory])
            try #require(made.succeeded, "\(made.errors)")

            var options = ServerProcess.Options()
            options.listeners = """
                  - name: postfix
                    dialect: lmtp
                    address: unix:\(directory)/lmtp.sock
                    socket_mode: "0660"
                    allowed_uids: [\(uid)]
                """
            try await ServerProcess.withServer(options) { server in
                let list = try await server.run("mailbox", "list", "--postfix")
                try #require(list.succeeded, "\(list.errors)")
                let recipients = try postfix.write(list.output, to: "mailwicket-recipients")
                let transport = try postfix.write(lines("transport"), to: "mailwicket-transport")
                let main = try lines("main.cf")
                    .replacing("/etc/postfix/mailwicket-recipients", with: recipients)
                    .replacing("/etc/postfix/mailwicket-transport", with: transport)
                try postfix.configure(main: main, master: lines("master.cf"))
                try await postfix.start()
                do {
                    try await exchange(server, postfix)
                } catch {
                    print("Postfix's log before the failure:\n\(postfix.log.suffix(3_000))")
                    try await postfix.stop()
                    throw error
                }
                try await postfix.stop()
            }
        }

        private func exchange(_ server: ServerProcess, _ postfix: PeerPostfix) async throws {
            let target = "127.0.0.1:\(postfix.port)"
            let runs = [
                try LoadRun(
                    target: target,
                    seed: 1,
                    messages: 100,
                    sessions: 5,
                    options: ["--recipients", "support@example.com"]
                ),
                try LoadRun(
                    target: target,
                    seed: 2,
                    messages: 80,
                    sessions: 5,
                    options: [
                        "--recipients",
                        "support@example.com,help@example.com,nobody@example.com,sales@example.com,"
                            + "support+load@example.com",
                        "--recipients-per-message", "3", "--per-connection", "4", "--no-message-id",
                    ]
                ),
                try LoadRun(
                    target: target,
                    seed: 3,
                    messages: 20,
                    sessions: 2,
                    options: ["--recipients", "nobody@example.com,gone@example.com"]
                ),
            ]
            var entries: [LoadRun.Entry] = []
            for run in runs { entries += try await run.ledger() }
            #expect(entries.count == 200)
            for recipient in entries.flatMap(\.recipients) {
                if recipient.address.hasPrefix("nobody") || recipient.address.hasPrefix("gone") {
                    #expect(recipient.reply.hasPrefix("550 5.1.1"), "\(recipient)")
                } else {
                    #expect(recipient.reply.hasPrefix("250"), "\(recipient)")
                }
            }
            try await poll("Postfix's queue is empty", seconds: 60, every: .milliseconds(200)) {
                try await postfix.mailq().contains("Mail queue is empty") ? true : nil
            }
            var check = LedgerCheck()
            try await check.check(entries, against: server)
            #expect(check.problems == [])
            #expect(!postfix.log.contains("status=bounced"))
            #expect(!postfix.log.contains("status=deferred"))
            #expect(try await server.count("SELECT count(*) FROM refusal") == 0)
            let deliveries = try await server.rows("SELECT DISTINCT listener, protocol, peer_uid FROM delivery")
            #expect(deliveries.count == 1)
            #expect(deliveries.first?.prefix(2) == ["postfix", "LMTP"])
        }
    }
}
