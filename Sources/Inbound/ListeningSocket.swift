import Glibc

/// Why a listener cannot be opened.
public struct ListenerError: Error, Hashable, Sendable, CustomStringConvertible {
    /// The listener's name.
    public let listener: String
    /// What is wrong.
    public let message: String

    /// The text form.
    public var description: String { "listener \(listener): \(message)" }
}

/// A socket that is bound and can be listened on: made here, or taken over from the service manager.
struct ListeningSocket {
    let descriptor: CInt
    let configuration: ListenerConfiguration
    /// Whether the service manager made it, who then also removes its file.
    var isInherited = false

    /// Makes and binds a socket.
    static func bind(_ configuration: ListenerConfiguration) throws(ListenerError) -> ListeningSocket {
        switch configuration.address {
        case .tcp(let address, let port): try bindTCP(address, port, configuration)
        case .unix(let path): try bindUnix(path, configuration)
        }
    }

    /// Takes over a socket of the service manager, if it is one that the configuration allows.
    ///
    /// Its name alone says nothing of where it is bound: what was checked of the configured address must hold for it too.
    static func inherit(
        _ descriptor: CInt,
        _ configuration: ListenerConfiguration
    ) throws(ListenerError) -> ListeningSocket {
        func refuse(_ what: String) -> ListenerError {
            ListenerError(
                listener: configuration.name,
                message: "the socket that the service manager handed over (descriptor \(descriptor)) \(what)"
            )
        }
        let configured = configuration.address
        guard let address = InheritedSockets.address(of: descriptor), InheritedSockets.isStream(descriptor) else {
            throw refuse("is not a TCP or Unix stream socket")
        }
        switch (configured, address) {
        case (.unix, .unix): break
        case (.tcp(_, let wanted), .tcp(_, let port)):
            guard wanted == 0 || wanted == port else {
                throw refuse("is bound to \(address), and the configured port is \(wanted)")
            }
            guard configured.isLocal == address.isLocal else {
                throw refuse(
                    address.isLocal
                        ? "is bound to \(address), which only this host reaches, and \(configured) is configured"
                        : "is bound to \(address), which other hosts reach, and \(configured) is configured"
                )
            }
        case (.unix, .tcp), (.tcp, .unix):
            throw refuse("is bound to \(address), and \(configured) is configured")
        }
        return ListeningSocket(descriptor: descriptor, configuration: configuration, isInherited: true)
    }

    /// Listens again with the configured backlog; NIO has listened with one of its own.
    func listen() {
        _ = Glibc.listen(descriptor, CInt(configuration.backlog))
    }

    /// Removes the file of a Unix socket that was closed.
    func removeFile() {
        if !isInherited, case .unix(let path) = configuration.address { _ = unsafe unlink(path) }
    }

    private static func bindTCP(
        _ address: IPAddress,
        _ port: UInt16,
        _ configuration: ListenerConfiguration
    ) throws(ListenerError) -> ListeningSocket {
        let family = address.isIPv4 ? AF_INET : AF_INET6
        let socket = ListeningSocket(descriptor: try open(family, configuration), configuration: configuration)
        var on: CInt = 1
        _ = unsafe setsockopt(socket.descriptor, SOL_SOCKET, SO_REUSEADDR, &on, socklen_t(MemoryLayout<CInt>.size))
        if address.isIPv4 {
            var name = sockaddr_in()
            name.sin_family = sa_family_t(AF_INET)
            name.sin_port = port.bigEndian
            name.sin_addr.s_addr = UInt32(truncatingIfNeeded: address.low).bigEndian
            try socket.bind(&name)
        } else {
            var name = sockaddr_in6()
            name.sin6_family = sa_family_t(AF_INET6)
            name.sin6_port = port.bigEndian
            unsafe withUnsafeMutableBytes(of: &name.sin6_addr) { bytes in
                unsafe bytes.storeBytes(of: address.high.bigEndian, as: UInt64.self)
                unsafe bytes.storeBytes(of: address.low.bigEndian, toByteOffset: 8, as: UInt64.self)
            }
            try socket.bind(&name)
        }
        return socket
    }

    private static func bindUnix(
        _ path: String,
        _ configuration: ListenerConfiguration
    ) throws(ListenerError) -> ListeningSocket {
        var name = sockaddr_un()
        name.sun_family = sa_family_t(AF_UNIX)
        unsafe withUnsafeMutableBytes(of: &name.sun_path) { unsafe $0.copyBytes(from: path.utf8.prefix($0.count - 1)) }
        try removeStale(path, &name, configuration)
        let socket = ListeningSocket(descriptor: try open(AF_UNIX, configuration), configuration: configuration)
        // The file gets the mode of the socket less the mask of the process, which is every thread's and left alone. So
        // it is set again once it is bound: nobody connects in between, because nothing listens yet.
        guard fchmod(socket.descriptor, mode_t(configuration.socketMode)) == 0 else {
            throw socket.failure("cannot set the mode of \(path)")
        }
        try socket.bind(&name)
        guard unsafe fchmodat(AT_FDCWD, path, mode_t(configuration.socketMode), AT_SYMLINK_NOFOLLOW) == 0 else {
            defer { socket.removeFile() }
            throw socket.failure("cannot set the mode of \(path)")
        }
        return socket
    }

