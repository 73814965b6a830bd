import Foundation
import Inbound
import Mail
import NIOCore
import NIOPosix
import SMTP
import Storage
import Synchronization
import Testing

/// Many connections, large messages, and peers that never stop: what they may cost.
@Suite("What connections cost", .serialized, .timeLimit(.minutes(3)))
struct LoadTests {
    private static func configuration() throws -> ListenerConfiguration {
        var configuration = ListenerConfiguration(name: "test", dialect: .smtp, address: try RunningListener.loopback())
        configuration.maxConnectionsPerAddress = 0
        return configuration
    }

    /// The anonymous memory of this process, in octets.
    private static func residentMemory() throws -> Int {
        let status = try String(contentsOfFile: "/proc/self/status", encoding: .utf8)
        let line = try #require(status.split(separator: "\n").first { $0.hasPrefix("RssAnon:") })
        return try #require(Int(line.filter(\.isNumber))) * 1024
    }

    @Test("WIRE 106: a thousand parallel sessions, each with a message")
    func thousandSessions() async throws {
        try await RunningListener.with(try Self.configuration()) { running in
            let address = running.address
            try await withThrowingTaskGroup(of: Void.self) { tasks in
                for number in 0..<1000 {
                    tasks.addTask {
                        try await DialogueClient.connect(to: address) { client in
                            _ = try await client.reply()
                            let commands = "EHLO c\r\nMAIL FROM:<>\r\nRCPT TO:<inbox@example.com>\r\nDATA\r\n"
                            try await client.send(commands)
                            for _ in 0..<4 { _ = try await client.reply() }
                            try await client.send("Subject: \(number)\r\n\r\ntext\r\n.\r\nQUIT\r\n")
                            try await client.expect("250 2.0.0")
                            try await client.expect("221 2.0.0")
                        }
                    }
                }
                try await tasks.waitForAll()
            }
            let messages = running.inside.state.withLock { $0.messages }
            #expect(Set(messages).count == 1000)
            #expect(running.inside.memoryReserved == 0)
        }
    }

