internal import Synchronization

/// How much disk is free: asked of the system each second and when a write failed, but never for a message.
///
/// What large messages declare is set aside as long as they are received, so that the floor holds also when several
/// that begin between two questions are larger together than what lies above it.
final class FreeDisk: Sendable {
    private struct Reservation {
        weak var message: MessageSink?
        let octets: Int
    }

    private struct State {
        var free = 0
        var reserved = 0
        var reservations: [Reservation] = []

        /// Gives back what was set aside for messages that came to their end.
        mutating func forgetEnded() {
            reservations.removeAll { $0.message == nil }
            reserved = reservations.reduce(0) { $0 + $1.octets }
        }
    }

    private let directory: String
    private let fileSystem: any FileSystem
    private let floor: Int
    private let smallMessage: Int
    private let state = Mutex(State())

    init(directory: String, fileSystem: any FileSystem, configuration: StorageConfiguration) {
        self.directory = directory
        self.fileSystem = fileSystem
        floor = configuration.minimumFreeDisk
        smallMessage = configuration.memoryThreshold
        measure()
    }

    /// Whether there is more free disk than the floor.
    var isAboveFloor: Bool { state.withLock { $0.free >= floor } }

    /// Asks the system, and forgets the messages that came to their end.
    ///
    /// Blocks its thread; a disk that does not answer counts as full.
    func measure() {
        let free = (try? fileSystem.freeSpace(directory)) ?? 0
        state.withLock { state in
            state.free = free
            state.forgetEnded()
        }
    }

    /// Makes a sink if a message of this size leaves the floor untouched.
    ///
    /// - Throws: ``StoreError/full`` when it does not.
    func begin(_ octets: Int, _ make: () -> MessageSink?) throws(StoreError) -> MessageSink? {
        let result = state.withLock { state -> Result<MessageSink?, StoreError> in
            if octets > state.free - floor - state.reserved { state.forgetEnded() }
            guard octets <= state.free - floor - state.reserved else { return .failure(.full) }
            let sink = make()
            // Small ones lie in memory until they are committed; their sum is bounded there.
            if let sink, octets > smallMessage {
                state.reservations.append(Reservation(message: sink, octets: octets))
                state.reserved += octets
            }
            return .success(sink)
        }
        return try result.get()
    }
}
