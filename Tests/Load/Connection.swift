import NIOCore

/// One connection of a sender: performs the dialogue as a good MTA does, everything in one write where
/// PIPELINING allows it (RFC 2920).
final class Connection: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    private enum Step: Equatable {
        case reset, mail
        /// The position of the recipient in the message.
        case recipient(Int)
        case data
        /// The message after 354.
        case content
        /// A chunk by its place; the last one brings the final replies.
        case chunk(Int, isLast: Bool)
    }

    private enum Phase {
        case greeting, hello, idle, transaction, quitting, closed
    }

    private let sender: Sender
    private let worker: Worker
    private let plan: LoadPlan
    private var reader = ReplyReader()
    private var phase = Phase.greeting
    private var context: ChannelHandlerContext?

    private var message: Sender.Message?
    private var steps: [Step] = []
    private var sent = 0
    private var answered = 0
    /// Positions in the message of the recipients that were accepted and have no final reply yet.
    private var accepted: [Int] = []
    private var finalReplies = 0
    private var needsReset = false
    private var messagesSent = 0

    private var commands = ByteBuffer()
    private var head = ByteBuffer()
    private var started: NIODeadline
    private var endOfData = NIODeadline.now()

    init(sender: Sender, started: NIODeadline) {
        self.sender = sender
        self.worker = sender.worker
        self.plan = sender.worker.plan
        self.started = started
        reader.wantsText = sender.worker.wantsText
    }

    // MARK: - Channel events

    func handlerAdded(context: ChannelHandlerContext) {
        self.context = context
        worker.opened(self)
        worker.result.connections += 1
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        reader.receive(unwrapInboundIn(data))
        do {
            while phase != .closed, let reply = try reader.next() { receive(reply) }
        } catch {
            context.close(promise: nil)
        }
    }

    func channelInactive(context: ChannelHandlerContext) {
        let wasBusy = phase != .quitting && phase != .closed
        phase = .closed
        self.context = nil
        worker.closed(self)
        if wasBusy { sender.connectionLost(message) }
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        context.close(promise: nil)
    }

    /// The run's time is over.
    func abandon() {
        context?.close(promise: nil)
    }

    // MARK: - Replies

    private func receive(_ reply: ReplyReader.Reply) {
        switch phase {
        case .greeting:
            guard reply.code == 220 else { return abandon() }
            phase = .hello
            reader.collectsKeywords = true
            commands.clear()
            commands.writeStaticString(plan.dialect == .lmtp ? "LHLO load.example\r\n" : "EHLO load.example\r\n")
            context?.writeAndFlush(wrapOutboundOut(commands), promise: nil)
        case .hello:
            guard reply.code == 250 else { return abandon() }
            reader.collectsKeywords = false
            begin()
        case .transaction:
            receiveInTransaction(reply)
        case .quitting:
            context?.close(promise: nil)
        case .idle, .closed:
            // Only 421 comes unasked; the connection's end follows and is reported as such.
            break
        }
    }

    private func receiveInTransaction(_ reply: ReplyReader.Reply) {
        guard steps.indices.contains(answered) else { return }
        // RFC 5321 section 3.8: the server may close with 421 at any time; the message is not answered by it.
        if reply.code == 421 { return abandon() }
        switch steps[answered] {
        case .reset:
            break
        case .mail:
            if reply.code != 250 { answerAll(reply) }
        case .recipient(let position):
            if reply.code / 100 == 2 {
                accepted.append(position)
            } else {
                answer(position, reply)
            }
        case .data:
            if reply.code != 354 {
                answerAll(reply)
                needsReset = true
                return complete()
            }
        case .chunk(_, isLast: false):
            if reply.code != 250 {
                // The replies to the chunks on their way are of no interest any more.
                answerAll(reply)
                return complete(closes: true)
            }
        case .content, .chunk(_, isLast: true):
            receiveFinal(reply)
            if finalReplies > 0 { return }
        }
        answered += 1
        if answered == steps.count { return complete() }
        if answered == sent { sendSteps() }
    }

    private func receiveFinal(_ reply: ReplyReader.Reply) {
        if finalReplies == 0 {
            // RFC 2033 section 4.2: one reply for each recipient that was accepted; SMTP has one for all.
            finalReplies = plan.dialect == .lmtp ? max(1, accepted.count) : 1
        }
        if plan.dialect == .smtp || accepted.isEmpty {
            answerAll(reply)
        } else {
            answer(accepted.removeFirst(), reply)
        }
        finalReplies -= 1
    }

    private func answer(_ position: Int, _ reply: ReplyReader.Reply) {
        message?.answers[position] = reply
        message?.outstanding.removeAll { $0 == position }
    }

    private func answerAll(_ reply: ReplyReader.Reply) {
        for position in message?.outstanding ?? [] { answer(position, reply) }
        accepted.removeAll(keepingCapacity: true)
    }

    // MARK: - Transactions

    private func begin() {
        guard var message = sender.messageToSend() else { return quit() }
        phase = .transaction
        if messagesSent > 0 { started = .now() }
        message.attempts += 1
        steps.removeAll(keepingCapacity: true)
        if needsReset { steps.append(.reset) }
        steps.append(.mail)
        for position in message.outstanding { steps.append(.recipient(position)) }
        if plan.useChunking, reader.keywords.contains(.chunking) {
            let size = plan.template.size
            let chunks = plan.chunkSize > 0 ? max(1, (size + plan.chunkSize - 1) / plan.chunkSize) : 1
            for chunk in 0..<chunks { steps.append(.chunk(chunk, isLast: chunk == chunks - 1)) }
        } else {
            steps.append(.data)
            steps.append(.content)
        }
        self.message = message
        (sent, answered, finalReplies, needsReset) = (0, 0, 0, false)
        accepted.removeAll(keepingCapacity: true)
        head.clear()
        plan.template.writeHead(ofMessage: message.number, to: &head)
        sendSteps()
    }

    private func complete(closes: Bool = false) {
        guard let message else { return }
        self.message = nil
        messagesSent += 1
        phase = .idle
        let now = NIODeadline.now()
        let closes = closes || plan.perConnection > 0 && messagesSent >= plan.perConnection
        let mayGoOn = sender.completed(
            message,
            finalLatency: now - endOfData,
            wholeLatency: now - started,
            closes: closes
        )
        guard mayGoOn else { return quit() }
        sender.whenDue { [self] in
            if phase == .idle { begin() }
        }
    }

    private func quit() {
        guard phase != .closed else { return }
        phase = .quitting
        commands.clear()
        commands.writeStaticString("QUIT\r\n")
        context?.writeAndFlush(wrapOutboundOut(commands), promise: nil)
    }

    // MARK: - Sending

    /// Sends as many steps as may go together, in one write.
    private func sendSteps() {
        guard let context, let message else { return }
        let pipelining = plan.pipelining && reader.keywords.contains(.pipelining)
        let declaresSize = reader.keywords.contains(.size)
        commands.clear()
        group: while sent < steps.count {
            let step = steps[sent]
            sent += 1
            switch step {
            case .reset: commands.writeStaticString("RSET\r\n")
            case .mail:
                plan.template.writeMail(ofMessage: message.number, declaresSize: declaresSize, to: &commands)
            case .recipient(let position):
                commands.writeBytes(plan.recipients[message.recipients[position]].command)
            case .data:
                commands.writeStaticString("DATA\r\n")
                break group
            case .content:
                flushCommands(context)
                send(from: 0, to: plan.template.size, context)
                commands.writeStaticString(".\r\n")
                flushCommands(context, endsData: true)
            case .chunk(let place, let isLast):
                let size = plan.template.size
                let start = plan.chunkSize * place
                let end = isLast ? size : start + plan.chunkSize
                commands.writeStaticString("BDAT ")
                MessageTemplate.writeDecimal(end - start, to: &commands)
                if isLast { commands.writeStaticString(" LAST") }
                commands.writeStaticString("\r\n")
                flushCommands(context)
                send(from: start, to: end, context, endsData: isLast)
            }
            if !pipelining { break }
        }
        flushCommands(context)
        // Taken again when the last octet has left, where that is worth a promise.
        endOfData = .now()
        context.flush()
    }

    private func flushCommands(_ context: ChannelHandlerContext, endsData: Bool = false) {
        guard commands.readableBytes > 0 else { return }
        context.write(wrapOutboundOut(commands), promise: endsData ? endOfDataPromise(context) : nil)
        // The channel holds the octets now; a cleared copy takes other storage.
        commands.clear()
    }

    /// Writes a range of the message, which is the head and then the shared tail.
    private func send(from start: Int, to end: Int, _ context: ChannelHandlerContext, endsData: Bool = false) {
        let headCount = head.readableBytes
        let tail = plan.template.tail
        let needsTail = end > headCount
        if start < headCount, let part = head.getSlice(at: start, length: min(end, headCount) - start) {
            context.write(wrapOutboundOut(part), promise: endsData && !needsTail ? endOfDataPromise(context) : nil)
        }
        guard needsTail else { return }
        let tailStart = max(start, headCount) - headCount
        if let part = tail.getSlice(at: tailStart, length: end - headCount - tailStart) {
            context.write(wrapOutboundOut(part), promise: endsData ? endOfDataPromise(context) : nil)
        }
    }

    /// A large message is still on its way after the flush; a small one is not worth a promise.
    private func endOfDataPromise(_ context: ChannelHandlerContext) -> EventLoopPromise<Void>? {
        guard plan.template.size > 65_536 else { return nil }
        let promise = context.eventLoop.makePromise(of: Void.self)
        promise.futureResult.assumeIsolated().whenSuccess { self.endOfData = .now() }
        return promise
    }
}
