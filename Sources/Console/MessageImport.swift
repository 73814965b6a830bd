public import Intake
internal import Mail
public import NIOCore
internal import ServiceLifecycle
public import Storage
internal import Ticketing

/// Takes old messages into the desk, whether they come over the control socket or from the owner's own hands.
public struct MessageImport: Sendable {
    private let pipeline: IntakePipeline
    private let store: Store
    private let maximumSize: @Sendable () -> Int
    private let pause: @Sendable (Duration) async -> Void

    /// How long a message waits for memory that other messages have.
    package static let patience = Duration.seconds(60)

    /// Makes an import.
    ///
    /// - Parameter maximumSize: tells the size beyond which a message is refused, in octets, as it is now.
    public init(pipeline: IntakePipeline, store: Store, maximumSize: @escaping @Sendable () -> Int) {
        self.init(pipeline: pipeline, store: store, maximumSize: maximumSize) { duration in
            // Cut short by a cancellation, which is looked for behind it.
            try? await Task.sleep(for: duration)
        }
    }

    /// Makes an import with another way to let time pass.
    package init(
        pipeline: IntakePipeline,
        store: Store,
        maximumSize: @escaping @Sendable () -> Int,
        pause: @escaping @Sendable (Duration) async -> Void
    ) {
        self.pipeline = pipeline
        self.store = store
        self.maximumSize = maximumSize
        self.pause = pause
    }

    /// Imports one message.
    ///
    /// - Parameters:
    ///   - octets: the message in pieces.
    ///   - declaredSize: its size, where it is known before.
    ///   - name: where it came from, such as a file's path.
    /// - Throws: what reading `octets` throws.
    @concurrent
    public func run(
        _ octets: some AsyncSequence<ByteBuffer, any Error> & Sendable,
        declaredSize: Int?,
        name: String,
        options: ImportOptions
    ) async throws -> ImportAnswer {
        let maximumSize = maximumSize()
        let tooLarge = ImportAnswer(result: .refused, problem: "The message is larger than \(maximumSize) octets.")
        if let declaredSize, declaredSize < 0 || declaredSize > maximumSize { return tooLarge }
        let sink: MessageSink
        switch await makeSink(declaredSize: declaredSize.map { UInt64($0) }) {
        case .success(let made): sink = made
        case .failure(let shortage): return ImportAnswer(result: .failed, problem: shortage.sentence)
        }
        defer { sink.discard() }
        let message: ReceivedMessage
        do {
            for try await piece in octets {
                guard sink.count + piece.readableBytes <= maximumSize else { return tooLarge }
                if sink.append(piece.readableBytesUInt8Span) { try await sink.flush() }
            }
            message = try await sink.finish()
        } catch let error as StoreError {
            return ImportAnswer(result: .failed, problem: "The message could not be kept: \(error).")
        }
        return await commit(message, name: name, options: options)
    }

    /// Imports one message that is in memory as a whole.
    @concurrent
    public func run(_ octets: [UInt8], name: String, options: ImportOptions) async throws -> ImportAnswer {
        try await run(WholeMessage(octets: octets), declaredSize: octets.count, name: name, options: options)
    }

    /// Begins a message; while the memory of all messages being received is spent, which passes by itself, it waits.
    private func makeSink(declaredSize: UInt64?) async -> Result<MessageSink, ResourceShortage> {
        var waited = Duration.zero
        var step = Duration.milliseconds(10)
        while true {
            let result = pipeline.makeSink(declaredSize: declaredSize)
            guard case .failure(.memoryBudget) = result, waited < Self.patience, !Task.isCancelled,
                !Task.isShuttingDownGracefully
            else { return result }
            await pause(step)
            waited += step
            step = min(step * 2, .milliseconds(500))
        }
    }

    private func commit(_ message: ReceivedMessage, name: String, options: ImportOptions) async -> ImportAnswer {
        let now = Timestamp.now
        let delivery = Delivery(
            id: .make(at: now),
            receivedAt: now,
            listener: "import",
            session: "",
            peer: .file(name: name),
            helo: "",
            protocolKeyword: "",
            envelope: Envelope(reversePath: .null)
        )
        switch await pipeline.import(message, delivery, options: options) {
        case nil:
            return ImportAnswer(result: .refused, problem: "There is no mailbox \"\(options.mailbox)\".")
        case .committed(let entry):
            return await answer(for: entry, delivery: delivery.id)
        case .rejected:
            return ImportAnswer(result: .refused, problem: "Policy refuses the message.")
        case .loop:
            return ImportAnswer(result: .refused, problem: "The message has gone in circles.")
        case .full:
            return ImportAnswer(result: .failed, problem: "The disk is full.")
        case .overloaded:
            return ImportAnswer(result: .failed, problem: "Too much mail waits to be committed.")
        case .fault:
            return ImportAnswer(result: .failed, problem: "The store failed.")
        }
    }

    /// Tells what the committed entry says; the import itself has succeeded, even if that cannot be read.
    private func answer(for entry: UniqueID, delivery: UniqueID) async -> ImportAnswer {
        do {
            return try await store.engine.read { reader throws(StoreError) in
                let row = try reader.emailLogEntry(entry)
                let isFirst = try reader.firstDelivery(ofEntry: entry) == delivery
                return ImportAnswer(
                    result: isFirst ? .imported : .repeated,
                    entry: entry.description,
                    outcome: row?.outcome.rawValue,
                    ticket: row?.ticket
                )
            }
        } catch {
            return ImportAnswer(result: .imported, entry: entry.description)
        }
    }
}

/// A message in memory as a sequence of one piece.
private struct WholeMessage: AsyncSequence, Sendable {
    let octets: [UInt8]

    struct AsyncIterator: AsyncIteratorProtocol {
        var octets: [UInt8]?

        mutating func next() async throws -> ByteBuffer? {
            octets.take().map { ByteBuffer(bytes: $0) }
        }
    }

    func makeAsyncIterator() -> AsyncIterator { AsyncIterator(octets: octets) }
}

extension ResourceShortage {
    fileprivate var sentence: String {
        switch self {
        case .diskFloor: "There is less free disk than storage.min_free_disk."
        case .writeAheadLog:
            "The write-ahead log is larger than storage.max_wal_size; a reader keeps it from shrinking."
        case .memoryBudget: "The memory for messages being received is spent for now."
        case .store: "The store does not answer now."
        }
    }
}
