import Foundation
import TestSupport
import Testing

extension EndToEnd {
    /// The server's life: its first ticket, its signals, its data directory.
    @Suite("Serve")
    struct ServeTests {
        @Test(
            "The swaks line that serve prints makes ticket 1",
            .enabled(if: PeerProgram.areAtHand("swaks", "sqlite3"), "needs swaks and sqlite3")
        )
        func printedLine() async throws {
            try await ServerProcess.withServer { server in
                let line = try await poll("serve prints a swaks line", seconds: 10) {
                    try server.log.split(whereSeparator: \.isNewline).lazy
                        .compactMap { line in line.range(of: "swaks ").map { String(line[$0.lowerBound...]) } }
                        .first
                }
                let outcome = try await ChildProcess.run("sh", ["-c", line])
                #expect(outcome.succeeded, "\(line): \(outcome.output)")
                #expect(try await server.outcomes().map(\.outcome) == ["created"])
                let shown = try await server.run("ticket", "show", "1")
                #expect(shown.succeeded)
                let subject = try #require(
                    try await server.rows("SELECT subject FROM ticket WHERE number = 1").first?.first
                )
                #expect(shown.output.contains(subject))
                #expect(shown.output.contains("MW-1"))
            }
        }

        @Test("log raw gives back the octets exactly", .enabled(if: PeerProgram.areAtHand("sqlite3"), "needs sqlite3"))
        func rawOctets() async throws {
            try await ServerProcess.withServer { server in
                let text =
                    "Subject: raw\r\nX-Odd:\t \r\n folded\r\n\r\n.leading dot\r\n..two\r\n\u{FF}\u{E9} \t\r\n\r\nno end"
                let octets = Array(text.unicodeScalars.map { UInt8(truncatingIfNeeded: $0.value) }) + [0x0D, 0x0A]
                let peer = try await PeerConnection.connect(port: server.smtpPort)
                try await peer.begin(from: "a@client.example", to: ["support@example.com"])
                try await peer.command("DATA")
                // Dot-stuffed on the way (RFC 5321 section 4.5.2), and taken back by the server.
                var stuffed: [UInt8] = []
                for (index, octet) in octets.enumerated() {
                    if octet == 0x2E, index > 0, octets[index - 1] == 0x0A { stuffed.append(0x2E) }
                    stuffed.append(octet)
                }
                try await peer.send(stuffed + Array(".\r\n".utf8))
                let reply = try await peer.reply()
                #expect(reply.hasPrefix("250"))
                await peer.close()
                let id = try #require(try await server.rows("SELECT lower(hex(id)) FROM email_log").first?.first)
                let words: [Substring] = reply.split { " <>[]".contains($0) }
                let name = try #require(words.last { $0.count > 20 })
                #expect(name.replacing("-", with: "").lowercased() == id, "the reply bears the entry's identifier")
                let child = try ChildProcess(
                    PeerProgram.mailwicket,
                    ["log", "raw", String(name), "--config", server.configurationPath]
                )
                #expect(try await child.ending() == .exited(0), "\(child.errors)")
                #expect(Array(child.outputOctets) == octets)
            }
        }

        @Test("A second server on the same data directory refuses to start")
        func ownerLock() async throws {
            try await ServerProcess.withServer { server in
                let first = try String(contentsOfFile: server.configurationPath, encoding: .utf8)
                var other = first
                for port in [server.smtpPort, server.lmtpPort, server.smallPort] {
                    other = other.replacing(":\(port)\"", with: ":\(try await ServerProcess.freePort())\"")
                }
                other = other.replacing("lmtp.sock", with: "other.sock")
                let path = try server.folder.write(other, to: "other.yaml")
                let second = try await ChildProcess.run(
                    PeerProgram.mailwicket,
                    ["serve", "--config", path],
                    within: 30
                )
                #expect(second.ending != .exited(0))
                #expect((second.output + second.errors).contains("owns this data directory"))
                #expect(await server.greets(), "the first one goes on")
            }
        }

