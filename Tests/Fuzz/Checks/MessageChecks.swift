import MIME

/// The parser and the summary: the input as it is, with small limits, and mapped onto an alphabet of which mail
/// consists.
enum MessageChecks {
    static func check(_ octets: [UInt8]) throws(BrokenInvariant) {
        try check(octets, limits: Message.Limits())
        try check(octets, limits: smallLimits)
        let mail = octets.prefix(8192).flatMap { alphabet[Int($0) % alphabet.count] }
        try check(mail, limits: Message.Limits())
        try ReadableChecks.check(octets)
        try ReadableChecks.check(mail)
    }

    private static let smallLimits: Message.Limits = {
        var limits = Message.Limits()
        limits.maxHeaders = 3
        limits.maxHeaderSize = 100
        limits.maxParts = 4
        limits.maxDepth = 2
        limits.maxText = 16
        limits.maxLineLength = 30
        limits.maxDecodedSize = 20
        return limits
    }()

    private static func check(_ bytes: [UInt8], limits: Message.Limits) throws(BrokenInvariant) {
        let message = Message(parsing: bytes.span, limits: limits)
        let summary = message.summary(of: bytes.span, limits: limits)
        try require(summary.text.utf8.count <= max(limits.maxText, 0) + 2, "the text is longer than its limit")
        try require(summary.work.steps <= 32 * bytes.count + 65_536, "the work is not linear")
        try require(message.digestWithoutTrace(of: bytes.span).count == 32, "no digest")
        try requirePlain(summary.subject, "the subject")
        for part in message.parts { try check(part, of: message, bytes, limits) }
        for field in message.allFields {
            try require(!field.nameRange.isEmpty, "a field without a name")
            try requireWithin(field.range, bytes.count, "a field")
            try requirePlain(message.text(of: field, in: bytes.span), "a field")
        }
    }

    private static func check(
        _ part: Part,
        of message: Message,
        _ bytes: [UInt8],
        _ limits: Message.Limits
    ) throws(BrokenInvariant) {
        try require(message.parts[part.index].bodyRange == part.bodyRange, "a part has another's index")
        try require(part.depth <= limits.maxDepth, "a part lies too deep")
        try requireWithin(part.headerRange, bytes.count, "a header")
        try requireWithin(part.bodyRange, bytes.count, "a body")
        if let parent = part.parent {
            let outer = message.parts[parent].bodyRange
            try require(parent < part.index, "a container comes behind its part")
            try require(
                part.headerRange.lowerBound >= outer.lowerBound && part.bodyRange.upperBound <= outer.upperBound,
                "a part reaches out of its container"
            )
        }
        var size = 0
        message.decodedContent(of: part, in: bytes.span) { size += $0.count }
        try require(size <= part.bodyRange.count, "decoding made content grow")
    }
}
