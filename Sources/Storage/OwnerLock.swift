internal import Glibc

/// The lock that gives a data directory to one process.
///
/// Held by the kernel for as long as the process lives, so that a crash leaves nothing behind that must be cleared.
public final class OwnerLock: Sendable {
    /// Why the lock was not to be had.
    public enum Failure: Error, Sendable, Equatable, CustomStringConvertible {
        /// Another process has it.
        case held(by: String)
        /// The lock file cannot be used.
        case unusable(String)

        /// The failure as a sentence.
        public var description: String {
            switch self {
            case .held(let owner):
                "another mailwicket (process \(owner)) owns this data directory; stop it, or use another directory"
            case .unusable(let why): "the lock file cannot be used: \(why)"
            }
        }
    }

    private let descriptor: Int32

    /// Takes the lock at once, or fails.
    public init(path: String) throws(Failure) {
        descriptor = unsafe open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else {
            throw .unusable("\(path): \(unsafe String(cString: strerror(errno)))")
        }
        guard Self.take(descriptor) else {
            var buffer = [UInt8](repeating: 0, count: 32)
            let length = unsafe max(0, read(descriptor, &buffer, buffer.count))
            let owner = String(decoding: buffer.prefix(length).prefix { $0 != 0x0A }, as: UTF8.self)
            close(descriptor)
            throw .held(by: owner.isEmpty ? "unknown" : owner)
        }
        ftruncate(descriptor, 0)
        let line = Array("\(getpid())\n".utf8)
        _ = unsafe pwrite(descriptor, line, line.count, 0)
    }

    /// Takes the lock, trying again for a tenth of a second: who asks with ``isHeld(path:)`` has it for a moment.
    private static func take(_ descriptor: Int32) -> Bool {
        for attempt in 0..<6 {
            if flock(descriptor, LOCK_EX | LOCK_NB) == 0 { return true }
            if attempt < 5 { usleep(20_000) }
        }
        return false
    }

    deinit {
        close(descriptor)
    }

    /// Whether a live process owns the directory of this lock file.
    public static func isHeld(path: String) -> Bool {
        let descriptor = unsafe open(path, O_RDWR | O_CLOEXEC)
        guard descriptor >= 0 else { return false }
        defer { _ = close(descriptor) }
        // Asking takes the lock for a moment; shared, so that two who ask do not see each other.
        guard flock(descriptor, LOCK_SH | LOCK_NB) == 0 else { return true }
        flock(descriptor, LOCK_UN)
        return false
    }
}
