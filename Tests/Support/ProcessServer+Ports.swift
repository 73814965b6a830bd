import NIOCore
import NIOPosix
import Synchronization

extension ServerProcess {
    /// The process behind a lock: a restart puts another in its place.
    final class Current: Sendable {
        let value = Mutex<ChildProcess?>(nil)
    }

    /// A TCP port on loopback that was free a moment ago.
    public static func freePort() async throws -> Int {
        let channel = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .bind(host: "127.0.0.1", port: 0).get()
        let port = channel.localAddress?.port
        try await channel.close().get()
        guard let port else { throw DeadlineExceeded(description: "the system gave no port") }
        return port
    }
}
