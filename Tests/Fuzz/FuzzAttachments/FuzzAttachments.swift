import MIME

/// Reads what libFuzzer makes up as every kind of attachment, and as the value of a property within TNEF.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzzAttachments(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    let octets = unsafe Array(UnsafeBufferPointer(start: start, count: count))
    check(archive: octets)
    check(stream: octets)
    check(stream: wrapped(octets))
    check(cryptography: octets)
    check(calendar: octets)
    check(calendar: Array("BEGIN:VCALENDAR\nBEGIN:VEVENT\n".utf8) + octets)
    check(name: octets)
    return 0
}

private let maxText = 10_000

/// The octets as RTF that is not compressed, which the fuzzer would hardly get right by itself.
private func wrapped(_ octets: [UInt8]) -> [UInt8] {
    func number(_ value: Int) -> [UInt8] { (0..<4).map { UInt8(truncatingIfNeeded: value >> (8 * $0)) } }
    let value = number(octets.count + 12) + number(octets.count) + Array("MELA".utf8) + number(0) + octets
    let padding = [UInt8](repeating: 0, count: (4 - value.count % 4) % 4)
    let list = number(1) + [0x02, 0x01, 0x09, 0x10] + number(1) + number(value.count) + value + padding
    return [0x78, 0x9F, 0x3E, 0x22, 0, 0, 1, 3, 0x90, 6, 0] + number(list.count) + list
}

private func check(archive octets: [UInt8]) {
    let facts = AttachmentPolicy.Facts(name: nil, declaredType: "", content: octets.span)
    let entries = facts.zip?.entries ?? []
    precondition(entries.count <= 2 * ZipDirectory.maximumEntries)
    // Names may be decoded into three octets for each, and some are there twice.
    precondition(entries.reduce(0) { $0 + $1.name.utf8.count } <= 16 * octets.count + 65_536, "names grow")
    precondition(AttachmentPolicy().verdicts(for: [facts, facts]).count == 2)
}

private func check(stream octets: [UInt8]) {
    guard let stream = TNEF(parsing: octets.span, maxText: maxText) else { return }
    precondition((stream.text ?? "").utf8.count <= maxText && (stream.html ?? "").utf8.count <= maxText)
    precondition(stream.attachments.count <= TNEF.maximumAttachments)
    for attachment in stream.attachments {
        for range in [attachment.content, attachment.notice] { precondition((range?.upperBound ?? 0) <= octets.count) }
        _ = TNEF.message(of: attachment, in: octets.span, maxText: maxText)
    }
}

private func check(cryptography octets: [UInt8]) {
    if let content = CMSContent(octets.span) {
        precondition(content.content(in: octets.span).count == content.size && content.size <= octets.count)
    }
    for block in PGPArmor.blocks(in: octets.span) { precondition(block.range.upperBound <= octets.count) }
    _ = Protection(content: octets.span)
}

private func check(calendar octets: [UInt8]) {
    guard let card = CalendarCard(parsing: octets.span) else { return }
    precondition(card.items.count <= CalendarCard.maximumItems)
    for scalar in card.text.unicodeScalars {
        precondition(scalar == "\n" || scalar == "\t" || scalar.value >= 0x20, "a control in the card")
    }
}

private func check(name octets: [UInt8]) {
    let name = AttachmentName(String(decoding: octets, as: UTF8.self)).text
    precondition(!name.isEmpty && name.utf8.count <= AttachmentName.maximumLength)
    precondition(!name.unicodeScalars.contains { $0 == "/" || $0 == "\\" || $0.value < 0x20 }, "a name with a path")
    precondition(name.first != "." && name.last != "." && name.last != " ", "a name that Windows changes")
}
