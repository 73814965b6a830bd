package import MIME
package import Mail
package import Storage

/// A data directory whose every file operation can fail, database and all.
package struct StoreFixture: Sendable {
    /// Where it is.
    package let directory: FaultyDirectory
    /// The database's files, and the power of all.
    package let vfs: FaultyVFS
    /// The spool and blob files.
    package let files: FaultyFileSystem

    /// Makes an empty directory.
    package init(seed: Int = 1) throws {
        directory = try FaultyDirectory("store")
        vfs = try FaultyVFS(watching: directory.path, seed: UInt64(seed))
        files = FaultyFileSystem(vfs)
    }

    /// Opens the store with limits so small that spool files and blobs are met by small messages.
    package func open(_ adjust: (inout StorageConfiguration) -> Void = { _ in }) async throws -> Store {
        var configuration = StorageConfiguration()
        configuration.memoryThreshold = 8192
        configuration.blobThreshold = 32_768
        configuration.checkpointSize = 262_144
        configuration.minimumFreeDisk = 0
        configuration.busyTimeout = 1
        adjust(&configuration)
        return try await Store.open(directory: directory.path, configuration: configuration, fileSystem: files)
    }

    /// Opens the store, lends it, closes it, and lets go of it.
    package func withStore<T: Sendable>(
        _ adjust: (inout StorageConfiguration) -> Void = { _ in },
        _ body: (Store) async throws -> T
    ) async throws -> T {
        let store = try await open(adjust)
        let result: Result<T, any Error>
        do {
            result = .success(try await body(store))
        } catch {
            result = .failure(error)
        }
        await store.close()
        return try result.get()
    }

    /// What all the disks would hold if the power had gone just now.
    package func cutPower(keeping kept: FaultyVFS.Kept, seed: Int = 1) throws {
        try vfs.cutPower(keeping: kept, sector: seed % 2 == 0 ? 512 : 4096)
        files.cutPower(keeping: kept, seed: UInt64(seed))
    }
}

extension Store {
    /// Receives a message and records it alone, without an outcome.
    ///
    /// - Parameter isBlob: whether its octets go to a file.
    package func keep(
        _ octets: [UInt8],
        as id: UniqueID,
        _ summary: MessageSummary? = nil,
        isBlob: Bool = false
    ) async throws(StoreError) -> ReceivedMessage {
        let message = try await receive(octets)
        if isBlob { try await blobs.store(message) }
        let record = MessageRecord(
            id: id,
            receivedAt: .now,
            contentDigest: message.digest,
            summary: summary,
            octets: message,
            isBlob: isBlob
        )
        try await engine.write { writer throws(StoreError) in try writer.record(record) }
        return message
    }

    /// Receives a message as a listener does.
    package func receive(_ octets: [UInt8], inPiecesOf piece: Int = 5000) async throws(StoreError) -> ReceivedMessage {
        guard let sink = spool.makeSink(declaredSize: nil) else { throw .full }
        var offset = 0
        do throws(StoreError) {
            while offset < octets.count {
                let end = min(offset + piece, octets.count)
                let mustFlush = sink.append(octets[offset..<end].span)
                if mustFlush { try await sink.flush() }
                offset = end
            }
            return try await sink.finish()
        } catch {
            sink.discard()
            throw error
        }
    }
}
