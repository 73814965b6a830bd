import CResolv
import Glibc

/// One query and its response by TCP (RFC 1035 section 4.2.2), within a time.
///
/// To be closed by its owner. (As a type without copies it closed itself in release builds alone: without whole-module
/// optimisation Swift 6.3 runs no `deinit` from another file where such a type holds a `ContinuousClock.Instant`.)
struct StreamExchange {
    private let descriptor: CInt
    private let deadline: ContinuousClock.Instant

    /// Makes a socket for a server of such an address.
    init(_ server: ResolverState.Server, until deadline: ContinuousClock.Instant) throws(DNSFault) {
        let kind = CInt(SOCK_STREAM.rawValue | SOCK_NONBLOCK.rawValue | SOCK_CLOEXEC.rawValue)
        descriptor = socket(CInt(server.address.sin6_family), kind, 0)
        guard descriptor >= 0 else { throw .silence }
        self.deadline = deadline
    }

    func close() { _ = Glibc.close(descriptor) }

    /// Connects, sends the query and reads the response, each behind its length.
    func response(to query: [UInt8], from server: ResolverState.Server) throws(DNSFault) -> [UInt8] {
        try connect(to: server)
        try send([UInt8(query.count >> 8 & 0xFF), UInt8(query.count & 0xFF)] + query)
        let length = try receive(2)
        return try receive(Int(length[0]) << 8 | Int(length[1]))
    }

    private func connect(to server: ResolverState.Server) throws(DNSFault) {
        let result = unsafe withUnsafePointer(to: server.address) { address in
            unsafe address.withMemoryRebound(to: sockaddr.self, capacity: 1) { address in
                unsafe Glibc.connect(descriptor, address, server.size)
            }
        }
        guard result != 0 else { return }
        guard errno == EINPROGRESS else { throw .silence }
        // A connection that failed shows in the first octets sent.
        try wait(for: POLLOUT)
    }

    private func send(_ octets: [UInt8]) throws(DNSFault) {
        var sent = 0
        while sent < octets.count {
            let count = unsafe octets[sent...].withUnsafeBytes { buffer in
                unsafe Glibc.send(descriptor, buffer.baseAddress, buffer.count, CInt(MSG_NOSIGNAL))
            }
            if count > 0 { sent += count } else { try waitAgain(for: POLLOUT) }
        }
    }

    private func receive(_ total: Int) throws(DNSFault) -> [UInt8] {
        var octets = [UInt8](repeating: 0, count: total)
        var received = 0
        while received < total {
            let count = unsafe octets[received...].withUnsafeMutableBytes { buffer in
                unsafe recv(descriptor, buffer.baseAddress, buffer.count, 0)
            }
            if count == 0 { throw .silence }
            if count > 0 { received += count } else { try waitAgain(for: POLLIN) }
        }
        return octets
    }

    /// Waits where a call could not go on, and gives up where it failed.
    private func waitAgain(for event: CInt) throws(DNSFault) {
        guard errno == EAGAIN || errno == EINTR else { throw .silence }
        try wait(for: event)
    }

    private func wait(for event: CInt) throws(DNSFault) {
        while true {
            let rest = ContinuousClock.now.duration(to: deadline)
            guard rest > .zero else { throw .silence }
            var watched = pollfd(fd: descriptor, events: Int16(event), revents: 0)
            let milliseconds = rest / .milliseconds(1)
            let result = unsafe poll(&watched, 1, CInt(min(milliseconds, 60_000)) + 1)
            if result > 0 { return }
            if result < 0, errno != EINTR { throw .silence }
        }
    }
}
