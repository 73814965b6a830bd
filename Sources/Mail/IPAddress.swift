/// An address of the internet protocol, version 4 or 6.
///
/// An IPv4 address within IPv6 (`::ffff:192.0.2.1`, RFC 4291 section 2.5.5.2) is the IPv4 address: that is what it
/// stands for, however the socket was opened.
public struct IPAddress: Hashable, Sendable, CustomStringConvertible {
    /// The address in network order: four octets, or sixteen.
    public let octets: [UInt8]

    /// Makes an address of its octets.
    ///
    /// - Returns: `nil` when these are neither four nor sixteen.
    public init?(octets: [UInt8]) {
        guard octets.count == 4 || octets.count == 16 else { return nil }
        self.octets = octets.starts(with: Self.mapped) && octets.count == 16 ? Array(octets[12...]) : octets
    }

    /// Reads an address as it is written (RFC 4291 section 2.2): without brackets, prefix or zone.
    public init?(_ text: some StringProtocol) {
        let text = Array(text.utf8)
        guard let octets = text.contains(UInt8(ascii: ":")) ? Self.version6(text[...]) : Self.version4(text[...])
        else { return nil }
        self.init(octets: octets)
    }

    private static let mapped: [UInt8] = [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xFF, 0xFF]

    /// Whether this is an address of version 6.
    public var isVersion6: Bool { octets.count == 16 }

    /// Whether the address means this host itself.
    public var isLoopback: Bool { isVersion6 ? octets == Self.loopback : octets[0] == 127 }

    private static let loopback: [UInt8] = [UInt8](repeating: 0, count: 15) + [1]

    // MARK: Reading

    private static func version4(_ text: ArraySlice<UInt8>) -> [UInt8]? {
        let parts = text.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
        guard parts.count == 4 else { return nil }
        var octets: [UInt8] = []
        for part in parts {
            // A zero in front makes it octal to some readers, so it is no address.
            guard (1...3).contains(part.count), part.allSatisfy(\.isASCIIDigit), part.count == 1 || part.first != 0x30,
                let octet = UInt8(String(decoding: part, as: UTF8.self))
            else { return nil }
            octets.append(octet)
        }
        return octets
    }

    private static func version6(_ text: ArraySlice<UInt8>) -> [UInt8]? {
        let colon = UInt8(ascii: ":")
        guard let gap = text.indices.first(where: { text[$0] == colon && text.dropFirst($0 + 1).first == colon }) else {
            return groups(text).flatMap { $0.count == 16 ? $0 : nil }
        }
        guard let head = groups(text[..<gap], isLast: false), let tail = groups(text[(gap + 2)...]),
            head.count + tail.count <= 14
        else { return nil }
        return head + [UInt8](repeating: 0, count: 16 - head.count - tail.count) + tail
    }

    /// The octets of groups with a colon between each; the address's last may be an address of version 4.
    private static func groups(_ text: ArraySlice<UInt8>, isLast: Bool = true) -> [UInt8]? {
        guard !text.isEmpty else { return [] }
        let parts = text.split(separator: UInt8(ascii: ":"), omittingEmptySubsequences: false)
        guard parts.count <= 8 else { return nil }
        var octets: [UInt8] = []
        for (index, part) in parts.enumerated() {
            if isLast, index == parts.count - 1, part.contains(UInt8(ascii: ".")) {
                guard let last = version4(part) else { return nil }
                octets += last
                continue
            }
            guard (1...4).contains(part.count), part.allSatisfy(\.isASCIIHexDigit),
                let group = UInt16(String(decoding: part, as: UTF8.self), radix: 16)
            else { return nil }
            octets += [UInt8(group >> 8), UInt8(group & 0xFF)]
        }
        return octets.count <= 16 ? octets : nil
    }

    // MARK: Writing

    /// The address as text; of version 6 in the form of RFC 5952.
    public var description: String {
        guard isVersion6 else { return octets.map(String.init).joined(separator: ".") }
        let groups = stride(from: 0, to: 16, by: 2).map { UInt16(octets[$0]) << 8 | UInt16(octets[$0 + 1]) }
        guard let gap = Self.longestGap(groups) else { return Self.text(groups[...]) }
        return Self.text(groups[..<gap.lowerBound]) + "::" + Self.text(groups[gap.upperBound...])
    }

    private static func text(_ groups: ArraySlice<UInt16>) -> String {
        groups.map { String($0, radix: 16) }.joined(separator: ":")
    }

    /// The first of the longest runs of two zeros or more (RFC 5952 section 4.2).
    private static func longestGap(_ groups: [UInt16]) -> Range<Int>? {
        var longest = 0..<0
        var start = 0
        for index in 0...groups.count where index == groups.count || groups[index] != 0 {
            if index - start > longest.count { longest = start..<index }
            start = index + 1
        }
        return longest.count >= 2 ? longest : nil
    }
}

/// All addresses that begin alike, such as `192.0.2.0/24` (RFC 4632 section 3.1).
public struct IPNetwork: Hashable, Sendable, CustomStringConvertible {
    /// The lowest address.
    public let address: IPAddress
    /// How many bits all addresses have in common.
    public let prefixLength: Int

    /// Makes a network; bits behind the prefix count for nothing.
    ///
    /// - Returns: `nil` when the prefix is longer than the address.
    public init?(_ address: IPAddress, prefixLength: Int) {
        guard (0...address.octets.count * 8).contains(prefixLength) else { return nil }
        let octets = address.octets.enumerated().map { index, octet in
            octet & Self.mask(prefixLength - index * 8)
        }
        // Octets that are four or sixteen make an address.
        guard let lowest = IPAddress(octets: octets) else { return nil }
        self.address = lowest
        self.prefixLength = prefixLength
    }

    /// Reads `address/length`, or one address.
    public init?(_ text: some StringProtocol) {
        let parts = text.split(separator: "/", omittingEmptySubsequences: false)
        guard (1...2).contains(parts.count), let address = IPAddress(parts[0]) else { return nil }
        guard parts.count == 2 else {
            self.init(address, prefixLength: address.octets.count * 8)
            return
        }
        let digits = parts[1].utf8
        guard (1...3).contains(digits.count), digits.allSatisfy(\.isASCIIDigit), let length = Int(parts[1]) else {
            return nil
        }
        self.init(address, prefixLength: length)
    }

    /// Whether an address lies in the network; one of the other version does not.
    public func contains(_ other: IPAddress) -> Bool {
        guard other.octets.count == address.octets.count else { return false }
        return zip(address.octets, other.octets).enumerated().allSatisfy { index, pair in
            pair.0 == pair.1 & Self.mask(prefixLength - index * 8)
        }
    }

    /// The first bits of an octet, so many of them.
    private static func mask(_ bits: Int) -> UInt8 { ~UInt8(truncatingIfNeeded: 0xFF >> min(8, max(0, bits))) }

    /// The address and the length of the prefix.
    public var description: String { "\(address)/\(prefixLength)" }
}
