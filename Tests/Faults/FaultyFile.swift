import Foundation
import Storage

/// A file that is written through the faults of its file system.
final class FaultyFile: WritableFile {
    private let file: any WritableFile
    private let path: String
    private let step: @Sendable (FaultyVFS.Operations) -> FaultyVFS.Failure?
    private let synced: @Sendable (Bool) -> Void

    init(
        _ file: any WritableFile,
        path: String,
        step: @escaping @Sendable (FaultyVFS.Operations) -> FaultyVFS.Failure?,
        synced: @escaping @Sendable (Bool) -> Void
    ) {
        self.file = file
        self.path = path
        self.step = step
        self.synced = synced
    }

    func write(_ bytes: Span<UInt8>) throws(StoreError) {
        if let failure = step(.write) {
            // On a full disk the first part of it is there.
            if failure == .full { try file.write(bytes.extracting(first: bytes.count / 2)) }
            throw failure == .full ? .full : .io("write \(path): \(failure)")
        }
        try file.write(bytes)
    }

    func synchronize() throws(StoreError) {
        if let failure = step(.sync) {
            synced(false)
            throw failure == .full ? .full : .io("fsync \(path): \(failure)")
        }
        synced(true)
    }

    func close() {
        file.close()
    }
}

// What the power cut does to the real files, past all faults.
extension FaultyFileSystem {
    static func content(of path: String) -> [UInt8]? {
        FileManager.default.contents(atPath: path).map { [UInt8]($0) }
    }

    static func writeFile(_ path: String, _ content: [UInt8]) {
        let directory = (path as NSString).deletingLastPathComponent
        try? FileManager.default.createDirectory(atPath: directory, withIntermediateDirectories: true)
        _ = FileManager.default.createFile(atPath: path, contents: Data(content))
    }

    static func removeFile(_ path: String) {
        try? FileManager.default.removeItem(atPath: path)
    }

    static func removeDirectory(_ path: String) {
        try? FileManager.default.removeItem(atPath: path)
    }
}
