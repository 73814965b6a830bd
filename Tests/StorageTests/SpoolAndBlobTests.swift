import Dispatch
import Faults
import Mail
import OpenSSL
import Storage
import Testing

@Suite struct SpoolTests {
    static func octets(_ count: Int, seed: UInt64 = 1) -> [UInt8] {
        var random = SeededRandom(seed)
        var octets: [UInt8] = []
        octets.reserveCapacity(count + 8)
        while octets.count < count {
            let number = random.next()
            octets.append(contentsOf: (0..<8).map { UInt8(truncatingIfNeeded: number >> ($0 * 8)) })
        }
        return Array(octets.prefix(count))
    }

    private func spoolFiles(_ fixture: StoreFixture) throws -> Int {
        try LocalFileSystem().list(fixture.directory.path + "/spool").count
    }

    /// A message's memory is given back when its file is gone.
    private func expectNothingLeft(_ store: Store) async {
        await waitUntil { store.spool.reserved == 0 }
        #expect(store.spool.reserved == 0)
    }

    @Test(arguments: [0, 1, 8191, 8192, 8193, 20_000, 200_000])
    func everyOctetComesBack(size: Int) async throws {
        let fixture = try StoreFixture()
        try await fixture.withStore { store in
            let octets = Self.octets(size)
            for piece in [1000, 70_000] {
                do {
                    let message = try await store.receive(octets, inPiecesOf: piece)
                    #expect(message.size == size)
                    #expect(message.digest == SHA256.digest(of: octets.span))
                    #expect(message.withSpan { span in span.elementsEqual(octets) })
                }
                await expectNothingLeft(store)
                #expect(try spoolFiles(fixture) == 0)
            }
        }
    }

    @Test func aDroppedMessageLeavesNothing() async throws {
        let fixture = try StoreFixture()
        try await fixture.withStore { store in
            let sink = try #require(store.spool.makeSink(declaredSize: nil))
            #expect(store.spool.reserved > 0)
            _ = sink.append(Self.octets(100_000).span)
            try await sink.flush()
            #expect(try spoolFiles(fixture) == 1)
            sink.discard()
            sink.discard()
            await expectNothingLeft(store)
            #expect(try spoolFiles(fixture) == 0)
        }
    }

    @Test func whoDropsAMessageDoesNotWaitForTheDisk() async throws {
        let fixture = try StoreFixture()
        let files = SlowRemoval()
        let spool = MessageSpool(
            directory: fixture.directory.path,
            fileSystem: files,
            executor: FileExecutor(width: 1),
            configuration: StorageConfiguration(),
            session: "test"
        )
        let sink = try #require(spool.makeSink(declaredSize: 100_000))
        _ = sink.append(Self.octets(100_001).span)
        try await sink.flush()
        sink.discard()
        // The removal is held up, and with it the memory.
        #expect(spool.reserved > 0)
        files.gate.signal()
        await waitUntil { spool.reserved == 0 }
        #expect(spool.reserved == 0)
    }

