internal import Desk
internal import Foundation
package import MIME
public import Mail
public import Storage
internal import Synchronization
public import Ticketing

/// One message, from octets to committed outcome.
public final class IntakePipeline: Sendable {
    private let store: Store
    private let settings: Mutex<IntakeSettings>
    private let largeMessages = Turnstile(width: ProcessInfo.processInfo.activeProcessorCount)
    private let probe: (@Sendable (IntakePoint, MessageSummary?) -> Void)?

    /// Makes a pipeline into a store.
    public convenience init(store: Store, settings: IntakeSettings) {
        self.init(store: store, settings: settings, probe: nil)
    }

    /// Makes a pipeline that a test watches.
    package init(
        store: Store,
        settings: IntakeSettings,
        probe: (@Sendable (IntakePoint, MessageSummary?) -> Void)?
    ) {
        self.store = store
        self.settings = Mutex(settings)
        self.probe = probe
    }

    /// Replaces the settings; messages that are being decided keep the old ones.
    public func update(_ settings: IntakeSettings) {
        self.settings.withLock { $0 = settings }
    }

    // MARK: Before the message

    /// Whether mail for a recipient is taken in.
    ///
    /// Never waits.
    public func resolve(_ recipient: ForwardPath) -> RecipientResolution {
        guard store.isAvailable else { return .unavailable }
        switch settings.withLock({ $0.directory.match(recipient) }) {
        case .mailbox(let mailbox, _):
            switch mailbox.state {
            case .active: return .mailbox(mailbox.id)
            case .paused: return .paused
            case .inactive: return .inactive
            }
        case .unknown: return .unknown
        case .foreign: return .foreign
        }
    }

    /// Begins a message: reserves its memory, and asks whether there is disk for it.
    ///
    /// Never waits.
    public func makeSink(declaredSize: UInt64?) -> Result<MessageSink, ResourceShortage> {
        guard store.isAvailable else { return .failure(.store) }
        guard !store.isLogTooLarge else { return .failure(.writeAheadLog) }
        do throws(StoreError) {
            guard let sink = try store.makeSink(declaredSize: declaredSize) else { return .failure(.memoryBudget) }
            return .success(sink)
        } catch {
            return .failure(.diskFloor)
        }
    }

    /// Keeps a refusal for the administrator.
    ///
    /// Never waits.
    public func recordRefusal(_ refusal: Refusal) {
        store.refusals.add(refusal)
    }

    // MARK: The message

    /// Decides and commits a message for each of its recipients.
    ///
    /// - Returns: one disposition for each recipient of the envelope, in their order.
    @concurrent
    public func accept(_ message: ReceivedMessage, _ delivery: Delivery) async -> [Disposition] {
        let settings = settings.withLock { $0 }
        let (targets, targetOfRecipient) = Target.group(delivery.envelope.recipients, by: settings.directory)
        let dispositions = await commit(message, delivery, to: targets, settings: settings, importing: nil)
        // A recipient that a reload took away since RCPT is asked to come again, and hears the new answer then.
        return targetOfRecipient.map { $0.map { dispositions[$0] } ?? .fault }
    }

    /// Takes in an old message: silently, with its original date, into a named mailbox, once however often it is
    /// imported.
    ///
    /// - Returns: `nil` when there is no such mailbox.
    @concurrent
    public func `import`(
        _ message: ReceivedMessage,
        _ delivery: Delivery,
        options: ImportOptions
    ) async -> Disposition? {
        let settings = settings.withLock { $0 }
        guard let mailbox = settings.directory.mailbox(id: options.mailbox) else { return nil }
        let targets = [Target(mailbox: mailbox, recipients: [])]
        return await commit(message, delivery, to: targets, settings: settings, importing: options).first
    }

    private struct Target: Sendable {
        let mailbox: Mailbox
        var recipients: [(ForwardPath, MailboxDirectory.Route)]

        /// The mailboxes of some recipients, each once.
        ///
        /// - Returns: beside them, for each recipient the position of its mailbox, or `nil` when it has none.
        static func group(
            _ recipients: [ForwardPath],
            by directory: MailboxDirectory
        ) -> (targets: [Target], positions: [Int?]) {
            var targets: [Target] = []
            let positions = recipients.map { recipient -> Int? in
                guard case .mailbox(let mailbox, let route) = directory.match(recipient) else { return nil }
                if let index = targets.firstIndex(where: { $0.mailbox.id == mailbox.id }) {
                    targets[index].recipients.append((recipient, route))
                    return index
                }
                targets.append(Target(mailbox: mailbox, recipients: [(recipient, route)]))
                return targets.count - 1
            }
            return (targets, positions)
        }
    }

    private func commit(
        _ message: ReceivedMessage,
        _ delivery: Delivery,
        to targets: [Target],
        settings: IntakeSettings,
        importing: ImportOptions?
    ) async -> [Disposition] {
        // An imported message has lost its envelope.
        let reversePath = importing == nil ? delivery.envelope.reversePath : nil
        let reading = await read(message, reversePath: reversePath, settings)
        let isBlob = message.size > store.configuration.blobThreshold
        if isBlob {
            do {
                try await store.blobs.store(message)
            } catch {
                store.note(error)
                return targets.map { _ in Disposition(error) }
            }
        }
        defer { if isBlob { store.blobs.release(message.digest) } }
        let record = MessageRecord(
            id: .make(at: delivery.receivedAt),
            receivedAt: delivery.receivedAt,
            contentDigest: reading.contentDigest,
            summary: reading.summary,
            octets: message,
            isBlob: isBlob
        )
        // Each mailbox is a job of its own, so that one may fail and the others stand; they meet in one commit.
        if targets.count == 1 {
            return [
                await commit(record, reading, delivery, to: targets[0], of: targets, settings, importing: importing)
            ]
        }
        return await withTaskGroup(of: (Int, Disposition).self) { group in
            for (index, target) in targets.enumerated() {
                group.addTask { [self] in
                    let disposition = await commit(
                        record,
                        reading,
                        delivery,
                        to: target,
                        of: targets,
                        settings,
                        importing: importing
                    )
                    return (index, disposition)
                }
            }
            var dispositions = [Disposition](repeating: .fault, count: targets.count)
            for await (index, disposition) in group { dispositions[index] = disposition }
            return dispositions
        }
    }

