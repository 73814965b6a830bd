internal import Mail

extension MessageOpener {
    /// How deeply containers are opened.
    private static let maximumNesting = 8

    /// What is opened.
    private enum Container {
        /// Outlook's `winmail.dat`.
        case tnef
        /// S/MIME in one part.
        case cms
        /// A message within the message.
        case message

        init?(_ part: Part, _ bytes: Span<UInt8>) {
            guard !part.isMultipart else { return nil }
            switch part.contentType.mediaType {
            case "application/ms-tnef", "application/vnd.ms-tnef": self = .tnef
            case "message/rfc822", "message/global", "message/news": self = .message
            // Whatever it is declared as, its content or its name says which program opens it.
            case _ where TNEF.begins(part, bytes): self = .tnef
            case _ where part.names.contains { FileExtension.ends(of: $0).contains("eml") }: self = .message
            case _ where Protection.mayBeSMIME(part): self = .cms
            default: return nil
            }
        }
    }

    /// Opens a part that holds more than itself.
    ///
    /// - Parameters:
    ///   - isInReport: a message in a report is what the report is about, and not shown.
    ///   - text: the section with the message's text, if it has one beside the part.
    /// - Returns: whether it was opened.
    mutating func open(_ part: Part, _ bytes: Span<UInt8>, isInReport: Bool, text: Int?) -> Bool {
        let file = path + "\(part.index)"
        guard let container = Container(part, bytes), mayOpen(file) else { return false }
        if isReading, container == .message, isInReport || !options.unwrapsMessages { return false }
        guard nesting < Self.maximumNesting else { return leave(file) }
        // A message travels as it is, mostly, and is read where it lies.
        guard part.transferEncoding != .identity else {
            return open(container, part, bytes.extracting(part.bodyRange), text: text)
        }
        guard let content = decoded(part, bytes) else { return leave(file) }
        return open(container, part, content.span, text: text)
    }

    /// Leaves a file closed, and says so.
    private mutating func leave(_ file: String) -> Bool {
        append(.notOpened, file: file)
        incomplete.insert(file)
        return false
    }

    private mutating func open(
        _ container: Container,
        _ part: Part,
        _ content: Span<UInt8>,
        text: Int?
    ) -> Bool {
        let file = path + "\(part.index)"
        let outer = path
        path = file + "."
        nesting += 1
        defer {
            path = outer
            nesting -= 1
        }
        switch container {
        case .tnef: return openTNEF(content, file, text: text)
        case .cms: return openCMS(content, file, declared: Protection(part.contentType))
        case .message: return openMessage(content, file)
        }
    }

    /// Whether a part may hold more than itself.
    static func mayOpen(_ part: Part, _ bytes: Span<UInt8>) -> Bool { Container(part, bytes) != nil }

    private mutating func openMessage(_ content: Span<UInt8>, _ file: String) -> Bool {
        depth += 1
        let message = parsed(content, file)
        append(.message, EmbeddedHeading.text(of: message, in: content), file: file)
        open(message, content)
        depth -= 1
        return true
    }

    private mutating func parsed(_ content: Span<UInt8>, _ file: String) -> Message {
        let message = Message(parsing: content, limits: options.limits)
        if !message.isReadWhole { incomplete.insert(file) }
        return message
    }

    // MARK: S/MIME

    private mutating func openCMS(_ content: Span<UInt8>, _ file: String, declared: Protection?) -> Bool {
        switch Protection(content: content) ?? declared {
        case .smimeSigned:
            guard let cms = CMSContent(content), cms.kind == .signedData else { return leave(file) }
            append(.opaqueSigned, file: file)
            if !cms.isComplete {
                append(.incompleteSigned, file: file)
                incomplete.insert(file)
            }
            let inner = cms.content(in: content)
            open(parsed(inner.span, file), inner.span)
            return true
        case .smimeCompressed:
            append(.compressed, file: file)
            incomplete.insert(file)
        case .smimeEncrypted: append(.encrypted(with: "S/MIME"), file: file)
        default: break
        }
        return false
    }

    // MARK: TNEF

    private mutating func openTNEF(_ content: Span<UInt8>, _ file: String, text: Int?) -> Bool {
        guard let tnef = parsedTNEF(content, file) else { return false }
        show(tnef, content, text: text)
        return true
    }

    private mutating func parsedTNEF(_ content: Span<UInt8>, _ file: String) -> TNEF? {
        let room = isReading ? max(0, min(options.limits.maxText, textRoom)) : 0
        guard let tnef = TNEF(parsing: content, maxText: room) else { return nil }
        if !tnef.isComplete {
            append(.incompleteTNEF, file: file)
            incomplete.insert(file)
        }
        return tnef
    }

    private mutating func show(_ tnef: TNEF, _ content: Span<UInt8>, text: Int?) {
        if isReading { appendText(of: tnef, beside: text) }
        for (index, attachment) in tnef.attachments.enumerated() {
            guard let range = attachment.content else { continue }
            let octets = content.extracting(range)
            let isOpened = attachment.kind == .message && openEmbedded(octets, index)
            addFile(attachment, octets, path + "\(index)", isOpened: isOpened)
        }
    }

    /// A message within Outlook's form: a stream of the same kind.
    private mutating func openEmbedded(_ content: Span<UInt8>, _ index: Int) -> Bool {
        let file = path + "\(index)"
        guard mayOpen(file), !isReading || options.unwrapsMessages else { return false }
        guard nesting < Self.maximumNesting else { return leave(file) }
        guard let tnef = parsedTNEF(content, file) else { return false }
        let outer = path
        path = file + "."
        nesting += 1
        depth += 1
        append(.message, EmbeddedHeading.text(of: tnef), file: file)
        show(tnef, content, text: nil)
        depth -= 1
        nesting -= 1
        path = outer
        return true
    }

