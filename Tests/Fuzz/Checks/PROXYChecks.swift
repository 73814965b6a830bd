import Mail
import SMTP

/// What a proxy says of its client: the header before the first octet, and the argument of XCLIENT.
enum PROXYChecks {
    static func check(_ octets: [UInt8]) throws(BrokenInvariant) {
        try check(header: octets)
        // A header of version 2 whose length is right, however long the input is.
        let count = min(octets.count, ProxyHeaderReader.maximumContent)
        for family in [0x11, 0x21, 0x31] as [UInt8] {
            let start = Array("\r\n\r\n\0\r\nQUIT\n".utf8) + [0x21, family, UInt8(count >> 8), UInt8(count & 255)]
            try check(header: start + octets)
        }
        for prefix in ["", "LOGIN=", "ADDR=192.0.2.7 HELO="] { try check(argument: Array(prefix.utf8) + octets) }
    }

    // MARK: The header

    private static func check(header octets: [UInt8]) throws(BrokenInvariant) {
        let whole = try end(of: octets, by: max(octets.count, 1))
        for size in [1, 7, 64] {
            try require(try end(of: octets, by: size) == whole, "in one piece and in pieces, different headers")
        }
        guard case .header(let header, let taken) = whole else { return }
        try require(taken == header.length && taken <= octets.count, "a header of another length")
        try require(taken <= 16 + ProxyHeaderReader.maximumContent, "a long header")
        try require(header.command == .proxy || header.endpoints == nil, "a proxy that names others for itself")
        // The header alone is the same, and any less of it is none.
        try require(try end(of: Array(octets[..<taken]), by: taken) == whole, "what follows the header changes it")
        let less = try end(of: Array(octets[..<(taken - 1)]), by: taken)
        try require(less == .needsMore, "the header ends before its end")
    }

    /// What becomes of octets that come in pieces, counted as if it were one.
    private static func end(
        of octets: [UInt8],
        by size: Int
    ) throws(BrokenInvariant) -> ProxyHeaderReader.Outcome {
        var reader = ProxyHeaderReader()
        var start = 0
        while start < octets.count {
            let piece = Array(octets[start..<min(start + size, octets.count)])
            let outcome = reader.receive(piece.span)
            switch outcome {
            case .needsMore:
                start += piece.count
                try require(start < 16 + ProxyHeaderReader.maximumContent, "a header without an end")
            case .header(let header, let taken): return .header(header, taken: start + taken)
            case .defect: return outcome
            }
        }
        return .needsMore
    }

    // MARK: XCLIENT

    private static func check(argument octets: [UInt8]) throws(BrokenInvariant) {
        let text = String(decoding: octets, as: UTF8.self)
        let argument: XCLIENTArgument
        do {
            argument = try XCLIENTArgument(text)
        } catch {
            try requirePlain(error.description, "a defect")
            return
        }
        for value in [argument.helo, argument.login] {
            guard case .known(let value) = value else { continue }
            try require(
                (1...XCLIENTArgument.maximumValueLength).contains(value.utf8.count),
                "a value of another length"
            )
            try requirePlain(value, "a value")
        }
        if case .known(let name) = argument.name {
            try require(
                !name.isLiteral && name.name.utf8.allSatisfy { (0x21...0x7E).contains($0) },
                "a name that is none"
            )
        }
        for value in [argument.helo, argument.login] where value == .temporarilyUnavailable {
            throw BrokenInvariant(description: "a value that only a name has")
        }
    }
}
