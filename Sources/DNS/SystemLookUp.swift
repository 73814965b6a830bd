import Mail

/// A look-up by the system's resolver, which blocks its thread.
///
/// The query goes as octets (`res_nsend`): `res_nquery` reads names as text with escapes, and does not say how long
/// a negative response is, whose end says for how long it holds. By UDP the library asks; by TCP this room does, since
/// the library would wait without limit.
struct SystemLookUp: Sendable {
    private let configuration: DNSConfiguration

    init(_ configuration: DNSConfiguration) {
        self.configuration = configuration
    }

    func response(to question: DNSQuestion) throws(DNSFault) -> DNSResponse {
        // A state per look-up costs little, takes a new `resolv.conf` at once and has no sockets of before.
        guard let state = ResolverState(configuration) else { throw .silence }
        defer { state.close() }
        do {
            return try ask(question, isExtended: true, state)
        } catch {
            guard error == .notUnderstood else { throw error }
            return try ask(question, isExtended: false, state)
        }
    }

    private func ask(
        _ question: DNSQuestion,
        isExtended: Bool,
        _ state: ResolverState
    ) throws(DNSFault) -> DNSResponse {
        let query = DNSQuery(question, id: .random(in: .min ... .max), isExtended: isExtended)
        let octets = try state.exchange(query.octets)
        do {
            return try DNSResponse(octets.span, to: query)
        } catch {
            guard error == .truncated else { throw error }
            return try askByStream(query, state)
        }
    }

    /// Asks one server after the other by TCP (RFC 7766).
    private func askByStream(_ query: DNSQuery, _ state: ResolverState) throws(DNSFault) -> DNSResponse {
        var fault = DNSFault.silence
        for index in 0..<ResolverState.maximumServers {
            guard let server = state.server(index) else { break }
            do {
                let octets = try streamed(query, server)
                return try DNSResponse(octets.span, to: query)
            } catch {
                fault = error
            }
        }
        throw fault
    }

    private func streamed(_ query: DNSQuery, _ server: ResolverState.Server) throws(DNSFault) -> [UInt8] {
        let stream = try StreamExchange(server, until: .now + .seconds(configuration.attemptTimeout))
        defer { stream.close() }
        return try stream.response(to: query.octets, from: server)
    }
}
