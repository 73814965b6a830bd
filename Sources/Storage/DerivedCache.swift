/// Data that is made of stored messages and can be made again, kept in files of its own beside the store.
///
/// Nothing depends on it: a file that is missing, torn or of another version is made again, so nothing is synced, and
/// who may not write does without. Every process that reads the store may use it at once.
public struct DerivedCache: Sendable {
    private let directory: String
    private let maximumSize: Int
    private let fileSystem = LocalFileSystem()

    /// Makes a cache in a data directory.
    ///
    /// - Parameter maximumSize: what ``trim()`` leaves, in octets; with 0 nothing is kept.
    public init(_ layout: Store.Layout, maximumSize: Int) {
        directory = layout.derived
        self.maximumSize = maximumSize
    }

    /// What is kept of a message under a name.
    ///
    /// - Parameter digest: the digest of the message's octets.
    public func value(_ name: String, of digest: [UInt8]) -> [UInt8]? {
        guard let file = try? fileSystem.map(path(name, digest)) else { return nil }
        return file.withSpan { span in unsafe span.withUnsafeBufferPointer { unsafe [UInt8]($0) } }
    }

    /// Keeps something of a message under a name, in place of what was there.
    public func keep(_ octets: [UInt8], _ name: String, of digest: [UInt8]) {
        // Another user's command must leave no files behind that the server cannot remove.
        let parent = directory.lastIndex(of: "/").map { String(directory[..<$0]) } ?? "."
        guard octets.count <= maximumSize, fileSystem.isOwned(parent) else { return }
        let path = path(name, digest)
        let temporary = "\(path).\(UInt64.random(in: 0 ... .max))"
        try? fileSystem.createDirectory(folder(digest))
        guard (try? write(octets, temporary)) != nil else {
            try? fileSystem.remove(temporary)
            return
        }
        try? fileSystem.remove(path)
        try? fileSystem.link(temporary, to: path)
        try? fileSystem.remove(temporary)
    }

    /// Removes the oldest files until what is left is within the limit.
    ///
    /// - Returns: how many were removed.
    @discardableResult
    public func trim() -> Int {
        var files: [(path: String, age: Int, size: Int)] = []
        for folder in (try? fileSystem.list(directory)) ?? [] {
            for name in (try? fileSystem.list("\(directory)/\(folder)")) ?? [] {
                let path = "\(directory)/\(folder)/\(name)"
                guard let age = try? fileSystem.age(path), let size = try? fileSystem.size(path) else { continue }
                files.append((path, age, size))
            }
        }
        var total = files.reduce(0) { $0 + $1.size }
        var removed = 0
        for file in files.sorted(by: { $0.age > $1.age }) where total > maximumSize {
            guard (try? fileSystem.remove(file.path)) != nil else { continue }
            total -= file.size
            removed += 1
        }
        return removed
    }

    private func write(_ octets: [UInt8], _ path: String) throws(StoreError) {
        let file = try fileSystem.create(path)
        defer { file.close() }
        try file.write(octets.span)
    }

    private func folder(_ digest: [UInt8]) -> String { "\(directory)/\(BlobStore.hex(digest.prefix(1)))" }

    private func path(_ name: String, _ digest: [UInt8]) -> String {
        "\(folder(digest))/\(BlobStore.hex(digest[...])).\(name)"
    }
}
