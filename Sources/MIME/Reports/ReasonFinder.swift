internal import Mail

/// Finds for each recipient of a report's text why the message did not reach it.
struct ReasonFinder {
    private let report: ReportLines
    private let words: DeliveryWords

    /// How many lines behind an address belong to it.
    private static let maximumLines = 16
    /// For how many recipients the whole text is searched.
    private static let maximumMentions = 100
    /// How long a reason is kept, in octets.
    private static let maximumLength = 1000

    init(_ report: ReportLines, words: DeliveryWords) {
        self.report = report
        self.words = words
    }

    /// The codes of the whole text, or what its words suggest.
    var general: Codes {
        var codes = codes(in: 0..<report.lines.count)
        codes.status = codes.status ?? Self.status(words, codes.replyCode, DeliveryText.action(words))
        return codes
    }

    func recipients(_ found: [RecipientFinder.Found]) -> [DeliveryReport.Recipient] {
        let general = codes(in: 0..<report.lines.count)
        return found.indices.map { index in
            let line = found[index].line
            let next = found[(index + 1)...].first { $0.line > line }?.line ?? report.lines.count
            let context = line..<min(next, line + Self.maximumLines)
            var own = codes(in: context)
            if own.status == nil, own.replyCode == nil, index < Self.maximumMentions {
                own = mentioned(found[index].address)
            }
            if own.status == nil, own.replyCode == nil { own = general }
            let action = DeliveryText.action(words)
            return DeliveryReport.Recipient(
                address: found[index].address,
                addressText: found[index].address.description,
                originalAddress: found[index].original,
                action: action,
                status: own.status ?? Self.status(words, own.replyCode, action),
                replyCode: own.replyCode,
                diagnostic: reason(in: context)
            )
        }
    }

    struct Codes: Hashable, Sendable {
        var status: EnhancedStatusCode?
        var replyCode: Int?
    }

    private func codes(in lines: Range<Int>) -> Codes {
        var result = Codes()
        var found: [EnhancedStatusCode] = []
        for line in lines {
            let range = report.lines[line]
            found += StatusScanner.enhancedCodes(in: report.text.span, range)
            if result.replyCode == nil { result.replyCode = StatusScanner.replyCode(in: report.text.span, range) }
            if found.count > 16 { break }
        }
        result.status = StatusScanner.bestRefusal(of: found)
        return result
    }

    /// The codes of the lines that speak of an address: a transcript stands apart from the list.
    private func mentioned(_ address: MailAddress) -> Codes {
        let octets = Array(address.description.utf8.map(\.asciiLowercased))
        for line in report.lines.indices where Self.contains(report.lowercased(line), octets) {
            let found = codes(in: line..<min(line + 2, report.lines.count))
            if found.status != nil || found.replyCode != nil { return found }
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
