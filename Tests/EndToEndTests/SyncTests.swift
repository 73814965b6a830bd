import Foundation
import TestSupport
import Testing

extension EndToEnd {
    /// No 250 before the disk has it, as the kernel saw it.
    @Suite("System calls", .enabled(if: PeerProgram.areAtHand("strace", "sqlite3"), "needs strace and sqlite3"))
    struct SyncTests {
        /// Runs a load against a traced server, and gives the trace.
        private func trace(
            _ load: (ServerProcess) throws -> LoadRun
        ) async throws -> (trace: SystemCallTrace, folder: TemporaryFolder) {
            let folder = try TemporaryFolder()
            var options = ServerProcess.Options()
            options.wrapper = SystemCallTrace.wrapper(output: folder("trace"))
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
            let (trace, _) = try await trace {
                try LoadRun(target: "127.0.0.1:\($0.smtpPort)", seed: 2, messages: 300, sessions: 100)
            }
            let replies = trace.finalReplies
            #expect(replies.count == 300)
            let writes = trace.writes(to: "-wal")
            let syncs = trace.syncs { $0.isOn("-wal") }
            for reply in replies {
                let data = try #require(trace.lastRead(before: reply))
                let write = try #require(writes.first { $0.begin > data.begin })
                let sync = syncs.first { $0.begin > write.end }
                #expect(sync.map { $0.end < reply.begin } == true, "\(reply.arguments)")
            }
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
