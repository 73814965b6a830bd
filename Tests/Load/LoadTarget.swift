import ArgumentParser
import NIOCore

/// Where the messages go.
enum LoadTarget: Sendable, Equatable, ExpressibleByArgument {
    case host(String, Int)
    case unix(String)

    /// `127.0.0.1:2525`, `[::1]:2525` or `unix:PATH`.
    init?(argument: String) {
        if argument.hasPrefix("unix:") {
            let path = String(argument.dropFirst(5))
            guard !path.isEmpty else { return nil }
            self = .unix(path)
            return
        }
        guard let colon = argument.lastIndex(of: ":"),
            let port = Int(argument[argument.index(after: colon)...]), (1...65_535).contains(port)
        else { return nil }
        var host = argument[..<colon]
        if host.hasPrefix("["), host.hasSuffix("]") {
            host = host.dropFirst().dropLast()
        }
        guard !host.isEmpty else { return nil }
        self = .host(String(host), port)
    }

    /// The resolved address; resolved once, so that a look-up is no part of a message's time.
    func resolved() throws -> SocketAddress {
        switch self {
        case .host(let host, let port): try SocketAddress.makeAddressResolvingHost(host, port: port)
        case .unix(let path): try SocketAddress(unixDomainSocketPath: path)
        }
    }
}

/// The two languages that the generator speaks.
enum LoadDialect: String, Sendable, CaseIterable, ExpressibleByArgument {
    case smtp
    case lmtp
}
