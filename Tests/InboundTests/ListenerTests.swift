import Foundation
import Glibc
import Inbound
import Mail
import NIOCore
import SMTP
import Storage
import Synchronization
import TestSupport
import Testing

@Suite("The listener, over real sockets", .timeLimit(.minutes(2)))
struct ListenerTests {
    @Test("WIRE 3: too many connections in all")
    func totalLimit() async throws {
        try await RunningListener.with(try RunningListener.configuration { $0.maxConnections = 1 }) { running in
            try await DialogueClient.connect(to: running.address) { first in
                try await first.expect("220 ")
                try await DialogueClient.connect(to: running.address) { second in
                    try await second.expect("421 4.7.0 Too many connections")
                    try await second.expectEnd()
                }
                #expect(try await first.command("QUIT")?.hasPrefix("221") == true)
            }
            try await eventually("the end of the first") { running.listener.status.connections == 0 }
            try await DialogueClient.connect(to: running.address) { third in
                try await third.expect("220 ")
            }
            #expect(running.inside.state.withLock { $0.refusals.map(\.reply) } == ["421 4.7.0 Too many connections"])
        }
    }

    @Test("WIRE 3: too many connections from one address")
    func addressLimit() async throws {
        try await RunningListener.with(try RunningListener.configuration { $0.maxConnectionsPerAddress = 2 }) {
            running in
            try await DialogueClient.connect(to: running.address) { first in
                _ = try await first.reply()
                try await DialogueClient.connect(to: running.address) { second in
                    try await second.expect("220 ")
                    try await DialogueClient.connect(to: running.address) { third in
                        try await third.expect("421 4.7.0")
                    }
                }
            }
        }
    }

    @Test("WIRE 21: a message past its dot is finished, the idle are sent away, the new are refused")
    func shutdown() async throws {
        try await RunningListener.with(try RunningListener.configuration()) { running in
            let inside = running.inside
            try await DialogueClient.connect(to: running.address) { idle in
                _ = try await idle.reply()
                try await DialogueClient.connect(to: running.address) { busy in
                    try await busy.beginMessage()
                    inside.state.withLock { $0.isHeld = true }
                    try await busy.send("Subject: x\r\n\r\ntext\r\n.\r\n")
                    try await eventually("the commit") { inside.state.withLock { $0.waiting == 1 } }
                    await running.stop()
                    try await idle.expect("421 4.3.2 System is shutting down")
                    try await idle.expectEnd()
                    try await DialogueClient.connect(to: running.address) { new in
                        try await new.expect("421 4.3.2 System is shutting down")
                        try await new.expectEnd()
                    }
                    inside.state.withLock { $0.isHeld = false }
                    try await busy.expect("250 2.0.0")
                    try await busy.expect("421 4.3.2 System is shutting down")
                    try await busy.expectEnd()
                }
            }
            #expect(inside.state.withLock { $0.messages.count } == 1)
        }
    }

    @Test("WIRE 43: a look-up that fails is temporary")
    func lookUpFails() async throws {
        try await RunningListener.with(try RunningListener.configuration()) { running in
            running.inside.script(.recipient("inbox@example.com", .unavailable))
            try await DialogueClient.connect(to: running.address) { client in
                _ = try await client.reply()
                _ = try await client.command("EHLO client.example")
                _ = try await client.command("MAIL FROM:<>")
                #expect(try await client.command("RCPT TO:<inbox@example.com>")?.hasPrefix("451 4.3.0") == true)
            }
            let refusal = running.inside.state.withLock { $0.refusals.first }
            #expect(refusal?.forwardPath == "inbox@example.com")
            #expect(refusal?.reversePath == "")
            #expect(refusal?.helo == "client.example")
        }
    }

    @Test("WIRE 60: no disk, and a store that fails, are temporary")
    func noRoom() async throws {
        try await RunningListener.with(try RunningListener.configuration()) { running in
            try await DialogueClient.connect(to: running.address) { client in
                try await client.beginMessage()
                running.inside.script(.commit([.fault]))
                #expect(try await client.command("x\r\n.")?.hasPrefix("451 4.3.0") == true)
                running.inside.script(.space(.full))
                #expect(try await client.command("MAIL FROM:<> SIZE=10")?.hasPrefix("452 4.3.1") == true)
                _ = try await client.command("MAIL FROM:<>")
                _ = try await client.command("RCPT TO:<inbox@example.com>")
                running.inside.script(.begin(.full))
                #expect(try await client.command("DATA")?.hasPrefix("452 4.3.1") == true)
                #expect(try await client.command("DATA")?.hasPrefix("354") == true)
                running.inside.script(.commit([.full]))
                #expect(try await client.command("x\r\n.")?.hasPrefix("452 4.3.1") == true)
            }
            #expect(running.inside.state.withLock { $0.messages.isEmpty })
            #expect(running.inside.memoryReserved == 0)
        }
    }

