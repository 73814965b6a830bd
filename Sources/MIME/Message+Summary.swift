internal import Mail

extension Message {
    /// How many identifiers are kept of a References field.
    package static let maximumReferences = 200

    /// How many octets of UTF-8 are kept of a subject, a file name, a media type or a Content-ID.
    static let maximumValue = 4096

    /// Reads everything that the intake needs to decide.
    ///
    /// - Parameters:
    ///   - bytes: the octets that were parsed.
    ///   - limits: those that they were parsed with.
    ///   - textLimit: where only the beginning of the text matters, how much of it is read, in octets of UTF-8; that
    ///     there is more is no defect then.
    public func summary(
        of bytes: Span<UInt8>,
        limits: Limits = Limits(),
        textLimit: Int? = nil
    ) -> MessageSummary {
        requireParsed(bytes)
        var reader = SummaryReader(defects: defects, work: work)
        for field in fields { reader.read(field, bytes) }
        reader.readText(self, bytes, limits, textLimit: textLimit)
        reader.readAttachments(self, bytes, limit: limits.maxDecodedSize)
        return reader.finish()
    }
}

/// Fills a summary.
private struct SummaryReader {
    var summary = MessageSummary()
    var defects: DefectList
    var work: Work
    private var seen: Set<HeaderField.Name> = []
    private var roles: [TextExtraction.Role] = []

    init(defects: [Defect], work: Work) {
        self.defects = DefectList(defects)
        self.work = work
    }

    mutating func finish() -> MessageSummary {
        summary.defects = defects.defects
        summary.work = work
        return summary
    }

    // MARK: Header

    mutating func read(_ field: HeaderField, _ bytes: Span<UInt8>) {
        switch field.name {
        case .received:
            summary.receivedCount += 1
        case .from, .sender, .replyTo, .to, .cc:
            readAddresses(field, bytes)
        case .messageID, .inReplyTo, .references, .subject, .date:
            guard !isExhausted, isFirst(field) else { return }
            readOther(field, bytes)
        default:
            return
        }
    }

    private var isExhausted: Bool {
        mutating get {
            if work.isExhausted { defects.add(.workExhausted, part: 0) }
            return work.isExhausted
        }
    }

    /// Whether the field comes for the first time (RFC 5322 section 3.6); an empty one does not count.
    private mutating func isFirst(_ field: HeaderField) -> Bool {
        guard !field.valueRange.isEmpty else { return false }
        guard seen.insert(field.name).inserted else {
            defects.add(.duplicateField, part: 0)
            return false
        }
        return true
    }

    private mutating func readOther(_ field: HeaderField, _ bytes: Span<UInt8>) {
        let range = field.valueRange
        switch field.name {
        case .messageID: summary.messageID = identifiers(bytes, range, limit: 1).first
        case .inReplyTo: summary.inReplyTo = identifiers(bytes, range, limit: Message.maximumReferences)
        case .references: summary.references = identifiers(bytes, range, limit: Message.maximumReferences)
        case .subject:
            let decoded = HeaderText.decode(bytes, range, work: &work)
            summary.subject = kept(decoded.text, part: 0)
            if decoded.hasUndeclaredCharset { defects.add(.undeclaredCharset, part: 0) }
            if decoded.hasNUL { defects.add(.nulInHeader, part: 0) }
        default:
            summary.date = DateParser.timestamp(in: bytes, range, work: &work)
            if summary.date == nil { defects.add(.malformedDate, part: 0) }
        }
    }

    private mutating func identifiers(_ bytes: Span<UInt8>, _ range: Range<Int>, limit: Int) -> [MessageID] {
        MessageIDParser.identifiers(in: bytes, range, limit: limit, work: &work)
    }