    /// Removes a socket file that nobody listens on any more, and only such a file.
    private static func removeStale(
        _ path: String,
        _ name: inout sockaddr_un,
        _ configuration: ListenerConfiguration
    ) throws(ListenerError) {
        var status = stat()
        guard unsafe lstat(path, &status) == 0 else { return }
        guard status.st_mode & S_IFMT == S_IFSOCK else {
            throw ListenerError(listener: configuration.name, message: "\(path) exists and is no socket")
        }
        let probe = try open(AF_UNIX, configuration)
        defer { Glibc.close(probe) }
        let result = unsafe withUnsafePointer(to: &name) { pointer in
            unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                unsafe connect(probe, $0, socklen_t(MemoryLayout<sockaddr_un>.size))
            }
        }
        guard result != 0, errno == ECONNREFUSED else {
            throw ListenerError(listener: configuration.name, message: "another process listens on \(path)")
        }
        _ = unsafe unlink(path)
    }

    private static func open(_ family: CInt, _ configuration: ListenerConfiguration) throws(ListenerError) -> CInt {
        let type = CInt(SOCK_STREAM.rawValue) | CInt(SOCK_CLOEXEC.rawValue)
        let descriptor = socket(family, type, 0)
        guard descriptor >= 0 else {
            throw ListenerError(listener: configuration.name, message: "no socket: \(errnoText)")
        }
        return descriptor
    }

    private func bind<Name>(_ name: inout Name) throws(ListenerError) {
        let result = unsafe withUnsafePointer(to: &name) { pointer in
            unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                unsafe Glibc.bind(descriptor, $0, socklen_t(MemoryLayout<Name>.size))
            }
        }
        guard result == 0 else { throw failure("cannot listen on \(configuration.address)") }
    }

    private func failure(_ text: String) -> ListenerError {
        let error = ListenerError(listener: configuration.name, message: "\(text): \(Self.errnoText)")
        Glibc.close(descriptor)
        return error
    }

    private static var errnoText: String { unsafe String(cString: strerror(errno)) }
}

/// The sockets that a service manager opened for us (`LISTEN_FDS`, see `sd_listen_fds(3)`).
public struct InheritedSockets: Sendable {
    private var descriptors: [(descriptor: CInt, name: String)] = []

    /// No sockets.
    public init() {}

    /// Takes the sockets that the environment tells of, if they are meant for this process.
    public init(environment: [String: String]) {
        self.init(environment: environment, first: 3)
    }

    /// Takes them from another descriptor on than the first one behind those of every process, for tests.
    package init(environment: [String: String], first: CInt) {
        guard environment["LISTEN_PID"].flatMap({ pid_t($0) }) == getpid(),
            let count = environment["LISTEN_FDS"].flatMap({ CInt($0) }), (1...1024).contains(count)
        else { return }
        let names = (environment["LISTEN_FDNAMES"] ?? "").split(separator: ":", omittingEmptySubsequences: false)
        for index in 0..<count {
            let descriptor = first + index
            _ = fcntl(descriptor, F_SETFD, FD_CLOEXEC)
            let name = Int(index) < names.count ? String(names[Int(index)]) : ""
            descriptors.append((descriptor, name))
        }
    }

    /// How many there are.
    public var count: Int { descriptors.count }

    /// The socket of a listener: the one that bears its name, or that is bound to its address.
    func descriptor(for configuration: ListenerConfiguration) -> CInt? {
        let named = descriptors.first { $0.name == configuration.name }
        let bound = descriptors.first { Self.address(of: $0.descriptor) == configuration.address }
        return (named ?? bound)?.descriptor
    }

    /// Whether a descriptor is a socket that accepts connections of octets.
    static func isStream(_ descriptor: CInt) -> Bool {
        var type: CInt = 0
        var length = socklen_t(MemoryLayout<CInt>.size)
        let result = unsafe getsockopt(descriptor, SOL_SOCKET, SO_TYPE, &type, &length)
        return result == 0 && type == CInt(SOCK_STREAM.rawValue)
    }

    /// The address that a socket is bound to.
    static func address(of descriptor: CInt) -> ListenerAddress? {
        var storage = sockaddr_storage()
        var length = socklen_t(MemoryLayout<sockaddr_storage>.size)
        let result = unsafe withUnsafeMutablePointer(to: &storage) { pointer in
            unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                unsafe getsockname(descriptor, $0, &length)
            }
        }
        guard result == 0 else { return nil }
        return unsafe withUnsafeBytes(of: &storage) { unsafe decode($0, length: Int(length)) }
    }

    private static func decode(_ bytes: UnsafeRawBufferPointer, length: Int) -> ListenerAddress? {
        let port = unsafe UInt16(bigEndian: bytes.loadUnaligned(fromByteOffset: 2, as: UInt16.self))
        switch unsafe Int32(bytes.loadUnaligned(as: sa_family_t.self)) {
        case AF_INET:
            let bits = unsafe UInt32(bigEndian: bytes.loadUnaligned(fromByteOffset: 4, as: UInt32.self))
            return .tcp(IPAddress(ipv4: bits), port: port)
        case AF_INET6:
            let high = unsafe UInt64(bigEndian: bytes.loadUnaligned(fromByteOffset: 8, as: UInt64.self))
            let low = unsafe UInt64(bigEndian: bytes.loadUnaligned(fromByteOffset: 16, as: UInt64.self))
            return .tcp(IPAddress(high: high, low: low), port: port)
        case AF_UNIX:
            let path = unsafe bytes[2..<min(length, bytes.count)].prefix { $0 != 0 }
            return unsafe .unix(path: String(decoding: path, as: UTF8.self))
        default: return nil
        }
    }
}
