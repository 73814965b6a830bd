internal import Glibc
internal import Synchronization

/// The real file system.
public struct LocalFileSystem: FileSystem {
    /// Makes the real file system.
    public init() {}

    /// Creates a file that must not exist yet.
    public func create(_ path: String) throws(StoreError) -> any WritableFile {
        let descriptor = unsafe open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw .system("create \(path)") }
        return LocalFile(descriptor: descriptor, path: path)
    }

    /// Maps a whole file for reading.
    public func map(_ path: String) throws(StoreError) -> MappedFile {
        try MappedFile(path)
    }

    /// Gives a file a second name.
    public func link(_ path: String, to name: String) throws(StoreError) {
        guard unsafe Glibc.link(path, name) == 0 || errno == EEXIST else { throw .system("link \(name)") }
    }

    /// Removes a name.
    public func remove(_ path: String) throws(StoreError) {
        guard unsafe unlink(path) == 0 || errno == ENOENT else { throw .system("remove \(path)") }
    }

    /// Makes a closed file durable.
    public func synchronizeFile(_ path: String) throws(StoreError) {
        try synchronize(path, flags: O_RDONLY)
    }

    /// Makes a directory's entries durable.
    public func synchronizeDirectory(_ path: String) throws(StoreError) {
        try synchronize(path, flags: O_RDONLY | O_DIRECTORY)
    }

    private func synchronize(_ path: String, flags: Int32) throws(StoreError) {
        let descriptor = unsafe open(path, flags | O_CLOEXEC)
        guard descriptor >= 0 else { throw .system("open \(path)") }
        defer { _ = Glibc.close(descriptor) }
        guard fsync(descriptor) == 0 else { throw .system("fsync \(path)") }
    }

    /// Makes a directory and those above it.
    public func createDirectory(_ path: String) throws(StoreError) {
        if unsafe mkdir(path, 0o700) == 0 { return }
        switch errno {
        case EEXIST:
            return
        case ENOENT:
            guard let slash = path.lastIndex(of: "/"), slash > path.startIndex else { throw .system("mkdir \(path)") }
            try createDirectory(String(path[..<slash]))
            guard unsafe mkdir(path, 0o700) == 0 || errno == EEXIST else { throw .system("mkdir \(path)") }
        default:
            throw .system("mkdir \(path)")
        }
    }

    /// The names in a directory.
    public func list(_ path: String) throws(StoreError) -> [String] {
        guard let directory = unsafe opendir(path) else { throw .system("list \(path)") }
        defer { unsafe closedir(directory) }
        var names: [String] = []
        while let entry = unsafe readdir(directory) {
            let name = unsafe withUnsafePointer(to: &entry.pointee.d_name) { tuple in
                unsafe tuple.withMemoryRebound(to: CChar.self, capacity: 256) { unsafe String(cString: $0) }
            }
            if name != ".", name != ".." { names.append(name) }
        }
        return names
    }

    /// The octets free for this user.
    public func freeSpace(_ path: String) throws(StoreError) -> Int {
        var status = statvfs()
        guard unsafe statvfs(path, &status) == 0 else { throw .system("statvfs \(path)") }
        return Int(status.f_bavail) * Int(status.f_frsize)
    }

    /// Seconds since the file was last changed.
    public func age(_ path: String) throws(StoreError) -> Int {
        time(nil) - (try status(path)).st_mtim.tv_sec
    }

    /// The file's size in octets.
    public func size(_ path: String) throws(StoreError) -> Int {
        Int(try status(path).st_size)
    }

    /// Whether a file or directory belongs to this process's user.
    func isOwned(_ path: String) -> Bool { (try? status(path).st_uid) == geteuid() }

    private func status(_ path: String) throws(StoreError) -> stat {
        var status = stat()
        guard unsafe stat(path, &status) == 0 else { throw .system("stat \(path)") }
        return status
    }
}

/// A file of the real file system.
private final class LocalFile: WritableFile {
    private let descriptor: Mutex<Int32>
    private let path: String

    init(descriptor: Int32, path: String) {
        self.descriptor = Mutex(descriptor)
        self.path = path
    }

    deinit {
        close()
    }

    func write(_ bytes: Span<UInt8>) throws(StoreError) {
        // Held over the write: the file may be closed by who drops the message, and its number be given to another.
        let succeeded = unsafe bytes.withUnsafeBytes { buffer in
            descriptor.withLock { descriptor in
                var offset = 0
                while offset < buffer.count {
                    let rest = unsafe buffer.baseAddress?.advanced(by: offset)
                    let written = unsafe Glibc.write(descriptor, rest, buffer.count - offset)
                    if written < 0 && errno == EINTR { continue }
                    guard written > 0 else { return false }
                    offset += written
                }
                return true
            }
        }
        guard succeeded else { throw .system("write \(path)") }
    }

    func synchronize() throws(StoreError) {
        guard fsync(descriptor.withLock { $0 }) == 0 else { throw .system("fsync \(path)") }
    }

    func close() {
        descriptor.withLock { descriptor in
            if descriptor >= 0 { _ = Glibc.close(descriptor) }
            descriptor = -1
        }
    }
}

/// A file mapped for reading; its pages are the kernel's and cost the process no memory of its own.
///
/// `@unchecked Sendable`: the mapping is read-only and lives until `deinit`.
@safe
public final class MappedFile: @unchecked Sendable {
    private let buffer: UnsafeRawBufferPointer

    init(_ path: String) throws(StoreError) {
        let descriptor = unsafe open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw .system("open \(path)") }
        defer { _ = close(descriptor) }
        var status = stat()
        guard unsafe fstat(descriptor, &status) == 0 else { throw .system("stat \(path)") }
        guard status.st_size > 0 else {
            unsafe buffer = UnsafeRawBufferPointer(start: nil, count: 0)
            return
        }
        let size = Int(status.st_size)
        let address = unsafe mmap(nil, size, PROT_READ, MAP_PRIVATE, descriptor, 0)
        guard let address = unsafe address, unsafe address != MAP_FAILED else { throw .system("map \(path)") }
        unsafe buffer = UnsafeRawBufferPointer(start: address, count: size)
    }

    deinit {
        guard let address = unsafe buffer.baseAddress else { return }
        unsafe munmap(UnsafeMutableRawPointer(mutating: address), buffer.count)
    }

    /// The file's size in octets.
    public var count: Int { unsafe buffer.count }

    /// Lends the octets.
    public func withSpan<T>(_ body: (Span<UInt8>) throws -> T) rethrows -> T {
        try body(unsafe Span(_unsafeBytes: buffer))
    }
}

extension StoreError {
    /// The error that `errno` tells of.
    static func system(_ action: String) -> StoreError {
        let code = errno
        if code == ENOSPC || code == EDQUOT { return .full }
        return .io("\(action): \(unsafe String(cString: strerror(code)))")
    }
}
