internal import Mail

/// Walks once over the lines of a text and says of each run of lines what it is.
struct ReplyClassifier {
    typealias Kind = ReplyExtraction.Span.Kind

    /// A run of lines; it reaches to the start of the next one.
    struct Segment {
        var kind: Kind
        var lines: Range<Int>
        /// Where it begins, in octets.
        var start: Int
        /// Whether an attribution stands right above it.
        var isAttributed = false
        var isShown = false
    }

    /// By what a forward is known.
    enum Forward {
        case block(HeaderBlock)
        /// QUIRK: Outlook for Mac prints an attribution line above a forward.
        case attribution(Attribution)

        var lines: Range<Int> {
            switch self {
            case .block(let block): block.lines
            case .attribution(let attribution): attribution.lines
            }
        }

        var hasSubject: Bool {
            if case .block(let block) = self { block.fields.contains { $0.label == .subject } } else { false }
        }
    }

    let text: TextLines
    let subject: String
    private(set) var segments: [Segment] = []
    private(set) var forward: Forward?
    private(set) var hasInlineAnswers = false

    private let isForwardSubject: Bool
    /// Whether the message may answer another one, so that the rest of its text can be a quote.
    private let isAnswer: Bool

    /// Octets of lines that look like a structure and may yet be read as one; no mail that people write has more.
    private var budget = 524_288

    init(_ text: TextLines, subject: String, isAnswer: Bool = true) {
        self.text = text
        self.subject = subject
        self.isAnswer = isAnswer
        isForwardSubject = SeparatorWords.subjectOfForward(subject) != nil
        classify()
        refine()
        show()
    }

    // MARK: First pass

    private mutating func classify() {
        var index = 0
        while index < text.count {
            if text[index].isBlank, !text[index].isQuoted {
                extend(to: index + 1)
                index += 1
            } else if let end = readStructure(at: index) {
                index = end
            } else if text[index].isQuoted {
                index = readQuote(at: index)
            } else {
                if segments.last?.kind == .new { extend(to: index + 1) } else { open(.new, index..<(index + 1)) }
                index += 1
            }
        }
    }

    private mutating func open(_ kind: Kind, _ lines: Range<Int>, start: Int? = nil) {
        let isAttributed = segments.last?.kind == .attribution
        let start = segments.isEmpty ? 0 : start ?? text[lines.lowerBound].range.lowerBound
        segments.append(Segment(kind: kind, lines: lines, start: start, isAttributed: isAttributed))
    }

    /// Empty lines belong to what stands above them; above everything they belong to what follows.
    private mutating func extend(to line: Int) {
        guard let last = segments.last else { return }
        segments[segments.count - 1].lines = last.lines.lowerBound..<line
    }

    // MARK: Forwards and attributions

    /// Reads what stands above a forward or a quote.
    ///
    /// - Returns: the line behind all that it explains, or `nil` when there is nothing of the kind.
    private mutating func readStructure(at index: Int) -> Int? {
        // An empty quoted line may stand above the block.
        let first = text[index].isBlank ? text.nextText[index] : index
        guard first < text.count, budget > 0 else { return nil }
        if text.canBeginBlock(first) {
            budget -= 64 + text[first].content.count
            if let block = HeaderBlock(in: text, at: first) {
                if isForward(block) { return readForward(.block(block), from: index) }
                // Contact forms print the same fields above what somebody newly wrote.
                return text[first].isQuoted || !(isAnswer || block.isSeparated) ? nil : readAttribution(block)
            }
        }
        // Who is the first to write sent the line too: it is a ticket system's own mail, and new.
        if isAnswer, text.canAskForAnswer(first), let lines = ReplyLine.lines(in: text, at: first) {
            open(.attribution, lines)
            return readQuoted(from: lines.upperBound)
        }
        guard text.canBeginAttribution(first) else { return nil }
        budget -= 64 + text[first].content.count
        guard let attribution = Attribution(in: text, at: first) else { return nil }
        if isForward(attribution) { return readForward(.attribution(attribution), from: index) }
        // A person can tell what somebody wrote on a day.
        guard isAnswer || attribution.isOfProgram else { return nil }
        open(.attribution, attribution.lines, start: attribution.start)
        return readQuoted(from: attribution.lines.upperBound)
    }

    /// Reads a forward, which takes all the rest of the text.
    private mutating func readForward(_ found: Forward, from index: Int) -> Int {
        forward = found
        open(.forwardedHeader, index..<found.lines.upperBound)
        if found.lines.upperBound < text.count { open(.forwarded, found.lines.upperBound..<text.count) }
        return text.count
    }

    private func isForward(_ block: HeaderBlock) -> Bool {
        // What is quoted below an attribution is a reply's, whatever it carries.
        segments.last?.kind != .attribution && (block.separator == .forwarded || isForwardSubject)
    }

    private func isForward(_ attribution: Attribution) -> Bool {
        let end = attribution.lines.upperBound
        guard isForwardSubject, segments.last?.kind != .attribution, !text.isQuoteNext(from: end),
            attribution.start == text[attribution.lines.lowerBound].range.lowerBound
        else { return false }
        return !segments.contains { $0.kind == .new } || isIndented(from: end)
    }

