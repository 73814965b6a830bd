import Foundation
import TestSupport
import Testing

extension EndToEnd {
    /// SIGKILL under load, again and again.
    @Suite("Kill", .enabled(if: PeerProgram.areAtHand("sqlite3"), "needs sqlite3"))
    struct KillTests {
        private static let kills = ProcessInfo.processInfo.environment["MAILWICKET_KILLS"].flatMap { Int($0) } ?? 5

        @Test("After SIGKILL under load every message answered 250 is exactly one outcome per mailbox")
        func kill() async throws {
            try await ServerProcess.withServer { server in
                var random = SystemRandomNumberGenerator()
                var check = LedgerCheck()
                for round in 0..<Self.kills {
                    let runs = try load(server, round: round)
                    // From the first connections to well into the stream.
                    let delay = Int.random(in: 10...400, using: &random)
                    try await Task.sleep(for: .milliseconds(delay))
                    try server.process.signal(SIGKILL)
                    #expect(try await server.process.ending(within: 20) == .killed(SIGKILL))
                    try await server.start()
                    var entries: [LoadRun.Entry] = []
                    for run in runs { entries += try await run.ledger() }
                    try await check.check(entries, against: server)
                    try #require(check.problems.isEmpty, "round \(round), killed after \(delay) ms: \(check.problems)")
                }
                #expect(check.sentAgain > 0, "no kill hit a message on its way")
                let integrity = try await server.rows("PRAGMA integrity_check")
                #expect(integrity == [["ok"]])
                print("\(Self.kills) kills, \(check.answered) answers 250, \(check.sentAgain) messages sent again")
            }
        }

        /// Without Message-ID over SMTP; by BDAT to several recipients over LMTP, some of them refused; over 1 MiB.
        private func load(_ server: ServerProcess, round: Int) throws -> [LoadRun] {
            let again = ["--resend", "--deadline", "60"]
            return [
                try LoadRun(
                    target: "127.0.0.1:\(server.smtpPort)",
                    seed: round * 10 + 1,
                    messages: 600,
                    sessions: 12,
                    options: again + ["--no-message-id", "--rate", "1500", "--per-connection", "20"]
                ),
                try LoadRun(
                    target: "unix:\(server.socketPath)",
                    seed: round * 10 + 2,
                    messages: 200,
                    sessions: 6,
                    options: again + [
                        "--dialect", "lmtp", "--bdat", "--chunk", "3000", "--size", "9000", "--rate", "500",
                        "--recipients",
                        "support@example.com,sales@example.com,help@example.com,nobody@example.com,paused@example.com",
                        "--recipients-per-message", "4",
                    ]
                ),
                try LoadRun(
                    target: "127.0.0.1:\(server.lmtpPort)",
                    seed: round * 10 + 3,
                    messages: 10,
                    sessions: 3,
                    options: again + [
                        "--dialect", "lmtp", "--size", "1500000", "--attachment", "--recipients",
                        "support@example.com,sales@example.com",
                    ]
                ),
            ]
        }
    }
}
