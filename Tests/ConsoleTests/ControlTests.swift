internal import Console
internal import Foundation
internal import Intake
internal import Mail
internal import NIOCore
internal import NIOPosix
internal import Storage
internal import Synchronization
internal import Testing

/// The client against the console, over a real Unix socket.
@Suite struct ControlTests {
    private let options = ImportOptions(mailbox: "support")

    @Test func statusArrivesAsItIs() async throws {
        try await RunningConsole.run { console in
            let client = ControlClient(path: console.path)
            let report = try await client.status()
            #expect(report == RunningConsole.report(directory: console.store.layout.directory))
            #expect(
                report.problems == [
                    "The last commit failed: the disk is full.",
                    "Alarm wal-size, 2 times from 2026-11-21T09:30:00Z to 2026-11-21T09:32:00Z: Too \"large\"\n…",
                ]
            )
            await client.close()
        }
    }

    @Test func onlyTheOwnerMayOpenTheSocket() async throws {
        try await RunningConsole.run { console in
            let mode = try FileManager.default.attributesOfItem(atPath: console.path)[.posixPermissions] as? NSNumber
            #expect(mode?.uint16Value == 0o600)
        }
    }

    @Test func importedOnce() async throws {
        try await RunningConsole.run { console in
            let client = ControlClient(path: console.path)
            let message = RunningConsole.message("one")
            let first = try await client.importMessage(message, name: "a b/ä&c=d#1.eml", options: options)
            #expect(first.result == .imported)
            #expect(first.outcome == "created")
            #expect(first.ticket == 1)
            let again = try await client.importMessage(message, name: "again.eml", options: options)
            #expect(again.result == .repeated)
            #expect(again.entry == first.entry)
            #expect(again.ticket == 1)
            let entry = try #require(first.entry.flatMap { UniqueID($0) })
            let deliveries = try await console.store.engine.read { reader throws(StoreError) in
                try reader.deliveries(ofEntry: entry)
            }
            #expect(deliveries.map(\.peer) == ["file a b/ä&c=d#1.eml", "file again.eml"])
            #expect(deliveries.map(\.isRepeated) == [false, true])
            await client.close()
        }
    }

    @Test func aLargeMessageComesBackOctetByOctet() async throws {
        try await RunningConsole.run { console in
            let client = ControlClient(path: console.path)
            let message = RunningConsole.message("large", size: 3 << 20)
            let answer = try await client.importMessage(message, name: "large.eml", options: options)
            #expect(answer.result == .imported)
            let entry = try #require(answer.entry.flatMap { UniqueID($0) })
            let row = try await console.store.engine.read { reader throws(StoreError) in
                try reader.emailLogEntry(entry)
            }
            let reader = try StoreReader(directory: console.store.layout.directory)
            #expect(try reader.octets(of: try #require(row).message) == message)
            await client.close()
        }
    }

    @Test func chosenStatus() async throws {
        try await RunningConsole.run { console in
            let client = ControlClient(path: console.path)
            _ = try await client.importMessage(
                RunningConsole.message("closed"),
                name: "",
                options: ImportOptions(mailbox: "support", status: "closed")
            )
            let ticket = try await console.store.engine.read { reader throws(StoreError) in
                try reader.ticket(number: 1)
            }
            #expect(ticket?.status == "closed")
            await client.close()
        }
    }

    @Test func whatCannotBeImportedIsSaid() async throws {
        try await RunningConsole.run(maximumSize: 1000) { console in
            let client = ControlClient(path: console.path)
            let noMailbox = try await client.importMessage(
                RunningConsole.message("x"),
                name: "",
                options: ImportOptions(mailbox: "sales")
            )
            #expect(noMailbox == ImportAnswer(result: .refused, problem: "There is no mailbox \"sales\"."))
            let empty = try await client.importMessage(
                RunningConsole.message("x"),
                name: "",
                options: ImportOptions(mailbox: "")
            )
            #expect(empty == ImportAnswer(result: .refused, problem: "The mailbox is missing."))
            let large = try await client.importMessage(
                RunningConsole.message("x", size: 1 << 20),
                name: "",
                options: options
            )
            #expect(large == ImportAnswer(result: .refused, problem: "The message is larger than 1000 octets."))
            // What was refused leaves the connection usable and its memory free.
            let small = try await client.importMessage(RunningConsole.message("x"), name: "", options: options)
            #expect(small.result == .imported)
            #expect(console.store.spool.reserved == 0)
            await client.close()
        }
    }

    @Test func manyAtOnceOverFewConnections() async throws {
        try await RunningConsole.run { console in
            let client = ControlClient(path: console.path, connections: 3)
            let options = options
            let answers = try await withThrowingTaskGroup(of: ImportAnswer.self) { group in
                for number in 0..<60 {
                    group.addTask {
                        // Each is sent twice, so that the two race for one retry key.
                        try await client.importMessage(
                            RunningConsole.message("m\(number / 2)"),
                            name: "\(number)",
                            options: options
                        )
                    }
                }
                return try await group.reduce(into: []) { $0.append($1) }
            }
            #expect(answers.count { $0.result == .imported } == 30)
            #expect(answers.count { $0.result == .repeated } == 30)
            #expect(Set(answers.compactMap(\.ticket)).count == 30)
            await client.close()
        }
    }

    @Test func alarmsAreCleared() async throws {
        try await RunningConsole.run { console in
            try await console.store.engine.write { writer throws(StoreError) in
                try writer.raise(Alarm(kind: "crash-suspect", text: "…", raisedAt: .now, lastAt: .now))
            }
            let client = ControlClient(path: console.path)
            #expect(try await client.clearAlarm(kind: "crash-suspect"))
            #expect(try await client.clearAlarm(kind: "crash-suspect") == false)
            await client.close()
        }
    }

    @Test func nobodyThere() async {
        let client = ControlClient(path: "/nonexistent/control.sock")
        await #expect(throws: ControlError.notRunning(path: "/nonexistent/control.sock")) {
            try await client.status()
        }
    }

    /// Who has the socket and says nothing does not make a command hang, with or without a body to take.
    @Test(.timeLimit(.minutes(1))) func aServerThatHangs() async throws {
        try await SilentServer.run { path in
            var patience = ControlClient.Patience()
            patience.answer = .milliseconds(50)
            patience.importing = .seconds(1)
            let client = ControlClient(path: path, connections: 1, patience: patience)
            let silence = "did not answer for 0.05 seconds"
            await #expect(throws: ControlError.silent(path: path, how: silence)) { try await client.status() }
            await #expect(throws: ControlError.silent(path: path, how: silence)) {
                try await client.clearAlarm(kind: "x")
            }
            await #expect(throws: ControlError.silent(path: path, how: "did not answer for 1 second")) {
                try await client.importMessage(
                    RunningConsole.message("x", size: 4 << 20),
                    name: "",
                    options: options
                )
            }
            await client.close()
        }
    }

    /// A server that no longer accepts: the system makes connections for it until its queue is full.
    @Test(.timeLimit(.minutes(1))) func aServerThatAcceptsNoMore() async throws {
        try await SilentServer.run(accepts: false) { path in
            var errors: Set<ControlError> = []
            try await withThrowingTaskGroup(of: ControlError?.self) { group in
                for _ in 0..<8 {
                    group.addTask {
                        var patience = ControlClient.Patience()
                        patience.answer = .seconds(1)
                        do throws(ControlError) {
                            _ = try await ControlClient(path: path, patience: patience).status()
                            return nil
                        } catch {
                            return error
                        }
                    }
                }
                for try await error in group { errors.insert(try #require(error)) }
            }
            #expect(
                errors == [
                    .silent(path: path, how: "did not answer for 1 second"),
                    .silent(path: path, how: "takes no more connections"),
                ]
            )
        }
    }

    /// Memory that other messages have is waited for, and not for ever.
    @Test func anImportWaitsForMemory() async throws {
        try await RunningConsole.run(memoryBudget: 1 << 20) { console in
            let sinks = Mutex<[MessageSink]>([])
            while let sink = console.store.spool.makeSink(declaredSize: nil) { sinks.withLock { $0.append(sink) } }
            let pauses = Mutex(0)
            let patient = MessageImport(pipeline: console.pipeline, store: console.store) {
                1 << 20
            } pause: { _ in
                let isEnough = pauses.withLock { count in
                    count += 1
                    return count == 3
                }
                if isEnough { sinks.withLock { $0.removeAll() } }
            }
            let first = try await patient.run(RunningConsole.message("one"), name: "", options: options)
            #expect(first.result == .imported)
            #expect(pauses.withLock { $0 } == 3)

            while let sink = console.store.spool.makeSink(declaredSize: nil) { sinks.withLock { $0.append(sink) } }
            let waited = Mutex(Duration.zero)
            let disappointed = MessageImport(pipeline: console.pipeline, store: console.store) {
                1 << 20
            } pause: { step in
                waited.withLock { $0 += step }
            }
            let second = try await disappointed.run(RunningConsole.message("two"), name: "", options: options)
            #expect(second.result == .failed)
            #expect(second.problem == "The memory for messages being received is spent for now.")
            #expect(waited.withLock { $0 } >= MessageImport.patience)
            sinks.withLock { $0.removeAll() }
        }
    }

    /// The console stops although a client keeps an idle connection, and takes its file away.
    @Test(.timeLimit(.minutes(1))) func stopsWithAnIdleConnection() async throws {
        var path = ""
        var kept: ControlClient?
        try await RunningConsole.run { console in
            path = console.path
            let client = ControlClient(path: console.path)
            _ = try await client.status()
            kept = client
        }
        #expect(!FileManager.default.fileExists(atPath: path))
        await #expect(throws: ControlError.self) { try await kept?.status() }
    }

    /// A console whose socket is gone before its time ends with an error, idle clients or not.
    @Test(.timeLimit(.minutes(1))) func aSocketThatFails() async throws {
        let channel = Mutex<(any Channel)?>(nil)
        var kept: ControlClient?
        let error = await #expect(throws: (any Error).self) {
            try await RunningConsole.run(opened: { opened in channel.withLock { $0 = opened } }) { console in
                let client = ControlClient(path: console.path)
                _ = try await client.status()
                kept = client
                try await channel.withLock { $0 }?.close()
                let deadline = ContinuousClock.now + .seconds(20)
                while FileManager.default.fileExists(atPath: console.path), ContinuousClock.now < deadline {
                    try await Task.sleep(for: .milliseconds(5))
                }
            }
        }
        #expect(error.map { "\($0)" }?.contains("closed by a fault") == true)
        await kept?.close()
    }

    /// What is no HTTP ends its own connection and nothing else.
    @Test(.timeLimit(.minutes(1))) func garbage() async throws {
        try await RunningConsole.run { console in
            for text in ["\0\u{1}\u{2}\r\n\r\n", "EHLO x\r\n", "GET /v1/status HTTP/9.9\r\n\r\n"] {
                let channel = try await ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton)
                    .connect(unixDomainSocketPath: console.path).get()
                try await channel.writeAndFlush(ByteBuffer(string: text)).get()
                try await channel.closeFuture.get()
            }
            let client = ControlClient(path: console.path)
            _ = try await client.status()
            await client.close()
        }
    }
}