    @Test("WIRE 62: the client is gone before the reply; the message is taken")
    func goneBeforeReply() async throws {
        try await RunningListener.with(try RunningListener.configuration()) { running in
            let inside = running.inside
            inside.state.withLock { $0.isHeld = true }
            try await DialogueClient.connect(to: running.address) { client in
                try await client.beginMessage()
                try await client.send("x\r\n.\r\n")
                try await eventually("the commit") { inside.state.withLock { $0.waiting == 1 } }
                try await client.channel.close()
            }
            inside.state.withLock { $0.isHeld = false }
            try await eventually("the message") { inside.state.withLock { $0.messages.count == 1 } }
            try await eventually("the end") { running.listener.status.connections == 0 }
        }
    }

    @Test("The log names the entries of all mailboxes of a message")
    func logOfSeveral() async throws {
        let log = CapturedLog()
        try await RunningListener.with(try RunningListener.configuration(.lmtp), log: log) { running in
            try await DialogueClient.connect(to: running.address) { client in
                _ = try await client.reply()
                let recipients = ["support@a.example", "sales@a.example", "support@b.example"]
                try await client.send("LHLO c\r\nMAIL FROM:<>\r\n")
                for recipient in recipients { try await client.send("RCPT TO:<\(recipient)>\r\n") }
                try await client.send("DATA\r\n.\r\nQUIT\r\n")
                while try await client.line() != nil {}
                let entries = try recipients.prefix(2).map { text in
                    "\(Inside.entry(of: .address(try #require(MailAddress(text)))))"
                }
                let lines = log.lines.filter { $0.hasPrefix("message accepted") }
                #expect(lines.count == 1)
                #expect(lines.first?.contains(" message=\(entries.joined(separator: ",")) ") == true, "\(lines)")
            }
        }
    }

    @Test("WIRE 45: who is put off goes on in the same transaction, and the refusal is on record")
    func putOff() async throws {
        try await RunningListener.with(try RunningListener.configuration()) { running in
            running.inside.script(.recipient("slow@example.com", .paused))
            try await DialogueClient.connect(to: running.address) { client in
                _ = try await client.reply()
                let commands =
                    "MAIL FROM:<a@b.example>\r\nRCPT TO:<slow@example.com>\r\nRCPT TO:<inbox@example.com>\r\n"
                try await client.send("EHLO c\r\n\(commands)DATA\r\n")
                try await client.expect("250 ")
                try await client.expect("250 2.1.0")
                try await client.expect("451 4.2.1")
                try await client.expect("250 2.1.5")
                try await client.expect("354")
                #expect(try await client.command("x\r\n.")?.hasPrefix("250 2.0.0") == true)
            }
            let (refusals, deliveries) = running.inside.state.withLock { ($0.refusals, $0.deliveries) }
            #expect(refusals.map(\.forwardPath) == ["slow@example.com"])
            #expect(refusals.first?.reply.hasPrefix("451 4.2.1") == true)
            #expect(deliveries.map { $0.envelope.recipients.map(\.description) } == [["inbox@example.com"]])
        }
    }

    @Test("WIRE 46: mail that is left out is answered as any other; what policy refuses is told behind the dot")
    func leftOutAndRefused() async throws {
        try await RunningListener.with(try RunningListener.configuration(.lmtp)) { running in
            try await DialogueClient.connect(to: running.address) { client in
                try await client.expect("220 ")
                try await client.send("LHLO c\r\n")
                try await client.expect("250 ")
                let commands = "MAIL FROM:<blocked@b.example>\r\nRCPT TO:<a@example.com>\r\nRCPT TO:<b@example.com>\r\n"
                for (fates, replies) in [
                    ([Transcript.Fate.committed], ["250 2.0.0", "250 2.0.0"]),
                    ([.committed, .rejected], ["250 2.0.0", "550 5.7.1"]),
                    ([.rejected], ["550 5.7.1", "550 5.7.1"]),
                ] {
                    running.inside.script(.commit(fates))
                    try await client.send("\(commands)DATA\r\n.\r\n")
                    for reply in ["250 2.1.0", "250 2.1.5", "250 2.1.5", "354"] + replies {
                        try await client.expect(reply)
                    }
                }
                #expect(try await client.command("QUIT")?.hasPrefix("221") == true)
            }
            #expect(running.inside.state.withLock { $0.messages.count } == 2)
            #expect(running.inside.memoryReserved == 0)
        }
    }