    private func read(
        _ message: ReceivedMessage,
        reversePath: ReversePath?,
        _ settings: IntakeSettings
    ) async -> MessageReading {
        if store.isCrashSuspect(message.digest) { return MessageReading(suspect: message) }
        let body = { [store, probe] in
            store.journal.guarding(message.digest) {
                message.withSpan { bytes in
                    if let probe {
                        probe(.reading, Message(parsing: bytes, limits: settings.limits).summary(of: bytes))
                    }
                    return MessageReading(bytes, digest: message.digest, reversePath: reversePath, settings)
                }
            }
        }
        guard message.size > store.configuration.memoryThreshold else { return body() }
        return await largeMessages.pass(body)
    }

    private func commit(
        _ record: MessageRecord,
        _ reading: MessageReading,
        _ delivery: Delivery,
        to target: Target,
        of targets: [Target],
        _ settings: IntakeSettings,
        importing: ImportOptions?
    ) async -> Disposition {
        let windowStart = delivery.receivedAt.advanced(bySeconds: -Int64(store.configuration.retryWindow))
        var earlier: RetryClaim.EarlierEntry?
        if reading.unread == .crashSuspect {
            let key = reading.key(in: target.mailbox.id, isImported: importing != nil)
            earlier = await earlierEntry(of: key, record.octets.digest, since: windowStart)
        }
        let job = IntakeJob(
            message: record,
            reading: reading,
            delivery: delivery,
            mailbox: target.mailbox,
            siblings: targets.lazy.map(\.mailbox.id).filter { $0 != target.mailbox.id },
            earlier: earlier,
            route: Trace.Step(mailbox: target.mailbox, recipients: target.recipients),
            copied: reading.summary.map { settings.directory.people(copiedIn: $0) } ?? [],
            numberPrefix: settings.numberPrefix,
            importing: importing,
            windowStart: windowStart,
            emailLog: .make(at: delivery.receivedAt),
            ticket: .make(at: delivery.receivedAt),
            comment: .make(at: delivery.receivedAt),
            probe: probe
        )
        do {
            let entry: UniqueID
            do {
                entry = try await commit(job)
            } catch .constraint, .conflict {
                // Something in this message contradicts the schema. It is our fault, not the sender's: the octets are
                // kept, unread, instead of being refused for ever.
                entry = try await commit(job.keepingUnread())
            }
            probe?(.committed, reading.summary)
            return .committed(entry)
        } catch {
            store.note(error)
            return Disposition(error)
        }
    }

    /// The entry that a suspect has already: committed, but it came again and was read when the server stopped.
    ///
    /// What was committed before the start stands and later ones hold its key, so nothing can come between this and the
    /// job. Without an answer the suspect is kept once more, which harms nobody.
    private func earlierEntry(
        of key: RetryKey,
        _ octets: [UInt8],
        since windowStart: Timestamp
    ) async -> RetryClaim.EarlierEntry? {
        try? await store.engine.read { reader throws(StoreError) in
            if let entry = try reader.entry(of: key, since: windowStart) { return entry }
            return try reader.entry(ofOctets: octets, mailbox: key.mailbox, since: windowStart)
        }
    }

    private func commit(_ job: IntakeJob) async throws(StoreError) -> UniqueID {
        try await store.engine.write { [journal = store.journal] writer throws(StoreError) in
            let result = journal.guarding(job.message.octets.digest) {
                Result { () throws(StoreError) in try job.run(writer) }
            }
            return try result.get()
        }
    }

    // MARK: Explaining

    /// What would become of a message, and how that is found; nothing is committed.
    ///
    /// - Parameter windowStart: since when an equal message without Message-ID counts as the same one.
    /// - Returns: for each recipient's mailbox its decision, and whether the message is in it already; none for
    ///   recipients that no mailbox takes.
    public static func explain(
        _ bytes: Span<UInt8>,
        envelope: Envelope,
        isEnvelopeKnown: Bool = true,
        settings: IntakeSettings,
        windowStart: Timestamp,
        reader: any SQLReader
    ) throws(StoreError) -> [(mailbox: Mailbox, decision: Decision, claim: RetryClaim)] {
        let reading = MessageReading(bytes, reversePath: isEnvelopeKnown ? envelope.reversePath : nil, settings)
        var decisions: [(mailbox: Mailbox, decision: Decision, claim: RetryClaim)] = []
        for target in Target.group(envelope.recipients, by: settings.directory).targets {
            let claim = try reader.claim(on: reading.key(in: target.mailbox.id), since: windowStart)
            let decision = try Decision(
                reading,
                envelope: envelope,
                mailbox: target.mailbox,
                route: Trace.Step(mailbox: target.mailbox, recipients: target.recipients),
                retry: Trace.Step(claim),
                numberPrefix: settings.numberPrefix,
                reader: reader
            )
            decisions.append((target.mailbox, decision, claim))
        }
        return decisions
    }
}

extension Disposition {
    /// What a peer is told of a store's error: always to try again.
    init(_ error: StoreError) {
        switch error {
        case .full: self = .full
        case .overloaded: self = .overloaded
        default: self = .fault
        }
    }
}
