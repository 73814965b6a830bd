import Foundation
import OpenSSL

/// A blocking TCP socket on loopback that gives up after 20 seconds; for threads that have nothing else to do.
struct LoopbackSocket: ~Copyable, Sendable {
    /// What did not work, by the number of the error.
    struct Failure: Error {
        let operation: String
        let number: Int32
    }

    private let descriptor: Int32

    private init(_ descriptor: Int32, _ operation: String) throws {
        guard descriptor >= 0 else { throw Failure(operation: operation, number: errno) }
        self.descriptor = descriptor
        var limit = timeval(tv_sec: 20, tv_usec: 0)
        let length = socklen_t(MemoryLayout<timeval>.size)
        unsafe setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &limit, length)
        unsafe setsockopt(descriptor, SOL_SOCKET, SO_SNDTIMEO, &limit, length)
    }

    deinit {
        Foundation.close(descriptor)
    }

    /// Listens on a port that is free.
    static func listening() throws -> LoopbackSocket {
        let listener = try LoopbackSocket(open(), "socket")
        unsafe try listener.call("bind") { descriptor, address, length in
            unsafe Foundation.bind(descriptor, address, length)
        }
        guard listen(listener.descriptor, 4) == 0 else { throw Failure(operation: "listen", number: errno) }
        return listener
    }

    /// Connects to a port.
    static func connected(to port: UInt16) throws -> LoopbackSocket {
        let socket = try LoopbackSocket(open(), "socket")
        unsafe try socket.call("connect", port: port) { descriptor, address, length in
            unsafe Foundation.connect(descriptor, address, length)
        }
        return socket
    }

    /// Waits for a peer.
    func accept() throws -> LoopbackSocket {
        let accepted = try LoopbackSocket(Foundation.accept(descriptor, nil, nil), "accept")
        // A child of another test must not hold the connection open.
        _ = fcntl(accepted.descriptor, F_SETFD, FD_CLOEXEC)
        return accepted
    }

    /// The port on this end.
    var port: UInt16 {
        get throws {
            var address = sockaddr_in()
            var length = socklen_t(MemoryLayout<sockaddr_in>.size)
            let result = unsafe withUnsafeMutablePointer(to: &address) { address in
                unsafe address.withMemoryRebound(to: sockaddr.self, capacity: 1) { address in
                    unsafe getsockname(descriptor, address, &length)
                }
            }
            guard result == 0 else { throw Failure(operation: "getsockname", number: errno) }
            return UInt16(bigEndian: address.sin_port)
        }
    }

    func send(_ octets: [UInt8]) throws {
        var rest = octets[...]
        while !rest.isEmpty {
            let count = unsafe rest.withUnsafeBytes { rest in
                unsafe Foundation.send(descriptor, rest.baseAddress, rest.count, Int32(MSG_NOSIGNAL))
            }
            guard count > 0 else { throw Failure(operation: "send", number: errno) }
            rest = rest.dropFirst(count)
        }
    }

    /// What came; nothing when the peer sends no more.
    func receive() throws -> [UInt8] {
        var octets = [UInt8](repeating: 0, count: 4096)
        let count = unsafe octets.withUnsafeMutableBytes { octets in
            unsafe recv(descriptor, octets.baseAddress, octets.count, 0)
        }
        guard count >= 0 else { throw Failure(operation: "receive", number: errno) }
        return Array(octets.prefix(count))
    }

    /// Sends no more, and waits until the peer sends no more either.
    func finish() throws {
        shutdown(descriptor, Int32(SHUT_WR))
        while try !receive().isEmpty {}
    }

    private static func open() -> Int32 {
        socket(AF_INET, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
    }

    private func call(
        _ operation: String,
        port: UInt16 = 0,
        _ body: (Int32, UnsafePointer<sockaddr>, socklen_t) -> Int32
    ) throws {
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = port.bigEndian
        address.sin_addr.s_addr = INADDR_LOOPBACK.bigEndian
        let result = unsafe withUnsafePointer(to: address) { address in
            unsafe address.withMemoryRebound(to: sockaddr.self, capacity: 1) { address in
                unsafe body(descriptor, address, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
        guard result == 0 else { throw Failure(operation: operation, number: errno) }
    }
}

extension TLSSession {
    /// Turns the crank over a socket, until the plaintext is what it should be or nothing more comes.
    ///
    /// - Returns: the plaintext.
    mutating func run(over socket: borrowing LoopbackSocket, until isDone: ([UInt8]) -> Bool) throws -> [UInt8] {
        var received: [UInt8] = []
        while true {
            try socket.send(output())
            guard state == .handshaking || state == .established, !isDone(received) else { return received }
            let octets = try socket.receive()
            guard !octets.isEmpty else {
                receiveEnd()
                return received + readAll()
            }
            received += feed(octets)
        }
    }
}

/// Runs what blocks on a thread of its own.
func onThread<Result: Sendable>(_ body: @escaping @Sendable () throws -> Result) async throws -> Result {
    try await withCheckedThrowingContinuation { continuation in
        Thread.detachNewThread { continuation.resume(with: Swift.Result { try body() }) }
    }
}
