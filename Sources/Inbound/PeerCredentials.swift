import Glibc
import Mail
import NIOCore

/// Who is at the other end of a connection.
enum ConnectionPeer {
    /// The three numbers that SO_PEERCRED gives, as `struct ucred` lays them out.
    struct Credentials: Sendable {
        var pid: Int32 = 0
        var uid: UInt32 = 0
        var gid: UInt32 = 0
    }

    /// Asks the system for the process at the other end of a Unix socket.
    static func credentials(of channel: any Channel) -> EventLoopFuture<Credentials?> {
        guard let provider = channel as? any SocketOptionProvider else {
            return channel.eventLoop.makeSucceededFuture(nil)
        }
        let future: EventLoopFuture<Credentials> = provider.unsafeGetSocketOption(
            level: .socket,
            name: NIOBSDSocket.Option(rawValue: SO_PEERCRED)
        )
        return future.map { $0 }.recover { _ in nil }
    }

    /// The peer of a TCP connection, and its address for the limits.
    static func host(_ address: SocketAddress?) -> (peer: Delivery.Peer, address: IPAddress?) {
        guard let address, let text = address.ipAddress else { return (.host(address: "", port: 0), nil) }
        let parsed = IPAddress(text)
        let isMapped = parsed?.isIPv4 ?? false
        return (.host(address: isMapped ? parsed?.description ?? text : text, port: UInt16(address.port ?? 0)), parsed)
    }
}
