/// Where a listener waits for its peers.
public enum ListenerAddress: Hashable, Sendable, CustomStringConvertible {
    /// A numeric address and a port; port 0 lets the system choose.
    case tcp(IPAddress, port: UInt16)
    /// A socket in the file system.
    case unix(path: String)

    /// Reads `127.0.0.1:2525`, `[::1]:2525`, `localhost:2525` or `unix:PATH`.
    ///
    /// - Returns: `nil` when the text is none of them.
    public init?(_ text: String) {
        if text.hasPrefix("unix:") {
            let path = String(text.dropFirst(5))
            guard !path.isEmpty, path.utf8.count <= Self.longestPath, !path.utf8.contains(0) else { return nil }
            self = .unix(path: path)
            return
        }
        guard let colon = text.lastIndex(of: ":"), let port = UInt16(text[text.index(after: colon)...]) else {
            return nil
        }
        var host = text[..<colon]
        let isBracketed = host.hasPrefix("[") && host.hasSuffix("]")
        if isBracketed { host = host.dropFirst().dropLast() }
        guard isBracketed == host.contains(":") else { return nil }
        guard let address = IPAddress(host == "localhost" ? "127.0.0.1" : host) else { return nil }
        self = .tcp(address, port: port)
    }

    /// The longest path that `sockaddr_un` holds.
    static let longestPath = 107

    /// Whether only this host can connect.
    public var isLocal: Bool {
        switch self {
        case .tcp(let address, _): address.isLoopback
        case .unix: true
        }
    }

    /// The text form.
    public var description: String {
        switch self {
        case .tcp(let address, let port): address.isIPv4 ? "\(address):\(port)" : "[\(address)]:\(port)"
        case .unix(let path): "unix:\(path)"
        }
    }
}
