/// The address of a host, as the numbers that networks are compared by.
public struct IPAddress: Hashable, Sendable, CustomStringConvertible {
    /// The first and the last 64 bits of an IPv6 address; an IPv4 address is kept as `::ffff:a.b.c.d` (RFC 4291
    /// section 2.5.5.2).
    let high: UInt64
    let low: UInt64

    private static let mapped: UInt64 = 0xFFFF_0000_0000

    init(high: UInt64, low: UInt64) {
        self.high = high
        self.low = low
    }

    /// Makes an IPv4 address of its 32 bits, the first octet in the highest.
    init(ipv4 bits: UInt32) {
        high = 0
        low = Self.mapped | UInt64(bits)
    }

    /// Reads an IPv4 or IPv6 address in its text form, without brackets.
    ///
    /// - Returns: `nil` when the text is neither.
    public init?(_ text: some StringProtocol) {
        let text = text.prefix { $0 != "%" }
        if let octets = Self.octets(text) {
            self.init(ipv4: octets.reduce(0) { $0 << 8 | UInt32($1) })
            return
        }
        let halves = text.split(separator: "::", maxSplits: 2, omittingEmptySubsequences: false)
        guard halves.count <= 2, let head = Self.groups(halves[0], isEnd: halves.count == 1) else { return nil }
        var groups = head
        if halves.count == 2 {
            guard let tail = Self.groups(halves[1], isEnd: true), head.count + tail.count < 8 else { return nil }
            groups += [UInt16](repeating: 0, count: 8 - head.count - tail.count) + tail
        }
        guard groups.count == 8 else { return nil }
        self.init(
            high: groups[..<4].reduce(0) { $0 << 16 | UInt64($1) },
            low: groups[4...].reduce(0) { $0 << 16 | UInt64($1) }
        )
    }

    /// Whether this is an IPv4 address, or one mapped into IPv6.
    public var isIPv4: Bool { high == 0 && low >> 32 == Self.mapped >> 32 }

    /// Whether only this host is reached by the address.
    public var isLoopback: Bool { isIPv4 ? low >> 24 & 0xFF == 127 : high == 0 && low == 1 }

    /// What the connections of one host are counted by: an IPv4 address, or the first 64 bits of an IPv6 address.
    ///
    /// A subnet has 64 bits for the hosts in it (RFC 4291 section 2.5.1), and one host may take as many addresses of it as
    /// it likes (RFC 8981): a limit on whole addresses would bind nobody.
    var site: IPAddress { isIPv4 ? self : IPAddress(high: high, low: 0) }

    /// The text form.
    public var description: String {
        if isIPv4 {
            return [24, 16, 8, 0].map { String(low >> UInt64($0) & 0xFF) }.joined(separator: ".")
        }
        let groups = [high, low].flatMap { half in [48, 32, 16, 0].map { half >> UInt64($0) & 0xFFFF } }
        let text = groups.map { String($0, radix: 16) }.joined(separator: ":")
        // The longest run of zeros that counts in practice is that of the loopback and unspecified addresses.
        if high == 0, low <= 0xFFFF { return low == 0 ? "::" : "::\(String(low, radix: 16))" }
        return text
    }

    private static func octets(_ text: some StringProtocol) -> [UInt8]? {
        let numbers = text.split(separator: ".", omittingEmptySubsequences: false)
        guard numbers.count == 4 else { return nil }
        let octets = numbers.compactMap { $0.utf8.allSatisfy { $0 >= 0x30 && $0 <= 0x39 } ? UInt8($0) : nil }
        return octets.count == 4 ? octets : nil
    }

    private static func pair(_ octets: [UInt8]) -> [UInt16] {
        [UInt16(octets[0]) << 8 | UInt16(octets[1]), UInt16(octets[2]) << 8 | UInt16(octets[3])]
    }

    private static func groups(_ text: some StringProtocol, isEnd: Bool) -> [UInt16]? {
        guard !text.isEmpty else { return [] }
        var result: [UInt16] = []
        let parts = text.split(separator: ":", omittingEmptySubsequences: false)
        for (index, part) in parts.enumerated() {
            if isEnd, index == parts.count - 1, let octets = octets(part) {
                result += pair(octets)
                continue
            }
            guard (1...4).contains(part.utf8.count), part.utf8.first != UInt8(ascii: "+"),
                part.utf8.first != UInt8(ascii: "-"), let group = UInt16(part, radix: 16)
            else { return nil }
            result.append(group)
        }
        return result.count <= 8 ? result : nil
    }
}

/// A range of addresses: an address and how many of its leading bits count (CIDR, RFC 4632).
public struct Network: Hashable, Sendable, CustomStringConvertible {
    let address: IPAddress
    /// The leading bits that count, of 128.
    let prefix: Int

    /// Reads `192.0.2.0/24`, `2001:db8::/32`, or a single address.
    ///
    /// - Returns: `nil` when the text is no network, or has bits behind its prefix.
    public init?(_ text: some StringProtocol) {
        let parts = text.split(separator: "/", maxSplits: 1, omittingEmptySubsequences: false)
        guard let address = IPAddress(parts[0]) else { return nil }
        let width = address.isIPv4 ? 32 : 128
        var prefix = width
        if parts.count == 2 {
            guard let length = Int(parts[1]), (0...width).contains(length) else { return nil }
            prefix = length
        }
        self.address = address
        self.prefix = prefix + 128 - width
        guard Self.masked(address, self.prefix) == address else { return nil }
    }

    /// Whether the address lies in the network.
    public func contains(_ other: IPAddress) -> Bool {
        Self.masked(other, prefix) == address
    }

    /// The text form.
    public var description: String {
        "\(address)/\(address.isIPv4 ? prefix - 96 : prefix)"
    }

    private static func masked(_ address: IPAddress, _ prefix: Int) -> IPAddress {
        func mask(_ bits: Int) -> UInt64 { bits <= 0 ? 0 : bits >= 64 ? .max : ~(UInt64.max >> UInt64(bits)) }
        return IPAddress(high: address.high & mask(prefix), low: address.low & mask(prefix - 64))
    }
}