        @Test("SIGHUP with a bad configuration leaves the old one running; with a good one takes it")
        func reload() async throws {
            try await ServerProcess.withServer { server in
                // The control socket opens together with the ears for signals; the listeners are open before.
                try await poll("the server is wholly up") {
                    try await server.run("status").succeeded ? true : nil
                }
                let added = "  - { id: new, name: New, addresses: [new@example.com], defaults: standard }"
                try server.configure(mailboxes: added, more: "no_such_key: 1")
                try server.process.signal(SIGHUP)
                try await poll("the refusal of the new configuration is logged") {
                    try server.log.contains("no_such_key") ? true : nil
                }
                #expect(try await server.send(mail(subject: "still")).hasPrefix("250"))
                #expect(try await answer(to: "new@example.com", at: server).hasPrefix("550"))
                try server.configure(mailboxes: added)
                try server.process.signal(SIGHUP)
                try await poll("the new mailbox takes mail") {
                    try await answer(to: "new@example.com", at: server).hasPrefix("250") ? true : nil
                }
                #expect(try await server.send(mail(subject: "new"), to: ["new@example.com"]).hasPrefix("250"))
            }
        }

        @Test(
            "A log of JSON holds nothing else, whatever fails",
            .enabled(if: PeerProgram.areAtHand("python3", "sqlite3"), "needs python3 and sqlite3")
        )
        func pureLog() async throws {
            var options = ServerProcess.Options()
            options.logFormat = "json"
            options.busyTimeout = 1
            try await ServerProcess.withServer(options) { server in
                try await poll("the server is wholly up") {
                    try await server.run("status").succeeded ? true : nil
                }
                let lock = try await StoreLock(server.databasePath)
                try server.process.signal(SIGHUP)
                try await poll("the store cannot take the configuration", seconds: 30) {
                    try server.log.contains("the store cannot take the new configuration") ? true : nil
                }
                try await lock.release()
                expectJSON(try server.process.errors)

                let taken = try String(contentsOfFile: server.configurationPath, encoding: .utf8)
                    .replacing(server.folder("data"), with: server.folder("other"))
                let second = try await ChildProcess.run(
                    PeerProgram.mailwicket,
                    ["serve", "--config", try server.folder.write(taken, to: "other.yaml")],
                    within: 30
                )
                #expect(second.ending == .exited(69))
                #expect(second.errors.contains("cannot listen"))
                expectJSON(second.errors)
            }
        }

        private func expectJSON(_ log: String) {
            // Behind the last line's end there may be the beginning of one that is being read.
            let lines = (log.lastIndex(of: "\n").map { log[...$0] } ?? "").split(whereSeparator: \.isNewline)
            #expect(!lines.isEmpty)
            for line in lines {
                #expect(throws: Never.self, "\(line)") { try JSONSerialization.jsonObject(with: Data(line.utf8)) }
            }
        }

        @Test("A data directory that cannot be made has its own exit code")
        func noDataDirectory() async throws {
            let server = try await ServerProcess()
            let file = try server.folder.write("", to: "file")
            let text = try String(contentsOfFile: server.configurationPath, encoding: .utf8)
                .replacing(server.folder("data"), with: "\(file)/data")
            let path = try server.folder.write(text, to: "other.yaml")
            let outcome = try await ChildProcess.run(PeerProgram.mailwicket, ["serve", "--config", path], within: 30)
            #expect(outcome.ending == .exited(73))
            #expect(outcome.errors.contains("\(file)/data cannot be made"))
        }

        @Test("status of a server that is stopped ends, and says what it is")
        func hungServer() async throws {
            try await ServerProcess.withServer { server in
                try await poll("the server is wholly up") {
                    try await server.run("status").succeeded ? true : nil
                }
                try server.process.signal(SIGSTOP)
                let outcome = try await ChildProcess.run(
                    PeerProgram.mailwicket,
                    ["status", "--config", server.configurationPath],
                    within: 60
                )
                try server.process.signal(SIGCONT)
                #expect(outcome.ending == .exited(69))
                #expect(outcome.output.contains("did not answer for 8 seconds"))
                #expect(outcome.output.contains(": 0 tickets, 0 entries of the email log"))
            }
        }

