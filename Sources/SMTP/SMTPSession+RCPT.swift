import Mail

extension SMTPSession {
    /// RCPT TO (RFC 5321 section 4.1.1.3).
    mutating func addRecipient(_ argument: String) -> Action? {
        guard let transaction else {
            error(.mailFirst)
            return nil
        }
        guard transaction.message == nil, !transaction.hasFailed else {
            error(.chunkingBegun)
            return nil
        }
        // RFC 5321 section 4.5.3.1.10: the earlier recipients stay valid.
        guard transaction.envelope.recipients.count < policy.limits.recipients else {
            refuseExcessRecipient()
            return nil
        }
        let parsed: PathArgument
        do throws(PathArgument.Defect) {
            parsed = try PathArgument(argument, keyword: "to:", isLoose: policy.acceptsLoosePaths)
        } catch {
            refuseRecipient(error == .path ? .badRecipient : .syntax, forwardPath: nil)
            return nil
        }
        guard let path = ForwardPath(mailbox: parsed.mailbox) else {
            refuseRecipient(.badRecipient, forwardPath: nil)
            return nil
        }
        guard parsed.parameters.isEmpty else {
            let isWellFormed = parsed.parameters.allSatisfy { (try? PathParameter($0)) != nil }
            refuseRecipient(isWellFormed ? .unknownParameter : .syntax, forwardPath: path)
            return nil
        }
        if !transaction.envelope.smtpUTF8, case .address(let address) = path, address.isInternationalized {
            refuseRecipient(.needsSMTPUTF8, forwardPath: path)
            return nil
        }
        question = .recipient(path)
        return .checkRecipient(path)
    }

    /// Answers ``Action/checkRecipient(_:)``: a positive reply takes the recipient.
    public mutating func answer(recipient reply: SMTPReply) {
        guard case .recipient(let path) = question else { return }
        question = nil
        guard reply.isPositive else {
            refuseRecipient(reply, forwardPath: path)
            return
        }
        transaction?.envelope.recipients.append(path)
        self.reply(reply)
    }

    private mutating func refuseRecipient(_ reply: SMTPReply, forwardPath: ForwardPath?) {
        transaction?.hasRefusedRecipients = true
        record(reply, forwardPath: forwardPath?.description)
        self.reply(reply)
        // A relay of our own is no abuser when it asks for what we do not have.
        if !policy.isTrusted { countError() }
    }

    /// As many again as are allowed are put off without harm: an error limit met would lose those that were taken
    /// (RFC 5321 section 4.5.3.1.10).
    private mutating func refuseExcessRecipient() {
        transaction?.excessRecipients += 1
        if let transaction, transaction.excessRecipients > policy.limits.recipients {
            refuseRecipient(.tooManyRecipients, forwardPath: nil)
        } else {
            record(.tooManyRecipients)
            reply(.tooManyRecipients)
        }
    }
}

extension ForwardPath {
    /// Reads what stood between the brackets; `postmaster` needs no domain (RFC 5321 section 4.5.1).
    init?(mailbox: Substring) {
        if let address = MailAddress(mailbox) {
            self = .address(address)
        } else if mailbox.utf8.count == 10, mailbox.lowercased() == "postmaster" {
            self = .postmaster
        } else {
            return nil
        }
    }
}
