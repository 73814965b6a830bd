import Mail
import OpenSSL

/// Two sessions and nothing between them but memory.
struct TLSWire: ~Copyable {
    var client: TLSSession
    var server: TLSSession
    /// The pieces in which each gets what the other sends.
    private let pieces: Pieces
    private(set) var clientReceived: [UInt8] = []
    private(set) var serverReceived: [UInt8] = []
    /// How much ciphertext the server got.
    private(set) var serverOffset = 0
    private var clientOffset = 0

    init(
        server: TLSContext,
        client: TLSClientContext,
        name: String = "mail.example.com",
        resuming ticket: TLSTicket? = nil,
        pieces: Pieces = .whole
    ) {
        self.server = TLSSession(server: server)
        self.client = TLSSession(client: client, serverName: name, resuming: ticket)
        self.pieces = pieces
    }

    /// Carries octets to and fro until neither end has anything to say.
    mutating func run() {
        while true {
            let toServer = client.output()
            let toClient = server.output()
            guard !toServer.isEmpty || !toClient.isEmpty else { return }
            serverReceived += server.feed(toServer, pieces, at: serverOffset)
            clientReceived += client.feed(toClient, pieces, at: clientOffset)
            serverOffset += toServer.count
            clientOffset += toClient.count
        }
    }

    /// Where a client ends that connects to a server with this certificate.
    static func stateOfClient(
        of identity: TLSIdentity,
        named name: String = "mail.example.com"
    ) throws -> TLSSession.State {
        var wire = try TLSWire(server: .forTests([identity]), client: .forTests(), name: name)
        wire.run()
        return wire.client.state
    }

    /// Lets the client go, and keeps the server.
    consuming func intoServer() -> TLSSession { server }

    /// Writes all of it from one end to the other, running the wire whenever one end can take no more.
    mutating func send(_ plaintext: [UInt8], fromClient: Bool) throws {
        var rest = plaintext[...]
        while !rest.isEmpty {
            let count = fromClient ? try client.say(rest) : try server.say(rest)
            rest = rest.dropFirst(count)
            run()
        }
    }
}

extension TLSSession {
    /// Takes all ciphertext.
    mutating func output() -> [UInt8] {
        var octets: [UInt8] = []
        while let piece = takeOutput({ span in span.indices.map { span[$0] } }) { octets += piece }
        return octets
    }

    /// Reads all plaintext.
    mutating func readAll() -> [UInt8] {
        var octets: [UInt8] = []
        while true {
            let before = octets.count
            unsafe withUnsafeTemporaryAllocation(byteCount: 5000, alignment: 1) { memory in
                var plaintext = unsafe OutputRawSpan(buffer: memory, initializedCount: 0)
                let count = read(into: &plaintext)
                for index in 0..<count { unsafe octets.append(memory[index]) }
            }
            if octets.count == before { return octets }
        }
    }

    /// Gives ciphertext once, and reads nothing.
    mutating func give(_ ciphertext: ArraySlice<UInt8>) -> Int {
        let octets = Array(ciphertext)
        return receive(octets.span)
    }

    /// Writes plaintext once.
    mutating func say(_ plaintext: ArraySlice<UInt8>) throws -> Int {
        let octets = Array(plaintext)
        return try write(octets.span)
    }

    /// Gives ciphertext in pieces, and reads after each; it begins at an offset of all that is given.
    mutating func feed(_ ciphertext: [UInt8], _ pieces: Pieces = .whole, at offset: Int = 0) -> [UInt8] {
        var plaintext: [UInt8] = []
        var rest = ciphertext[...]
        while !rest.isEmpty {
            let taken = give(rest.prefix(pieces.length(offset + rest.startIndex)))
            let read = readAll()
            plaintext += read
            precondition(taken > 0 || !read.isEmpty, "a session that is read from takes more")
            rest = rest.dropFirst(taken)
        }
        return plaintext
    }
}

extension TLSContext {
    /// A server's context as most tests want it.
    static func forTests(
        _ identities: [TLSIdentity] = [TestCertificates.server],
        clientCertificates: ClientCertificates = .off,
        versions: ClosedRange<TLSVersion> = .tls12 ... .tls13,
        ticketKeys: TicketKeys = TicketKeys(from: TestCertificates.start)
    ) throws -> TLSContext {
        try TLSContext(
            identities: identities,
            clientCertificates: clientCertificates,
            versions: versions,
            ticketKeys: ticketKeys
        )
    }
}

extension TLSClientContext {
    /// A client's context as most tests want it.
    static func forTests(
        identity: TLSIdentity? = nil,
        versions: ClosedRange<TLSVersion> = .tls12 ... .tls13
    ) throws -> TLSClientContext {
        try TLSClientContext(trust: .anchors(TestCertificates.anchors), identity: identity, versions: versions)
    }
}
