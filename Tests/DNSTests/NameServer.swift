import DNS
import Foundation
import Glibc
import Mail
import Synchronization

/// A server of names on a free port of the loopback, by UDP and TCP, on a thread of its own.
final class NameServer: Sendable {
    /// What it does when it is asked.
    enum Reply: Sendable {
        case octets([UInt8])
        /// Nothing, ever.
        case silence
        /// This, once ``release()`` is called.
        case held([UInt8])
    }

    struct Asked: Hashable, Sendable {
        let query: DNSQuery
        let isStream: Bool
    }

    typealias Answering = @Sendable (_ asked: Asked, _ number: Int) -> Reply

    private struct State {
        var asked: [Asked] = []
        var held: [(octets: [UInt8], peer: sockaddr_in6, size: socklen_t)] = []
        /// Connections that are not answered.
        var open: [CInt] = []
    }

    let address: IPAddress
    let port: UInt16
    private let datagrams: CInt
    private let listener: CInt
    private let wake: (read: CInt, write: CInt)
    private let answering: Answering
    private let state = Mutex(State())
    private let ended = DispatchSemaphore(value: 0)

    /// - Returns: `nil` when the machine has no loopback of this version.
    init?(version6: Bool = false, answering: @escaping Answering) {
        guard let address = IPAddress(version6 ? "::1" : "127.0.0.1") else { return nil }
        var found: (CInt, CInt, UInt16)?
        // The port that UDP was given may be taken for TCP.
        for _ in 0..<20 where found == nil {
            guard let (datagrams, port) = Self.bound(SOCK_DGRAM, address, 0) else { return nil }
            if let (listener, _) = Self.bound(SOCK_STREAM, address, port), listen(listener, 16) == 0 {
                found = (datagrams, listener, port)
            } else {
                close(datagrams)
            }
        }
        guard let found else { return nil }
        var pipes: [CInt] = [0, 0]
        guard unsafe pipe(&pipes) == 0 else { return nil }
        (datagrams, listener, port) = found
        wake = (pipes[0], pipes[1])
        self.address = address
        self.answering = answering
        Thread { self.run() }.start()
    }

    /// Stops the thread; the sockets close with it.
    func stop() {
        close(wake.write)
        ended.wait()
    }

    var server: DNSServer { DNSServer(address: address, port: port) }
    var asked: [Asked] { state.withLock { $0.asked } }
    var heldCount: Int { state.withLock { $0.held.count } }

    /// Sends what was held back.
    func release() {
        let held = state.withLock { state in
            defer { state.held = [] }
            return state.held
        }
        for (octets, peer, size) in held { send(octets, to: peer, size) }
    }

    // MARK: The thread

    private func run() {
        while true {
            var watched = [datagrams, listener, wake.read].map {
                pollfd(fd: $0, events: Int16(POLLIN), revents: 0)
            }
            guard unsafe poll(&watched, 3, -1) > 0 else { continue }
            if watched[2].revents != 0 { break }
            if watched[0].revents != 0 { receiveDatagram() }
            if watched[1].revents != 0 { acceptStream() }
        }
        for descriptor in [datagrams, listener, wake.read] + state.withLock({ $0.open }) { close(descriptor) }
        ended.signal()
    }

    private func receiveDatagram() {
        var octets = [UInt8](repeating: 0, count: 4096)
        var peer = sockaddr_in6()
        var size = socklen_t(MemoryLayout<sockaddr_in6>.size)
        let count = unsafe withUnsafeMutablePointer(to: &peer) { peer in
            unsafe peer.withMemoryRebound(to: sockaddr.self, capacity: 1) { peer in
                unsafe recvfrom(datagrams, &octets, octets.count, 0, peer, &size)
            }
        }
        guard count > 0, let query = Self.query(Array(octets[..<count])) else { return }
        switch reply(to: Asked(query: query, isStream: false)) {
        case .octets(let octets): send(octets, to: peer, size)
        case .silence: break
        case .held(let octets): state.withLock { $0.held.append((octets, peer, size)) }
        }
    }

    private func acceptStream() {
        let connection = accept(listener, nil, nil)
        guard connection >= 0 else { return }
        var octets = [UInt8](repeating: 0, count: 4096)
        let count = unsafe recv(connection, &octets, octets.count, 0)
        guard count > 2, let query = Self.query(Array(octets[2..<count])),
            case .octets(let response) = reply(to: Asked(query: query, isStream: true))
        else {
            state.withLock { $0.open.append(connection) }
            return
        }
        // In two pieces, as a network may deliver it.
        let framed = [UInt8(response.count >> 8), UInt8(response.count & 0xFF)] + response
        for piece in [framed.prefix(7), framed.dropFirst(7)] {
            let piece = Array(piece)
            _ = unsafe Glibc.send(connection, piece, piece.count, CInt(MSG_NOSIGNAL))
        }
        close(connection)
    }

    private func reply(to asked: Asked) -> Reply {
        let number = state.withLock { state in
            state.asked.append(asked)
            return state.asked.count
        }
        return answering(asked, number)
    }

    private func send(_ octets: [UInt8], to peer: sockaddr_in6, _ size: socklen_t) {
        _ = unsafe withUnsafePointer(to: peer) { peer in
            unsafe peer.withMemoryRebound(to: sockaddr.self, capacity: 1) { peer in
                unsafe sendto(datagrams, octets, octets.count, 0, peer, size)
            }
        }
    }

    private static func bound(
        _ kind: __socket_type,
        _ address: IPAddress,
        _ port: UInt16
    ) -> (descriptor: CInt, port: UInt16)? {
        let family = address.isVersion6 ? AF_INET6 : AF_INET
        let descriptor = socket(family, CInt(kind.rawValue | SOCK_CLOEXEC.rawValue), 0)
        guard descriptor >= 0 else { return nil }
        // Both forms begin with family and port; the address follows at 4, or at 8.
        var place = [UInt8](repeating: 0, count: address.isVersion6 ? 28 : 16)
        place[0] = UInt8(family)
        (place[2], place[3]) = (UInt8(port >> 8), UInt8(port & 0xFF))
        let start = address.isVersion6 ? 8 : 4
        place.replaceSubrange(start..<(start + address.octets.count), with: address.octets)
        var size = socklen_t(place.count)
        let result = unsafe place.withUnsafeMutableBytes { place in
            let place = unsafe place.assumingMemoryBound(to: sockaddr.self).baseAddress
            let result = unsafe bind(descriptor, place, size)
            return unsafe result == 0 ? getsockname(descriptor, place, &size) : result
        }
        guard result == 0 else {
            close(descriptor)
            return nil
        }
        return (descriptor, UInt16(place[2]) << 8 | UInt16(place[3]))
    }

    /// Reads a query as this project writes it.
    private static func query(_ octets: [UInt8]) -> DNSQuery? {
        var labels: [String] = []
        var place = 12
        while place < octets.count, octets[place] != 0 {
            let end = place + 1 + Int(octets[place])
            guard end < octets.count else { return nil }
            labels.append(String(decoding: octets[(place + 1)..<end], as: UTF8.self))
            place = end
        }
        guard place + 2 < octets.count,
            let type = DNSQuestion.RecordType.allCases.first(where: { DNSTypes.number($0) == UInt16(octets[place + 2]) }
            ),
            let question = DNSQuestion(labels.joined(separator: "."), type)
        else { return nil }
        return DNSQuery(
            question,
            id: UInt16(octets[0]) << 8 | UInt16(octets[1]),
            isExtended: octets[11] == 1
        )
    }
}
