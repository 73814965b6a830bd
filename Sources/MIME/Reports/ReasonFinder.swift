internal import Mail

/// Finds for each recipient of a report's text why the message did not reach it.
struct ReasonFinder {
    private let report: ReportLines
    private let words: DeliveryWords
    var work: Work
    /// The codes of the whole text.
    private var ofText = Codes()
    /// What was read last: the addresses of one line have their context in common.
    private var last: (lines: Range<Int>, codes: Codes, reason: String?)?

    /// How many lines behind an address belong to it.
    private static let maximumLines = 16
    /// For how many recipients the whole text is searched.
    private static let maximumMentions = 100
    /// How long a reason is kept, in octets.
    private static let maximumLength = 1000

    init(_ report: ReportLines, words: DeliveryWords, work: Work) {
        self.report = report
        self.words = words
        self.work = work
        ofText = codes(in: 0..<report.lines.count)
    }

    /// The codes of the whole text, or what its words suggest.
    var general: Codes {
        var codes = ofText
        codes.status = codes.status ?? Self.status(words, codes.replyCode, DeliveryText.action(words))
        return codes
    }

    /// Whether the text has a code at all.
    var hasCode: Bool { !ofText.isEmpty }

    mutating func recipients(_ found: [RecipientFinder.Found]) -> [DeliveryReport.Recipient] {
        var recipients: [DeliveryReport.Recipient] = []
        recipients.reserveCapacity(found.count)
        // Of each address the line of the next that stands in another one.
        var next = report.lines.count
        for index in found.indices.reversed() {
            if index + 1 < found.count, found[index + 1].line > found[index].line { next = found[index + 1].line }
            recipients.append(recipient(found[index], before: next, maySearch: index < Self.maximumMentions))
        }
        return recipients.reversed()
    }

    private mutating func recipient(
        _ found: RecipientFinder.Found,
        before next: Int,
        maySearch: Bool
    ) -> DeliveryReport.Recipient {
        let context = found.line..<min(next, found.line + Self.maximumLines)
        let (codes, reason) = read(context)
        var own = codes
        if own.isEmpty, maySearch, !ofText.isEmpty { own = mentioned(found.address) }
        if own.isEmpty { own = ofText }
        let action = DeliveryText.action(words)
        return DeliveryReport.Recipient(
            address: found.address,
            addressText: found.address.description,
            originalAddress: found.original,
            action: action,
            status: own.status ?? Self.status(words, own.replyCode, action),
            replyCode: own.replyCode,
            diagnostic: reason
        )
    }

    struct Codes: Hashable, Sendable {
        var status: EnhancedStatusCode?
        var replyCode: Int?

        var isEmpty: Bool { status == nil && replyCode == nil }
    }

    private mutating func read(_ lines: Range<Int>) -> (codes: Codes, reason: String?) {
        if let last, last.lines == lines { return (last.codes, last.reason) }
        let codes = codes(in: lines)
        let reason = reason(in: lines)
        last = (lines, codes, reason)
        return (codes, reason)
    }

    private mutating func codes(in lines: Range<Int>) -> Codes {
        var result = Codes()
        var found: [EnhancedStatusCode] = []
        for line in lines where !work.isExhausted {
            let range = report.lines[line]
            work.charge(2 * range.count)
            found += StatusScanner.enhancedCodes(in: report.text.span, range)
            if result.replyCode == nil { result.replyCode = StatusScanner.replyCode(in: report.text.span, range) }
            if found.count > 16 { break }
        }
        result.status = StatusScanner.bestRefusal(of: found)
        return result
    }

    /// The codes of the lines that speak of an address: a transcript stands apart from the list.
    private mutating func mentioned(_ address: MailAddress) -> Codes {
        let octets = Array(address.description.utf8.map(\.asciiLowercased))
        for line in report.lines.indices where !work.isExhausted {
            work.charge(2 * report.lines[line].count)
            guard Self.contains(report.lowercased(line), octets) else { continue }
            let found = codes(in: line..<min(line + 2, report.lines.count))
            if !found.isEmpty { return found }
        }
        return Codes()
    }

    private static func contains(_ line: [UInt8], _ text: [UInt8]) -> Bool {
        guard let first = text.first, line.count >= text.count else { return false }
        for start in 0...line.count - text.count where line[start] == first {
            if line[start...].starts(with: text) { return true }
        }
        return false
    }

    /// The code that words suggest where no code stands: X.0.0 (RFC 3463 section 3.1).
    private static func status(
        _ words: DeliveryWords,
        _ replyCode: Int?,
        _ action: DeliveryReport.Action
    ) -> EnhancedStatusCode? {
        if let replyCode {
            return EnhancedStatusCode(replyCode / 100 == 4 ? .temporaryFailure : .permanentFailure, 0, 0)
        }
        switch action {
        case .delayed: return EnhancedStatusCode(.temporaryFailure, 0, 0)
        case .failed:
            let isTemporary = words.contains(.temporaryCause) && !words.contains(.permanence)
            return EnhancedStatusCode(isTemporary ? .temporaryFailure : .permanentFailure, 0, 0)
        case .delivered, .relayed, .expanded: return EnhancedStatusCode(.success, 0, 0)
        }
    }

    /// The text from an address to the next empty line.
    private func reason(in lines: Range<Int>) -> String? {
        var text: [UInt8] = []
        for line in lines {
            let range = report.lines[line]
            // The empty line between an address and its reason is none of the end.
            if range.isEmpty, line > lines.lowerBound + 1 { break }
            if !text.isEmpty, !range.isEmpty { text.append(Octet.space) }
            text += report.text[range].prefix(Self.maximumLength - min(text.count, Self.maximumLength))
        }
        let reason = HeaderText.cleaned(Array(text.prefix(Self.maximumLength)))
        return reason.isEmpty ? nil : reason
    }
}