    @Test("A thousand idle connections cost less than 32 MiB, the clients' ends included")
    func idleMemory() async throws {
        try await RunningListener.with(try Self.configuration()) { running in
            guard case .tcp(let address, let port) = running.address else { return }
            let target = try SocketAddress(ipAddress: address.description, port: Int(port))
            let before = try Self.residentMemory()
            var channels: [any Channel] = []
            for _ in 0..<1000 {
                let channel = try await ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton)
                    .channelOption(.recvAllocator, value: FixedSizeRecvByteBufferAllocator(capacity: 256))
                    .connect(to: target).get()
                let commands = "EHLO c\r\nMAIL FROM:<>\r\nRCPT TO:<inbox@example.com>\r\n"
                try await channel.writeAndFlush(ByteBuffer(string: commands)).get()
                channels.append(channel)
            }
            try await eventually("all commands are carried out") {
                running.inside.state.withLock { $0.resolutions == 1000 }
            }
            #expect(running.listener.status.connections == 1000)
            let cost = try Self.residentMemory() - before
            #expect(cost < 32 << 20, "\(cost) octets")
            for channel in channels { try await channel.close() }
        }
    }

    @Test("WIRE 77: a peer that sends on and on while its message is held is stopped by TCP")
    func heldCommit() async throws {
        try await RunningListener.with(try Self.configuration()) { running in
            let inside = running.inside
            inside.state.withLock { $0.isHeld = true }
            try await DialogueClient.connect(to: running.address) { client in
                _ = try await client.reply()
                try await client.send("EHLO c\r\nMAIL FROM:<>\r\nRCPT TO:<inbox@example.com>\r\nDATA\r\n.\r\n")
                for _ in 0..<4 { _ = try await client.reply() }
                let sent = Atomic64()
                let block = ByteBuffer(repeating: UInt8(ascii: "\n"), count: 1 << 20)
                let channel = client.channel
                let sender = Task {
                    // Ends when the channel is closed below.
                    for _ in 0..<1024 {
                        try await channel.writeAndFlush(block).get()
                        sent.add(block.readableBytes)
                    }
                }
                var last = 0
                var looks = 0
                try await eventually("nothing goes out any more") {
                    looks = last > 0 && last == sent.value ? looks + 1 : 0
                    last = sent.value
                    return looks == 50
                }
                // What fits into the sockets' own buffers, and no more.
                #expect(last > 0 && last < 64 << 20, "\(last) octets")
                inside.state.withLock { $0.isHeld = false }
                try await client.expect("250 2.0.0")
                try await channel.close()
                _ = await sender.result
            }
        }
    }

    @Test("A large message goes through the spool file, octet for octet")
    func spooledMessage() async throws {
        var storage = StorageConfiguration()
        storage.memoryThreshold = 65_536
        try await RunningListener.with(try Self.configuration(), inside: Inside(configuration: storage)) { running in
            let line = String(repeating: "0123456789", count: 7) + "\r\n"
            let text = String(repeating: line, count: 100_000)
            try await DialogueClient.connect(to: running.address) { client in
                _ = try await client.reply()
                _ = try await client.command("EHLO c")
                _ = try await client.command("MAIL FROM:<>")
                _ = try await client.command("RCPT TO:<inbox@example.com>")
                _ = try await client.command("DATA")
                try await client.send(text + ".\r\nQUIT\r\n")
                try await client.expect("250 2.0.0")
                try await client.expect("221 2.0.0")
            }
            #expect(running.inside.state.withLock { $0.messages } == [Array(text.utf8)])
            // Given back when the spool file is gone.
            try await eventually("free memory") { running.inside.memoryReserved == 0 }
        }
    }

    @Test("A message waits for memory that others hold, and then goes on")
    func memoryBudget() async throws {
        var storage = StorageConfiguration()
        storage.memoryThreshold = 65_536
        storage.memoryBudget = 65_536
        try await RunningListener.with(try Self.configuration(), inside: Inside(configuration: storage)) { running in
            try await DialogueClient.connect(to: running.address) { first in
                _ = try await first.reply()
                try await first.send("EHLO c\r\nMAIL FROM:<>\r\nRCPT TO:<inbox@example.com>\r\nDATA\r\n")
                for _ in 0..<4 { _ = try await first.reply() }
                try await DialogueClient.connect(to: running.address) { second in
                    _ = try await second.reply()
                    try await second.send("EHLO c\r\nMAIL FROM:<>\r\nRCPT TO:<inbox@example.com>\r\nDATA\r\n")
                    for _ in 0..<3 { _ = try await second.reply() }
                    #expect(try await first.command("x\r\n.")?.hasPrefix("250 2.0.0") == true)
                    try await second.expect("354")
                    #expect(try await second.command("y\r\n.")?.hasPrefix("250 2.0.0") == true)
                }
            }
            #expect(running.inside.memoryReserved == 0)
        }
    }

    @Test("WIRE 19: a peer that errs waits, and is sent away")
    func errors() async throws {
        var configuration = try Self.configuration()
        configuration.maxErrors = 13
        configuration.errorDelayStep = 50
        try await RunningListener.with(configuration) { running in
            try await DialogueClient.connect(to: running.address) { client in
                _ = try await client.reply()
                let start = ContinuousClock.now
                try await client.send(String(repeating: "BOGUS\r\n", count: 13))
                for _ in 0..<13 { try await client.expect("500") }
                try await client.expect("421 4.7.0")
                try await client.expectEnd()
                #expect(ContinuousClock.now - start >= .milliseconds(150))
            }
        }
    }
}

/// A number that several threads change.
private final class Atomic64: Sendable {
    private let number = Mutex(0)
    var value: Int { number.withLock { $0 } }
    func add(_ amount: Int) { number.withLock { $0 += amount } }
}
