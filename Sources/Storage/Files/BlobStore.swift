internal import Synchronization

/// Files that are named by the digest of what they hold, for raw messages too large for a row.
///
/// A blob is written to a file of the job's own, made durable, linked to its name, and the directory made durable, all
/// before the row that needs it is committed. Two jobs with the same content meet at one name.
public final class BlobStore: Sendable {
    private let directory: String
    private let fileSystem: any FileSystem
    private let executor: FileExecutor
    private let spool: MessageSpool
    /// The digests that a job is about to refer to; the collector leaves their files alone.
    private let inUse = Mutex<[[UInt8]: Int]>([:])

    /// Makes a store in a directory that exists.
    public init(directory: String, fileSystem: any FileSystem, executor: FileExecutor, spool: MessageSpool) {
        self.directory = directory
        self.fileSystem = fileSystem
        self.executor = executor
        self.spool = spool
    }

    /// Makes a message's octets durable under their digest, and keeps the collector away until ``release(_:)``.
    public func store(_ message: ReceivedMessage) async throws(StoreError) {
        inUse.withLock { $0[message.digest, default: 0] += 1 }
        let lane = Int(message.digest.first ?? 0)
        do {
            try await executor.run(lane: lane) { [self] () throws(StoreError) in
                let folder = folder(of: message.digest)
                try fileSystem.createDirectory(folder)
                // The folder's own entry, the first time and at small cost later.
                try fileSystem.synchronizeDirectory(directory)
                let source = try durableFile(of: message)
                try fileSystem.link(source.path, to: path(of: message.digest))
                if source.isTemporary { try fileSystem.remove(source.path) }
                try fileSystem.synchronizeDirectory(folder)
            }
        } catch {
            release(message.digest)
            throw error
        }
    }

    /// Ends the protection that ``store(_:)`` began.
    public func release(_ digest: [UInt8]) {
        inUse.withLock { inUse in
            guard let count = inUse[digest] else { return }
            inUse[digest] = count > 1 ? count - 1 : nil
        }
    }

    /// Lends a blob's octets.
    public func map(_ digest: [UInt8]) throws(StoreError) -> MappedFile {
        try fileSystem.map(path(of: digest))
    }

    /// Lends the octets of a blob of a data directory that someone else owns.
    static func map(
        _ digest: [UInt8],
        in directory: String,
        _ fileSystem: some FileSystem
    ) throws(StoreError) -> MappedFile {
        try fileSystem.map("\(directory)/\(hex(digest.prefix(1)))/\(hex(digest[...]))")
    }

    /// The names of the folders that the blobs lie in.
    func folders() async throws(StoreError) -> [String] {
        try await executor.run(lane: 0) { [self] () throws(StoreError) in try fileSystem.list(directory) }
    }

    /// The digests of a folder's blobs that are older than this many seconds and that no job is about to refer to.
    func candidatesForCollection(in folder: String, olderThan age: Int) async throws(StoreError) -> [[UInt8]] {
        try await executor.run(lane: 0) { [self] () throws(StoreError) in
            let folder = "\(directory)/\(folder)"
            var digests: [[UInt8]] = []
            for name in try fileSystem.list(folder) {
                guard let digest = Self.digest(named: name), !isInUse(digest),
                    try fileSystem.age("\(folder)/\(name)") >= age
                else { continue }
                digests.append(digest)
            }
            return digests
        }
    }

    /// Removes a blob that no row refers to, unless a job has come to need it meanwhile.
    ///
    /// - Returns: whether it was removed.
    public func remove(_ digest: [UInt8]) throws(StoreError) -> Bool {
        // The lock is held over the removal: a job that needs the blob either is seen here or links it anew afterwards.
        let result = inUse.withLock { inUse in
            guard inUse[digest] == nil else { return Result<Bool, StoreError>.success(false) }
            return Result { () throws(StoreError) in
                try fileSystem.remove(path(of: digest))
                return true
            }
        }
        return try result.get()
    }

    private func isInUse(_ digest: [UInt8]) -> Bool { inUse.withLock { $0[digest] != nil } }

    private func durableFile(of message: ReceivedMessage) throws(StoreError) -> (path: String, isTemporary: Bool) {
        let path = message.spoolPath ?? spool.path(of: spool.nextNumber())
        guard message.spoolPath == nil else {
            try fileSystem.synchronizeFile(path)
            return (path, false)
        }
        let file = try fileSystem.create(path)
        defer { file.close() }
        do {
            try file.write(message.bytes.span)
            try file.synchronize()
        } catch {
            try? fileSystem.remove(path)
            throw error
        }
        return (path, true)
    }

    private func folder(of digest: [UInt8]) -> String { "\(directory)/\(Self.hex(digest.prefix(1)))" }

    private func path(of digest: [UInt8]) -> String { "\(folder(of: digest))/\(Self.hex(digest[...]))" }

    static func hex(_ bytes: ArraySlice<UInt8>) -> String {
        let digits = Array("0123456789abcdef".utf8)
        return String(decoding: bytes.flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] }, as: UTF8.self)
    }

    private static func digest(named name: String) -> [UInt8]? {
        let digits = Array(name.utf8)
        guard digits.count == 64 else { return nil }
        var bytes: [UInt8] = []
        for index in stride(from: 0, to: 64, by: 2) {
            guard let byte = UInt8(String(decoding: digits[index..<(index + 2)], as: UTF8.self), radix: 16) else {
                return nil
            }
            bytes.append(byte)
        }
        return bytes
    }
}
