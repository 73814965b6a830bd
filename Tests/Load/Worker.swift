import Foundation
import NIOCore

/// What the senders of one event loop share: the numbers still to be sent, the ledger, the measurements.
final class Worker {
    let plan: LoadPlan
    let eventLoop: any EventLoop
    let started: NIODeadline
    private(set) var isStopped = false
    var result = LoadResult()
    private var next: Int
    private let step: Int
    private var running = 0
    private var connections: [ObjectIdentifier: Connection] = [:]
    private var ledger: Ledger?
    private let done: EventLoopPromise<LoadResult>

    /// A worker that sends the messages `first`, `first + step` … below the plan's number.
    init(
        plan: LoadPlan,
        first: Int,
        step: Int,
        ledger: Ledger?,
        started: NIODeadline,
        eventLoop: any EventLoop,
        done: EventLoopPromise<LoadResult>
    ) {
        self.plan = plan
        self.next = first
        self.step = step
        self.ledger = ledger
        self.started = started
        self.eventLoop = eventLoop
        self.done = done
    }

    var wantsText: Bool { ledger != nil }

    func start(senders count: Int) {
        running = count
        guard count > 0 else { return done.succeed(result) }
        eventLoop.assumeIsolated().scheduleTask(deadline: plan.deadline) { self.stop() }
        for _ in 0..<count {
            Sender(worker: self).start()
        }
    }

    func nextNumber() -> Int? {
        guard !isStopped, next < plan.messages else { return nil }
        defer { next += step }
        return next
    }

    func dueTime(ofMessage number: Int) -> NIODeadline? {
        guard plan.rate > 0 else { return nil }
        return started + .nanoseconds(Int64(Double(number) / plan.rate * 1e9))
    }

    /// Counts the message and writes its line.
    func settle(_ message: Sender.Message) {
        result.count(message)
        ledger?.add(message, plan: plan)
    }

    func opened(_ connection: Connection) {
        connections[ObjectIdentifier(connection)] = connection
    }

    func closed(_ connection: Connection) {
        connections[ObjectIdentifier(connection)] = nil
    }

    func senderFinished() {
        running -= 1
        guard running == 0 else { return }
        ledger?.flush()
        done.succeed(result)
    }

    private func stop() {
        isStopped = true
        for connection in connections.values { connection.abandon() }
    }
}

/// The file with one line of JSON per message: what was answered what.
struct Ledger {
    private var pending = ByteBuffer()
    private let file: FileHandle

    init(file: FileHandle) {
        self.file = file
    }

    mutating func add(_ message: Sender.Message, plan: LoadPlan) {
        pending.writeString("{\"key\":\"\(plan.template.key(ofMessage: message.number))\",\"message_id\":")
        if let id = plan.template.messageID(ofMessage: message.number) {
            pending.writeString("\"\(id)\"")
        } else {
            pending.writeStaticString("null")
        }
        pending.writeString(",\"attempts\":\(message.attempts),\"recipients\":[")
        for (position, recipient) in message.recipients.enumerated() {
            if position > 0 { pending.writeStaticString(",") }
            let answer = message.answers[position]
            let reply = answer.code == 0 ? "unanswered" : "\(answer.code) \(answer.text)"
            let address = plan.recipients[recipient].address
            pending.writeString("{\"address\":\"\(Self.escaped(address))\",\"reply\":\"\(Self.escaped(reply))\"}")
        }
        pending.writeStaticString("]}\n")
        if pending.readableBytes > 65_536 { flush() }
    }

    mutating func flush() {
        // A ledger that cannot be written makes the run worthless; the count of its lines shows it.
        try? file.write(contentsOf: Data(pending.readableBytesView))
        pending.clear()
    }

    private static func escaped(_ text: String) -> String {
        var escaped = ""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\"": escaped += "\\\""
            case "\\": escaped += "\\\\"
            case _ where scalar.value < 0x20: escaped += " "
            default: escaped.unicodeScalars.append(scalar)
            }
        }
        return escaped
    }
}