    private mutating func readAddresses(_ field: HeaderField, _ bytes: Span<UInt8>) {
        // Recipients may come in several fields, against RFC 5322 section 3.6, and all of them count.
        let mayRepeat = field.name == .to || field.name == .cc
        guard !isExhausted, mayRepeat || isFirst(field) else { return }
        let parser = AddressParser.parse(bytes, field.valueRange, work: &work)
        if parser.isMalformed { defects.add(.malformedAddress, part: 0) }
        if parser.lacksDomain { defects.add(.missingDomain, part: 0) }
        if parser.isTruncated { defects.add(.tooManyAddresses, part: 0) }
        switch field.name {
        case .from:
            summary.from = parser.addresses
            summary.fromName = parser.addresses.isEmpty ? parser.loneName : parser.addresses[0].name
            summary.fromLocalPart = parser.addresses.isEmpty ? parser.loneLocalPart : nil
        case .sender: summary.sender = parser.addresses.first
        case .replyTo: summary.replyTo = parser.addresses
        case .to where Self.add(parser.addresses, to: &summary.to): defects.add(.tooManyAddresses, part: 0)
        case .cc where Self.add(parser.addresses, to: &summary.cc): defects.add(.tooManyAddresses, part: 0)
        default: return
        }
    }

    /// Adds addresses to a list.
    ///
    /// - Returns: whether there was no room for some.
    private static func add(_ addresses: [NamedAddress], to list: inout [NamedAddress]) -> Bool {
        if list.isEmpty {
            list = addresses
            return false
        }
        let room = max(0, AddressParser.maximumCount - list.count)
        list += addresses.prefix(room)
        return addresses.count > room
    }

    // MARK: Body

    mutating func readText(
        _ message: Message,
        _ bytes: Span<UInt8>,
        _ limits: Message.Limits,
        textLimit: Int?
    ) {
        let isBeginningEnough = textLimit.map { $0 < limits.maxText } ?? false
        var extraction = TextExtraction(
            limit: max(0, min(limits.maxText, textLimit ?? .max)),
            maxLineLength: max(1, limits.maxLineLength),
            work: work
        )
        roles = extraction.append(message, bytes)
        summary.text = extraction.takeText()
        work.charge(extraction.work.steps - message.work.steps)
        for defect in extraction.defects.defects where defect.kind != .textTruncated || !isBeginningEnough {
            defects.add(defect.kind, part: defect.part)
        }
    }

    /// A value as it is kept: one that nobody could read is cut, since it waits in memory for its commit.
    private mutating func kept(_ value: String, part: Int) -> String {
        guard value.utf8.count > Message.maximumValue else { return value }
        defects.add(.valueTruncated, part: part)
        var end = value.utf8.index(value.startIndex, offsetBy: Message.maximumValue)
        while end.samePosition(in: value.unicodeScalars) == nil { end = value.utf8.index(before: end) }
        return String(value[..<end])
    }

    mutating func readAttachments(_ message: Message, _ bytes: Span<UInt8>, limit: Int) {
        var reader = AttachmentReader()
        var room = limit
        for part in message.parts where roles[part.index] == .attachment {
            guard !isExhausted else { return }
            room -= TransferDecoder.maximumSize(part.transferEncoding, part.bodyRange.count)
            guard room >= 0 else {
                defects.add(.decodedSizeExceeded, part: part.index)
                return
            }
            let content = reader.read(part, bytes)
            work.charge(2 * reader.passes * part.bodyRange.count)
            if content.junk > 0 { defects.add(.malformedEncoding, part: part.index) }
            summary.attachments.append(
                AttachmentSummary(
                    path: "\(part.index)",
                    name: part.fileName.map { kept($0, part: part.index) },
                    type: kept(part.contentType.mediaType, part: part.index),
                    size: content.size,
                    sha256: content.sha256,
                    contentID: part.contentID.map { kept($0, part: part.index) },
                    isInline: part.isInline,
                    format: content.format,
                    zip: content.zip,
                    hasMacros: content.hasMacros,
                    otherNames: part.names.dropFirst().map { kept($0, part: part.index) },
                    isLookedThrough: message.isReadWhole(part)
                )
            )
        }
    }
}
