public import ServiceLifecycle

/// All doors for mail, as one service: a service group stops its services one after the other, but no door may take mail
/// while another still waits for its last message.
public struct ListenerGroup: Service {
    /// The doors.
    public let listeners: [MailListener]

    /// Makes a group of these doors; nothing is bound yet.
    public init(_ listeners: [MailListener]) {
        self.listeners = listeners
    }

    /// Opens all sockets, or none.
    public func bind() async throws {
        for (index, listener) in listeners.enumerated() {
            do {
                try await listener.bind()
            } catch {
                for bound in listeners[..<index] { await bound.close() }
                throw error
            }
        }
    }

    /// Takes mail until the server is told to stop, then lets the open connections of all doors finish.
    public func run() async throws {
        try await bind()
        try await withThrowingDiscardingTaskGroup { tasks in
            for listener in listeners { tasks.addTask { try await listener.run() } }
        }
    }
}
