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
        /// How many recipients were asked for.
        var resolutions = 0
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
            // The dialogues that run in clear have neither.
            case .tls, .accountsUnavailable: break
            }
        }
    }

    private func resolve(_ path: ForwardPath) -> RecipientResolution {
        let fate = state.withLock { state in
            state.resolutions += 1
            return state.recipients[path.description] ?? .accepted
        }
        return switch fate {
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

    /// The entry that a recipient's mailbox gets; recipients with one local part share a mailbox.
    static func entry(of recipient: ForwardPath) -> UniqueID {
        let octets = recipient.description.prefix { $0 != "@" }.utf8
        let number = octets.reduce(0) { ($0 << 8 | UInt64($1)) & 0xFFFF_FFFF }
        return UniqueID(at: Timestamp(milliseconds: 0), random: (0, number))
    }

    @concurrent
    private func accept(_ message: ReceivedMessage, _ delivery: Delivery) async -> [Disposition] {
        state.withLock { $0.waiting += 1 }
        // A test that fails does not let go.
        let deadline = ContinuousClock.now + .seconds(60)
        while state.withLock({ $0.isHeld }), ContinuousClock.now < deadline {
            try? await Task.sleep(for: .milliseconds(5))
        }
        return state.withLock { state in
            state.waiting -= 1
            let fates = state.commits ?? []
            state.commits = nil
            let dispositions = delivery.envelope.recipients.indices.map { index -> Disposition in
                switch fates.isEmpty ? .committed : fates[min(index, fates.count - 1)] {
                case .rejected: .rejected
                case .loop: .loop
                case .full: .full
                case .overloaded: .overloaded
                case .fault: .fault
                default: .committed(Self.entry(of: delivery.envelope.recipients[index]))
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
