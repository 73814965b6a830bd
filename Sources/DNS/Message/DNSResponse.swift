package import Mail

/// What a response says to the query that it belongs to.
package struct DNSResponse: Hashable, Sendable {
    /// The answer; never ``Mail/DNSAnswer/failure``.
    package let answer: DNSAnswer
    /// For how many seconds the answer holds; `nil` when the response does not say (RFC 2308 section 5).
    package let lifetime: UInt32?

    package init(_ answer: DNSAnswer, lifetime: UInt32?) {
        self.answer = answer
        self.lifetime = lifetime
    }

    /// How many aliases in a row are followed.
    package static let maximumAliases = 8

    /// Reads a response.
    ///
    /// Work and memory are linear in the size of the response, times the aliases followed.
    ///
    /// - Parameters:
    ///   - octets: the whole message.
    ///   - query: what was sent; a response to another one is ``DNSFault/foreign``.
    package init(_ octets: Span<UInt8>, to query: DNSQuery) throws(DNSFault) {
        var reader = MessageReader()
        let header = try MessageHeader(&reader, in: octets, of: query)
        guard !header.isTruncated else { throw .truncated }
        // A response by TCP or UDP to a query with one question has this question (RFC 9619).
        let wanted = MessageType.number(query.question.type)
        var aliases: [WireName: (target: WireName, lifetime: UInt32)] = [:]
        var found: [(owner: WireName, record: DNSRecord?, lifetime: UInt32)] = []
        for _ in 0..<header.answers {
            let head = try RecordHead(&reader, in: octets)
            if head.type == MessageType.cname, head.isInternet {
                let target = try reader.name(in: octets)
                guard reader.offset == head.end else { throw .malformed }
                aliases[head.owner] = aliases[head.owner] ?? (target, head.lifetime)
            } else if head.type == wanted, head.isInternet {
                let record = try RecordData.read(&reader, in: octets, query.question.type, head)
                guard reader.offset == head.end else { throw .malformed }
                found.append((head.owner, record, head.lifetime))
            } else {
                try reader.skip(head.length, in: octets)
            }
        }

        var name = WireName(query.question)
        var lifetime = UInt32.max
        var steps = 0
        while let alias = aliases[name], !found.contains(where: { $0.owner == name }) {
            steps += 1
            guard steps <= Self.maximumAliases else { throw .aliases }
            name = alias.target
            lifetime = min(lifetime, alias.lifetime)
        }
        let records = found.filter { $0.owner == name }
        if header.code == .noError, !records.isEmpty {
            lifetime = records.reduce(lifetime) { min($0, $1.lifetime) }
            self.init(.records(records.compactMap(\.record)), lifetime: lifetime)
            return
        }
        let negative = try Self.negativeLifetime(&reader, in: octets, authorities: header.authorities)
        self.init(
            header.code == .nameError ? .noSuchName : .records([]),
            lifetime: negative.map { min($0, lifetime) }
        )
    }

    /// For how long a name or its records are not there: the lesser of the start of authority's own lifetime and its
    /// last number (RFC 2308 section 5).
    private static func negativeLifetime(
        _ reader: inout MessageReader,
        in octets: Span<UInt8>,
        authorities: Int
    ) throws(DNSFault) -> UInt32? {
        for _ in 0..<authorities {
            let head = try RecordHead(&reader, in: octets)
            guard head.type == MessageType.soa, head.isInternet else {
                try reader.skip(head.length, in: octets)
                continue
            }
            _ = try reader.name(in: octets)
            _ = try reader.name(in: octets)
            try reader.skip(16, in: octets)
            let minimum = try reader.doubleWord(in: octets)
            guard reader.offset == head.end else { throw .malformed }
            return min(head.lifetime, RecordHead.lifetime(minimum))
        }
        return nil
    }
}
