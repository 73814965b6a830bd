import Intake
import Logging
import Mail
import NIOCore
import SMTP
import Storage

extension SMTPServerHandler {
    /// How long a message waits for memory before its sender is told to come again, and how often is asked.
    private static let budgetPatience = TimeAmount.seconds(20)
    private static let budgetInterval = TimeAmount.milliseconds(50)

    func perform(_ action: SMTPSession.Action) {
        switch action {
        case .reply(let replies): write(replies)
        case .checkSpace(let declaredSize): checkSpace(declaredSize)
        case .checkRecipient(let path):
            session.answer(recipient: ReplyMapping.reply(to: settings.door.resolve(path)))
        case .beginMessage(let declaredSize): begin(declaredSize, deadline: .now() + Self.budgetPatience)
        case .appendToMessage(let octets): append(octets)
        case .commitMessage(let envelope): commit(envelope)
        case .abortMessage:
            sink?.discard()
            sink = nil
        case .delay(let milliseconds): delay(milliseconds)
        case .recordRefusal(let refusal): recordRefusal(refusal)
        case .logCommand(let line): logCommand(line)
        case .close: close()
        case .prepareTLS: session.answer(prepareTLS: .tlsUnavailable)
        case .beginAuthentication: session.answer(attempt: .refused(.authenticationUnavailable))
        // These follow a yes to the two above.
        case .startTLS, .authenticate, .recordAuthentication: close()
        }
    }

    // MARK: Room

    private func checkSpace(_ declaredSize: UInt64) {
        switch settings.door.makeSink(declaredSize) {
        case .success(let sink):
            sink.discard()
            session.answer(space: nil)
        // Memory will be free again before the message comes; it is asked for then.
        case .failure(.memoryBudget): session.answer(space: nil)
        case .failure(let shortage): session.answer(space: ReplyMapping.reply(to: shortage))
        }
    }

    private func begin(_ declaredSize: UInt64?, deadline: NIODeadline) {
        switch settings.door.makeSink(declaredSize) {
        case .success(let sink):
            self.sink = sink
            session.answer(begin: nil)
        case .failure(.memoryBudget) where NIODeadline.now() < deadline:
            guard let context else { return }
            wait(for: .answer)
            context.eventLoop.assumeIsolated().scheduleTask(in: Self.budgetInterval) { [weak self] in
                guard let self, session.isAwaitingBegin else { return }
                begin(declaredSize, deadline: deadline)
                if !session.isAwaitingBegin { resume(.answer) }
            }
        case .failure(let shortage):
            log(.warning, "no room for a message", ["cause": "\(shortage)"])
            session.answer(begin: ReplyMapping.reply(to: shortage))
        }
    }

    // MARK: The message

    private func append(_ octets: ByteBuffer) {
        guard let sink, let context, sink.append(octets.readableBytesUInt8Span) else { return }
        wait(for: .spool)
        context.eventLoop.makeFutureWithTask {
            // A failed write shows when the message is finished.
            try? await sink.flush()
        }
        .assumeIsolated().whenComplete { [weak self] _ in self?.resume(.spool) }
    }

    private func commit(_ envelope: Envelope) {
        guard let sink, let context else { return }
        self.sink = nil
        wait(for: .answer)
        let now = Timestamp.now
        let delivery = Delivery(
            id: .make(at: now),
            receivedAt: now,
            listener: settings.configuration.name,
            session: identifier,
            peer: peer,
            helo: session.helo,
            protocolKeyword: session.protocolKeyword,
            envelope: envelope
        )
        let door = settings.door
        let promise = context.eventLoop.makePromise(of: ([Disposition], StoreError?).self)
        let executor = sink.count <= Self.smallMessage ? EventLoopExecutor(context.eventLoop) : nil
        // The connection waits for the task by the promise.
        let work: @Sendable () async -> Void = { promise.succeed(await Self.accept(sink, delivery, door)) }
        Task(executorPreference: executor, operation: work)
        promise.futureResult.assumeIsolated().whenSuccess { dispositions, error in
            // The pipeline tells of its own errors; of this one it has not heard, and "451" tells the administrator nothing.
            if let error {
                self.log(
                    .error,
                    "a message could not be kept until its end",
                    ["message": "\(delivery.id)", "error": "\(error)"]
                )
            }
            self.committed(dispositions, delivery, size: sink.count)
        }
    }

    /// Up to this size, in octets, a message is read on the event loop; a larger one would keep the others waiting.
    private static let smallMessage = 32_768

    @concurrent
    private static func accept(
        _ sink: MessageSink,
        _ delivery: Delivery,
        _ door: IntakeDoor
    ) async -> ([Disposition], StoreError?) {
        let message: ReceivedMessage
        do throws(StoreError) {
            message = try await sink.finish()
        } catch {
            let disposition: Disposition = error == .full ? .full : .fault
            return (delivery.envelope.recipients.map { _ in disposition }, error)
        }
        return (await door.accept(message, delivery), nil)
    }

    private func committed(_ dispositions: [Disposition], _ delivery: Delivery, size: Int) {
        logOutcome(dispositions, delivery, size: size)
        let dialect = settings.policy.dialect
        let recipients = delivery.envelope.recipients
        session.answer(commit: ReplyMapping.replies(to: dispositions, recipients: recipients, dialect: dialect))
        resume(.answer)
    }

    private func delay(_ milliseconds: Int) {
        guard let context else { return }
        wait(for: .delay)
        context.eventLoop.assumeIsolated().scheduleTask(in: .milliseconds(Int64(milliseconds))) { [weak self] in
            self?.session.delayElapsed()
            self?.resume(.delay)
        }
    }

    // MARK: Records

    func recordRefusal(_ refusal: SMTPSession.Refusal) {
        let reply = refusal.reply.description
        log(
            .info,
            "refused",
            [
                "peer": "\(peer)", "from": "\(refusal.reversePath ?? "")", "to": "\(refusal.forwardPath ?? "")",
                "reply": "\(reply)",
            ]
        )
        settings.door.recordRefusal(
            Refusal(
                at: .now,
                listener: settings.configuration.name,
                session: identifier,
                peer: "\(peer)",
                helo: session.helo,
                reversePath: refusal.reversePath,
                forwardPath: refusal.forwardPath,
                reply: reply
            )
        )
    }

    private func logCommand(_ line: ByteBuffer) {
        log(.debug, "command", ["line": "\(String(buffer: line).trimmingLineEnd)"])
    }

    private func logOutcome(_ dispositions: [Disposition], _ delivery: Delivery, size: Int) {
        // One for each mailbox; two recipients of one mailbox share it.
        var committed: [UniqueID] = []
        var isFault = dispositions.count < delivery.envelope.recipients.count
        for disposition in dispositions {
            switch disposition {
            case .committed(let id): if !committed.contains(id) { committed.append(id) }
            case .full, .overloaded, .fault: isFault = true
            case .rejected, .loop: break
            }
        }
        if isFault { log(.warning, "a message could not be stored", ["message": "\(delivery.id)"]) }
        guard !committed.isEmpty else { return }
        log(
            .info,
            "message accepted",
            [
                "message": "\(committed.map(\.description).joined(separator: ","))", "size": "\(size)",
                "recipients": "\(delivery.envelope.recipients.count)",
            ]
        )
    }
}

extension String {
    /// The text without the carriage return and line feed at its end.
    fileprivate var trimmingLineEnd: String {
        var text = self
        while text.unicodeScalars.last == "\r" || text.unicodeScalars.last == "\n" { text.unicodeScalars.removeLast() }
        return text
    }
}
