internal import GRDB
public import Mail

/// Reads a data directory without owning it, for commands that list and show.
public final class StoreReader: Sendable {
    private let queue: DatabaseQueue
    /// The names in the data directory.
    public let layout: Store.Layout
    private let fileSystem = LocalFileSystem()

    /// Opens the database for reading alone.
    ///
    /// - Throws: ``StoreError/io(_:)`` when there is none yet.
    public init(directory: String) throws(StoreError) {
        layout = Store.Layout(directory: directory)
        var settings = Configuration()
        settings.readonly = true
        settings.busyMode = .timeout(5)
        do {
            queue = try DatabaseQueue(path: layout.database, configuration: settings)
        } catch {
            throw StoreError(error)
        }
    }

    /// Runs a body against a consistent state of the store.
    ///
    /// Blocks its thread.
    public func read<T>(_ body: (any SQLReader) throws(StoreError) -> T) throws(StoreError) -> T {
        do {
            return try queue.read { database in
                let limit = ReaderLimit(seconds: StorageConfiguration().readerTimeout)
                return try SQLiteConnection.withReader(database, limit: limit, body)
            }
        } catch {
            throw StoreError(error)
        }
    }

    /// The digest of a stored message's octets.
    ///
    /// - Returns: `nil` when there is no such message.
    public func digest(of message: UniqueID) throws(StoreError) -> [UInt8]? {
        try read { reader throws(StoreError) in
            try reader.first("SELECT digest FROM message WHERE id = \(message)")?.blob(0)
        }
    }

    /// Lends the octets of a stored message, exactly as they were received; those of a file are not copied.
    ///
    /// - Returns: `nil` when there is no such message.
    public func withOctets<T>(of message: UniqueID, _ body: (Span<UInt8>) throws -> T) throws -> T? {
        guard let digest = try blobDigest(of: message) else { return try octets(of: message).map { try body($0.span) } }
        return try BlobStore.map(digest, in: layout.blobs, fileSystem).withSpan(body)
    }

    /// The name of the file that a message lies in, if it does.
    private func blobDigest(of message: UniqueID) throws(StoreError) -> [UInt8]? {
        try read { reader throws(StoreError) in
            try reader.first("SELECT blob FROM message WHERE id = \(message)")?.blob(0)
        }
    }

    /// The octets of a stored message, exactly as they were received.
    ///
    /// - Returns: `nil` when there is no such message.
    public func octets(of message: UniqueID) throws(StoreError) -> [UInt8]? {
        let row = try read { reader throws(StoreError) in
            try reader.first(
                """
                SELECT r.octets, m.blob FROM message m LEFT JOIN message_raw r ON r.id = m.raw WHERE m.id = \(message)
                """
            )
        }
        guard let row else { return nil }
        if let octets = row.blob(0) { return octets }
        guard let digest = row.blob(1) else { throw .corrupt("message \(message) has neither octets nor a file") }
        let file = try BlobStore.map(digest, in: layout.blobs, fileSystem)
        return file.withSpan { span in unsafe span.withUnsafeBufferPointer { unsafe [UInt8]($0) } }
    }
}
