import NIOCore
import NIOPosix

/// One of the simultaneous senders: opens one connection after the other and sends its messages over them.
///
/// Lives on the event loop of its worker and nowhere else.
final class Sender {
    let worker: Worker
    private(set) var current: Message?
    private var retryDelay = TimeAmount.milliseconds(2)
    private var isDone = false

    /// One message on its way.
    struct Message {
        let number: Int
        let recipients: [Int]
        /// The answer per recipient; code 0 until there is one.
        var answers: [ReplyReader.Reply]
        var attempts = 0
        /// Positions in `recipients` that still lack a final answer.
        var outstanding: [Int]

        init(number: Int, recipients: [Int]) {
            self.number = number
            self.recipients = recipients
            answers = Array(repeating: ReplyReader.Reply(code: 0, text: ""), count: recipients.count)
            outstanding = Array(recipients.indices)
        }
    }

    init(worker: Worker) {
        self.worker = worker
    }

    /// Takes the next message and a connection for it.
    func start() {
        guard takeMessage() else { return finish() }
        waitUntilDue { $0.connect() }
    }

    /// Makes sure that there is a message to send; false when the run has none left.
    private func takeMessage() -> Bool {
        if current == nil, let number = worker.nextNumber() {
            current = Message(number: number, recipients: worker.plan.recipients(ofMessage: number))
        }
        return current != nil
    }

    private func waitUntilDue(then action: @escaping (Sender) -> Void) {
        guard let number = current?.number, let due = worker.dueTime(ofMessage: number), due > .now() else {
            return action(self)
        }
        worker.eventLoop.assumeIsolated().scheduleTask(deadline: due) { action(self) }
    }

    private func finish() {
        guard !isDone else { return }
        isDone = true
        worker.senderFinished()
    }

    private func connect() {
        guard !worker.isStopped else { return giveUp() }
        let started = NIODeadline.now()
        let bound = NIOLoopBound(self, eventLoop: worker.eventLoop)
        ClientBootstrap(group: worker.eventLoop)
            .channelOption(.tcpOption(.tcp_nodelay), value: worker.plan.isTCP ? 1 : 0)
            .channelOption(.maxMessagesPerRead, value: 1)
            .channelOption(.recvAllocator, value: FixedSizeRecvByteBufferAllocator(capacity: 2_048))
            .connectTimeout(.seconds(30))
            .channelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    let connection = Connection(sender: bound.value, started: started)
                    try channel.pipeline.syncOperations.addHandler(connection)
                }
            }
            .connect(to: worker.plan.address)
            .assumeIsolated()
            .whenFailure { _ in
                self.worker.result.failedConnections += 1
                self.connectionLost()
            }
    }

    // MARK: - What the connection reports

    /// The connection is open and free: the message that it is to send.
    func messageToSend() -> Message? { current }

    /// Takes a message of which every recipient has its answer; true when the connection may go on with the next.
    func completed(_ message: Message, finalLatency: TimeAmount, wholeLatency: TimeAmount, closes: Bool) -> Bool {
        retryDelay = .milliseconds(2)
        var message = message
        if worker.plan.retryTemporary, !worker.isStopped {
            message.outstanding = message.answers.indices.filter { message.answers[$0].code / 100 == 4 }
            if !message.outstanding.isEmpty {
                current = message
                worker.result.resent += 1
                worker.eventLoop.assumeIsolated().scheduleTask(in: .milliseconds(50)) { self.connect() }
                return false
            }
        }
        worker.result.record(finalLatency: finalLatency, wholeLatency: wholeLatency)
        worker.settle(message)
        current = nil
        guard takeMessage() else {
            finish()
            return false
        }
        if closes {
            waitUntilDue { $0.connect() }
            return false
        }
        return true
    }

    /// Calls back when the message's turn has come, with `--rate`.
    func whenDue(_ action: @escaping () -> Void) {
        waitUntilDue { _ in action() }
    }

    /// The connection ended with the message unanswered; `message` bears the answers that did come.
    func connectionLost(_ message: Message? = nil) {
        if let message { current = message }
        guard worker.plan.resend, !worker.isStopped else { return giveUp() }
        worker.result.resent += 1
        let delay = retryDelay
        retryDelay = min(delay * 2, .milliseconds(100))
        worker.eventLoop.assumeIsolated().scheduleTask(in: delay) { self.connect() }
    }

    private func giveUp() {
        if let message = current { worker.settle(message) }
        current = nil
        start()
    }
}

extension LoadPlan {
    var isTCP: Bool { address.port != nil }
}
