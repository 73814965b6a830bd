import Foundation
import Inbound
import Intake
import Mail
import SMTP
import Storage
import Synchronization
import TestSupport

/// An inside that answers as it is told and keeps what it is given.
final class Inside: Sendable {
    struct State {
        var recipients: [String: Transcript.Fate] = [:]
        var commits: [Transcript.Fate]?
        var begin: Transcript.Fate?
        var space: Transcript.Fate?
        var messages: [[UInt8]] = []
        var deliveries: [Delivery] = []
        var refusals: [Refusal] = []
        /// While set, nothing is committed.
        var isHeld = false
        var waiting = 0
    }

    let state = Mutex(State())
    private let spool: MessageSpool
    private let folder: URL

    init(configuration: StorageConfiguration = StorageConfiguration()) throws {
        folder = FileManager.default.temporaryDirectory.appending(path: "inbound-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        spool = MessageSpool(
            directory: folder.path,
            fileSystem: LocalFileSystem(),
            executor: FileExecutor(width: 1),
            configuration: configuration,
            session: "test"
        )
    }

    deinit {
        try? FileManager.default.removeItem(at: folder)
    }

    var memoryReserved: Int { spool.reserved }

    var door: IntakeDoor {
        IntakeDoor(
            resolve: { [self] in resolve($0) },
            makeSink: { [self] in makeSink($0) },
            accept: { [self] in await accept($0, $1) },
            recordRefusal: { [self] refusal in state.withLock { $0.refusals.append(refusal) } }
        )
    }

    func script(_ script: Transcript.Script) {
        state.withLock { state in
            switch script {
            case .recipient(let address, let fate): state.recipients[address] = fate
            case .commit(let fates): state.commits = fates
            case .begin(let fate): state.begin = fate
            case .space(let fate): state.space = fate
            }
        }
    }

    private func resolve(_ path: ForwardPath) -> RecipientResolution {
        switch state.withLock({ $0.recipients[path.description] }) ?? .accepted {
        case .unknown: .unknown
        case .inactive: .inactive
        case .paused: .paused
        case .foreign: .foreign
        case .unavailable: .unavailable
        default: .mailbox("inbox")
        }
    }

    private func makeSink(_ declaredSize: UInt64?) -> Result<MessageSink, ResourceShortage> {
        let isShort = state.withLock { state in
            defer { (state.begin, state.space) = (nil, nil) }
            return (state.begin ?? state.space) != nil
        }
        if isShort { return .failure(.diskFloor) }
        return spool.makeSink(declaredSize: declaredSize).map { .success($0) } ?? .failure(.memoryBudget)
    }

    @concurrent
    private func accept(_ message: ReceivedMessage, _ delivery: Delivery) async -> [Disposition] {
        state.withLock { $0.waiting += 1 }
        while state.withLock({ $0.isHeld }) { try? await Task.sleep(for: .milliseconds(5)) }
        return state.withLock { state in
            state.waiting -= 1
            let fates = state.commits ?? []
            state.commits = nil
            let dispositions = delivery.envelope.recipients.indices.map { index -> Disposition in
                switch fates.isEmpty ? .committed : fates[min(index, fates.count - 1)] {
                case .rejected: .rejected
                case .loop: .loop
                case .full: .full
                case .fault: .fault
                default: .committed(UniqueID(at: Timestamp(milliseconds: 0), random: (0, 1)))
                }
            }
            let isCommitted = dispositions.contains { if case .committed = $0 { true } else { false } }
            if isCommitted {
                state.messages.append(message.withSpan { span in span.indices.map { span[$0] } })
                state.deliveries.append(delivery)
            }
            return dispositions
        }
    }
}
