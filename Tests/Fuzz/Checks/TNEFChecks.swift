import MIME

/// TNEF streams, and within them the formats that the fuzzer would hardly get right by itself: a list of properties, and
/// RTF as it is and compressed.
enum TNEFChecks {
    private static let maxText = 10_000
    /// How far messages within messages are followed.
    private static let maxDepth = 8

    static func check(_ octets: [UInt8]) throws(BrokenInvariant) {
        try check(stream: octets, depth: 0)
        try check(stream: stream(properties: number(64) + octets), depth: 0)
        for kind in ["MELA", "LZFu"] {
            let value = number(octets.count + 12) + number(8 * octets.count) + Array(kind.utf8) + number(0) + octets
            let padding = [UInt8](repeating: 0, count: (4 - value.count % 4) % 4)
            let property: [UInt8] = [0x02, 0x01, 0x09, 0x10] + number(1) + number(value.count) + value + padding
            try check(stream: stream(properties: number(1) + property), depth: 0)
        }
    }

    private static func number(_ value: Int) -> [UInt8] {
        (0..<4).map { UInt8(truncatingIfNeeded: value >> (8 * $0)) }
    }

    private static func stream(properties list: [UInt8]) -> [UInt8] {
        [0x78, 0x9F, 0x3E, 0x22, 0, 0, 1, 3, 0x90, 6, 0] + number(list.count) + list
    }

    private static func check(stream octets: [UInt8], depth: Int) throws(BrokenInvariant) {
        guard let stream = TNEF(parsing: octets.span, maxText: maxText) else { return }
        for (text, limit) in [(stream.text, maxText), (stream.html, TNEF.maxMarkup(maxText))] {
            try require((text ?? "").utf8.count <= limit, "the text is longer than its limit")
            try requirePlain(text ?? "", "the text", inOneLine: false)
        }
        for text in [stream.subject, stream.messageClass, stream.senderName, stream.senderAddress] {
            try requirePlain(text ?? "", "a property")
        }
        try require(stream.attachments.count <= TNEF.maximumAttachments, "more files than are kept")
        for attachment in stream.attachments {
            for range in [attachment.content, attachment.notice] {
                try requireWithin(range ?? 0..<0, octets.count, "a file")
            }
            try requirePlain(attachment.name ?? "", "a name")
            guard attachment.kind == .message, let content = attachment.content else { continue }
            try require(
                TNEF.message(of: attachment, in: octets.span, maxText: maxText) != nil,
                "a message within is none"
            )
            if depth < maxDepth { try check(stream: Array(octets[content]), depth: depth + 1) }
        }
    }
}
