internal import Mail
internal import Storage
internal import Synchronization

/// What of the running server a reload changes.
final class ServerState: Sendable {
    /// The file that the configuration comes from.
    let file: ConfigurationFile
    /// When the server started.
    let startedAt = Timestamp.now
    private let state: Mutex<(configuration: Configuration, at: Timestamp)>

    init(file: ConfigurationFile, configuration: Configuration) {
        self.file = file
        state = Mutex((configuration, .now))
    }

    /// The configuration in force.
    var configuration: Configuration { state.withLock { $0.configuration } }

    /// When it was read.
    var configuredAt: Timestamp { state.withLock { $0.at } }

    /// Puts another configuration in force.
    func set(_ configuration: Configuration) {
        state.withLock { $0 = (configuration, .now) }
    }
}
