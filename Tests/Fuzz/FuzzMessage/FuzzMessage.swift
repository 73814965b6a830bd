import MIME

/// Parses what libFuzzer makes up, as it is and mapped onto an alphabet of which mail consists.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzzMessage(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    let octets = unsafe Array(UnsafeBufferPointer(start: start, count: count))
    check(octets, limits: Message.Limits())
    var small = Message.Limits()
    small.maxHeaders = 3
    small.maxHeaderSize = 100
    small.maxParts = 4
    small.maxDepth = 2
    small.maxText = 16
    small.maxLineLength = 30
    small.maxDecodedSize = 20
    check(octets, limits: small)
    check(octets.flatMap { alphabet[Int($0) % alphabet.count] }, limits: Message.Limits())
    return 0
}

/// What holds of every message.
private func check(_ bytes: [UInt8], limits: Message.Limits) {
    let message = Message(parsing: bytes.span, limits: limits)
    let summary = message.summary(of: bytes.span, limits: limits)
    precondition(summary.text.utf8.count <= max(limits.maxText, 0) + 2, "the text is longer than its limit")
    precondition(summary.work.steps <= 32 * bytes.count + 65_536, "the work is not linear")
    precondition(message.digestWithoutTrace(of: bytes.span).count == 32)
    for (index, part) in message.parts.enumerated() {
        precondition(part.index == index && part.depth <= limits.maxDepth)
        precondition(part.bodyRange.upperBound <= bytes.count && part.headerRange.upperBound <= bytes.count)
        if let parent = part.parent {
            let outer = message.parts[parent].bodyRange
            precondition(parent < index && part.headerRange.lowerBound >= outer.lowerBound)
            precondition(part.bodyRange.upperBound <= outer.upperBound, "a part reaches out of its container")
        }
        var size = 0
        message.decodedContent(of: part, in: bytes.span) { size += $0.count }
        precondition(size <= part.bodyRange.count, "decoding made content grow")
    }
    checkReports(message, summary, bytes)
    for field in message.allFields {
        precondition(field.range.upperBound <= bytes.count && !field.nameRange.isEmpty)
        _ = message.text(of: field, in: bytes.span)
    }
    for scalar in summary.subject.unicodeScalars {
        precondition(scalar.value >= 0x20 && !(0x7F...0x9F).contains(scalar.value), "a control in the subject")
    }
}

/// What holds of the reports of machines, whatever they are made of.
private func checkReports(_ message: Message, _ summary: MessageSummary, _ bytes: [UInt8]) {
    let report = message.deliveryStatus(in: bytes.span) ?? message.enclosedDeliveryStatus(in: bytes.span)
    let text = DeliveryText(summary.text, strangers: [])
    for recipient in (report?.recipients ?? []) + text.recipients {
        precondition(recipient.address != nil || !recipient.addressText.isEmpty, "a recipient without a name")
    }
    precondition(report.map { !$0.recipients.isEmpty && $0.recipients.count <= 1000 } ?? true)
    precondition(text.recipients.count <= 1000, "more recipients than are kept")
    _ = message.dispositionNotification(in: bytes.span)
    _ = message.feedbackReport(in: bytes.span)
}
