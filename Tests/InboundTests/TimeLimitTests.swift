import Inbound
import SMTP
import Testing

/// Peers that are silent, or never quite, against short limits.
@Suite("Time limits, over real sockets", .timeLimit(.minutes(2)))
struct TimeLimitTests {
    @Test("WIRE 20: an idle connection is told and closed")
    func idle() async throws {
        try await RunningListener.with(try RunningListener.configuration { $0.idleTimeout = 1 }) { running in
            try await DialogueClient.connect(to: running.address) { client in
                _ = try await client.reply()
                try await client.expect("421 4.4.2 Timeout exceeded")
                try await client.expectEnd()
            }
        }
    }

    @Test("WIRE 20: a command line that drips")
    func commandLine() async throws {
        try await RunningListener.with(try RunningListener.configuration { $0.idleTimeout = 2 }) { running in
            try await DialogueClient.connect(to: running.address) { client in
                _ = try await client.reply()
                client.drip("N")
                try await client.expect("421 4.4.2 Timeout exceeded")
                try await client.expectEnd()
            }
        }
    }

    @Test("WIRE 20: a message that takes too long is dropped, taken or refused", arguments: [false, true])
    func transaction(_ isRefused: Bool) async throws {
        let configuration = try RunningListener.configuration {
            // Time enough for the commands in front, however busy the machine is.
            $0.transactionTimeout = 15
            $0.maxMessageSize = 1024
        }
        try await RunningListener.with(configuration) { running in
            try await DialogueClient.connect(to: running.address) { client in
                try await client.beginMessage()
                if isRefused {
                    try await client.send(String(repeating: "x", count: 5000))
                    try await eventually("the end of the message that was begun") { running.inside.memoryReserved == 0 }
                }
                client.drip("x")
                try await client.expect("421 4.4.2 Timeout exceeded")
                try await client.expectEnd()
            }
            try await eventually("free memory") { running.inside.memoryReserved == 0 }
        }
    }

    @Test("WIRE 20: a transaction of commands takes too long, too")
    func commands() async throws {
        try await RunningListener.with(try RunningListener.configuration { $0.transactionTimeout = 1 }) { running in
            try await DialogueClient.connect(to: running.address) { client in
                _ = try await client.reply()
                try await client.send("EHLO c\r\nMAIL FROM:<>\r\n")
                for _ in 0..<2 { _ = try await client.reply() }
                try await client.expect("421 4.4.2 Timeout exceeded")
                try await client.expectEnd()
            }
        }
    }

    @Test(
        "WIRE 20: content that comes too slowly: a message, and a chunk that was refused at once",
        arguments: [false, true]
    )
    func rate(_ isRefusedChunk: Bool) async throws {
        let configuration = try RunningListener.configuration {
            $0.minDataRate = 10_000
            $0.dataRateWindow = 1
        }
        try await RunningListener.with(configuration) { running in
            try await DialogueClient.connect(to: running.address) { client in
                if isRefusedChunk {
                    _ = try await client.reply()
                    try await client.send("BDAT 1000000\r\n")
                } else {
                    try await client.beginMessage()
                }
                client.drip("x")
                try await client.expect("421 4.4.2 Timeout exceeded")
                try await client.expectEnd()
            }
        }
    }

    @Test("WIRE 20: a chunk too large ever to be read ends the connection at once")
    func hugeChunk() async throws {
        try await RunningListener.with(try RunningListener.configuration()) { running in
            try await DialogueClient.connect(to: running.address) { client in
                _ = try await client.reply()
                try await client.send("EHLO c\r\nBDAT 9999999999999999999 LAST\r\nNOOP\r\n")
                _ = try await client.reply()
                try await client.expect("552 5.3.4")
                try await client.expectEnd()
            }
        }
    }

    @Test("WIRE 20: a peer that is silent behind a wait of ours has its own time, and then is sent away")
    func silentBehindDelay() async throws {
        let configuration = try RunningListener.configuration {
            $0.idleTimeout = 3
            $0.errorDelayStep = 3500
        }
        try await RunningListener.with(configuration) { running in
            var isInTime = false
            while !isInTime {
                try await DialogueClient.connect(to: running.address) { client in
                    _ = try await client.reply()
                    try await client.send(String(repeating: "BOGUS\r\n", count: 11))
                    // On a busy machine the greeting's own time may be over before this is sent.
                    isInTime = try await client.reply()?.hasPrefix("500") == true
                    guard isInTime else { return }
                    for _ in 0..<10 { try await client.expect("500") }
                    try await client.expect("421 4.4.2 Timeout exceeded")
                    try await client.expectEnd()
                }
            }
        }
    }
}
