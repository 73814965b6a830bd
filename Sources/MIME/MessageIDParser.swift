internal import Mail

/// Reads message identifiers (RFC 5322 section 3.6.4).
enum MessageIDParser {
    /// The first and the last of many identifiers, since a thread is known by its beginning and by its end.
    private struct Ends {
        let limit: Int
        private var first: [MessageID] = []
        /// A ring, `next` being where its oldest is.
        private var last: [MessageID] = []
        private var next = 0

        init(limit: Int) {
            self.limit = limit
        }

        mutating func append(_ octets: [UInt8]) {
            guard let id = MessageID(octets: octets) else { return }
            if first.count < (limit + 1) / 2 {
                first.append(id)
            } else if last.count < limit / 2 {
                last.append(id)
            } else if !last.isEmpty {
                last[next] = id
                next = (next + 1) % last.count
            }
        }

        var isEmpty: Bool { first.isEmpty }

        var all: [MessageID] { first + last[next...] + last[..<next] }
    }

    /// The identifiers of a value in their order.
    ///
    /// - Parameter limit: how many are kept: beyond it the first and the last ones.
    static func identifiers(in bytes: Span<UInt8>, _ range: Range<Int>, limit: Int, work: inout Work) -> [MessageID] {
        work.charge(range.count)
        var found = Ends(limit: limit)
        readBracketed(bytes, range, into: &found)
        // QUIRK: identifiers without angle brackets, from scripts (corpus malformed/010).
        if found.isEmpty { readWords(bytes, range, into: &found) }
        return found.all
    }

    private static func readBracketed(_ bytes: Span<UInt8>, _ range: Range<Int>, into found: inout Ends) {
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
                if isInside { found.append(current) }
                current.removeAll(keepingCapacity: true)
                isInside = false
            default:
                // QUIRK: identifiers folded in the middle by old relays; the white space is no part of them (corpus
                // malformed/010).
                guard isInside, octet > Octet.space, octet != 0x7F else { continue }
                if current.count <= MessageID.maximumLength { current.append(octet) }
            }
        }
    }

    private static func readWords(_ bytes: Span<UInt8>, _ range: Range<Int>, into found: inout Ends) {
        var word: [UInt8] = []
        func endWord() {
            if word.contains(Octet.at) { found.append(word) }
            word.removeAll(keepingCapacity: true)
        }
        for index in range {
            let octet = bytes[index]
            if octet > Octet.space, octet != Octet.less, octet != Octet.greater, octet != Octet.comma, octet != 0x7F {
                if word.count <= MessageID.maximumLength { word.append(octet) }
            } else {
                endWord()
            }
        }
        endWord()
    }
}
