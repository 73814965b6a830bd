import CResolv
import Glibc
import Mail

/// A state of the system's resolver: its servers and how they are asked.
///
/// To be closed by its owner.
@safe struct ResolverState {
    /// The address of a server, in the form of either version.
    struct Server {
        let address: sockaddr_in6
        let size: socklen_t
    }

    /// How many servers the library knows at most.
    static let maximumServers = Int(MAXNS)

    private let state: UnsafeMutablePointer<mailwicket_resolver>

    /// Makes a state with the machine's servers, or with those of the configuration; `nil` for want of memory.
    init?(_ configuration: DNSConfiguration) {
        guard let state = unsafe mailwicket_resolver_open() else { return nil }
        unsafe mailwicket_resolver_set_attempts(
            state,
            CInt(clamping: max(1, configuration.attemptTimeout)),
            CInt(clamping: max(1, configuration.attempts))
        )
        if !configuration.nameservers.isEmpty { unsafe mailwicket_resolver_remove_servers(state) }
        for server in configuration.nameservers.prefix(Self.maximumServers) {
            let octets = server.address.octets
            // Without memory there is one server less.
            _ = unsafe mailwicket_resolver_add_server(state, octets, octets.count, server.port)
        }
        unsafe self.state = state
    }

    func close() { unsafe mailwicket_resolver_close(state) }

    /// Sends a query by UDP and waits for its response, which may be truncated.
    func exchange(_ query: [UInt8]) throws(DNSFault) -> [UInt8] {
        let capacity = 1 << 16
        let response = unsafe [UInt8](unsafeUninitializedCapacity: capacity) { buffer, count in
            let result = unsafe mailwicket_resolver_send(
                state,
                query,
                CInt(query.count),
                buffer.baseAddress,
                CInt(capacity)
            )
            count = max(0, min(Int(result), capacity))
        }
        guard !response.isEmpty else { throw .silence }
        return response
    }

    /// The server of a number from zero.
    func server(_ index: Int) -> Server? {
        var address = sockaddr_in6()
        let size = unsafe mailwicket_resolver_server(state, CInt(index), &address)
        return size == 0 ? nil : Server(address: address, size: size)
    }
}
