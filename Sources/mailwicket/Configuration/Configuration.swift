package import Inbound
package import MIME
package import Storage
package import Ticketing

/// Everything that the configuration file says, in the terms of the rooms that it is for.
package struct Configuration: Hashable, Sendable {
    /// How events are written.
    package enum LogFormat: String, Hashable, Sendable {
        /// Text on a terminal, JSON lines otherwise.
        case auto
        /// One line of text per event.
        case text
        /// One JSON object per event.
        case json
    }

    /// The name for greetings and trace headers; empty for the system's.
    package var hostname = ""
    /// Where everything lies that must survive; relative to the process's working directory.
    package var dataDirectory = ".data"
    /// The least severe events that are logged, by swift-log's names.
    package var logLevel = LogLevel.info
    /// How events are written.
    package var logFormat = LogFormat.auto
    /// What stands before a ticket's number.
    package var ticketPrefix = "MW"
    /// The listeners.
    package var listeners: [ListenerConfiguration] = []
    /// The store's limits.
    package var storage = StorageConfiguration()
    /// The message parser's limits.
    package var parser = Message.Limits()
    /// What happens to attached files.
    package var attachments = AttachmentPolicy()
    /// In how many tickets an image of one sender domain may be before it counts as part of a signature; 0 is no limit.
    package var signatureImages = 5
    /// What is done with messages in messages.
    package var embeddedMessages = EmbeddedMessages.unwrap
    /// The profiles of ticket defaults.
    package var defaults: [TicketDefaults] = []
    /// The mailboxes.
    package var mailboxes: [Mailbox] = []
    /// The identifier of the mailbox that takes mail for the postmaster.
    package var postmaster = ""
    /// The customers that the configuration names.
    package var customers: [CustomerRecord] = []
    /// The agents that the configuration names.
    package var agents: [AgentRecord] = []

    /// The least severe events that are logged.
    package enum LogLevel: String, Hashable, Sendable, CaseIterable {
        case trace, debug, info, notice, warning, error
    }

    /// What is done with a message in a message when a ticket is shown.
    package enum EmbeddedMessages: String, Hashable, Sendable {
        /// It stays a file.
        case keep
        /// Its text and its files are shown.
        case unwrap
    }

    /// The mailboxes as recipients find them.
    package var directory: MailboxDirectory { MailboxDirectory(mailboxes: mailboxes, postmaster: postmaster) }

    /// The socket by which commands reach the running server.
    package var controlSocket: String { "\(dataDirectory)/control.sock" }
}

extension Configuration {
    /// Reads a configuration.
    ///
    /// - Throws: all problems of the text at once.
    package init(yaml: String, file: String) throws(ConfigurationError) {
        let (configuration, findings) = try Self.read(yaml: yaml, file: file)
        guard findings.problems.isEmpty else { throw ConfigurationError(findings.problems) }
        self = configuration
    }

    /// The keys that exist and those among them without a default, list positions left out: `listeners[].address`.
    package static func keys(of yaml: String) throws(ConfigurationError) -> (known: Set<String>, required: Set<String>)
    {
        let (_, findings) = try read(yaml: yaml, file: "")
        return (findings.knownKeys, findings.requiredKeys)
    }

    private static func read(
        yaml: String,
        file: String
    ) throws(ConfigurationError) -> (Configuration, ConfigurationFindings) {
        let text = try ConfigurationText(yaml: yaml, file: file)
        let findings = ConfigurationFindings(file: file, renamedKeys: text.renamedKeys)
        let top = Section(text.root, findings: findings)
        var configuration = Configuration()
        configuration.readServer(top)
        configuration.readListeners(top)
        configuration.readStorage(top)
        configuration.readParser(top)
        configuration.readAttachments(top)
        configuration.readMailboxes(top)
        configuration.readPeople(top)
        top.finish()
        return (configuration, findings)
    }

    private static let maximumDirectoryLength = 107 - "/control.sock".utf8.count

