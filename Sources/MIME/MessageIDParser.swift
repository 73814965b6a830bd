internal import Mail

/// Reads message identifiers (RFC 5322 section 3.6.4).
enum MessageIDParser {
    /// All identifiers of a value in their order.
    ///
    /// - Parameter limit: how many are kept: beyond it the first and the last ones, since a thread is known by its
    ///   beginning and by its end.
    static func identifiers(
        in bytes: Span<UInt8>,
        _ range: Range<Int>,
        limit: Int,
        work: inout Work
    ) -> [MessageID] {
        work.charge(range.count)
        var found: [MessageID] = []
        var tail: [MessageID] = []
        var tailNext = 0
        func keep(_ octets: [UInt8]) {
            guard let id = MessageID(octets: octets) else { return }
            if found.count < (limit + 1) / 2 {
                found.append(id)
            } else if tail.count < limit / 2 {
                tail.append(id)
            } else if !tail.isEmpty {
                tail[tailNext] = id
                tailNext = (tailNext + 1) % tail.count
            }
        }
        var current: [UInt8] = []
        current.reserveCapacity(min(range.count, 100))
        var isInside = false
        for index in range {
            let octet = bytes[index]
            switch octet {
            case Octet.less:
                current.removeAll(keepingCapacity: true)
                isInside = true
            case Octet.greater:
                if isInside { keep(current) }
                current.removeAll(keepingCapacity: true)
                isInside = false
            default:
                // QUIRK: identifiers folded in the middle by old relays; the white space is no part of them.
                guard isInside, octet > Octet.space, octet != 0x7F else { continue }
                if current.count <= MessageID.maximumLength { current.append(octet) }
            }
        }
        guard found.isEmpty else { return found + tail[tailNext...] + tail[..<tailNext] }
        // QUIRK: identifiers without angle brackets, from scripts (corpus malformed/010).
        words(in: bytes, range) { word in
            if word.contains(Octet.at) { keep(word) }
        }
        return found + tail[tailNext...] + tail[..<tailNext]
    }

    private static func words(in bytes: Span<UInt8>, _ range: Range<Int>, _ body: ([UInt8]) -> Void) {
        var word: [UInt8] = []
        for index in range {
            let octet = bytes[index]
            if octet > Octet.space, octet != Octet.less, octet != Octet.greater, octet != Octet.comma, octet != 0x7F {
                if word.count <= MessageID.maximumLength { word.append(octet) }
            } else if !word.isEmpty {
                body(word)
                word.removeAll(keepingCapacity: true)
            }
        }
        if !word.isEmpty { body(word) }
    }
}