    private func isIndented(from index: Int) -> Bool {
        let next = text.nextText[min(index, text.count)]
        guard next < text.count else { return false }
        return text[next].content.lowerBound - text[next].range.lowerBound >= 4
    }

    private mutating func readAttribution(_ block: HeaderBlock) -> Int {
        open(.attribution, block.lines)
        var end = block.lines.upperBound
        // QUIRK: Proton prints an attribution below its separator.
        if block.fields.isEmpty, end < text.count, let attribution = Attribution(in: text, at: end) {
            end = attribution.lines.upperBound
            extend(to: end)
        }
        return readQuoted(from: end)
    }

    /// Goes on below an attribution: without quote marks the quote takes all the rest of the text.
    private mutating func readQuoted(from line: Int) -> Int {
        guard !text.isQuoteNext(from: line) else { return line }
        let start = text.nextText[min(line, text.count)]
        extend(to: start)
        if start < text.count { open(.quoted, start..<text.count) }
        return text.count
    }

    // MARK: Quotes

    private mutating func readQuote(at index: Int) -> Int {
        var last = index
        var next = index + 1
        while next < text.count {
            if text[next].isQuoted || isWrapped(next, after: last) {
                last = next
            } else if !text[next].isBlank {
                break
            }
            next += 1
        }
        open(.quoted, index..<(last + 1))
        return last + 1
    }

    /// Whether a line is the end of the quoted one above it, which somebody's client wrapped without a quote mark.
    private func isWrapped(_ index: Int, after last: Int) -> Bool {
        guard index == last + 1, text[index].isPlain, index + 1 < text.count, text[index + 1].isQuoted else {
            return false
        }
        let above = text.octets[text[last].content]
        guard let end = above.last else { return false }
        let isOpen = above.suffix(200).reduce(0) { depth, octet in
            switch octet {
            case Octet.openParenthesis, Octet.less: depth + 1
            case Octet.closeParenthesis, Octet.greater: depth - 1
            default: depth
            }
        }
        if isOpen > 0 { return true }
        let first = text.octets[text[index].content.lowerBound]
        let isSentence = end == Octet.period || end == Octet.question || end == Octet.colon || end == UInt8(ascii: "!")
        return above.count >= 65 && !isSentence && first >= UInt8(ascii: "a") && first <= UInt8(ascii: "z")
    }

    // MARK: Second pass

    /// Nobody signs between more answers.
    private static let maximumRefined = 4096

    /// Tells signatures apart, from the end of the text up.
    private mutating func refine() {
        var refined: [Segment] = []
        var left = Self.maximumRefined
        let firstSaid = firstSaid
        for segment in segments.reversed() {
            guard segment.kind == .new, left > 0 else {
                refined.append(segment)
                continue
            }
            left -= 1
            refined += self.refined(segment, isBelowText: firstSaid < segment.lines.lowerBound).reversed()
        }
        segments = refined.reversed()
    }

    /// The first new line that is more than a greeting.
    private var firstSaid: Int {
        for segment in segments where segment.kind == .new {
            if let line = segment.lines.first(where: { ProseLine(text, $0).isSaid }) { return line }
        }
        return text.count
    }

    private func refined(_ segment: Segment, isBelowText: Bool) -> [Segment] {
        let (kinds, starts) = SignatureRules.kinds(in: text, segment.lines, isBelowText: isBelowText)
        var result = [segment]
        result[0].kind = kinds.first ?? .new
        for (offset, kind) in kinds.enumerated().dropFirst() {
            let line = segment.lines.lowerBound + offset
            guard kind != result[result.count - 1].kind || starts.contains(line), !text[line].isBlank else { continue }
            result[result.count - 1].lines = result[result.count - 1].lines.lowerBound..<line
            let start = text[line].range.lowerBound
            result.append(Segment(kind: kind, lines: line..<segment.lines.upperBound, start: start))
        }
        return result
    }

    // MARK: What is shown

    private mutating func show() {
        var above = false
        var answered: [Int] = []
        var hasTextAbove: [Bool] = []
        for (index, segment) in segments.enumerated() {
            switch segment.kind {
            case .new, .forwarded, .forwardedHeader: segments[index].isShown = true
            case .quoted where isAnswered(index):
                answered.append(index)
                hasTextAbove.append(above)
            default: break
            }
            if segment.kind == .new { above = true }
        }
        // One quote with its attribution above all text is context; several, or one between texts, are being answered.
        for (index, above) in zip(answered, hasTextAbove)
        where answered.count > 1 || above || !segments[index].isAttributed {
            segments[index].isShown = true
            hasInlineAnswers = true
        }
        // Nobody writes nothing: what was taken for a quote is the message.
        if !segments.contains(where: \.isShown) {
            for index in segments.indices { segments[index].isShown = true }
        }
    }

    /// Whether new text stands right below a quote.
    private func isAnswered(_ index: Int) -> Bool {
        index + 1 < segments.count && segments[index + 1].kind == .new
    }
}
