import Mail
import NIOCore

extension SMTPSession {
    /// DATA (RFC 5321 section 4.1.1.4).
    mutating func beginData() -> Action? {
        if let refusal = dataRefusal {
            error(refusal)
            refusePipelinedContent(after: .data)
            return nil
        }
        question = .begin
        state = .receiving(Reception(framing: .dot(DataScanner()), isLast: true))
        return .beginMessage(declaredSize: transaction?.envelope.declaredSize)
    }

    private var dataRefusal: SMTPReply? {
        guard let transaction else { return .mailFirst }
        if transaction.hasFailed { return .transactionFailed }
        if transaction.message != nil { return .chunkingBegun }
        if transaction.envelope.recipients.isEmpty {
            guard transaction.hasRefusedRecipients else { return .recipientFirst }
            // RFC 2033 section 4.2 asks for 503 where RFC 5321 section 3.3 asks for 554.
            return policy.dialect == .lmtp ? .noValidRecipientsLMTP : .noValidRecipients
        }
        return transaction.envelope.body == .binaryMIME ? .binaryNeedsChunking : nil
    }

    /// Closes the session when DATA was refused and more came along with it.
    ///
    /// RFC 2920 section 3.1: DATA is the last of a group, because its answer decides what follows. What stands behind a
    /// refused DATA may be a message, and must not be run as commands.
    mutating func refusePipelinedContent(after verb: Verb) {
        guard verb == .data, input.readableBytes > 0 else { return }
        fail(.synchronization)
    }

    /// DATA was granted or not.
    mutating func dataBegun(refusal: SMTPReply?) {
        guard let refusal else {
            transaction?.message = MessageProgress(isOpen: true)
            reply(.startInput)
            return
        }
        state = .ready
        recordRefusedMessage(refusal)
        reply(refusal)
        countRefusal(refusal)
        refusePipelinedContent(after: .data)
    }
}