    /// Shows the text of a stream, unless the message beside it says the same.
    private mutating func appendText(of tnef: TNEF, beside section: Int?) {
        let room = max(0, min(options.limits.maxText, textRoom))
        var text = tnef.text ?? ""
        let source = tnef.html.map { Array($0.utf8) }
        if text.isBlank, let source {
            text = PlainText.text(HTMLText.text(of: source.span, limit: room).text, limit: .max)
        }
        guard !text.isBlank else {
            if room == 0, !tnef.forms.isEmpty { append(.textCut) }
            return
        }
        if let section, readable.sections[section].text.says(text) { return }
        textRoom -= text.utf8.count
        let spans = ReplyExtraction(text, subject: tnef.subject ?? "").spans
        append(.text, text, spans: spans, html: source.map { sanitized($0) })
        if tnef.isTextCut { append(.textCut) }
    }

    // MARK: Files

    /// Lists a part as a file.
    mutating func addFile(_ part: Part, of message: Message, _ bytes: Span<UInt8>, isOpened: Bool) {
        let file = path + "\(part.index)"
        if case .contents(let wanted) = purpose {
            guard wanted.contains(file) else { return }
            var kept: [UInt8] = []
            _ = decoder.decode(part.transferEncoding, bytes, part.bodyRange) { kept.append(copying: $0) }
            contents[file] = kept
            return
        }
        // The files of the message itself are in its summary.
        if case .inventory = purpose, path.isEmpty { return }
        let size = TransferDecoder.maximumSize(part.transferEncoding, part.bodyRange.count)
        guard size <= fileRoom else { return noteMissingFile() }
        fileRoom -= size
        if !message.isReadWhole(part) { incomplete.insert(file) }
        list(
            reader.read(part, bytes),
            ReadableMessage.File(
                path: file,
                kind: isOpened ? .opened : part.isSignature ? .signature : .file,
                name: part.fileName,
                type: part.contentType.mediaType,
                contentID: part.contentID,
                isInline: part.isInline
            ),
            otherNames: Array(part.names.dropFirst())
        )
    }

    /// Lists a file of an Outlook stream.
    private mutating func addFile(
        _ attachment: TNEF.Attachment,
        _ octets: Span<UInt8>,
        _ file: String,
        isOpened: Bool
    ) {
        if case .contents(let wanted) = purpose {
            if wanted.contains(file) { contents[file] = octets.copied(0..<octets.count) }
            return
        }
        if attachment.names.contains(where: { $0.utf8.count + 4 >= Message.maximumValue }) { incomplete.insert(file) }
        list(
            AttachmentReader.Content(octets),
            ReadableMessage.File(
                path: file,
                kind: isOpened ? .opened : .file,
                name: attachment.name,
                type: attachment.mediaType ?? "application/octet-stream",
                contentID: attachment.contentID,
                isInline: attachment.contentID != nil
            ),
            otherNames: attachment.names.filter { $0 != attachment.name }
        )
    }

    /// Notes that a file is not listed for a limit.
    private mutating func noteMissingFile() {
        readable.isTruncated = true
        if !path.isEmpty { incomplete.insert(String(path.dropLast())) }
    }

    private mutating func list(
        _ content: AttachmentReader.Content,
        _ file: ReadableMessage.File,
        otherNames: [String]
    ) {
        guard readable.files.count + inventory.count < options.limits.maxParts else { return noteMissingFile() }
        guard isReading else {
            inventory.append(AttachmentSummary(file, content, otherNames: otherNames, isWithinMessage: depth > 0))
            return
        }
        var file = file
        file.size = content.size
        file.sha256 = content.sha256
        readable.files.append(file)
    }
}

extension AttachmentSummary {
    fileprivate init(
        _ file: ReadableMessage.File,
        _ content: AttachmentReader.Content,
        otherNames: [String],
        isWithinMessage: Bool
    ) {
        func kept(_ text: String) -> String { PlainText.cut(Array(text.utf8), Message.maximumValue) }
        self.init(
            path: file.path,
            name: file.name.map(kept),
            type: kept(file.type),
            size: content.size,
            sha256: content.sha256,
            contentID: file.contentID.map(kept),
            isInline: file.isInline,
            format: content.format,
            zip: content.zip,
            hasMacros: content.hasMacros,
            otherNames: otherNames.map(kept),
            isWithinMessage: isWithinMessage
        )
    }
}

extension String {
    /// Whether the text begins with what another one says, whatever the white space.
    fileprivate func says(_ other: String) -> Bool {
        var index = utf8.startIndex
        // White space without end is not walked through for each part again.
        var room = 2 * other.utf8.count + 1024
        for octet in other.utf8 where octet > Octet.space {
            while index < utf8.endIndex, utf8[index] <= Octet.space, room > 0 {
                utf8.formIndex(after: &index)
                room -= 1
            }
            guard index < utf8.endIndex, utf8[index] == octet else { return false }
            utf8.formIndex(after: &index)
        }
        return true
    }
}

extension Part {
    /// Whether the part is a signature beside what it signs (RFC 1847 section 2.1).
    fileprivate var isSignature: Bool {
        switch contentType.mediaType {
        case "application/pgp-signature", "application/pkcs7-signature", "application/x-pkcs7-signature": true
        default: false
        }
    }
}
