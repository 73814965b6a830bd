import Foundation
import Glibc
import Inbound
import NIOCore
import SMTP
import Testing

@Suite("Sockets of a service manager", .timeLimit(.minutes(1)))
struct InheritedSocketTests {
    private static func environment(pid: pid_t = getpid(), count: String = "1", names: String = "") -> [String: String]
    {
        ["LISTEN_PID": "\(pid)", "LISTEN_FDS": count, "LISTEN_FDNAMES": names]
    }

    /// A Unix socket that is bound and does not listen, as a manager hands it over.
    private static func boundSocket(_ path: String) -> CInt {
        let descriptor = socket(AF_UNIX, CInt(SOCK_STREAM.rawValue), 0)
        var name = sockaddr_un()
        name.sun_family = sa_family_t(AF_UNIX)
        unsafe withUnsafeMutableBytes(of: &name.sun_path) { unsafe $0.copyBytes(from: path.utf8) }
        let result = unsafe withUnsafePointer(to: &name) { pointer in
            unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                unsafe bind(descriptor, $0, socklen_t(MemoryLayout<sockaddr_un>.size))
            }
        }
        #expect(result == 0)
        return descriptor
    }

    @Test(
        "A listener takes over the socket of its name or of its address, and leaves its file",
        arguments: [true, false]
    )
    func takeOver(_ isNamed: Bool) async throws {
        let handed = RunningListener.unixSocket()
        guard case .unix(let path) = handed else { return }
        let descriptor = Self.boundSocket(path)
        var configuration = ListenerConfiguration(name: "test", dialect: .lmtp, address: handed)
        if isNamed { configuration.address = RunningListener.unixSocket() }
        let inherited = InheritedSockets(
            environment: Self.environment(names: isNamed ? "test" : "other"),
            first: descriptor
        )
        #expect(inherited.count == 1)
        #expect(fcntl(descriptor, F_GETFD) & FD_CLOEXEC != 0, "no child of ours gets it")
        try await RunningListener.with(configuration, inherited: inherited) { running in
            #expect(running.address == handed)
            try await DialogueClient.connect(to: handed) { client in try await client.expect("220 ") }
        }
        #expect(FileManager.default.fileExists(atPath: path), "its maker removes it")
        try FileManager.default.removeItem(atPath: path)
    }

    /// A TCP socket, or one of datagrams, that is bound and does not listen.
    private static func boundPort(_ host: String, type: __socket_type = SOCK_STREAM) throws -> CInt {
        let descriptor = socket(AF_INET, CInt(type.rawValue), 0)
        let result = try unsafe SocketAddress(ipAddress: host, port: 0).withSockAddr { name, size in
            unsafe bind(descriptor, name, socklen_t(size))
        }
        #expect(result == 0)
        return descriptor
    }

    private static func refusal(
        of descriptor: CInt,
        for address: String,
        isPublic: Bool = false
    ) async throws -> String? {
        var configuration = try RunningListener.configuration()
        configuration.address = try #require(ListenerAddress(address))
        configuration.isPublic = isPublic
        let inherited = InheritedSockets(environment: environment(names: "test"), first: descriptor)
        do {
            try await RunningListener.with(configuration, inherited: inherited) { _ in }
            return nil
        } catch let error as ListenerError {
            return error.message
        }
    }

    @Test(
        "A socket by the listener's name is refused when it is not bound as configured",
        arguments: [
            // Other hosts reach it, and nobody said that they may.
            ("0.0.0.0", SOCK_STREAM, "127.0.0.1:0", "which other hosts reach"),
            ("127.0.0.1", SOCK_STREAM, "0.0.0.0:0", "which only this host reaches"),
            ("127.0.0.1", SOCK_STREAM, "127.0.0.1:1", "and the configured port is 1"),
            ("127.0.0.1", SOCK_STREAM, "unix:/tmp/mw-none.sock", "and unix:/tmp/mw-none.sock is configured"),
            ("127.0.0.1", SOCK_DGRAM, "127.0.0.1:0", "is not a TCP or Unix stream socket"),
        ]
    )
    func otherwiseBound(_ host: String, _ type: __socket_type, _ configured: String, _ complaint: String) async throws {
        let descriptor = try Self.boundPort(host, type: type)
        let refusal = try await Self.refusal(of: descriptor, for: configured, isPublic: configured.hasPrefix("0"))
        #expect(refusal?.contains(complaint) == true, "\(refusal ?? "it was taken")")
        #expect(close(descriptor) == 0, "it is left as it is")
    }

    @Test("A Unix socket is no stand-in for a port, and a descriptor that is no socket for neither")
    func noSuchFamily() async throws {
        let other = RunningListener.unixSocket()
        guard case .unix(let path) = other else { return }
        let descriptor = Self.boundSocket(path)
        #expect(try await Self.refusal(of: descriptor, for: "127.0.0.1:0")?.contains("is bound to \(other)") == true)
        #expect(close(descriptor) == 0)
        try FileManager.default.removeItem(atPath: path)
        let file = unsafe open("/dev/null", O_RDWR)
        #expect(try await Self.refusal(of: file, for: "127.0.0.1:0")?.contains("is not a TCP or Unix") == true)
        #expect(close(file) == 0)
    }

    @Test("A socket on another loopback address, or on the port that the system chose, is taken")
    func likeEnough() async throws {
        let other = try Self.boundPort("127.0.0.2")
        #expect(try await Self.refusal(of: other, for: "127.0.0.1:0") == nil)
        let all = try Self.boundPort("0.0.0.0")
        #expect(try await Self.refusal(of: all, for: "0.0.0.0:0", isPublic: true) == nil)
    }

    @Test("A socket that no listener is meant for is left alone")
    func unknown() async throws {
        let other = RunningListener.unixSocket()
        guard case .unix(let path) = other else { return }
        let descriptor = Self.boundSocket(path)
        let inherited = InheritedSockets(environment: Self.environment(names: "other"), first: descriptor)
        try await RunningListener.with(try RunningListener.configuration(), inherited: inherited) { running in
            #expect(running.address != other)
            try await DialogueClient.connect(to: running.address) { client in try await client.expect("220 ") }
        }
        #expect(close(descriptor) == 0, "it is still open")
        try FileManager.default.removeItem(atPath: path)
    }

    @Test(
        "An environment that is meant for another process, or makes no sense, gives nothing",
        arguments: [
            [:], environment(pid: getppid()), environment(count: "0"), environment(count: "x"),
            environment(count: "1025"),
            environment(count: "-1"), ["LISTEN_FDS": "1"],
        ]
    )
    func nothing(_ environment: [String: String]) {
        #expect(InheritedSockets(environment: environment).count == 0)
    }
}
