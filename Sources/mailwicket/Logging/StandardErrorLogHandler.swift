internal import Glibc
package import Logging
internal import Mail
internal import Storage
internal import Synchronization

/// Writes events to the standard error, one line each, in one system call each, so that lines of several threads never
/// mix.
package struct StandardErrorLogHandler: LogHandler {
    /// Whether the standard error of this process is a log, in which nothing but events may stand.
    package static var isInUse: Bool { isBootstrapped.load(ordering: .relaxed) }

    fileprivate static let isBootstrapped = Atomic<Bool>(false)

    package var metadata: Logger.Metadata = [:]
    private let label: String
    private let isJSON: Bool
    private let write: @Sendable (String) -> Void
    private var ownLevel: Logger.Level?

    /// Makes a handler.
    ///
    /// - Parameters:
    ///   - level: the handler's own level; with `nil` it follows ``CurrentLogLevel``.
    ///   - write: takes a line without its end.
    package init(
        label: String,
        level: Logger.Level? = nil,
        isJSON: Bool,
        write: @escaping @Sendable (String) -> Void = standardError
    ) {
        self.label = label
        ownLevel = level
        self.isJSON = isJSON
        self.write = write
    }

    /// The least severe events that are written.
    package var logLevel: Logger.Level {
        get { ownLevel ?? CurrentLogLevel.value }
        set { ownLevel = newValue }
    }

    package subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { metadata[key] }
        set { metadata[key] = newValue }
    }

    package func log(event: LogEvent) {
        var metadata = self.metadata
        if metadata.isEmpty {
            metadata = event.metadata ?? [:]
        } else if let more = event.metadata {
            metadata.merge(more) { _, new in new }
        }
        if let error = event.error { metadata["error"] = "\(error)" }
        let make = isJSON ? LogText.json : LogText.line
        write(make(.now, event.level, label, "\(event.message)", metadata))
    }

    /// Writes a line to the standard error; what cannot be written is lost, since there is nobody to tell.
    package static func standardError(_ line: String) {
        var octets = Array(line.utf8)
        octets.append(UInt8(ascii: "\n"))
        var offset = 0
        while offset < octets.count {
            let written = unsafe octets.withUnsafeBytes { buffer in
                unsafe Glibc.write(STDERR_FILENO, buffer.baseAddress?.advanced(by: offset), octets.count - offset)
            }
            if written < 0, errno == EINTR { continue }
            guard written > 0 else { return }
            offset += written
        }
    }
}

extension Configuration {
    /// Makes all loggers of the process write as the configuration says; once in a process's life.
    func bootstrapLogging() {
        let isJSON =
            switch logFormat {
            case .auto: isatty(STDERR_FILENO) == 0
            case .text: false
            case .json: true
            }
        CurrentLogLevel.set(logLevel.level)
        LoggingSystem.bootstrap { label in
            StandardErrorLogHandler(label: label, isJSON: isJSON)
        }
        StandardErrorLogHandler.isBootstrapped.store(true, ordering: .relaxed)
    }
}

/// The level of all loggers that were given none of their own; a reload changes it for those that exist too.
package enum CurrentLogLevel {
    private static let position = Atomic<Int>(2)

    /// The level.
    package static var value: Logger.Level {
        let levels = Logger.Level.allCases
        return levels[min(position.load(ordering: .relaxed), levels.count - 1)]
    }

    /// Changes the level.
    package static func set(_ level: Logger.Level) {
        position.store(Logger.Level.allCases.firstIndex(of: level) ?? 2, ordering: .relaxed)
    }
}

extension Configuration.LogLevel {
    /// The same level in swift-log's terms.
    package var level: Logger.Level {
        switch self {
        case .trace: .trace
        case .debug: .debug
        case .info: .info
        case .notice: .notice
        case .warning: .warning
        case .error: .error
        }
    }
}
