import ArgumentParser
import Foundation
import NIOCore
import NIOPosix

/// Sends mail as fast as it is taken, and tells what was answered what.
@main
struct LoadCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "mailwicket-load",
        abstract: "Sends mail to an SMTP or LMTP server, measures the replies and keeps a ledger of them.",
        discussion: """
            Each message has a sender, subject, body and Message-ID of its own, all made from the seed and the \
            message's number. Exit status: 0 when every message was answered, 1 when any was not.
            """
    )

    @Option(help: "HOST:PORT, [IPv6]:PORT or unix:PATH.")
    var target: LoadTarget

    @Option(help: "smtp or lmtp.")
    var dialect = LoadDialect.smtp

    @Option(help: "Simultaneous connections.")
    var sessions = 1

    @Option(help: "Messages in all.")
    var messages = 100

    @Option(help: "Messages for one connection: 1 reconnects for each, 0 keeps it.")
    var perConnection = 0

    @Option(help: "Octets of a message.")
    var size = 4_096

    @Option(help: "Addresses, separated by commas.")
    var recipients = "support@example.com"

    @Option(help: "Recipients of one message, turning round the list; 0 for all.")
    var recipientsPerMessage = 0

    @Option(help: "Domain of the senders.")
    var senderDomain = "load.example"

    @Flag(help: "Use BDAT where CHUNKING is offered.")
    var bdat = false

    @Option(help: "Octets of one BDAT chunk; 0 sends the message in one.")
    var chunk = 0

    @Flag(help: "One command at a time.")
    var noPipelining = false

    @Flag(name: .customLong("no-message-id"), help: "Leave the Message-ID out.")
    var noMessageID = false

    @Flag(help: "multipart/mixed with a base64 part instead of plain text.")
    var attachment = false

    @Option(help: "Write a line of JSON per message: key, Message-ID, and the reply for each recipient.")
    var ledger: String?

    @Flag(help: "Send a message again whose connection was lost before its final reply.")
    var resend = false

    @Flag(help: "Send a message again that was answered 4xx.")
    var retryTemporary = false

    @Option(help: "Seconds after which the run ends, whatever is unanswered.")
    var deadline = 600.0

    @Option(help: "Messages per second in all; 0 for as fast as it goes.")
    var rate = 0.0

    @Option(help: "Makes all that is distinct; the same seed makes the same messages.")
    var seed: UInt64 = 1

    @Option(help: "Event loops.")
    var loops = 1

    @Flag(help: "Print JSON.")
    var json = false

    mutating func validate() throws {
        guard sessions > 0, messages > 0, loops > 0, size > 0 else {
            throw ValidationError("--sessions, --messages, --loops and --size are at least 1.")
        }
        guard perConnection >= 0, recipientsPerMessage >= 0, chunk >= 0, rate >= 0, deadline > 0 else {
            throw ValidationError("A number is negative.")
        }
        guard recipients.split(separator: ",").contains(where: { !$0.isEmpty }) else {
            throw ValidationError("--recipients names nobody.")
        }
    }

    mutating func run() async throws {
        let plan = try makePlan()
        let ledgerFile = try ledger.map(Self.openLedger)
        let count = min(sessions, messages)
        let loops = min(loops, count)
        let group = MultiThreadedEventLoopGroup(numberOfThreads: loops)
        let started = NIODeadline.now()
        let futures = (0..<loops).map { index in
            let eventLoop = group.next()
            let done = eventLoop.makePromise(of: LoadResult.self)
            eventLoop.execute {
                let worker = Worker(
                    plan: plan,
                    first: index,
                    step: loops,
                    ledger: ledgerFile.map(Ledger.init),
                    started: started,
                    eventLoop: eventLoop,
                    done: done
                )
                worker.start(senders: count / loops + (index < count % loops ? 1 : 0))
            }
            return done.futureResult
        }
        var result = LoadResult()
        for future in futures {
            result.merge(try await future.get())
        }
        let elapsed = NIODeadline.now() - started
        try await group.shutdownGracefully()
        try ledgerFile?.close()
        try LoadReport(result, plan: plan, elapsed: elapsed).print(asJSON: json)
        if result.unanswered > 0 || result.answered < messages {
            throw ExitCode(1)
        }
    }

    private func makePlan() throws -> LoadPlan {
        LoadPlan(
            address: try target.resolved(),
            dialect: dialect,
            messages: messages,
            sessions: sessions,
            perConnection: perConnection,
            recipients: recipients.split(separator: ",").map { LoadPlan.Recipient(String($0)) },
            recipientsPerMessage: recipientsPerMessage,
            useChunking: bdat,
            chunkSize: chunk,
            pipelining: !noPipelining,
            resend: resend,
            retryTemporary: retryTemporary,
            rate: rate,
            deadline: .now() + .nanoseconds(Int64(deadline * 1e9)),
            template: MessageTemplate(
                MessageTemplate.Options(
                    size: size,
                    seed: seed,
                    domain: senderDomain,
                    hasMessageID: !noMessageID,
                    hasAttachment: attachment
                )
            )
        )
    }

    private static func openLedger(at path: String) throws -> FileHandle {
        try Data().write(to: URL(filePath: path))
        let file = try FileHandle(forWritingTo: URL(filePath: path))
        return file
    }
}
