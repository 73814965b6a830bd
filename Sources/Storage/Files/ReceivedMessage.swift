internal import Synchronization

/// A whole message as it was received, readable in one piece wherever it lies.
public final class ReceivedMessage: Sendable {
    private enum Content: Sendable {
        case memory([UInt8])
        case file(MappedFile, path: String)
    }

    private let content: Content
    private let onRelease: @Sendable () -> Void
    /// The SHA-256 digest of all octets.
    public let digest: [UInt8]
    /// The size in octets.
    public let size: Int

    /// Makes a message of octets in memory.
    public convenience init(bytes: [UInt8], digest: [UInt8]) {
        self.init(bytes: bytes, digest: digest) {}
    }

    init(bytes: [UInt8], digest: [UInt8], onRelease: @escaping @Sendable () -> Void) {
        content = .memory(bytes)
        size = bytes.count
        self.digest = digest
        self.onRelease = onRelease
    }

    init(
        _ file: MappedFile,
        path: String,
        digest: [UInt8],
        onRelease: @escaping @Sendable () -> Void
    ) {
        content = .file(file, path: path)
        size = file.count
        self.digest = digest
        self.onRelease = onRelease
    }

    deinit {
        onRelease()
    }

    /// Lends the octets.
    public func withSpan<T>(_ body: (Span<UInt8>) throws -> T) rethrows -> T {
        switch content {
        case .memory(let bytes): try body(bytes.span)
        case .file(let file, _): try file.withSpan(body)
        }
    }

    /// The octets in an array of their own, for a database row.
    var bytes: [UInt8] {
        switch content {
        case .memory(let bytes): bytes
        case .file(let file, _):
            file.withSpan { span in unsafe span.withUnsafeBufferPointer { unsafe [UInt8]($0) } }
        }
    }

    /// The spool file that holds the octets, if one does.
    var spoolPath: String? {
        guard case .file(_, let path) = content else { return nil }
        return path
    }
}
