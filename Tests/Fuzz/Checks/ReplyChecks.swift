import MIME

/// A reply told apart from what it quotes.
enum ReplyChecks {
    static func check(_ octets: [UInt8]) throws(BrokenInvariant) {
        let text = String(decoding: octets.filter { $0 != 0x0D && $0 != 0 }, as: UTF8.self)
        for subject in ["", "Fwd: x"] {
            for isAnswer in [true, false] { try check(text, subject: subject, isAnswer: isAnswer) }
        }
    }

    private static func check(_ text: String, subject: String, isAnswer: Bool) throws(BrokenInvariant) {
        let extraction = ReplyExtraction(text, subject: subject, isAnswer: isAnswer)
        let count = text.utf8.count
        var end = 0
        for span in extraction.spans {
            try require(span.range.lowerBound == end && !span.range.isEmpty, "spans do not follow one another")
            end = span.range.upperBound
        }
        try require(end == count, "the spans do not cover the text")
        let isText = text.unicodeScalars.contains { $0.properties.isAlphabetic }
        try require(!isText || !extraction.shownText(of: text).isEmpty, "nothing is shown")
        guard let forward = extraction.forward else { return }
        try requireWithin(forward.header, count, "the forward's header")
        try requireWithin(forward.body, count, "the forward's body")
        try require(forward.body.upperBound == count, "the forward's body is cut")
        try require(forward.header.upperBound <= forward.body.lowerBound, "the forward's header lies in its body")
    }
}
