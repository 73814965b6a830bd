import MIME
import Mail

extension MachineEvidence {
    /// Reads the reports of mail systems, readers and providers.
    mutating func readReports(_ message: Message, _ summary: MessageSummary, _ bytes: Span<UInt8>) {
        var work = summary.work
        let root = message.parts[0].contentType
        let isReport = root.mediaType == "multipart/report"
        if let report = message.feedbackReport(in: bytes, work: &work), isReport {
            feedbackReport = report
            add(.feedbackReport, .strong, "Feedback-Type", report.type)
            return
        }
        let system = MailSystemEvidence(of: message, summary, in: bytes, self)
        if var report = message.deliveryStatus(in: bytes, work: &work),
            isReport || system.isSender || hasNullReversePath
        {
            // Elsewhere the part is in the mail of a person who sends on a report.
            Self.completeAddresses(of: &report, summary, &work)
            deliveryReport = report
            let outcome = report.action?.rawValue ?? ""
            add(
                .deliveryReport,
                .strong,
                "message/delivery-status",
                "\(outcome), \(report.recipients.count) recipients"
            )
            return
        }
        if let receipt = message.dispositionNotification(in: bytes, work: &work), isReport || hasNullReversePath {
            if let refusal = Self.refusal(receipt, summary, &work) {
                deliveryReport = refusal
                add(.deliveryReport, .strong, "Disposition", "automatic \(receipt.type), and the text tells a refusal")
            } else {
                readReceipt = receipt
                add(.readReceipt, .strong, "Disposition", receipt.type)
            }
            return
        }
        readDeliveryText(message, summary, bytes, system, &work)
    }

    /// Takes from the text the addresses that the part for programs lacks or spoils.
    private static func completeAddresses(
        of report: inout DeliveryReport,
        _ summary: MessageSummary,
        _ work: inout Work
    ) {
        let missing = report.recipients.indices.filter { report.recipients[$0].address == nil }
        guard !missing.isEmpty else { return }
        let known = Set(report.recipients.compactMap(\.address?.comparisonKey))
        let text = DeliveryText(summary.text, strangers: (summary.to + summary.from).map(\.address), work: &work)
        let named = text.recipients.compactMap(\.address).filter { !known.contains($0.comparisonKey) }
        guard named.count == missing.count else { return }
        for (index, address) in zip(missing, named) { report.recipients[index].address = address }
    }

    /// RFC 5429 section 2.2.1: a Sieve script's `reject` answers with a receipt of the type `deleted`.
    private static func refusal(
        _ receipt: DispositionNotification,
        _ summary: MessageSummary,
        _ work: inout Work
    ) -> DeliveryReport? {
        guard receipt.isAutomatic, receipt.type == "deleted", let address = receipt.finalRecipient else { return nil }
        let text = DeliveryText(summary.text, strangers: [], work: &work)
        guard text.words.contains(.failure) else { return nil }
        return DeliveryReport(
            source: .text,
            reportingMTA: receipt.reportingUA,
            recipients: [text.recipient(address)],
            returned: text.returned
        )
    }

    /// Reads a report that only its text tells.
    private mutating func readDeliveryText(
        _ message: Message,
        _ summary: MessageSummary,
        _ bytes: Span<UInt8>,
        _ system: MailSystemEvidence,
        _ work: inout Work
    ) {
        guard system.mayReport else { return }
        let strangers = (summary.to + summary.from).map(\.address)
        let text = DeliveryText(summary.text, strangers: strangers, work: &work)
        let returned = message.returnedMessage(in: bytes, work: &work) ?? text.returned
        let hasReturned = returned != nil || text.announcesReturnedMessage
        let content = MailSystemEvidence.Content(
            text: text,
            hasReturned: hasReturned,
            hasIdentifier: returned?.messageID != nil,
            returnsOwn: returned.map { Self.isOwn($0, summary) } ?? false
        )
        guard system.isReport(content, self) else { return }
        for finding in system.findings { add(.deliveryReport, finding.strength, finding.fact.name, finding.fact.value) }
        // In a language that the table lacks the form alone tells.
        add(.deliveryReport, .strong, text.phrase == nil ? "subject" : "text", text.phrase ?? summary.subject)
        if text.recipients.isEmpty, system.failedRecipients.isEmpty,
            let enclosed = message.enclosedDeliveryStatus(in: bytes, work: &work)
        {
            deliveryReport = enclosed
            return
        }
        deliveryReport = DeliveryReport(
            source: .text,
            recipients: Self.recipients(text, system, returned),
            returned: returned
        )
    }

    /// Whether a returned message is one that a recipient of the report had sent.
    ///
    /// The message that a person answers is so too, but is quoted without its identifier.
    private static func isOwn(_ returned: ReturnedMessage, _ summary: MessageSummary) -> Bool {
        guard returned.messageID != nil else { return false }
        let recipients = Set((summary.to + summary.cc).map(\.address.comparisonKey))
        let senders = returned.from.map(\.address) + (returned.returnPath.map { [$0] } ?? [])
        return senders.contains { recipients.contains($0.comparisonKey) }
    }

    /// The recipients: as the header lists them, as the text does, or those of the returned message when it has one.
    private static func recipients(
        _ text: DeliveryText,
        _ system: MailSystemEvidence,
        _ returned: ReturnedMessage?
    ) -> [DeliveryReport.Recipient] {
        if !system.failedRecipients.isEmpty {
            let told = Dictionary(
                text.recipients.map { ($0.address?.comparisonKey ?? "", $0) },
                uniquingKeysWith: { first, _ in first }
            )
            return system.failedRecipients.map { told[$0.comparisonKey] ?? text.recipient($0) }
        }
        if !text.recipients.isEmpty { return text.recipients }
        if let returned, returned.recipients.count == 1 { return [text.recipient(returned.recipients[0].address)] }
        return []
    }
}
