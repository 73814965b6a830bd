import Mail
import SMTP
import Testing

/// WIRE 97: what a proxy says before the first octet of the client.
@Suite("WIRE 97: the PROXY protocol")
struct ProxyHeaderTests {
    private typealias Outcome = ProxyHeaderReader.Outcome

    /// What a reader says of octets that come in pieces of so many, until it knows.
    ///
    /// - Returns: the end, with all that was taken as if it were one piece.
    private static func read(_ octets: [UInt8], by size: Int) -> Outcome {
        var reader = ProxyHeaderReader()
        var start = 0
        while start < octets.count {
            let piece = Array(octets[start..<min(start + size, octets.count)])
            switch reader.receive(piece.span) {
            case .needsMore: start += piece.count
            case .header(let header, let taken): return .header(header, taken: start + taken)
            case .defect(let defect): return .defect(defect)
            }
        }
        return .needsMore
    }

    /// What it says of them in one piece, which must be what it says of pieces of each other size.
    private static func read(_ octets: [UInt8]) -> Outcome {
        let whole = read(octets, by: max(octets.count, 1))
        for size in [1, 2, 3, 5, 16, 17] { #expect(read(octets, by: size) == whole) }
        for place in 0...octets.count {
            var reader = ProxyHeaderReader()
            var outcome = reader.receive(Array(octets[..<place]).span)
            if outcome == .needsMore {
                outcome = reader.receive(Array(octets[place...]).span)
                if case .header(let header, let taken) = outcome { outcome = .header(header, taken: place + taken) }
            }
            #expect(outcome == whole, "cut at \(place)")
        }
        return whole
    }

    private static func ends(_ header: ProxyHeader?) -> String? {
        header?.endpoints.map { "\($0.source) > \($0.destination)" }
    }

    /// The header in front of what a client says.
    private static func header(_ octets: [UInt8]) -> ProxyHeader? {
        guard case .header(let header, let taken) = read(octets + Array("EHLO a\r\n".utf8)) else { return nil }
        #expect(taken == octets.count && header.length == octets.count)
        // What is not complete is no header, wherever it ends.
        for end in octets.indices { #expect(read(Array(octets[..<end]), by: 1) == .needsMore) }
        return header
    }

    // MARK: Version 1

    @Test(
        "a line is read",
        arguments: [
            ("TCP4 192.0.2.7 198.51.100.1 56324 25", "192.0.2.7:56324 > 198.51.100.1:25"),
            ("TCP4 0.0.0.0 255.255.255.255 0 65535", "0.0.0.0:0 > 255.255.255.255:65535"),
            ("TCP6 2001:db8::7 2001:DB8:0:0::1 56324 25", "[2001:db8::7]:56324 > [2001:db8::1]:25"),
            ("TCP6 ::ffff:192.0.2.7 ::1 1 2", "192.0.2.7:1 > [::1]:2"),
        ]
    )
    func line(text: String, expected: String) {
        let header = Self.header(Array("PROXY \(text)\r\n".utf8))
        #expect(Self.ends(header) == expected)
        #expect(header?.command == .proxy)
    }

    @Test(
        "of an unknown client the line says nothing",
        arguments: [
            "UNKNOWN", "UNKNOWN ", "UNKNOWN 192.0.2.7 junk", "UNKNOWN \r \n \u{0}",
            "UNKNOWN ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff 65535 65535",
        ]
    )
    func unknown(text: String) {
        let header = Self.header(Array("PROXY \(text)\r\n".utf8))
        #expect(header?.command == .proxy)
        #expect(header?.endpoints == nil)
    }

    @Test(
        "a line of another form is refused",
        arguments: [
            ("EHLO a", ProxyHeaderDefect.noHeader), ("PROXY\tTCP4", .noHeader), ("proxy TCP4", .noHeader),
            ("PROXY ", .badLine), ("PROXY  TCP4 192.0.2.7 192.0.2.1 1 2", .badLine), ("PROXY tcp4 1.2.3.4", .badLine),
            ("PROXY UNKNOWNS", .badLine), ("PROXY UDP4 192.0.2.7 192.0.2.1 1 2", .badLine),
            ("PROXY TCP4 192.0.2.7 192.0.2.1 1", .badLine), ("PROXY TCP4 192.0.2.7 192.0.2.1 1 2 ", .badLine),
            ("PROXY TCP4 192.0.2.7 192.0.2.1  1 2", .badLine),
            ("PROXY TCP4 192.0.2.7 192.0.2.256 1 2", .badAddress), ("PROXY TCP4 ::1 ::1 1 2", .badAddress),
            ("PROXY TCP4 192.0.2.07 192.0.2.1 1 2", .badAddress), ("PROXY TCP4 192.0.2 192.0.2.1 1 2", .badAddress),
            ("PROXY TCP6 192.0.2.7 192.0.2.1 1 2", .badAddress), ("PROXY TCP6 ::1%eth0 ::1 1 2", .badAddress),
            ("PROXY TCP6 [::1] ::1 1 2", .badAddress), ("PROXY TCP6 ::1 192.0.2.1 1 2", .badAddress),
            ("PROXY TCP4 192.0.2.7 192.0.2.1 01 2", .badPort), ("PROXY TCP4 192.0.2.7 192.0.2.1 1 65536", .badPort),
            ("PROXY TCP4 192.0.2.7 192.0.2.1 +1 2", .badPort), ("PROXY TCP4 192.0.2.7 192.0.2.1 1 00", .badPort),
            ("PROXY TCP4 192.0.2.7 192.0.2.1 1 2\n", .badPort), ("PROXY TCP4 192.0.2.7 192.0.2.1 1 2\r", .badPort),
        ]
    )
    func badLine(text: String, defect: ProxyHeaderDefect) {
        #expect(Self.read(Array("\(text)\r\n".utf8)) == .defect(defect))
        #expect(defect.description.hasSuffix("."))
    }

    @Test("a line ends within 107 octets, or is refused with the last of them")
    func longLine() {
        let longest = Array("PROXY UNKNOWN \(String(repeating: "x", count: 91))\r\n".utf8)
        #expect(longest.count == ProxyHeaderReader.maximumLine)
        #expect(Self.header(longest) != nil)
        let longer = Array("PROXY UNKNOWN \(String(repeating: "x", count: 92))\r\n".utf8)
        #expect(Self.read(longer) == .defect(.lineTooLong))
        #expect(Self.read(Array(longer[..<106])) == .needsMore)
        #expect(Self.read(Array(longer[..<107])) == .defect(.lineTooLong))
    }

    // MARK: Version 2

    private static let client4: [UInt8] = [192, 0, 2, 7, 198, 51, 100, 1, 0xDC, 0x04, 0, 25]
    private static let client6: [UInt8] =
        [0x20, 0x01, 0x0D, 0xB8] + [UInt8](repeating: 0, count: 11) + [7] + [UInt8](repeating: 0, count: 15) + [1]
        + [0xDC, 0x04, 0, 25]

    /// A header of version 2, with its length unless another is given.
    private static func binary(
        _ command: UInt8,
        _ family: UInt8,
        _ content: [UInt8],
        length: Int? = nil
    ) -> [UInt8] {
        let length = length ?? content.count
        return Array("\r\n\r\n\0\r\nQUIT\n".utf8) + [command, family, UInt8(length >> 8), UInt8(length & 255)] + content
    }

    @Test("addresses of both families are read")
    func addresses() {
        let ends4 = Self.header(Self.binary(0x21, 0x11, Self.client4))
        #expect(Self.ends(ends4) == "192.0.2.7:56324 > 198.51.100.1:25")
        let ends6 = Self.header(Self.binary(0x21, 0x21, Self.client6))
        #expect(Self.ends(ends6) == "[2001:db8::7]:56324 > [::1]:25")
        #expect(ends6?.command == .proxy)
    }

    @Test("what is no client of TCP gives no addresses", arguments: [0x00, 0x01, 0x10, 0x12, 0x20, 0x22, 0x31, 0x32])
    func noAddresses(family: UInt8) {
        let header = Self.header(Self.binary(0x21, family, [UInt8](repeating: 1, count: 216)))
        // What follows the addresses of a datagram are vectors, which these are not.
        guard family != 0x12, family != 0x22 else {
            #expect(header == nil)
            let content = family == 0x12 ? Self.client4 : Self.client6
            #expect(Self.header(Self.binary(0x21, family, content))?.length == 16 + content.count)
            return
        }
        #expect(header?.command == .proxy)
        #expect(header?.length == 232)
        #expect(header?.endpoints == nil)
    }

    @Test(
        "a proxy that speaks for itself keeps the connection's addresses, whatever it says",
        arguments: [0, 0x11, 0xFF]
    )
    func local(family: UInt8) {
        for content in [[], [1], Self.client4] {
            let header = Self.header(Self.binary(0x20, family, content))
            #expect(header?.command == .local)
            #expect(header?.endpoints == nil)
        }
    }

    @Test("vectors are skipped, and lie within the header")
    func vectors() {
        for good in [[4, 0, 0], [4, 0, 2, 9, 9], [2, 0, 1, 0x61, 0xEE, 0, 0]] as [[UInt8]] {
            let header = Self.header(Self.binary(0x21, 0x11, Self.client4 + good))
            #expect(Self.ends(header) == "192.0.2.7:56324 > 198.51.100.1:25")
        }
        for bad in [[4], [4, 0], [4, 0, 1], [4, 0xFF, 0xFF, 0], [4, 0, 0, 1]] as [[UInt8]] {
            #expect(Self.read(Self.binary(0x21, 0x11, Self.client4 + bad)) == .defect(.badVectors))
        }
    }

    @Test("a checksum is that of the whole header, with zeros in its place")
    func checksum() {
        // Computed by a table-driven implementation of CRC-32C elsewhere.
        let right: [UInt8] = [3, 0, 4, 0xDE, 0x24, 0x9D, 0x6D]
        let octets = Self.binary(0x21, 0x11, Self.client4 + [4, 0, 0] + right)
        #expect(Self.ends(Self.header(octets)) == "192.0.2.7:56324 > 198.51.100.1:25")
        for place in [20, 28, 34, 37] {
            var wrong = octets
            wrong[place] ^= 1
            #expect(Self.read(wrong) == .defect(.wrongChecksum), "\(place)")
        }
        #expect(Self.read(Self.binary(0x21, 0x11, Self.client4 + right + right)) == .defect(.badChecksum))
        #expect(Self.read(Self.binary(0x21, 0x11, Self.client4 + [3, 0, 1, 0])) == .defect(.badChecksum))
    }

    @Test("a header of another form is refused as soon as that is certain")
    func badBinary() {
        #expect(Self.read(Self.binary(0x11, 0x11, Self.client4)) == .defect(.badVersion))
        #expect(Self.read(Self.binary(0x22, 0x11, Self.client4)) == .defect(.badCommand))
        #expect(Self.read(Self.binary(0x21, 0x41, Self.client4)) == .defect(.badFamily))
        #expect(Self.read(Self.binary(0x21, 0x13, Self.client4)) == .defect(.badFamily))
        #expect(Self.read(Self.binary(0x21, 0x11, Self.client4.dropLast())) == .defect(.tooShort))
        #expect(Self.read(Self.binary(0x21, 0x11, [])) == .defect(.tooShort))
        #expect(Self.read(Self.binary(0x21, 0x21, Self.client4)) == .defect(.tooShort))
        #expect(Self.read(Self.binary(0x21, 0x31, Self.client6)) == .defect(.tooShort))
        #expect(Self.read(Self.binary(0x21, 0x11, [], length: 4_097)) == .defect(.tooLong))
        #expect(Self.read(Self.binary(0x20, 0, [], length: 65_535)) == .defect(.tooLong))
        #expect(Self.read(Array("\r\n\r\n\0\r\nQUIt".utf8)) == .defect(.noHeader))
        let longest = Self.client4 + [4, 0x0F, 0xF1] + [UInt8](repeating: 0, count: 4_081)
        #expect(longest.count == ProxyHeaderReader.maximumContent)
        let header = Self.read(Self.binary(0x21, 0x11, longest), by: 1_000)
        guard case .header(_, 4_112) = header else {
            Issue.record("\(header)")
            return
        }
    }

    // MARK: All

    @Test("an end stays the end")
    func end() {
        var reader = ProxyHeaderReader()
        let line = Array("PROXY UNKNOWN\r\nEHLO a\r\n".utf8)
        guard case .header(let header, 15) = reader.receive(line.span) else {
            Issue.record("there is no header")
            return
        }
        #expect(reader.receive(line.span) == .header(header, taken: 0))
        var wrong = ProxyHeaderReader()
        #expect(wrong.receive(Array("X".utf8).span) == .defect(.noHeader))
        #expect(wrong.receive(line.span) == .defect(.noHeader))
        var empty = ProxyHeaderReader()
        #expect(empty.receive([UInt8]().span) == .needsMore)
    }

    @Test("octets by chance, and headers that were altered, end alike however they are cut", arguments: 0..<4)
    func chance(seed: UInt64) {
        var numbers = SplitMix(state: seed)
        let starts: [[UInt8]] = [
            [], Array("PROXY ".utf8), Array("PROXY TCP4 192.0.2.7 192.0.2.1 1 2\r\n".utf8),
            Array("PROXY TCP6 ::1 ::2 1 2\r\n".utf8), Self.binary(0x21, 0x11, Self.client4 + [4, 0, 0]),
            Self.binary(0x21, 0x21, Self.client6), Self.binary(0x20, 0, []),
        ]
        for round in 0..<400 {
            var octets = starts[round % starts.count]
            if octets.isEmpty || Bool.random(using: &numbers) {
                for _ in 0..<Int.random(in: 0..<40, using: &numbers) {
                    octets.append(.random(in: 0...255, using: &numbers))
                }
            }
            if !octets.isEmpty {
                octets[.random(in: octets.indices, using: &numbers)] = .random(in: 0...255, using: &numbers)
            }
            if case .header(let header, let taken) = Self.read(octets) {
                #expect(taken == header.length && taken <= octets.count)
            }
        }
    }
}
