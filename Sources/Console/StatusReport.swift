/// How the running server is, as `GET /v1/status` answers.
public struct StatusReport: Codable, Hashable, Sendable {
    /// One listener.
    public struct Listener: Codable, Hashable, Sendable {
        /// The configured name.
        public var name: String
        /// What it speaks: `smtp` or `lmtp`.
        public var dialect: String
        /// Where it listens.
        public var address: String
        /// Whether it is open.
        public var isListening: Bool
        /// The connections that are open.
        public var connections: Int
        /// The connections since the start.
        public var totalConnections: Int

        /// Makes an account of a listener.
        public init(
            name: String,
            dialect: String,
            address: String,
            isListening: Bool,
            connections: Int,
            totalConnections: Int
        ) {
            self.name = name
            self.dialect = dialect
            self.address = address
            self.isListening = isListening
            self.connections = connections
            self.totalConnections = totalConnections
        }
    }

    /// The store.
    public struct Store: Codable, Hashable, Sendable {
        /// The data directory.
        public var directory: String
        /// Whether mail can be stored now.
        public var isAvailable: Bool
        /// Whether there is more free disk than the configured floor.
        public var hasFreeDisk: Bool
        /// The last fault of a commit, if none succeeded since.
        public var fault: String?
        /// Commits since the start.
        public var commits: Int
        /// Jobs that those commits held.
        public var jobs: Int
        /// Batches of jobs that were run again one by one, since one of them failed.
        public var retriedBatches: Int
        /// Jobs that wait for a commit.
        public var queue: Int
        /// The size of the write-ahead log after the last commit, in octets.
        public var walSize: Int
        /// Memory reserved for messages being received, in octets.
        public var reservedMemory: Int
        /// Refusals that were not kept because too many came at once.
        public var droppedRefusals: Int

        /// Makes an account of the store.
        public init(
            directory: String,
            isAvailable: Bool,
            hasFreeDisk: Bool,
            fault: String?,
            commits: Int,
            jobs: Int,
            retriedBatches: Int,
            queue: Int,
            walSize: Int,
            reservedMemory: Int,
            droppedRefusals: Int
        ) {
            self.directory = directory
            self.isAvailable = isAvailable
            self.hasFreeDisk = hasFreeDisk
            self.fault = fault
            self.commits = commits
            self.jobs = jobs
            self.retriedBatches = retriedBatches
            self.queue = queue
            self.walSize = walSize
            self.reservedMemory = reservedMemory
            self.droppedRefusals = droppedRefusals
        }
    }

    /// An alarm that no one cleared.
    public struct Alarm: Codable, Hashable, Sendable {
        /// What kind of trouble it is.
        public var kind: String
        /// What it is about; empty for the whole server.
        public var subject: String
        /// What happened and what to do.
        public var text: String
        /// How often it happened.
        public var occurrences: Int
        /// When it was raised, as RFC 3339 writes it.
        public var raisedAt: String
        /// When it last happened, as RFC 3339 writes it.
        public var lastAt: String

        /// Makes an account of an alarm.
        public init(kind: String, subject: String, text: String, occurrences: Int, raisedAt: String, lastAt: String) {
            self.kind = kind
            self.subject = subject
            self.text = text
            self.occurrences = occurrences
            self.raisedAt = raisedAt
            self.lastAt = lastAt
        }

        /// The alarm as a sentence.
        public var sentence: String {
            let about = subject.isEmpty ? "" : " (\(subject))"
            let when = occurrences > 1 ? "\(occurrences) times from \(raisedAt) to \(lastAt)" : "at \(raisedAt)"
            return "Alarm \(kind)\(about), \(when): \(text)"
        }
    }

    /// The server's process.
    public var process: Int32
    /// When it started, as RFC 3339 writes it.
    public var startedAt: String
    /// When the configuration in force was read, as RFC 3339 writes it.
    public var configuredAt: String
    /// The listeners.
    public var listeners: [Listener]
    /// The store.
    public var store: Store
    /// The alarms that no one cleared.
    public var alarms: [Alarm]

    /// Makes a report.
    public init(
        process: Int32,
        startedAt: String,
        configuredAt: String,
        listeners: [Listener],
        store: Store,
        alarms: [Alarm]
    ) {
        self.process = process
        self.startedAt = startedAt
        self.configuredAt = configuredAt
        self.listeners = listeners
        self.store = store
        self.alarms = alarms
    }

    /// What is wrong, each as a sentence; empty when all is well.
    public var problems: [String] {
        var problems: [String] = []
        if let fault = store.fault { problems.append("The last commit failed: \(fault).") }
        if !store.isAvailable, store.fault == nil { problems.append("The store takes no mail now.") }
        if !store.hasFreeDisk {
            problems.append("There is less free disk than storage.min_free_disk; senders are asked to come again.")
        }
        for listener in listeners where !listener.isListening {
            problems.append("Listener \(listener.name) is not open.")
        }
        return problems + alarms.map(\.sentence)
    }
}
