import Mail
import OpenSSL

/// What comes in the clear before TLS hides it, to a server and to a client, and the files of certificates.
enum TLSChecks {
    private static let start = Timestamp(seconds: 1_577_836_800)

    private static let server: TLSContext = {
        do {
            let end = Timestamp(seconds: 4_102_444_800)
            let authority = try CertificateAuthority(commonName: "Fuzz CA", validFrom: start, until: end)
            var request = CertificateRequest(
                commonName: "mail.example.com",
                purposes: [.server],
                validFrom: start,
                until: end
            )
            request.dnsNames = [request.commonName]
            let identity = try authority.issue(request).identity(named: "fuzz")
            return try TLSContext(
                identities: [identity, identity],
                clientCertificates: .requested(nil),
                ticketKeys: TicketKeys(from: start)
            )
        } catch {
            fatalError("no certificate: \(error)")
        }
    }()

    private static let client: TLSClientContext = {
        do { return try TLSClientContext(trust: .nothing) } catch { fatalError("no context: \(error)") }
    }()

    static func check(_ octets: [UInt8]) throws(BrokenInvariant) {
        try checkServer(octets)
        try checkClient(octets)
        try checkFile(octets)
    }

    private static func checkServer(_ octets: [UInt8]) throws(BrokenInvariant) {
        var whole = TLSSession(server: server)
        try feed(octets, octets.count, to: &whole)
        var pieces = TLSSession(server: server)
        try feed(octets, 7, to: &pieces)
        try require(whole.state == pieces.state, "in one piece and in pieces, different ends")
    }

    private static func checkClient(_ octets: [UInt8]) throws(BrokenInvariant) {
        var session = TLSSession(client: client, serverName: "mail.example.com")
        _ = session.takeOutput { $0.count }
        try feed(octets, 50, to: &session)
    }

    /// Gives a session all octets and then the end; nobody who does not know the keys gets anything through.
    private static func feed(
        _ octets: [UInt8],
        _ step: Int,
        to session: inout TLSSession
    ) throws(BrokenInvariant) {
        var offset = 0
        while offset < octets.count {
            let piece = Array(octets[offset..<min(octets.count, offset + step)])
            let taken = session.receive(piece.span)
            try require(taken > 0, "a handshake takes nothing")
            offset += taken
            var plaintext = [UInt8](repeating: 0, count: 64)
            let count = unsafe plaintext.withUnsafeMutableBytes { memory in
                var span = unsafe OutputRawSpan(buffer: memory, initializedCount: 0)
                return session.read(into: &span)
            }
            try require(count == 0, "plaintext without a handshake")
            try require(session.pendingOutput <= 16_384, "much output")
        }
        session.receiveEnd()
        guard case .failed = session.state else {
            throw BrokenInvariant(description: "a handshake without keys ends as \(session.state)")
        }
    }

    private static func checkFile(_ octets: [UInt8]) throws(BrokenInvariant) {
        let file = PEMFile(name: "fuzz.pem", content: octets.span)
        _ = try? TLSIdentity(certificates: file, key: file, validAt: start)
        for facts in (try? CertificateFacts.read(file)) ?? [] {
            try requirePlain(facts.subject, "a subject")
            try requirePlain(facts.issuer, "an issuer")
            for name in facts.dnsNames + facts.emailAddresses { try requirePlain(name, "a name") }
            try require(facts.fingerprint.count == SHA256.length, "a fingerprint of another length")
        }
    }
}
