import Foundation
import TestSupport
import Testing

extension EndToEnd {
    /// No 250 before the disk has it, as the kernel saw it.
    @Suite("System calls", .enabled(if: PeerProgram.areAtHand("strace", "sqlite3"), "needs strace and sqlite3"))
    struct SyncTests {
        /// Runs a load against a traced server, and gives the trace.
        private func trace(
            octets: Int = 256,
            _ load: (ServerProcess) throws -> LoadRun
        ) async throws -> (trace: SystemCallTrace, folder: TemporaryFolder) {
            let folder = try TemporaryFolder()
            var options = ServerProcess.Options()
            options.wrapper = SystemCallTrace.wrapper(output: folder("trace"), octets: octets)
            try await ServerProcess.withServer(options) { server in
                let entries = try await load(server).ledger()
                #expect(entries.allSatisfy { $0.recipients.allSatisfy { $0.reply.hasPrefix("250") } })
                #expect(try await server.ticketCount() == entries.count)
            }
            let trace = try await poll("the trace is complete") {
                let trace = SystemCallTrace(try String(contentsOfFile: folder("trace"), encoding: .utf8))
                return trace.isComplete ? trace : nil
            }
            return (trace, folder)
        }

        @Test("Every 250 comes after an fdatasync of the WAL that began after the message's last write")
        func oneByOne() async throws {
            let (trace, _) = try await trace {
                try LoadRun(target: "127.0.0.1:\($0.smtpPort)", seed: 1, messages: 20, sessions: 1)
            }
            let replies = trace.finalReplies
            #expect(replies.count == 20)
            for reply in replies {
                let data = try #require(trace.lastRead(before: reply))
                let writes = trace.writes(to: "-wal").filter { $0.begin > data.begin && $0.begin < reply.begin }
                let lastWrite = try #require(writes.map(\.end).max(), "nothing was written for \(reply.arguments)")
                let sync = trace.syncs { $0.isOn("-wal") && $0.begin > lastWrite && $0.end < reply.begin }
                #expect(!sync.isEmpty, "\(reply.arguments) was not preceded by an fdatasync of its own")
            }
        }

        @Test("A hundred sessions share their syncs, and each 250 still comes after one of its own")
        func together() async throws {
            let (trace, _) = try await trace(octets: SystemCallTrace.wholeData) {
                try LoadRun(target: "127.0.0.1:\($0.smtpPort)", seed: 2, messages: 300, sessions: 100)
            }
            #expect(trace.finalReplies.count == 300)
            #expect(trace.earlyReplies == [])
            let syncs = trace.syncs { $0.isOn("-wal") }
            #expect(syncs.count < 150, "300 messages took \(syncs.count) syncs: they do not share them")
        }

        @Test("A large message's file and folder are synced before the commit")
        func large() async throws {
            let (trace, _) = try await trace {
                try LoadRun(
                    target: "unix:\($0.socketPath)",
                    seed: 3,
                    messages: 3,
                    sessions: 1,
                    options: ["--dialect", "lmtp", "--size", "2500000", "--bdat"]
                )
            }
            let replies = trace.finalReplies
            #expect(replies.count == 3)
            for reply in replies {
                let data = try #require(trace.lastRead(before: reply))
                let firstWrite = try #require(
                    trace.writes(to: "-wal").filter { $0.begin > data.begin && $0.begin < reply.begin }.map(\.begin)
                        .min()
                )
                let links = trace.calls.filter {
                    ["link", "linkat", "rename", "renameat", "renameat2"].contains($0.name) && $0.begin < firstWrite
                }
                let link = try #require(links.last, "no file got its name before the commit")
                let file = trace.syncs { $0.file.contains("/data/spool/") && $0.end < link.begin }
                #expect(!file.isEmpty, "the file was not synced before it got its name")
                let folder = trace.syncs {
                    $0.file.contains("/data/blobs") && $0.begin > link.end && $0.end < firstWrite
                }
                #expect(!folder.isEmpty, "the folder was not synced before the commit")
            }
        }
    }
}

/// The check of traces finds what it is there for, in traces made by hand.
@Suite("Replies before their sync")
struct EarlyReplyTests {
    private static let wal = "9</data/mailwicket.sqlite-wal>"
    private static let sync = "1 fdatasync(\(wal)) = 0"

    private static func read(_ number: Int, socket: Int) -> String {
        #"2 read(\#(socket)<socket:[\#(socket)]>, "Subject: Load 7-000000000\#(number)\r\n", 2048) = 40"#
    }

    private static func write(_ numbers: Int...) -> String {
        let text = numbers.map { "\\0Load 7-000000000\($0)\\n" }.joined()
        return #"1 pwrite64(\#(wal), "\#(text)", 4096, 0) = 4096"#
    }

    private static func reply(socket: Int) -> String {
        #"2 write(\#(socket)<socket:[\#(socket)]>, "250 2.0.0 Ok: 1\r\n", 17) = 17"#
    }

    @Test("A reply behind its own sync is in order, alone or with others")
    func inOrder() {
        expect(
            [
                Self.read(1, socket: 20), Self.write(1), Self.read(2, socket: 21), Self.sync, Self.reply(socket: 20),
                Self.read(3, socket: 20), Self.write(2, 3), Self.sync, Self.reply(socket: 21), Self.reply(socket: 20),
            ],
            []
        )
    }

    @Test("The sync of the batch before is not its own")
    func batchBefore() {
        // Message 2 came while message 1 was written; its own write has no sync before its reply.
        expect(
            [
                Self.read(1, socket: 20), Self.read(2, socket: 21), Self.write(1), Self.sync, Self.reply(socket: 20),
                Self.write(2), Self.reply(socket: 21), Self.sync,
            ],
            ["line 6: 7-0000000002, written in line 5, was not synced before"]
        )
    }

    @Test("A sync that began before the end of the write, or ended behind the reply, does not count")
    func overlap() {
        let late = "was not synced before"
        let started = "1 fdatasync(\(Self.wal) <unfinished ...>"
        let ended = "1 <... fdatasync resumed>) = 0"
        expect(
            [
                Self.read(1, socket: 20), started, Self.write(1).replacing("1 pw", with: "3 pw"), ended,
                Self.reply(socket: 20),
            ],
            [late]
        )
        expect([Self.read(1, socket: 20), Self.write(1), started, Self.reply(socket: 20), ended], [late])
        expect([Self.read(1, socket: 20), Self.write(1), started, ended, Self.reply(socket: 20)], [])
    }

    @Test("A sync that failed or was of another file does not count")
    func otherSync() {
        for sync in [
            "1 fdatasync(\(Self.wal)) = -1 EIO (Input/output error)", "1 fdatasync(8</data/mailwicket.sqlite>) = 0",
        ] {
            expect([Self.read(1, socket: 20), Self.write(1), sync, Self.reply(socket: 20)], ["was not synced before"])
        }
    }

    @Test("A reply to what was never written, or never read, is found")
    func nothingWritten() {
        expect([Self.read(1, socket: 20), Self.sync, Self.reply(socket: 20)], ["7-0000000001 was not written before"])
        expect([Self.write(1), Self.sync, Self.reply(socket: 20)], ["answers 0 messages"])
    }

    private func expect(_ lines: [String], _ problems: [String]) {
        let found = SystemCallTrace(lines.joined(separator: "\n")).earlyReplies
        #expect(found.count == problems.count && zip(found, problems).allSatisfy { $0.hasSuffix($1) }, "\(found)")
    }
}
