import Inbound
import NIOCore
import SMTP
import Synchronization
import TestSupport
import Testing

@Suite("Golden dialogues, over real sockets")
struct SocketTranscriptTests {
    enum Transport: CaseIterable { case tcp, unix }

    @Test("The dialogue is as written", .timeLimit(.minutes(2)), arguments: try Transcript.all(), Transport.allCases)
    func dialogue(_ transcript: Transcript, _ transport: Transport) async throws {
        let address = transport == .tcp ? try RunningListener.loopback() : RunningListener.unixSocket()
        var configuration = ListenerConfiguration(name: "test", dialect: transcript.policy.dialect, address: address)
        if transcript.sendsEarly { configuration.greetingDelay = 10 }
        try await RunningListener.with(configuration, policy: transcript.policy) { running in
            try await DialogueClient.connect(to: running.address) { client in
                try await Self.play(transcript, &client, running.inside)
            }
        }
    }

    private static func play(
        _ transcript: Transcript,
        _ client: inout DialogueClient,
        _ inside: Inside
    ) async throws {
        var burst: [UInt8] = []
        var taken = 0
        for (index, step) in transcript.steps.enumerated() {
            if case .send(let octets) = step {
                burst += octets
                continue
            }
            if !burst.isEmpty {
                try? await client.send(burst)
                burst = []
            }
            if let problem = try await check(step, &client, inside, &taken) {
                Issue.record("\(transcript.name), step \(index + 1) \(step): \(problem)")
                return
            }
        }
    }

    private static func check(
        _ step: Transcript.Step,
        _ client: inout DialogueClient,
        _ inside: Inside,
        _ taken: inout Int
    ) async throws -> String? {
        switch step {
        case .send: return nil
        case .expectExactly(let expected):
            guard let line = try await client.line() else { return "closed" }
            return line == expected ? nil : "got '\(line)'"
        case .expectPrefix(let expected):
            guard let line = try await client.line() else { return "closed" }
            return line.hasPrefix(expected) ? nil : "got '\(line)'"
        case .expectUpTo(let expected):
            while let line = try await client.line() { if line.hasPrefix(expected) { return nil } }
            return "no such line"
        case .expectEnd:
            guard let line = try await client.line() else { return nil }
            return "got '\(line)'"
        case .close:
            client.finish()
            return nil
        case .expectMessage(let octets):
            let messages = inside.state.withLock { $0.messages }
            guard taken < messages.count else { return "no message" }
            defer { taken += 1 }
            return messages[taken] == octets ? nil : "another message"
        case .expectMessages(let count):
            let messages = inside.state.withLock { $0.messages.count }
            return messages == count ? nil : "\(messages) messages"
        case .script(let script):
            inside.script(script)
            return nil
        }
    }
}
