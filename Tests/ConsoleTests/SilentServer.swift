internal import Foundation
internal import NIOCore
internal import NIOPosix

/// Somebody who has a control socket and never says a word.
enum SilentServer {
    /// Runs a body against one.
    ///
    /// - Parameter accepts: whether it takes connections in at all.
    static func run(accepts: Bool = true, _ body: (_ path: String) async throws -> Void) async throws {
        let path = "\(FileManager.default.temporaryDirectory.path)/mws-\(UInt32.random(in: 0 ... .max)).sock"
        defer { try? FileManager.default.removeItem(atPath: path) }
        let channel = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .serverChannelOption(.backlog, value: 1)
            .serverChannelOption(.autoRead, value: accepts)
            .childChannelOption(.autoRead, value: false)
            .bind(unixDomainSocketPath: path).get()
        do {
            try await body(path)
        } catch {
            try await channel.close()
            throw error
        }
        try await channel.close()
    }
}
