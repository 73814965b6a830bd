public import Mail

/// What the text of a report says, found by rules that hold for the reports of all mail systems: an address that
/// stands for itself or near words of failure, a code, words of delay.
///
/// Prose of people can say the same; whether a mail system wrote it is for the caller to know.
public struct DeliveryText: Hashable, Sendable {
    /// What the words say.
    public let words: DeliveryWords
    /// The first phrase that says so.
    public let phrase: String?
    /// The recipients that the text names, in its order.
    public let recipients: [DeliveryReport.Recipient]
    /// Whether the text announces the returned message, or holds it.
    public let announcesReturnedMessage: Bool
    /// Whether a status code or the code of a refusing reply stands in the text.
    public let hasCode: Bool
    /// The returned message, where the text holds it.
    public let returned: ReturnedMessage?

    private let general: ReasonFinder.Codes

    /// Reads a text.
    ///
    /// - Parameters:
    ///   - text: the readable text with LF line ends.
    ///   - strangers: addresses that are likely no failed recipients: the report's own sender and recipients.
    package init(_ text: String, strangers: [MailAddress], work: inout Work) {
        let lines = ReportLines(text, work: &work)
        let end = lines.lines.last?.upperBound ?? 0
        let whole =
            MeaningTable<DeliveryWords>.normalized(String(decoding: lines.text[..<end], as: UTF8.self)) + [Octet.space]
        work.charge(4 * whole.count)
        words = DeliveryWords.table.meanings(in: whole)
        phrase = DeliveryWords.table.first(in: whole)?.phrase
        var reasons = ReasonFinder(lines, words: words, work: work)
        work = reasons.work
        general = reasons.general
        hasCode = reasons.hasCode
        announcesReturnedMessage = lines.returnedStart != nil
        returned = lines.returnedStart.flatMap { start in
            ReturnedMessage(Array(lines.text[start...].drop { $0.isFoldingSpace }), work: &work)
        }
        // A report whose structure was lost on the way has its fields in the text.
        if let report = DeliveryStatusParser.parse(Array(lines.text[..<end]), work: &work) {
            recipients = report.recipients
            return
        }
        var finder = RecipientFinder(lines, strangers: Set(strangers.map(\.comparisonKey)), work: work)
        let found = finder.find()
        work = finder.work
        guard !found.isEmpty else {
            recipients = DeliveryStatusParser.parse(lines.text, work: &work)?.recipients ?? []
            return
        }
        reasons.work = work
        recipients = reasons.recipients(found)
        work = reasons.work
    }

    /// What the text says of a recipient whom it does not name.
    public func recipient(_ address: MailAddress) -> DeliveryReport.Recipient {
        DeliveryReport.Recipient(
            address: address,
            addressText: address.description,
            action: Self.action(words),
            status: general.status,
            replyCode: general.replyCode,
            diagnostic: phrase
        )
    }

    /// What the words say was done: a delay only where nothing says that it is over.
    static func action(_ words: DeliveryWords) -> DeliveryReport.Action {
        if words.contains(.delay), !words.contains(.permanence) { return .delayed }
        if words.contains(.success), !words.contains(.failure) { return .delivered }
        return .failed
    }
}
