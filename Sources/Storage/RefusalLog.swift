public import Mail
internal import Synchronization

/// What was refused before any message came: told to the peer, kept for the administrator.
public struct Refusal: Hashable, Sendable {
    /// When.
    public var at: Timestamp
    /// The listener's name.
    public var listener: String
    /// The session, as the log names it.
    public var session: String
    /// The other end.
    public var peer: String
    /// What the peer called itself.
    public var helo: String
    /// The sender, where one was named.
    public var reversePath: String?
    /// The recipient, where one was named.
    public var forwardPath: String?
    /// The reply that was given.
    public var reply: String

    /// Makes a refusal.
    public init(
        at: Timestamp,
        listener: String,
        session: String,
        peer: String,
        helo: String,
        reversePath: String?,
        forwardPath: String?,
        reply: String
    ) {
        self.at = at
        self.listener = listener
        self.session = session
        self.peer = peer
        self.helo = helo
        self.reversePath = reversePath
        self.forwardPath = forwardPath
        self.reply = reply
    }
}

/// Collects refusals, so that a peer who is refused a thousand times costs no thousand commits.
///
/// Bounded: what comes while the buffer is full is counted, not kept.
public final class RefusalLog: Sendable {
    private struct State {
        var waiting: [(id: UniqueID, refusal: Refusal)] = []
        var dropped = 0
    }

    private static let limit = 1000
    private let state = Mutex(State())

    init() {}

    /// Adds a refusal.
    ///
    /// Never waits.
    public func add(_ refusal: Refusal) {
        state.withLock { state in
            if state.waiting.count < Self.limit {
                // Made once, so that one that is written again after a fault stays one.
                state.waiting.append((.make(at: refusal.at), refusal))
            } else {
                state.dropped += 1
            }
        }
    }

    /// How many were not kept because too many came at once.
    public var dropped: Int { state.withLock { $0.dropped } }

    func take() -> [(id: UniqueID, refusal: Refusal)] {
        state.withLock { state in
            defer { state.waiting = [] }
            return state.waiting
        }
    }

    /// Puts back what could not be written, as far as there is room.
    func restore(_ refusals: [(id: UniqueID, refusal: Refusal)]) {
        state.withLock { state in
            let room = max(0, Self.limit - state.waiting.count)
            state.waiting.insert(contentsOf: refusals.suffix(room), at: 0)
            state.dropped += max(0, refusals.count - room)
        }
    }
}
