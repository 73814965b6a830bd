internal import Glibc
internal import NIOCore

/// The listening Unix socket of the console, and who may speak on it.
enum ControlSocket {
    /// Why the socket could not be opened.
    struct Failure: Error, CustomStringConvertible {
        let description: String
    }

    /// The longest path that fits the system's address structure, in octets.
    static let maximumPathLength = 107

    /// Opens a listening socket that only its owner may open; a file that a former process left is replaced.
    ///
    /// The mode is set on the socket before it is bound: the file then has it from its first moment.
    static func listen(path: String) throws(Failure) -> CInt {
        guard (1...maximumPathLength).contains(path.utf8.count) else {
            throw Failure(
                description:
                    "the path \(path) is too long for a Unix socket (\(maximumPathLength) octets at the most); "
                    + "set server.data_directory to a shorter one"
            )
        }
        let descriptor = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
        guard descriptor >= 0 else { throw failure("cannot make a socket for", path) }
        var isOpen = false
        defer { if !isOpen { _ = close(descriptor) } }
        guard fchmod(descriptor, 0o600) == 0 else { throw failure("cannot restrict", path) }
        remove(path: path)
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        unsafe withUnsafeMutableBytes(of: &address.sun_path) { buffer in
            unsafe buffer.copyBytes(from: path.utf8)
        }
        let length = socklen_t(MemoryLayout<sockaddr_un>.size)
        let result = unsafe withUnsafePointer(to: &address) { pointer in
            unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { unsafe bind(descriptor, $0, length) }
        }
        guard result == 0 else { throw failure("cannot bind", path) }
        guard Glibc.listen(descriptor, 128) == 0 else { throw failure("cannot listen on", path) }
        isOpen = true
        return descriptor
    }

    /// Takes the socket's file away; for the owner of the data directory alone, since then it is no one else's.
    static func remove(path: String) {
        _ = unsafe unlink(path)
    }

    private static func failure(_ what: String, _ path: String) -> Failure {
        let reason = unsafe String(cString: strerror(errno))
        return Failure(description: "\(what) \(path): \(reason)")
    }

    /// Whether the process at the other end belongs to this process's user or to root.
    static func peerIsAllowed(_ channel: any Channel) -> EventLoopFuture<Bool> {
        guard let provider = channel as? any SocketOptionProvider else {
            return channel.eventLoop.makeSucceededFuture(false)
        }
        let credentials: EventLoopFuture<PeerCredentials> = provider.unsafeGetSocketOption(
            level: .socket,
            name: NIOBSDSocket.Option(rawValue: SO_PEERCRED)
        )
        return credentials.map { $0.user == getuid() || $0.user == 0 }
    }

    /// The system's `struct ucred`.
    private struct PeerCredentials: Sendable {
        var process: Int32 = 0
        var user: UInt32 = 0
        var group: UInt32 = 0
    }
}
