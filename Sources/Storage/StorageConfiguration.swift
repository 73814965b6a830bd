/// The limits of the store; sizes in octets, times in seconds.
public struct StorageConfiguration: Hashable, Sendable {
    /// Up to this size a message is received in memory; beyond it in a spool file.
    public var memoryThreshold = 262_144
    /// What all messages being received may take of memory together.
    public var memoryBudget = 134_217_728
    /// Up to this size a raw message lies in the database; beyond it in a file of its own.
    public var blobThreshold = 1_048_576
    /// Below this much free disk no message is taken in.
    public var minimumFreeDisk = 104_857_600
    /// The most jobs in one commit.
    public var maximumBatch = 256
    /// The most jobs that wait for a commit.
    public var maximumQueue = 4096
    /// How long to wait for a lock that another process holds.
    public var busyTimeout = 5
    /// The size of the write-ahead log at which it is moved into the database.
    public var checkpointSize = 33_554_432
    /// Beyond this size of the write-ahead log, which readers hold back then, no message is taken in.
    public var maximumWALSize = 268_435_456
    /// How long an equal message without Message-ID counts as the same one delivered again.
    public var retryWindow = 604_800
    /// The most entries of the refusal log.
    public var maximumRefusals = 10_000
    /// How long one reader may take, in seconds; a longer one would keep the write-ahead log from shrinking.
    public var readerTimeout = 60
    /// How much derived data is kept, which can be made again of the messages.
    public var maximumDerivedSize = 268_435_456
    /// The most readers at once.
    public var maximumReaders = 4

    /// Makes the default configuration.
    public init() {}
}