    @Test func theMemoryGrowsByChunks() async throws {
        let fixture = try StoreFixture()
        try await fixture.withStore({ $0.memoryThreshold = 262_144 }) { store in
            let sink = try #require(store.spool.makeSink(declaredSize: nil))
            let piece = Self.octets(3000)
            var mustFlush = false
            while !mustFlush {
                mustFlush = sink.append(piece.span)
                // The allocator rounds up, too.
                #expect(sink.memory <= max(sink.count * 2, (sink.count / 65_536 + 1) * 65_536) + 8192)
                if sink.count > 65_536 { #expect(sink.memory < sink.count + 65_536 + 8192) }
            }
            #expect(sink.count > 262_144 && sink.count <= 262_144 + piece.count)
            sink.discard()
        }
    }

    @Test func theBudgetBoundsAllTogether() async throws {
        let fixture = try StoreFixture()
        try await fixture.withStore({ $0.memoryBudget = 20_000 }) { store in
            var sinks: [MessageSink] = []
            while let sink = store.spool.makeSink(declaredSize: nil) { sinks.append(sink) }
            #expect(store.spool.reserved <= 20_000)
            #expect(!sinks.isEmpty)
            sinks.removeLast().discard()
            let next = store.spool.makeSink(declaredSize: nil)
            #expect(next != nil)
            next?.discard()
            for sink in sinks { sink.discard() }
            #expect(store.spool.reserved == 0)
        }
    }

    /// Whatever fails, the memory and the file are given back, and no message with a hole is handed on.
    @Test func everyFailureGivesItsMemoryBack() async throws {
        let octets = Self.octets(150_000)
        let whole = try StoreFixture()
        let count = try await whole.withStore { store in
            whole.vfs.reset()
            _ = try await store.receive(octets)
            return whole.vfs.count(on: .other)
        }
        #expect(count > 2)
        for round in 0..<count {
            let fixture = try StoreFixture(seed: round)
            try await fixture.withStore { store in
                fixture.vfs.reset()
                fixture.vfs.fail(on: .other, nth: round, with: round % 2 == 0 ? .full : .inputOutput)
                do throws(StoreError) {
                    let message = try await store.receive(octets)
                    #expect(message.withSpan { $0.elementsEqual(octets) })
                } catch {
                    #expect(fixture.vfs.failures == 1)
                }
                await expectNothingLeft(store)
            }
        }
    }

    @Test(arguments: [FaultyVFS.Operations.write, .open])
    func aHoleIsNeverHandedOn(failing: FaultyVFS.Operations) async throws {
        let fixture = try StoreFixture()
        try await fixture.withStore { store in
            let sink = try #require(store.spool.makeSink(declaredSize: nil))
            fixture.vfs.reset()
            _ = sink.append(Self.octets(20_000).span)
            fixture.vfs.fail(failing, on: .other, with: .full)
            await #expect(throws: StoreError.full) { try await sink.flush() }
            _ = sink.append(Self.octets(20_000).span)
            if failing == .write { await #expect(throws: StoreError.self) { try await sink.flush() } }
            await #expect(throws: StoreError.self) { try await sink.finish() }
            await expectNothingLeft(store)
            #expect(try spoolFiles(fixture) == 0)
        }
    }

    @Test func aMessageMayBeDroppedWhileItIsWritten() async throws {
        let fixture = try StoreFixture()
        try await fixture.withStore { store in
            for _ in 0..<50 {
                let sink = try #require(store.spool.makeSink(declaredSize: nil))
                _ = sink.append(Self.octets(50_000).span)
                async let flush: Void = sink.flush()
                sink.discard()
                try? await flush
            }
            await expectNothingLeft(store)
            #expect(try spoolFiles(fixture) == 0)
        }
    }
}

@Suite struct BlobTests {
    /// Keeps messages of three sizes, the last one twice, and says which were answered.
    @discardableResult
    private func keep(_ store: Store, _ sizes: [Int]) async -> [(id: UniqueID, octets: [UInt8])] {
        var kept: [(id: UniqueID, octets: [UInt8])] = []
        for (index, size) in sizes.enumerated() {
            let octets = SpoolTests.octets(size, seed: UInt64(size))
            guard let message = try? await store.receive(octets) else { continue }
            let isBlob = message.size > store.configuration.blobThreshold
            let id = UniqueID.make(at: Timestamp(seconds: Int64(index)))
            do {
                if isBlob { try await store.blobs.store(message) }
                defer { if isBlob { store.blobs.release(message.digest) } }
                let record = MessageRecord(
                    id: id,
                    receivedAt: Timestamp(seconds: 0),
                    contentDigest: message.digest,
                    summary: nil,
                    octets: message,
                    isBlob: isBlob
                )
                try await store.engine.write { writer throws(StoreError) in try writer.record(record) }
                kept.append((id, octets))
            } catch {
                continue
            }
        }
        // The spool files are gone, so no operation is under way any more.
        await waitUntil { store.spool.reserved == 0 }
        return kept
    }

    private static let sizes = [100, 20_000, 50_000, 50_001, 50_000]

    /// Each message answered is there to the last octet, and each row of a blob has its file with the right digest.
    private func check(
        _ fixture: StoreFixture,
        _ kept: [(id: UniqueID, octets: [UInt8])],
        _ comment: Comment
    ) async throws {
        try await fixture.withStore { store in
            let reader = try StoreReader(directory: fixture.directory.path)
            for (id, octets) in kept { #expect(try reader.octets(of: id) == octets, comment) }
            let blobs = try await store.engine.read { reader throws(StoreError) in
                try reader.rows("SELECT digest FROM blob").compactMap { $0.blob(0) }
            }
            for digest in blobs {
                let file = try store.blobs.map(digest)
                #expect(file.withSpan { SHA256.digest(of: $0) } == digest, comment)
            }
            #expect(try await store.engine.integrity() == "ok", comment)
            // The same messages can be kept again.
            #expect(await keep(store, Self.sizes).count == Self.sizes.count, comment)
        }
    }

    @Test func aBlobIsDurableBeforeItsRowIs() async throws {
        let fixture = try StoreFixture()
        try await fixture.withStore { store in
            let message = try await store.receive(SpoolTests.octets(50_000))
            fixture.vfs.reset()
            try await store.blobs.store(message)
            let operations = (0..<fixture.vfs.count()).map { fixture.vfs.operation($0) }
            // The file is synced, then named, then its directory is synced.
            let link = try #require(operations.lastIndex(of: "open file"))
            #expect(operations[..<link].contains("sync file"))
            #expect(operations[link...].contains("sync file"))
            #expect(fixture.vfs.count(on: .wal) == 0)
            store.blobs.release(message.digest)
        }
    }

    @Test func oneOperationFails() async throws {
        let count = try await countOperations()
        for round in faultyRounds(count) {
            let fixture = try StoreFixture(seed: round)
            let failure: FaultyVFS.Failure = round % 2 == 0 ? .full : .inputOutput
            let kept = try await fixture.withStore { store in
                fixture.vfs.reset()
                fixture.vfs.fail(nth: round, with: failure)
                let kept = await keep(store, Self.sizes)
                #expect(store.spool.reserved == 0)
                return kept
            }
            let comment: Comment = "\(failure) at \(round): \(fixture.vfs.operation(round))"
            fixture.vfs.reset()
            try await check(fixture, kept, comment)
        }
    }

    @Test(arguments: FaultyVFS.Kept.allCases)
    func thePowerGoes(kept variant: FaultyVFS.Kept) async throws {
        let count = try await countOperations()
        for round in faultyRounds(count) {
            let fixture = try StoreFixture(seed: round)
            let kept = try await fixture.withStore { store in
                fixture.vfs.reset()
                fixture.vfs.cutPower(after: round)
                let kept = await keep(store, Self.sizes)
                try fixture.cutPower(keeping: variant, seed: round)
                return kept
            }
            let comment: Comment = "power cut after \(round): \(fixture.vfs.operation(round))"
            fixture.vfs.reset()
            try await check(fixture, kept, comment)
        }
    }

    private func countOperations() async throws -> Int {
        let fixture = try StoreFixture()
        return try await fixture.withStore { store in
            fixture.vfs.reset()
            #expect(await keep(store, Self.sizes).count == Self.sizes.count)
            return fixture.vfs.count()
        }
    }

    @Test func onlyUnreferencedBlobsAreCollected() async throws {
        let fixture = try StoreFixture()
        try await fixture.withStore { store in
            let kept = await keep(store, [50_000, 60_000])
            #expect(kept.count == 2)
            let orphan = try await store.receive(SpoolTests.octets(70_000))
            try await store.blobs.store(orphan)
            // Protected as long as a job may come to refer to it, and young files are left alone.
            #expect(try await store.collectBlobs(olderThan: 0) == 0)
            store.blobs.release(orphan.digest)
            #expect(try await store.collectBlobs(olderThan: 3600) == 0)
            #expect(try await store.collectBlobs(olderThan: 0) == 1)
            #expect(throws: StoreError.self) { try store.blobs.map(orphan.digest) }
            let reader = try StoreReader(directory: fixture.directory.path)
            for (id, octets) in kept { #expect(try reader.octets(of: id) == octets) }
            #expect(try await store.collectBlobs(olderThan: 0) == 0)
        }
    }

    @Test func collectingCostsTheWriterLittle() async throws {
        let fixture = try StoreFixture()
        try await fixture.withStore { store in
            await keep(store, [50_000, 60_000, 70_000])
            let before = store.engine.currentStatistics.jobs
            #expect(try await store.collectBlobs(olderThan: 0) == 0)
            #expect(store.engine.currentStatistics.jobs == before)
            for seed in 0..<5 {
                let orphan = try await store.receive(SpoolTests.octets(40_000, seed: UInt64(seed)))
                try await store.blobs.store(orphan)
                store.blobs.release(orphan.digest)
            }
            #expect(try await store.collectBlobs(olderThan: 0) == 5)
            #expect(store.engine.currentStatistics.jobs == before + 1)
        }
    }

    /// A message comes while the collector is about to remove the file that it needs.
    @Test func theCollectorLosesAgainstAMessageThatComes() async throws {
        let fixture = try StoreFixture()
        try await fixture.withStore { store in
            let octets = SpoolTests.octets(50_000, seed: 50_000)
            await keep(store, [50_000])
            for _ in 0..<faultyRounds(200, sample: 20).count {
                try await store.engine.write { writer throws(StoreError) in try writer.run("DELETE FROM message") }
                // Both jobs wait in one batch, the collector's first.
                fixture.vfs.holdSyncs()
                let first = Task {
                    try await store.engine.write { writer throws(StoreError) in
                        try writer.run("INSERT INTO crash_suspect (digest, found_at) VALUES (\(UniqueID.make()), 0)")
                    }
                }
                await waitUntil { fixture.vfs.heldSyncs == 1 }
                let collected = Task { try await store.collectBlobs(olderThan: 0) }
                await waitUntil { store.engine.queueLength == 1 }
                let kept = Task { await keep(store, [50_000]) }
                await waitUntil { store.engine.queueLength == 2 }
                fixture.vfs.releaseSyncs()
                try await first.value
                _ = try await collected.value
                let id = try #require(await kept.value.first?.id)
                #expect(try StoreReader(directory: fixture.directory.path).octets(of: id) == octets)
            }
        }
    }
}

/// The real file system, in which a removal waits until it is let go, or for some seconds.
private struct SlowRemoval: FileSystem {
    let gate = DispatchSemaphore(value: 0)
    private let files = LocalFileSystem()

    func remove(_ path: String) throws(StoreError) {
        _ = gate.wait(timeout: .now() + 10)
        try files.remove(path)
    }

    func create(_ path: String) throws(StoreError) -> any WritableFile { try files.create(path) }
    func synchronizeFile(_ path: String) throws(StoreError) { try files.synchronizeFile(path) }
    func map(_ path: String) throws(StoreError) -> MappedFile { try files.map(path) }
    func link(_ path: String, to name: String) throws(StoreError) { try files.link(path, to: name) }
    func synchronizeDirectory(_ path: String) throws(StoreError) { try files.synchronizeDirectory(path) }
    func createDirectory(_ path: String) throws(StoreError) { try files.createDirectory(path) }
    func list(_ path: String) throws(StoreError) -> [String] { try files.list(path) }
    func freeSpace(_ path: String) throws(StoreError) -> Int { try files.freeSpace(path) }
    func age(_ path: String) throws(StoreError) -> Int { try files.age(path) }
    func size(_ path: String) throws(StoreError) -> Int { try files.size(path) }
}

extension Span<UInt8> {
    /// Whether the octets are those of an array.
    func elementsEqual(_ other: [UInt8]) -> Bool {
        guard count == other.count else { return false }
        for index in indices where self[index] != other[index] { return false }
        return true
    }
}