        private func answer(to recipient: String, at server: ServerProcess) async throws -> String {
            let peer = try await PeerConnection.connect(port: server.smtpPort)
            let answers = try await peer.begin(from: "a@client.example", to: [recipient])
            await peer.close()
            return answers.first ?? ""
        }

        @Test("WIRE 3: out of descriptors the server pauses, says so, and goes on")
        func descriptors() async throws {
            var options = ServerProcess.Options()
            options.wrapper = ["sh", "-c", "ulimit -n 100; exec \"$@\"", "sh"]
            try await ServerProcess.withServer(options) { server in
                let start = ContinuousClock.now
                var peers: [PeerConnection] = []
                // More than the server may open; what it does not accept waits in the system's own queue.
                for _ in 0..<120 { peers.append(try await PeerConnection.connect(port: server.smtpPort)) }
                func complaints(_ isControl: Bool) throws -> Int {
                    try server.log.split(separator: "\n").count {
                        $0.contains("cannot accept a connection")
                            && $0.contains(" listener=control") == isControl
                    }
                }
                try await poll("the server has no descriptor left") { try complaints(false) > 0 ? true : nil }
                // The control socket has none either; who asks is not answered, and the server lives.
                let unanswered = try await server.run("status")
                #expect(unanswered.ending == .exited(69), "\(unanswered.output)")
                try await poll("the control socket has none") {
                    try complaints(true) > 0 ? true : nil
                }
                #expect(try server.process.isRunning)
                for peer in peers { await peer.close() }
                try await poll("the server greets again") { await server.greets() ? true : nil }
                #expect(try await server.send(mail(subject: "after")).hasPrefix("250"))
                try await poll("status is told again") { try await server.run("status").succeeded ? true : nil }
                #expect(try server.log.contains("come to 8200 descriptors, and the process may open 100:"))
                // Once a second, not as fast as it can.
                let seconds = Int((ContinuousClock.now - start).components.seconds)
                #expect(try complaints(false) <= seconds + 2)
            }
        }

        @Test("A low soft limit of descriptors is raised to the hard one")
        func softLimit() async throws {
            var options = ServerProcess.Options()
            options.wrapper = ["sh", "-c", "ulimit -S -n 100; ulimit -H -n 1000; exec \"$@\"", "sh"]
            try await ServerProcess.withServer(options) { server in
                var peers: [PeerConnection] = []
                for _ in 0..<120 {
                    let peer = try await PeerConnection.connect(port: server.smtpPort)
                    #expect(try await peer.reply().hasPrefix("220"))
                    peers.append(peer)
                }
                #expect(try server.log.contains("the process may open 1000:"))
                for peer in peers { await peer.close() }
            }
        }

        @Test(
            "Sockets that a service manager opened are taken over, by name and by address",
            .enabled(if: PeerProgram.areAtHand("python3"), "needs python3")
        )
        func inheritedSockets() async throws {
            var options = ServerProcess.Options()
            let (named, found) = (try await ServerProcess.freePort(), try await ServerProcess.freePort())
            options.listeners = """
                  - { name: named, dialect: smtp, address: "127.0.0.1:\(named)" }
                  - { name: found, dialect: smtp, address: "127.0.0.1:\(found)" }
                """
            options.wrapper = ["python3", "-c", Self.manager, "127.0.0.2:\(named)", "127.0.0.1:\(found)"]
            try await ServerProcess.withServer(options) { server in
                for (host, port) in [("127.0.0.2", named), ("127.0.0.1", found)] {
                    // The doors open one after the other.
                    let peer = try await poll("port \(port) is open") {
                        try? await PeerConnection.connect(host: host, port: port)
                    }
                    #expect(try await peer.reply().hasPrefix("220"))
                    await peer.close()
                }
                // The name was enough for a socket on another address of this host.
                await #expect(throws: (any Error).self) { try await PeerConnection.connect(port: named) }
            }
        }

