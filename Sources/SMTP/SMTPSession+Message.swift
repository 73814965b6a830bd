import Mail
import NIOCore

/// What is being read from the wire: a message by DATA, or one chunk of it by BDAT.
struct Reception {
    enum Framing {
        /// Up to CRLF `.` CRLF.
        case dot(DataScanner)
        /// A number of octets, of which so many are still to come.
        case octets(remaining: UInt64, announced: UInt64)
    }

    var framing: Framing
    /// Whether the message ends with it.
    var isLast: Bool
    /// Set when it was refused before its first octet: all is read and dropped, and this is the answer behind it.
    var refusal: SMTPReply?
}

/// What holds for a message over all its chunks.
struct MessageProgress {
    /// Whether the owner has a message that it was not yet told to commit or abort.
    var isOpen: Bool
    var size: UInt64 = 0
    var hops = HopCounter()
}

extension SMTPSession {
    /// Answers ``Action/beginMessage(declaredSize:)``.
    ///
    /// - Parameter refusal: why no message can be taken now, or `nil` when one can.
    public mutating func answer(begin refusal: SMTPReply?) {
        guard question == .begin, case .receiving(let reception) = state else { return }
        question = nil
        switch reception.framing {
        case .dot: dataBegun(refusal: refusal)
        case .octets: chunkBegun(reception, refusal: refusal)
        }
    }

    /// Reads the next octets of a message.
    ///
    /// The one path for SMTP and LMTP, DATA and BDAT, taken and refused.
    mutating func receiveContent(_ reception: Reception) -> Progress {
        var reception = reception
        switch reception.framing {
        case .octets(0, _):
            return finish(reception)
        case .octets(let remaining, let announced):
            let length = Int(min(UInt64(input.readableBytes), remaining))
            guard let content = input.readSlice(length: length), length > 0 else { return .starved }
            reception.framing = .octets(remaining: remaining - UInt64(length), announced: announced)
            state = .receiving(reception)
            return take(content, reception)
        case .dot(var scanner):
            guard input.readableBytes > 0 else { return .starved }
            let step = scanner.scan(input.readableBytesUInt8Span)
            let content = input.getSlice(at: input.readerIndex + step.content.lowerBound, length: step.content.count)
            input.moveReaderIndex(forwardBy: step.consumed)
            reception.framing = .dot(scanner)
            state = .receiving(reception)
            switch step.kind {
            case .content: return take(content ?? ByteBuffer(), reception)
            case .heldCarriageReturn: return take(ByteBuffer(integer: UInt8(ascii: "\r")), reception)
            case .end: return finish(reception)
            }
        }
    }

    /// Adds content to the message.
    ///
    /// Of a message that is refused, it is only measured.
    private mutating func take(_ content: ByteBuffer, _ reception: Reception) -> Progress {
        guard transaction?.message != nil else { return .again }
        transaction?.message?.size += UInt64(content.readableBytes)
        guard transaction?.message?.size ?? 0 <= policy.limits.discardedOctets else {
            recordRefusedMessage(.messageTooBig)
            fail(.messageTooBig)
            return .again
        }
        transaction?.message?.hops.scan(content.readableBytesUInt8Span)
        guard transaction?.message?.isOpen == true else { return .again }
        guard contentRefusal(of: reception) == nil else {
            transaction?.message?.isOpen = false
            return .action(.abortMessage)
        }
        return content.readableBytes > 0 ? .action(.appendToMessage(content)) : .again
    }

    /// What is wrong with the content so far.
    ///
    /// Its parts are ranked, so that the answer does not hang on how the octets were cut on their way.
    private func contentRefusal(of reception: Reception) -> SMTPReply? {
        guard let message = transaction?.message else { return nil }
        if message.size > policy.limits.messageSize { return .messageTooBig }
        if message.hops.count > policy.limits.receivedHeaders { return .loop }
        guard case .dot(let scanner) = reception.framing else { return nil }
        if policy.bareNewlines == .reject {
            if scanner.sawBareLineFeed { return .bareLineFeed }
            if scanner.sawBareCarriageReturn { return .bareCarriageReturn }
        }
        return scanner.longestLine > policy.limits.messageLineLength ? .messageLineTooLong : nil
    }

    /// The end of a message or chunk was read.
    private mutating func finish(_ reception: Reception) -> Progress {
        state = .ready
        if let refusal = reception.refusal ?? contentRefusal(of: reception) {
            // The last octet itself may have been the one too many.
            let isOpen = transaction?.message?.isOpen == true
            transaction?.message?.isOpen = false
            finishRefused(reception, refusal)
            return isOpen ? .action(.abortMessage) : .again
        }
        if reception.isLast, let envelope = transaction?.envelope {
            question = .commit
            return .action(.commitMessage(envelope))
        }
        if case .octets(_, let announced) = reception.framing {
            reply(SMTPReply(250, .ok(0, 0), "\(announced) octets"))
        }
        return .again
    }

    private mutating func finishRefused(_ reception: Reception, _ refusal: SMTPReply) {
        if transaction?.hasFailed == false { recordRefusedMessage(refusal) }
        guard reception.isLast else {
            transaction?.hasFailed = true
            refuse(refusal, times: 1)
            return
        }
        // RFC 2033 section 4.2 and 4.3: one reply for each recipient taken, and none where there is none.
        refuse(refusal, times: policy.dialect == .lmtp ? transaction?.envelope.recipients.count ?? 0 : 1)
        transaction = nil
    }

    private mutating func refuse(_ reply: SMTPReply, times: Int) {
        for _ in 0..<times { self.reply(reply) }
        countRefusal(reply)
    }

    mutating func recordRefusedMessage(_ reply: SMTPReply) {
        for recipient in transaction?.envelope.recipients ?? [] { record(reply, forwardPath: recipient.description) }
    }

    /// Answers ``Action/commitMessage(_:)``: one reply in SMTP, one for each recipient in LMTP.
    public mutating func answer(commit replies: [SMTPReply]) {
        guard question == .commit else { return }
        question = nil
        let expected = policy.dialect == .lmtp ? transaction?.envelope.recipients.count ?? 0 : 1
        var isTaken = false
        var refusal: SMTPReply?
        for index in 0..<expected {
            // A reply too few must not leave the client waiting; it will try again.
            let reply = index < replies.count ? replies[index] : .localError
            self.reply(reply)
            if reply.isPositive { isTaken = true } else { refusal = reply }
        }
        transaction = nil
        if isTaken {
            counters.errors = 0
            counters.junk = 0
        } else if let refusal {
            countRefusal(refusal)
        }
    }
}
