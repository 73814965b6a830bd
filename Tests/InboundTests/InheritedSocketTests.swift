import Foundation
import Glibc
import Inbound
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