        @Test(
            "A socket that a service manager opened for all hosts is not taken for one on loopback",
            .enabled(if: PeerProgram.areAtHand("python3"), "needs python3")
        )
        func inheritedForAll() async throws {
            var options = ServerProcess.Options()
            let (named, found) = (try await ServerProcess.freePort(), try await ServerProcess.freePort())
            options.listeners = "  - { name: named, dialect: smtp, address: \"127.0.0.1:\(named)\" }"
            let server = try await ServerProcess(options)
            let outcome = try await ChildProcess.run(
                "python3",
                [
                    "-c", Self.manager, "0.0.0.0:\(named)", "127.0.0.1:\(found)", PeerProgram.mailwicket, "serve",
                    "--config", server.configurationPath,
                ],
                within: 30
            )
            #expect(outcome.ending == .exited(69))
            #expect(outcome.errors.contains("is bound to 0.0.0.0:\(named), which other hosts reach"))
        }

        /// Binds a socket to each address of its first arguments, the first of them named, and becomes the program of the
        /// rest as `sd_listen_fds(3)` says.
        private static let manager = """
            import fcntl, os, socket, sys
            held = []
            for address in sys.argv[1:3]:
                host, port = address.rsplit(":", 1)
                listener = socket.socket()
                listener.bind((host, int(port)))
                held.append(fcntl.fcntl(listener, fcntl.F_DUPFD_CLOEXEC, 100))
            for index, descriptor in enumerate(held):
                os.dup2(descriptor, 3 + index)
            os.environ.update(LISTEN_PID=str(os.getpid()), LISTEN_FDS="2", LISTEN_FDNAMES="named:")
            os.execv(sys.argv[3], sys.argv[3:])
            """

        @Test(
            "SIGTERM finishes and answers a message that is past its dot",
            .enabled(if: PeerProgram.areAtHand("python3", "sqlite3"), "needs python3 and sqlite3")
        )
        func drain() async throws {
            var options = ServerProcess.Options()
            options.busyTimeout = 60
            try await ServerProcess.withServer(options) { server in
                let lock = try await StoreLock(server.databasePath)
                let peer = try await PeerConnection.connect(port: server.smtpPort)
                try await peer.begin(from: "a@client.example", to: ["support@example.com"])
                try await peer.command("DATA")
                try await peer.send(mail(subject: "past its dot") + ".\r\n")
                // The commit waits for the lock; there is no sign of that outside but the missing reply.
                await #expect(throws: PeerConnection.Failure.silence) { try await peer.reply(within: 1) }
                try server.process.signal(SIGTERM)
                try await poll("the server takes no new sessions") { await server.greets() ? nil : true }
                #expect(try server.process.isRunning, "it waits for the message")
                try await lock.release()
                #expect(try await peer.reply().hasPrefix("250"))
                #expect(try await server.process.ending(within: 30) == .exited(0))
                await peer.close()
                #expect(
                    try await server.outcomes() == [
                        StoredOutcome("created", "support", "past its dot", ticket: 1)
                    ]
                )
            }
        }
    }
}

/// A foreign write lock on the store, held by a process of its own.
struct StoreLock {
    private let holder: ChildProcess

    init(_ path: String) async throws {
        let holder = try ChildProcess(
            "python3",
            [
                "-u", "-c",
                """
                import sqlite3, sys
                store = sqlite3.connect(sys.argv[1], timeout=30, isolation_level=None)
                store.execute("BEGIN IMMEDIATE")
                print("locked")
                sys.stdin.read()
                store.execute("ROLLBACK")
                """, path,
            ],
            hasInput: true
        )
        self.holder = holder
        try await poll("the store is locked") { holder.output.contains("locked") ? true : nil }
    }

    func release() async throws {
        holder.closeInput()
        #expect(try await holder.ending(within: 20) == .exited(0))
    }
}
