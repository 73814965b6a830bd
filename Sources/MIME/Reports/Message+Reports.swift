extension Message {
    /// The report of a mail system on its deliveries, from the part made for programs.
    ///
    /// RFC 3464 and RFC 6533. Parts of messages within this one are not looked at.
    ///
    /// - Returns: `nil` when there is no such part, or it names no recipient.
    package func deliveryStatus(in bytes: Span<UInt8>, work: inout Work) -> DeliveryReport? {
        precondition(bytes.count == size, "these are not the octets that were parsed")
        for part in parts where part.isDeliveryStatus {
            let content = content(of: part, bytes, limit: ReportFields.maximumSize, work: &work)
            guard var report = DeliveryStatusParser.parse(content, work: &work) else { continue }
            report.returned = returnedMessage(in: bytes, work: &work)
            return report
        }
        return nil
    }

    /// The report within a returned message: a gateway that sends a report on sends it as an attachment.
    package func enclosedDeliveryStatus(in bytes: Span<UInt8>, work: inout Work) -> DeliveryReport? {
        precondition(bytes.count == size, "these are not the octets that were parsed")
        for part in parts where part.contentType.mediaType == "message/rfc822" {
            let content = content(of: part, bytes, limit: ReportFields.maximumSize, work: &work)
            let enclosed = Message(parsing: content.span)
            work.charge(enclosed.work.steps)
            guard enclosed.parts[0].contentType.subtype == "report" else { continue }
            return enclosed.deliveryStatus(in: content.span, work: &work)
        }
        return nil
    }

    /// The receipt of a reader (RFC 8098).
    package func dispositionNotification(in bytes: Span<UInt8>, work: inout Work) -> DispositionNotification? {
        precondition(bytes.count == size, "these are not the octets that were parsed")
        for part in parts
        where part.contentType.type == "message"
            && ["disposition-notification", "global-disposition-notification"].contains(part.contentType.subtype)
        {
            let content = content(of: part, bytes, limit: ReportFields.maximumSize, work: &work)
            if let notification = DispositionNotification(content, work: &work) { return notification }
        }
        return nil
    }

    /// The feedback of a provider (RFC 5965).
    package func feedbackReport(in bytes: Span<UInt8>, work: inout Work) -> FeedbackReport? {
        precondition(bytes.count == size, "these are not the octets that were parsed")
        for part in parts where part.contentType.mediaType == "message/feedback-report" {
            let content = content(of: part, bytes, limit: ReportFields.maximumSize, work: &work)
            guard var report = FeedbackReport(content, work: &work) else { continue }
            report.returned = returnedMessage(in: bytes, work: &work)
            return report
        }
        return nil
    }

    /// The message that a report returns as a part of its own, whole or its header.
    package func returnedMessage(in bytes: Span<UInt8>, work: inout Work) -> ReturnedMessage? {
        precondition(bytes.count == size, "these are not the octets that were parsed")
        for part in parts where part.mayBeReturnedMessage {
            let content = content(of: part, bytes, limit: ReturnedMessage.maximumSize, work: &work)
            if let returned = ReturnedMessage(content, work: &work) { return returned }
        }
        return nil
    }

    /// The decoded content of a part, cut at a limit.
    private func content(of part: Part, _ bytes: Span<UInt8>, limit: Int, work: inout Work) -> [UInt8] {
        var content: [UInt8] = []
        guard !work.isExhausted else { return content }
        var decoder = TransferDecoder()
        // An encoding makes content longer, at most three times.
        let range = part.bodyRange
        let encoded = range.lowerBound..<range.lowerBound + min(range.count, 4 * limit)
        work.charge(2 * encoded.count)
        _ = decoder.decode(part.transferEncoding, bytes, encoded) { piece in
            let free = limit - content.count
            content.append(copying: piece.count <= free ? piece : piece.extracting(0..<max(0, free)))
        }
        return content
    }
}

extension Part {
    /// Whether the part is the report of a mail system, made for programs.
    public var isDeliveryStatus: Bool {
        contentType.type == "message" && ["delivery-status", "global-delivery-status"].contains(contentType.subtype)
    }

    /// Whether the part is a message, a message's header, or what some systems return in their place.
    var mayBeReturnedMessage: Bool {
        switch contentType.mediaType {
        case "message/rfc822", "message/global", "message/partial", "message/global-headers", "text/rfc822-headers",
            "message/rfc822-headers":
            return true
        case "text/plain", "application/octet-stream":
            // QUIRK: gateways that attach the header as a text file named so.
            guard let name = fileName?.lowercased() else { return false }
            return name.contains("header") || name.hasSuffix(".eml")
        default:
            return false
        }
    }
}
