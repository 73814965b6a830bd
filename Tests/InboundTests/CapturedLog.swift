import Logging
import Synchronization

/// Keeps what is logged, each event as its message and metadata.
final class CapturedLog: LogHandler {
    private let events = Mutex<[String]>([])

    /// What was logged, oldest first.
    var lines: [String] { events.withLock { $0 } }

    func log(event: LogEvent) {
        let metadata = (event.metadata ?? [:]).sorted { $0.key < $1.key }.map { " \($0.key)=\($0.value)" }.joined()
        events.withLock { $0.append("\(event.message)\(metadata)") }
    }

    // What the logger itself keeps is enough here.
    var metadata: Logger.Metadata {
        get { [:] }
        set {}
    }
    var logLevel: Logger.Level {
        get { .info }
        set {}
    }
    subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { nil }
        set {}
    }
}