    @Test("WIRE 64, 73: the delivery tells listener, session, peer, name and keyword")
    func delivery() async throws {
        var configuration = try RunningListener.configuration(.lmtp)
        configuration.address = RunningListener.unixSocket()
        try await RunningListener.with(configuration) { running in
            try await DialogueClient.connect(to: running.address) { client in
                _ = try await client.reply()
                _ = try await client.command("LHLO client.example")
                _ = try await client.command("MAIL FROM:<a@b.example> SMTPUTF8 BODY=8BITMIME SIZE=3")
                _ = try await client.command("RCPT TO:<inbox@example.com>")
                _ = try await client.command("DATA")
                let reply = try await client.command("x\r\n.")
                #expect(reply?.hasPrefix("250 2.0.0 <inbox@example.com>") == true)
            }
            let delivery = try #require(running.inside.state.withLock { $0.deliveries.first })
            #expect(delivery.listener == "test")
            #expect(delivery.peer == .local(uid: getuid(), pid: getpid()))
            #expect(delivery.helo == "client.example")
            #expect(delivery.protocolKeyword == "UTF8LMTP")
            #expect(delivery.envelope.body == .eightBitMIME)
            #expect(delivery.envelope.declaredSize == 3)
            #expect(!delivery.session.isEmpty)
        }
    }

    @Test("WIRE 73: a user who is not listed may not connect; the socket has its mode")
    func peerUser() async throws {
        var configuration = try RunningListener.configuration(.lmtp)
        configuration.address = RunningListener.unixSocket()
        configuration.allowedUIDs = [getuid() &+ 1]
        // More than the usual mask of a process leaves.
        configuration.socketMode = 0o666
        guard case .unix(let path) = configuration.address else { return }
        try await RunningListener.with(configuration) { running in
            let mode = try FileManager.default.attributesOfItem(atPath: path)[.posixPermissions] as? Int
            #expect(mode == 0o666)
            try await DialogueClient.connect(to: running.address) { client in
                try await client.expect("554 5.7.1")
                try await client.expectEnd()
            }
        }
        #expect(!FileManager.default.fileExists(atPath: path))
    }

    @Test("WIRE 73: a host outside of the allowed networks is refused")
    func networks() async throws {
        let network = try #require(Network("192.0.2.0/24"))
        try await RunningListener.with(try RunningListener.configuration { $0.allowedNetworks = [network] }) {
            running in
            try await DialogueClient.connect(to: running.address) { client in
                try await client.expect("554 5.7.1")
            }
        }
    }

    @Test("A socket file that nobody listens on is replaced, one in use and a plain file are not")
    func staleSocket() async throws {
        let address = RunningListener.unixSocket()
        guard case .unix(let path) = address else { return }
        let configuration = ListenerConfiguration(name: "test", dialect: .lmtp, address: address)
        try await RunningListener.with(configuration) { _ in
            await #expect(throws: ListenerError.self) {
                try await RunningListener.with(configuration) { _ in }
            }
        }
        try Self.leaveStaleSocket(path)
        try await RunningListener.with(configuration) { running in
            try await DialogueClient.connect(to: running.address) { client in
                try await client.expect("220 ")
            }
        }
        #expect(FileManager.default.createFile(atPath: path, contents: Data()))
        await #expect(throws: ListenerError.self) { try await RunningListener.with(configuration) { _ in } }
        #expect(FileManager.default.fileExists(atPath: path))
        try FileManager.default.removeItem(atPath: path)
    }

    private static func leaveStaleSocket(_ path: String) throws {
        let descriptor = socket(AF_UNIX, CInt(SOCK_STREAM.rawValue), 0)
        defer { close(descriptor) }
        var name = sockaddr_un()
        name.sun_family = sa_family_t(AF_UNIX)
        unsafe withUnsafeMutableBytes(of: &name.sun_path) { unsafe $0.copyBytes(from: path.utf8) }
        let result = unsafe withUnsafePointer(to: &name) { pointer in
            unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                unsafe bind(descriptor, $0, socklen_t(MemoryLayout<sockaddr_un>.size))
            }
        }
        #expect(result == 0)
    }

    @Test("WIRE 99: a public address is not bound without the setting")
    func publicBind() async throws {
        let address = try #require(ListenerAddress("0.0.0.0:0"))
        let configuration = ListenerConfiguration(name: "test", dialect: .smtp, address: address)
        await #expect(throws: ListenerError.self) { try await RunningListener.with(configuration) { _ in } }
    }

    @Test("A reload holds for new connections, and says what needs a restart")
    func reload() async throws {
        let configuration = try RunningListener.configuration()
        try await RunningListener.with(configuration) { running in
            try await DialogueClient.connect(to: running.address) { old in
                _ = try await old.reply()
                var new = configuration
                new.maxMessageSize = 2048
                new.backlog = 5
                #expect(running.listener.update(configuration: new, hostname: "new.example") == ["backlog"])
                #expect(try await old.command("MAIL FROM:<a@b.example>")?.hasPrefix("503") == true)
                try await DialogueClient.connect(to: running.address) { client in
                    try await client.expect("220 new.example")
                    _ = try await client.command("EHLO c")
                    #expect(try await client.command("MAIL FROM:<> SIZE=2049")?.hasPrefix("552") == true)
                }
            }
        }
    }
}
