import Mail

extension SMTPSession {
    /// BDAT (RFC 3030 section 2).
    ///
    /// Whatever is wrong with it, its octets are read and dropped: they are no commands.
    mutating func beginChunk(_ argument: String) -> Action? {
        guard let (size, isLast) = Self.parseChunk(argument) else {
            // How much to drop is unknown, so nothing that follows can be trusted to be a command.
            fail(.syntax)
            return nil
        }
        guard size <= policy.limits.discardedOctets else {
            recordRefusedMessage(.messageTooBig)
            fail(.messageTooBig)
            return nil
        }
        var reception = Reception(framing: .octets(remaining: size, announced: size), isLast: isLast)
        reception.refusal = chunkRefusal(size: size)
        guard reception.refusal == nil else {
            state = .receiving(reception)
            if transaction?.message?.isOpen == true {
                transaction?.message?.isOpen = false
                return .abortMessage
            }
            return nil
        }
        state = .receiving(reception)
        guard transaction?.message == nil else { return nil }
        question = .begin
        return .beginMessage(declaredSize: transaction?.envelope.declaredSize ?? (isLast ? size : nil))
    }

    private func chunkRefusal(size: UInt64) -> SMTPReply? {
        if lacksTLS { return .tlsFirst }
        guard policy.extensions.contains(.chunking) else { return .notImplemented }
        guard hello != nil else { return .helloFirst }
        guard let transaction else { return .mailFirst }
        if transaction.hasFailed { return .transactionFailed }
        if transaction.envelope.recipients.isEmpty {
            guard transaction.hasRefusedRecipients else { return .recipientFirst }
            return policy.dialect == .lmtp ? .noValidRecipientsLMTP : .noValidRecipients
        }
        let (total, isOverflown) = (transaction.message?.size ?? 0).addingReportingOverflow(size)
        return isOverflown || total > policy.limits.messageSize ? .messageTooBig : nil
    }

    /// BDAT was granted or not.
    mutating func chunkBegun(_ reception: Reception, refusal: SMTPReply?) {
        guard let refusal else {
            transaction?.message = MessageProgress(isOpen: true)
            return
        }
        var reception = reception
        reception.refusal = refusal
        state = .receiving(reception)
    }

    /// Reads `size` and `size LAST`, in any case.
    private static func parseChunk(_ argument: String) -> (size: UInt64, isLast: Bool)? {
        let words = argument.split(separator: " ")
        guard let digits = words.first, words.count <= 2, digits.utf8.allSatisfy(\.isASCIIDigit),
            let size = UInt64(digits)
        else { return nil }
        guard words.count == 2 else { return (size, false) }
        return words[1].uppercased() == "LAST" ? (size, true) : nil
    }
}
