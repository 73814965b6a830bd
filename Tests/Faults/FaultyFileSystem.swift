package import Storage
import Synchronization

/// The real file system with the faults and the power of a ``FaultyVFS``.
///
/// It remembers of each file and directory made through it what a disk would hold: octets once the file was synced,
/// names once their directory was. What was there before counts as durable.
package final class FaultyFileSystem: FileSystem {
    /// One file, whatever its names are.
    private final class Inode: Sendable {
        let durable = Mutex<[UInt8]>([])
        /// A failed fsync drops what was not written yet, and a later one does not bring it back.
        let isLost = Mutex(false)
    }

    private struct State {
        /// The names that exist now, and those that the disk knows; a removed name is in `durable` alone.
        var names: [String: Inode] = [:]
        var durableNames: [String: Inode] = [:]
        var newDirectories: Set<String> = []
        var generation = 0
    }

    private let local = LocalFileSystem()
    private let vfs: FaultyVFS
    private let state = Mutex(State())
    private let fixedFreeSpace = Mutex<Int?>(nil)

    /// Makes a file system that shares the faults and the power of a VFS.
    package init(_ vfs: FaultyVFS) {
        self.vfs = vfs
    }

    /// Pretends that so much space is free; `nil` tells the truth.
    package func pretendFreeSpace(_ octets: Int?) {
        fixedFreeSpace.withLock { $0 = octets }
    }

    private func step(_ operation: FaultyVFS.Operations, _ what: String) throws(StoreError) {
        switch vfs.step(operation) {
        case nil: return
        case .full: throw .full
        case let failure?: throw .io("\(what): \(failure)")
        }
    }

    package func create(_ path: String) throws(StoreError) -> any WritableFile {
        try step(.open, "create \(path)")
        let file = try local.create(path)
        let inode = Inode()
        state.withLock { $0.names[path] = inode }
        return FaultyFile(file, path: path) { [vfs] operation in
            vfs.step(operation)
        } synced: { succeeded in
            Self.noteSync(of: inode, at: path, succeeded: succeeded)
        }
    }

    package func synchronizeFile(_ path: String) throws(StoreError) {
        let inode = state.withLock { $0.names[path] }
        do {
            try step(.sync, "fsync \(path)")
        } catch {
            if let inode, !vfs.isPowerless { Self.noteSync(of: inode, at: path, succeeded: false) }
            throw error
        }
        // The model stands for the disk; the real one need not be troubled.
        if let inode { Self.noteSync(of: inode, at: path, succeeded: true) }
    }

    package func map(_ path: String) throws(StoreError) -> MappedFile {
        if vfs.isPowerless { throw .io("map \(path): no power") }
        return try local.map(path)
    }

    package func link(_ path: String, to name: String) throws(StoreError) {
        try step(.open, "link \(name)")
        try local.link(path, to: name)
        state.withLock { state in
            guard state.names[name] == nil, let inode = state.names[path] else { return }
            state.names[name] = inode
        }
    }

    package func remove(_ path: String) throws(StoreError) {
        try step(.delete, "remove \(path)")
        state.withLock { state in
            if state.names.removeValue(forKey: path) == nil, let content = Self.content(of: path) {
                // Not made here, so it is on the disk with its name until the directory is synced.
                let inode = Inode()
                inode.durable.withLock { $0 = content }
                state.durableNames[path] = inode
            }
        }
        try local.remove(path)
    }

    package func synchronizeDirectory(_ path: String) throws(StoreError) {
        try step(.sync, "fsync \(path)")
        state.withLock { state in
            let prefix = path + "/"
            func isEntry(_ name: String) -> Bool {
                name.hasPrefix(prefix) && !name.dropFirst(prefix.count).contains("/")
            }
            state.durableNames = state.durableNames.filter { !isEntry($0.key) }
            for (name, inode) in state.names where isEntry(name) { state.durableNames[name] = inode }
            state.newDirectories = state.newDirectories.filter { !isEntry($0) }
        }
        vfs.directorySynced(path)
    }

    package func createDirectory(_ path: String) throws(StoreError) {
        var isNew = false
        do { _ = try local.list(path) } catch { isNew = true }
        guard isNew else { return }
        try step(.open, "mkdir \(path)")
        try local.createDirectory(path)
        state.withLock { _ = $0.newDirectories.insert(path) }
    }

    package func list(_ path: String) throws(StoreError) -> [String] {
        if vfs.isPowerless { throw .io("list \(path): no power") }
        return try local.list(path)
    }

    package func freeSpace(_ path: String) throws(StoreError) -> Int {
        if let fixed = fixedFreeSpace.withLock({ $0 }) { return fixed }
        return try local.freeSpace(path)
    }

    package func age(_ path: String) throws(StoreError) -> Int {
        try local.age(path)
    }

    package func size(_ path: String) throws(StoreError) -> Int {
        try local.size(path)
    }

    /// Rewrites files and directories to what a disk would hold; call it with the VFS's own cut.
    package func cutPower(keeping kept: FaultyVFS.Kept, seed: UInt64 = 1) {
        var random = SeededRandom(seed)
        let state = self.state.withLock { state in
            defer { state = State(generation: state.generation + 1) }
            return state
        }
        if kept == .everything { return }
        // What a name holds afterwards, computed before any file is touched: names share files.
        var survivors: [String: [UInt8]] = [:]
        for name in Set(state.names.keys).union(state.durableNames.keys).sorted() {
            let now = state.names[name]
            let before = state.durableNames[name]
            let survivor = kept == .nothing || now === before || Bool.random(using: &random) ? before : now
            guard let survivor, !state.newDirectories.contains(where: { name.hasPrefix($0 + "/") }) else { continue }
            let written = now === survivor ? Self.content(of: name) ?? [] : []
            survivors[name] = Self.torn(survivor, written: written, keeping: kept, random: &random)
        }
        for name in Set(state.names.keys).union(state.durableNames.keys) {
            Self.removeFile(name)
            if let content = survivors[name] { Self.writeFile(name, content) }
        }
        for directory in state.newDirectories.sorted(by: >) { Self.removeDirectory(directory) }
    }

    private static func torn(
        _ inode: Inode,
        written: [UInt8],
        keeping kept: FaultyVFS.Kept,
        random: inout SeededRandom
    ) -> [UInt8] {
        var content = inode.durable.withLock { $0 }
        guard kept != .nothing, !inode.isLost.withLock({ $0 }), written.count > content.count else { return content }
        // The file grew, but not every page of it was written: the others read as zeros or as what was there before.
        let length = Int.random(in: content.count...written.count, using: &random)
        while content.count < length {
            let piece = min(4096 - content.count % 4096, length - content.count)
            if Bool.random(using: &random) {
                content += written[content.count..<(content.count + piece)]
            } else {
                let filler: UInt8 = kept == .garbage ? UInt8.random(in: 0...255, using: &random) : 0
                content += [UInt8](repeating: filler, count: piece)
            }
        }
        return content
    }

    private static func noteSync(of inode: Inode, at path: String, succeeded: Bool) {
        guard succeeded else { return inode.isLost.withLock { $0 = true } }
        guard !inode.isLost.withLock({ $0 }) else { return }
        let content = Self.content(of: path) ?? []
        inode.durable.withLock { $0 = content }
    }
}

/// A small generator that gives the same numbers for the same seed on every run.
package struct SeededRandom: RandomNumberGenerator {
    private var state: UInt64

    /// Begins a sequence.
    package init(_ seed: UInt64) {
        state = seed
    }

    /// The next number (splitmix64).
    package mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var z = state
        z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
        return z ^ (z >> 31)
    }
}
