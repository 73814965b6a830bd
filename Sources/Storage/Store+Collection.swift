extension Store {
    /// The most blobs that one job of the collector removes.
    private static let collectionStep = 64

    /// Removes blobs that no message refers to: what a crash left between the file and the commit.
    ///
    /// - Parameter age: how old a file must be, in seconds; longer than any transaction takes.
    /// - Returns: how many were removed.
    @discardableResult
    public func collectBlobs(olderThan age: Int = 3600) async throws(StoreError) -> Int {
        var candidates: [[UInt8]] = []
        for folder in try await blobs.folders() {
            let old = try await blobs.candidatesForCollection(in: folder, olderThan: age)
            // Almost all are referred to, which a reader finds out without holding up a commit.
            candidates += try await engine.read { reader throws(StoreError) in try reader.unreferenced(old) }
        }
        var removed = 0
        while !candidates.isEmpty {
            removed += try await collect(Array(candidates.suffix(Self.collectionStep))).get()
            candidates.removeLast(min(Self.collectionStep, candidates.count))
        }
        return removed
    }

    /// Removes what is too much of derived data.
    ///
    /// - Returns: how many files were removed.
    @discardableResult
    public func trimDerivedData() async throws(StoreError) -> Int {
        let cache = DerivedCache(layout, maximumSize: configuration.maximumDerivedSize)
        return try await spool.executor.run(lane: 0) { () throws(StoreError) in cache.trim() }
    }

    /// Removes those blobs that no message refers to: the rows first, the files after, since a row without its file is a
    /// loss and a file without its row is none.
    private func collect(_ digests: [[UInt8]]) async -> Result<Int, StoreError> {
        await withCheckedContinuation { continuation in
            engine.write { writer throws(StoreError) in
                let unreferenced = try writer.unreferenced(digests)
                for digest in unreferenced { try writer.run("DELETE FROM blob WHERE digest = \(digest)") }
                return unreferenced
            } answer: { [blobs] result in
                // On the writer's thread: a job that came to refer to a blob after this one is not answered yet, and
                // so it still protects the file.
                continuation.resume(
                    returning: result.flatMap { unreferenced in
                        Result { () throws(StoreError) in
                            var removed = 0
                            for digest in unreferenced where try blobs.remove(digest) { removed += 1 }
                            return removed
                        }
                    }
                )
            }
        }
    }
}

extension SQLReader {
    /// Those of some blobs that no message refers to.
    fileprivate func unreferenced(_ digests: [[UInt8]]) throws(StoreError) -> [[UInt8]] {
        var unreferenced: [[UInt8]] = []
        for digest in digests where try first("SELECT 1 FROM message WHERE blob = \(digest) LIMIT 1") == nil {
            unreferenced.append(digest)
        }
        return unreferenced
    }
}
