import Mail

/// Reads the header of the PROXY protocol, version 1 or 2, from octets as they come (HAProxy's `proxy-protocol.txt`
/// sections 2.1 and 2.2).
///
/// How the octets are cut on their way makes no difference, and what stands behind the header is left to its owner.
public struct ProxyHeaderReader: Sendable {
    /// What the octets so far are.
    public enum Outcome: Sendable, Hashable {
        /// The header is not complete; all octets were taken.
        case needsMore
        /// The header is complete with the first `taken` octets of those that were given last.
        case header(ProxyHeader, taken: Int)
        /// It is no header.
        case defect(ProxyHeaderDefect)
    }

    private enum State: Sendable {
        case reading
        case ended(Outcome)
    }

    /// The longest line of version 1 with its end (section 2.1).
    public static let maximumLine = 107
    /// The most octets that version 2 may declare behind its first sixteen.
    public static let maximumContent = 4_096

    private var octets: [UInt8] = []
    private var state = State.reading

    /// Begins before the first octet.
    public init() {}

    /// Takes what came next; behind the end of the header, or a defect, it takes nothing more.
    public mutating func receive(_ piece: Span<UInt8>) -> Outcome {
        if case .ended(let outcome) = state { return outcome }
        for index in piece.indices {
            octets.append(piece[index])
            do {
                guard let header = try header() else { continue }
                return end(.header(header, taken: index + 1), later: .header(header, taken: 0))
            } catch {
                return end(.defect(error), later: .defect(error))
            }
        }
        return .needsMore
    }

    private mutating func end(_ outcome: Outcome, later: Outcome) -> Outcome {
        state = .ended(later)
        octets = []
        return outcome
    }

    private static let lineStart = Array("PROXY ".utf8)
    private static let signature = Array("\r\n\r\n\0\r\nQUIT\n".utf8)

    /// The header, if it ends with the octet that came last.
    private func header() throws(ProxyHeaderDefect) -> ProxyHeader? {
        // Each octet that came before was looked at when it came.
        let place = octets.count - 1
        let start = octets[0] == Self.signature[0] ? Self.signature : Self.lineStart
        if place < start.count {
            guard octets[place] == start[place] else { throw .noHeader }
            return nil
        }
        guard octets[0] == Self.signature[0] else { return try line() }
        if octets.count <= BinaryProxyHeader.fixedLength { try BinaryProxyHeader.check(octets, at: place) }
        guard octets.count >= BinaryProxyHeader.fixedLength,
            octets.count == BinaryProxyHeader.fixedLength + BinaryProxyHeader.contentLength(octets)
        else { return nil }
        return try BinaryProxyHeader.read(octets)
    }

    // MARK: Version 1

    private func line() throws(ProxyHeaderDefect) -> ProxyHeader? {
        guard octets.last == 0x0A, octets[octets.count - 2] == 0x0D else {
            guard octets.count < Self.maximumLine else { throw .lineTooLong }
            return nil
        }
        let content = octets[Self.lineStart.count..<(octets.count - 2)]
        let words = content.split(separator: UInt8(ascii: " "), omittingEmptySubsequences: false)
            .map { String(decoding: $0, as: UTF8.self) }
        switch words[0] {
        case "UNKNOWN":
            // What else the line says is to be ignored.
            return ProxyHeader(command: .proxy, endpoints: nil, length: octets.count)
        case "TCP4", "TCP6":
            guard words.count == 5 else { throw .badLine }
            let isVersion6 = words[0] == "TCP6"
            let source = try Self.address(words[1], isVersion6: isVersion6)
            let destination = try Self.address(words[2], isVersion6: isVersion6)
            let endpoints = ProxyHeader.Endpoints(
                source: .init(address: source, port: try Self.port(words[3])),
                destination: .init(address: destination, port: try Self.port(words[4]))
            )
            return ProxyHeader(command: .proxy, endpoints: endpoints, length: octets.count)
        default:
            throw .badLine
        }
    }

    private static func address(_ text: String, isVersion6: Bool) throws(ProxyHeaderDefect) -> IPAddress {
        // An IPv4 address within IPv6 is of the family TCP6, and is read as the IPv4 address: the text tells the family.
        guard text.utf8.contains(UInt8(ascii: ":")) == isVersion6, let address = IPAddress(text) else {
            throw .badAddress
        }
        return address
    }

    private static func port(_ text: String) throws(ProxyHeaderDefect) -> UInt16 {
        guard let port = UInt16(decimal: text) else { throw .badPort }
        return port
    }
}

extension UInt16 {
    /// Reads a number as a port is written: digits alone, and none before it that could be left out.
    init?(decimal text: some StringProtocol) {
        let digits = text.utf8
        guard (1...5).contains(digits.count), digits.allSatisfy(\.isASCIIDigit),
            digits.count == 1 || digits.first != UInt8(ascii: "0")
        else { return nil }
        self.init(text)
    }
}
