import Mail

/// The header of version 2 of the PROXY protocol (HAProxy's `proxy-protocol.txt` section 2.2).
enum BinaryProxyHeader {
    /// The signature, version and command, family and transport, and the length of what follows.
    static let fixedLength = 16

    private static let local: UInt8 = 0x20
    private static let proxy: UInt8 = 0x21

    /// Checks one of the octets between the signature and the content, when it came.
    static func check(_ octets: [UInt8], at place: Int) throws(ProxyHeaderDefect) {
        switch place {
        case 12:
            guard octets[place] >> 4 == 2 else { throw .badVersion }
            guard octets[place] == local || octets[place] == proxy else { throw .badCommand }
        case 13:
            // The family is no matter where the proxy speaks for itself.
            guard octets[12] == local || octets[place] >> 4 <= 3 && octets[place] & 15 <= 2 else { throw .badFamily }
        case 15:
            guard contentLength(octets) <= ProxyHeaderReader.maximumContent else { throw .tooLong }
        default: break
        }
    }

    static func contentLength(_ octets: [UInt8]) -> Int { Int(octets[14]) << 8 | Int(octets[15]) }

    /// Reads a header whose first octets are checked and whose content is complete.
    static func read(_ octets: [UInt8]) throws(ProxyHeaderDefect) -> ProxyHeader {
        guard octets[12] == proxy else {
            return ProxyHeader(command: .local, endpoints: nil, length: octets.count)
        }
        let isKnown = octets[13] >> 4 != 0 && octets[13] & 15 != 0
        // Of what is not known nobody can say where the addresses end: all of it is to be ignored.
        guard isKnown else { return ProxyHeader(command: .proxy, endpoints: nil, length: octets.count) }
        let addressLength =
            switch octets[13] >> 4 {
            case 1: 4
            case 2: 16
            default: 108
            }
        let isInternet = addressLength <= 16
        let end = fixedLength + 2 * addressLength + (isInternet ? 4 : 0)
        guard end <= octets.count else { throw .tooShort }
        try checkVectors(octets, from: end)
        // A datagram is no connection: it falls back to one that is not known.
        guard isInternet, octets[13] & 15 == 1 else {
            return ProxyHeader(command: .proxy, endpoints: nil, length: octets.count)
        }
        let endpoints = endpoints(octets, addressLength: addressLength)
        return ProxyHeader(command: .proxy, endpoints: endpoints, length: octets.count)
    }

    private static func endpoints(_ octets: [UInt8], addressLength: Int) -> ProxyHeader.Endpoints? {
        func endpoint(_ number: Int) -> ProxyHeader.Endpoint? {
            let start = fixedLength + number * addressLength
            let port = fixedLength + 2 * addressLength + 2 * number
            guard let address = IPAddress(octets: Array(octets[start..<(start + addressLength)])) else { return nil }
            return .init(address: address, port: UInt16(octets[port]) << 8 | UInt16(octets[port + 1]))
        }
        // Four octets, or sixteen, are an address.
        guard let source = endpoint(0), let destination = endpoint(1) else { return nil }
        return .init(source: source, destination: destination)
    }

    // MARK: Types, lengths and values

    /// The type of a checksum (section 2.2.3).
    private static let checksumType: UInt8 = 3

    /// Checks that types, lengths and values fill the rest of the header, and the checksum if it is among them.
    private static func checkVectors(_ octets: [UInt8], from start: Int) throws(ProxyHeaderDefect) {
        var place = start
        var checksum: Range<Int>?
        while place < octets.count {
            guard place + 3 <= octets.count else { throw .badVectors }
            let value = place + 3
            let end = value + (Int(octets[place + 1]) << 8 | Int(octets[place + 2]))
            guard end <= octets.count else { throw .badVectors }
            if octets[place] == checksumType {
                guard end - value == 4, checksum == nil else { throw .badChecksum }
                checksum = value..<end
            }
            place = end
        }
        guard let checksum else { return }
        let found = octets[checksum].reduce(0) { $0 << 8 | UInt32($1) }
        guard crc32c(octets, withZerosAt: checksum) == found else { throw .wrongChecksum }
    }

    /// CRC-32C (RFC 9260 appendix A), with zeros in place of the checksum itself.
    private static func crc32c(_ octets: [UInt8], withZerosAt checksum: Range<Int>) -> UInt32 {
        var remainder = ~UInt32(0)
        for (place, octet) in octets.enumerated() {
            remainder ^= checksum.contains(place) ? 0 : UInt32(octet)
            for _ in 0..<8 { remainder = remainder >> 1 ^ (remainder & 1 == 0 ? 0 : 0x82F6_3B78) }
        }
        return ~remainder
    }
}
