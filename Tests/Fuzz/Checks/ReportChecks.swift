import MIME
import Mail
import Ticketing

/// The reports of machines: the input as a message, as the content of each part made for programs, and as the text of a
/// report; and what tells that a machine wrote it.
enum ReportChecks {
    static func check(_ octets: [UInt8]) throws(BrokenInvariant) {
        try check(message: octets)
        for type in ["delivery-status", "global-delivery-status", "disposition-notification", "feedback-report"] {
            try check(message: Array("Return-Path: <>\nContent-Type: message/\(type)\n\n".utf8) + octets)
        }
        try check(message: Array("From: MAILER-DAEMON@mx.example\nSubject: failure notice\n\n".utf8) + octets)
    }

    private static func check(message bytes: [UInt8]) throws(BrokenInvariant) {
        let message = Message(parsing: bytes.span)
        let summary = message.summary(of: bytes.span)
        var work = summary.work
        try check(message.deliveryStatus(in: bytes.span, work: &work))
        try check(message.enclosedDeliveryStatus(in: bytes.span, work: &work))
        let receipt = message.dispositionNotification(in: bytes.span, work: &work)
        try require(
            receipt?.type.utf8.allSatisfy { (0x61...0x7A).contains($0) || $0 == 0x2D } ?? true,
            "a disposition that is no word"
        )
        try requirePlain(message.feedbackReport(in: bytes.span, work: &work)?.type ?? "", "the type of feedback")
        let text = DeliveryText(summary.text, strangers: summary.to.map(\.address), work: &work)
        try check(DeliveryReport(source: .text, recipients: text.recipients))
        try require(text.returned == nil || text.announcesReturnedMessage, "a returned message from nowhere")
        // The limit is met at the latest behind the loop that was running.
        try require(work.steps <= work.limit + 16 * bytes.count + 65_536, "the work has no end")
        try checkEvidence(message, summary, bytes)
    }

    private static func check(_ report: DeliveryReport?) throws(BrokenInvariant) {
        guard let report else { return }
        try require(report.source == .text || !report.recipients.isEmpty, "a report of nobody")
        try require(report.recipients.count <= 1000, "more recipients than are kept")
        for recipient in report.recipients {
            try require(recipient.address != nil || !recipient.addressText.isEmpty, "a recipient without a name")
            try requirePlain(recipient.addressText, "an address")
            try requirePlain(recipient.diagnostic ?? "", "a diagnostic")
            try require((400...579).contains(recipient.replyCode ?? 400), "a code that refuses nothing")
        }
        try requirePlain(report.returned?.subject ?? "", "a subject")
    }

    private static func checkEvidence(
        _ message: Message,
        _ summary: MessageSummary,
        _ bytes: [UInt8]
    ) throws(BrokenInvariant) {
        let evidence = MachineEvidence(of: message, summary, in: bytes.span, reversePath: nil)
        try check(evidence.deliveryReport)
        try require(evidence.findings.count <= 50, "more findings than are kept")
        let classification = Classification(evidence)
        try require(
            classification.kind == nil || classification.forbidsAutoReply,
            "a machine that may be answered"
        )
        _ = ForwardingEvidence(of: message, in: bytes.span)
        if let sender = RewrittenSender(of: message, summary, in: bytes.span) {
            try require(
                sender.author.address.comparisonKey != sender.rewritten.address.comparisonKey,
                "an author who is the list"
            )
        }
    }
}
