import Foundation
import Inbound
import Logging
import NIOPosix
import SMTP
import ServiceLifecycle
import Synchronization
import Testing

@Suite("All doors together", .timeLimit(.minutes(2)))
struct ListenerGroupTests {
    private static func listener(_ address: ListenerAddress, _ inside: Inside) -> MailListener {
        var logger = Logger(label: "test")
        logger.logLevel = .critical
        return MailListener(
            configuration: ListenerConfiguration(name: "\(address)", dialect: .lmtp, address: address),
            hostname: "mx.example.com",
            door: inside.door,
            group: MultiThreadedEventLoopGroup.singleton,
            logger: logger
        )
    }

    @Test("WIRE 21: on shutdown no door takes mail while another waits for its last message")
    func drain() async throws {
        let inside = try Inside()
        let doors = ListenerGroup([
            Self.listener(try RunningListener.loopback(), inside), Self.listener(RunningListener.unixSocket(), inside),
        ])
        try await doors.bind()
        let group = ServiceGroup(
            configuration: .init(services: [.init(service: doors)], logger: Logger(label: "test"))
        )
        inside.state.withLock { $0.isHeld = true }
        try await withThrowingTaskGroup(of: Void.self) { tasks in
            tasks.addTask { try await group.run() }
            try await DialogueClient.connect(to: doors.listeners[0].boundAddress) { first in
                try await DialogueClient.connect(to: doors.listeners[1].boundAddress) { second in
                    try await first.beginMessage("LHLO")
                    try await second.beginMessage("LHLO")
                    try await first.send("x\r\n.\r\n")
                    try await second.send("x\r\n.\r\n")
                    try await eventually("both commits") { inside.state.withLock { $0.waiting == 2 } }
                    await group.triggerGracefulShutdown()
                    for listener in doors.listeners {
                        // Until the shutdown has come through, one more may be greeted.
                        try await Self.refusal(at: listener.boundAddress)
                    }
                    #expect(inside.state.withLock { $0.waiting } == 2, "both are still held")
                    inside.state.withLock { $0.isHeld = false }
                    try await first.expect("250 2.0.0")
                    try await second.expect("250 2.0.0")
                }
            }
            try await tasks.waitForAll()
        }
        #expect(doors.listeners.allSatisfy { !$0.status.isListening })
    }

    private static func refusal(at address: ListenerAddress?) async throws {
        let deadline = ContinuousClock.now + .seconds(10)
        var greeting = ""
        while !greeting.hasPrefix("421 4.3.2"), ContinuousClock.now < deadline {
            try await DialogueClient.connect(to: address) { new in greeting = try await new.reply() ?? "" }
        }
        #expect(greeting.hasPrefix("421 4.3.2"))
    }

    @Test("When one door cannot be opened, none is left open")
    func bind() async throws {
        let inside = try Inside()
        let good = RunningListener.unixSocket()
        let taken = RunningListener.unixSocket()
        guard case .unix(let goodPath) = good, case .unix(let takenPath) = taken else { return }
        #expect(FileManager.default.createFile(atPath: takenPath, contents: Data()))
        let doors = ListenerGroup([Self.listener(good, inside), Self.listener(taken, inside)])
        let error = await #expect(throws: ListenerError.self) { try await doors.bind() }
        #expect(error?.listener == "\(taken)")
        #expect(!FileManager.default.fileExists(atPath: goodPath))
        #expect(!doors.listeners[0].status.isListening)
        try FileManager.default.removeItem(atPath: takenPath)
    }

    @Test("A door whose socket is closed before its time ends the service of all with an error")
    func fault() async throws {
        let inside = try Inside()
        let doors = ListenerGroup([
            Self.listener(RunningListener.unixSocket(), inside), Self.listener(RunningListener.unixSocket(), inside),
        ])
        try await doors.bind()
        async let life: Void = doors.run()
        await doors.listeners[1].close()
        var listener: String?
        do {
            try await life
        } catch let error as ListenerError {
            listener = error.listener
        }
        #expect(listener == doors.listeners[1].status.name)
        #expect(!doors.listeners[0].status.isListening, "the other is closed with it")
    }
}