    private mutating func readServer(_ top: Section) {
        top.section("server") { server in
            hostname = server.parsed(
                "hostname",
                expected: "a host name such as mail.example.com",
                default: hostname,
                parseHostname
            )
            // The control socket lies in it, and the system's addresses of sockets are short.
            dataDirectory = server.parsed(
                "data_directory",
                expected: "a directory (up to \(Self.maximumDirectoryLength) octets)",
                default: dataDirectory
            ) { (1...Self.maximumDirectoryLength).contains($0.utf8.count) ? $0 : nil }
        }
        top.section("log") { log in
            logLevel = log.choice(
                "level",
                [
                    "trace": .trace, "debug": .debug, "info": .info, "notice": .notice, "warning": .warning,
                    "error": .error,
                ],
                default: logLevel
            )
            logFormat = log.choice("format", ["auto": .auto, "text": .text, "json": .json], default: logFormat)
        }
        top.section("tickets") { tickets in
            ticketPrefix = tickets.parsed(
                "prefix",
                expected: "up to 16 letters and digits, the first a letter, or \"\" for none",
                default: ticketPrefix,
                parseTicketPrefix
            )
        }
    }

    private mutating func readStorage(_ top: Section) {
        top.section("storage") { section in
            let gibibyte = 1 << 30
            storage.memoryThreshold = section.size(
                "memory_threshold",
                in: 0...gibibyte,
                default: storage.memoryThreshold
            )
            storage.memoryBudget = section.size(
                "memory_budget",
                in: 1_048_576...(1024 * gibibyte),
                default: storage.memoryBudget
            )
            storage.blobThreshold = section.size("blob_threshold", in: 0...gibibyte, default: storage.blobThreshold)
            storage.minimumFreeDisk = section.size(
                "min_free_disk",
                in: 0...(1024 * gibibyte),
                default: storage.minimumFreeDisk
            )
            storage.maximumBatch = section.integer("max_batch", in: 1...100_000, default: storage.maximumBatch)
            storage.maximumQueue = section.integer("max_queue", in: 1...1_000_000, default: storage.maximumQueue)
            storage.busyTimeout = section.duration("busy_timeout", in: 0...600, default: storage.busyTimeout)
            storage.checkpointSize = section.size(
                "checkpoint_size",
                in: 65_536...(1024 * gibibyte),
                default: storage.checkpointSize
            )
            storage.maximumWALSize = section.size(
                "max_wal_size",
                in: 1_048_576...(1024 * gibibyte),
                default: storage.maximumWALSize
            )
            storage.retryWindow = section.duration("retry_window", in: 0...31_622_400, default: storage.retryWindow)
            storage.maximumRefusals = section.integer(
                "max_refusals",
                in: 0...100_000_000,
                default: storage.maximumRefusals
            )
            storage.maximumDerivedSize = section.size(
                "max_derived_size",
                in: 0...(1024 * gibibyte),
                default: storage.maximumDerivedSize
            )
            storage.maximumReaders = section.integer("max_readers", in: 1...64, default: storage.maximumReaders)
            if storage.memoryThreshold > storage.memoryBudget {
                section.fail("memory_threshold", "must not be more than memory_budget (\(storage.memoryBudget))")
            }
            if storage.checkpointSize > storage.maximumWALSize {
                section.fail("checkpoint_size", "must not be more than max_wal_size (\(storage.maximumWALSize))")
            }
        }
    }

    private mutating func readParser(_ top: Section) {
        top.section("parser") { section in
            parser.maxHeaders = section.integer("max_headers", in: 1...1_000_000, default: parser.maxHeaders)
            parser.maxHeaderSize = section.size("max_header_size", in: 1024...(1 << 30), default: parser.maxHeaderSize)
            parser.maxLineLength = section.size("max_line_length", in: 998...(1 << 30), default: parser.maxLineLength)
            parser.maxParts = section.integer("max_parts", in: 1...1_000_000, default: parser.maxParts)
            parser.maxDepth = section.integer("max_depth", in: 1...1000, default: parser.maxDepth)
            parser.maxText = section.size("max_text", in: 0...(1 << 30), default: parser.maxText)
            parser.maxDecodedSize = section.size("max_decoded_size", in: 0...(1 << 40), default: parser.maxDecodedSize)
        }
    }
}
