/// The parts of a message's text: what was written for it, and what was quoted, signed, appended or forwarded.
///
/// Nothing is deleted: the spans cover the text from its first octet to its last, and each says whether it is shown at
/// first sight. Answers between quoted lines are shown together with the quotes that they answer. When nothing would be
/// left, everything is shown.
public struct ReplyExtraction: Sendable, Hashable {
    /// A part of the text.
    public struct Span: Sendable, Hashable, Codable {
        /// What a part of a text is.
        public enum Kind: String, Sendable, Hashable, CaseIterable, Codable {
            /// Text written for this message.
            case new
            /// Text of an earlier message.
            case quoted
            /// A signature, a closing with a name, or the line that a phone appends.
            case signature
            /// A legal notice.
            case disclaimer
            /// What stands above a quote and tells whose it is: a line such as `On … Jane wrote:`, or a header block.
            case attribution
            /// The header block of a message that is forwarded within the text.
            case forwardedHeader
            /// The message that is forwarded, all of it.
            case forwarded
        }

        /// What it is.
        public var kind: Kind
        /// Where it stands, in octets of UTF-8 from the start of the text.
        public var range: Range<Int>
        /// Whether it is shown at first sight.
        public var isShown: Bool
    }

    /// The spans in their order, without gaps.
    public let spans: [Span]

    /// Whether there are answers between quoted lines.
    public let hasInlineAnswers: Bool

    /// The forward within the text, if there is one.
    public let forward: ForwardedHeader?

    /// The work that was done: octets that were decoded and compared, each time counted.
    package let steps: Int

    /// Divides a text.
    ///
    /// - Parameters:
    ///   - text: the readable text of a message, its lines ending in LF; quotes of HTML mail as lines with `>`.
    ///   - subject: the message's subject, whose prefix tells a forward from a reply where clients print both alike.
    ///   - isAnswer: whether the message may answer another one: `false` where it has neither In-Reply-To nor References
    ///     (RFC 5322 section 3.6.4). What looks like a quote must then say surely that it is one.
    public init(_ text: String, subject: String = "", isAnswer: Bool = true) {
        let classifier = ReplyClassifier(TextLines(text), subject: subject, isAnswer: isAnswer)
        let segments = classifier.segments
        let count = classifier.text.octets.count
        steps = classifier.text.work.steps
        guard !segments.isEmpty else {
            spans = count > 0 ? [Span(kind: .new, range: 0..<count, isShown: true)] : []
            hasInlineAnswers = false
            forward = nil
            return
        }
        spans = segments.indices.map { index in
            let end = index + 1 < segments.count ? segments[index + 1].start : count
            return Span(
                kind: segments[index].kind,
                range: segments[index].start..<end,
                isShown: segments[index].isShown
            )
        }
        hasInlineAnswers = classifier.hasInlineAnswers
        forward = ForwardedHeader(classifier)
    }

    /// How many spans are not shown at first sight.
    public var hiddenCount: Int { spans.count { !$0.isShown } }

    /// The text that is shown at first sight, without empty lines at its ends.
    public func shownText(of text: String) -> String {
        self.text(of: text) { $0.isShown }
    }

    /// The text of some spans, without empty lines at its ends.
    public func text(of text: String, where isIncluded: (Span) -> Bool) -> String {
        let octets = Array(text.utf8)
        var result: [UInt8] = []
        for span in spans where isIncluded(span) {
            // Two spans that were one line stay apart.
            if let last = result.last, last != Octet.lineFeed { result.append(Octet.lineFeed) }
            result += octets[span.range]
        }
        let lines = result.split(separator: Octet.lineFeed, omittingEmptySubsequences: false)
        func isText(_ line: ArraySlice<UInt8>) -> Bool { line.contains { $0 > Octet.space } }
        guard let first = lines.firstIndex(where: isText), let last = lines.lastIndex(where: isText) else { return "" }
        return String(decoding: result[lines[first].startIndex..<lines[last].endIndex], as: UTF8.self)
    }
}
