internal import Mail

/// Walks through a message and what lies within its parts, and gathers what people read.
struct MessageOpener {
    /// What the walk is for.
    enum Purpose {
        /// To read the message.
        case reading
        /// To list the files that lie within others, with what a policy judges by.
        case inventory
        /// To take the contents of some files, by their paths.
        case contents(Set<String>)
    }

    var readable = ReadableMessage()
    /// The files that lie within others.
    var inventory: [AttachmentSummary] = []
    /// The files of which not all that lies within is in the inventory.
    var incomplete: Set<String> = []
    /// The contents that were asked for.
    var contents: [String: [UInt8]] = [:]
    let options: ReadableMessage.Options
    let purpose: Purpose
    /// Where the walk is: the index of each part that was opened, with a period behind.
    var path = ""
    /// How many messages lie around the one that is being read.
    var depth = 0
    /// How many containers of any kind lie around it.
    var nesting = 0
    /// Octets that may still be opened.
    var room: Int
    /// Octets of files that may still be decoded.
    var fileRoom: Int
    /// Octets of text that may be shown of all that is opened, and of HTML before it is made safe.
    private let textLimit: Int
    /// Octets of text that may still be shown.
    var textRoom: Int
    /// Calendars that were shown; invitations often come twice.
    private var cards: Set<CalendarCard> = []
    /// The files that must be opened for the contents that were asked for.
    private let wantedContainers: Set<String>
    var decoder = TransferDecoder()
    var reader = AttachmentReader()

    init(_ options: ReadableMessage.Options, purpose: Purpose = .reading) {
        self.options = options
        self.purpose = purpose
        wantedContainers = if case .contents(let paths) = purpose { Self.containers(of: paths) } else { [] }
        room = options.limits.maxDecodedSize
        fileRoom = options.limits.maxDecodedSize
        textLimit = max(options.limits.maxText, options.limits.maxText.multipliedReportingOverflow(by: 4).partialValue)
        textRoom = textLimit
    }

    /// Whether texts are wanted.
    var isReading: Bool { if case .reading = purpose { true } else { false } }

    // MARK: A message

    /// Reads a message or an entity of one.
    mutating func open(_ message: Message, _ bytes: Span<UInt8>) {
        let roles = TextExtraction.roles(of: message, in: bytes, preferHTML: false)
        let text = isReading ? read(message, roles, bytes) : nil
        for part in message.parts where roles[part.index] == .attachment {
            let isOpened = open(part, bytes, isInReport: message.isReport, text: text)
            addFile(part, of: message, bytes, isOpened: isOpened)
        }
    }

    /// Reads the texts and the calendars of a message.
    ///
    /// - Returns: the section with the text, if there is one.
    private mutating func read(_ message: Message, _ roles: [TextExtraction.Role], _ bytes: Span<UInt8>) -> Int? {
        for part in message.parts { announce(part, of: message) }
        var extraction = TextExtraction(
            limit: max(0, min(options.limits.maxText, textRoom)),
            maxLineLength: .max,
            work: message.work
        )
        for part in message.parts where roles[part.index] == .text { extraction.append(part, bytes) }
        // Controls of eight bits too, which a terminal obeys.
        let text = PlainText.text(Array(extraction.takeText().utf8), limit: .max)
        let section = appendText(text, message, bytes)
        if extraction.isTruncated { append(.textCut) }
        // The calendars first: they say what the message is about.
        for part in message.parts where part.contentType.isCalendar && roles[part.index] != .text {
            appendCard(part, bytes)
        }
        return section
    }

    /// Whether a file is opened for what was asked for.
    func mayOpen(_ file: String) -> Bool {
        if case .contents = purpose { wantedContainers.contains(file) } else { true }
    }

    private static func containers(of paths: Set<String>) -> Set<String> {
        var containers: Set<String> = []
        for path in paths {
            var path = path[...]
            while let period = path.lastIndex(of: ".") {
                path = path[..<period]
                guard containers.insert(String(path)).inserted else { break }
            }
        }
        return containers
    }

    /// Tells of signatures and encryption around parts.
    private mutating func announce(_ part: Part, of message: Message) {
        let declared = part.contentType.parameter("protocol")?.lowercasedASCII ?? ""
        let isSMIME = declared.contains("pkcs7")
        switch Protection(container: part, in: message) {
        case .signatureBeside: append(.signed(by: declared.contains("pgp") ? "OpenPGP" : "S/MIME"))
        case .pgpEncrypted: append(.encrypted(with: isSMIME ? "S/MIME" : "OpenPGP"))
        default: return
        }
    }

    /// Appends the text of a message, as text and as HTML.
    ///
    /// - Returns: the section, where the text is not blank.
    private mutating func appendText(
        _ text: String,
        _ message: Message,
        _ bytes: Span<UInt8>
    ) -> Int? {
        let blocked = readable.blockedImages
        let html = page(message, bytes)
        guard !text.isBlank else {
            // A mail that is nothing but pictures.
            if let html, readable.blockedImages > blocked || html.contains("<img") { append(.text, "", html: html) }
            return nil
        }
        switch Protection(armorIn: Array(text.utf8).span) {
        case .pgpInlineEncrypted: append(.encrypted(with: "OpenPGP"))
        case .pgpInlineSigned: append(.inlineSigned)
        default: break
        }
        textRoom -= text.utf8.count
        // What a mail system reports is shown whole: it is neither answer nor quote.
        let isAnswer = message.fields.contains { $0.name == .inReplyTo || $0.name == .references }
        let subject = subject(of: message, bytes)
        let spans = message.isReport ? [] : ReplyExtraction(text, subject: subject, isAnswer: isAnswer).spans
        append(.text, text, spans: spans, html: html)
        return readable.sections.count - 1
    }

    private func subject(of message: Message, _ bytes: Span<UInt8>) -> String {
        message.fields.first { $0.name == .subject }.map { message.text(of: $0, in: bytes) } ?? ""
    }

    /// The text as HTML, by the parts that are HTML where there is a choice.
    ///
    /// - Returns: `nil` when there are none.
    private mutating func page(_ message: Message, _ bytes: Span<UInt8>) -> String? {
        guard message.parts.contains(where: \.contentType.isHTML) else { return nil }
        let preferred = TextExtraction.roles(of: message, in: bytes, preferHTML: true)
        var page = ""
        for part in message.parts where preferred[part.index] == .text {
            if part.contentType.isHTML {
                // HTML is mostly not text.
                let source = message.utf8Content(of: part, in: bytes, limit: textLimit)
                if source.count >= textLimit { readable.isTruncated = true }
                page += sanitized(source)
            } else {
                let text = message.decodedText(of: part, in: bytes, limit: options.limits.maxText)
                page += SanitizedHTML(plainText: Array(text.utf8).span).html
            }
        }
        return page.isEmpty ? nil : page
    }

    mutating func sanitized(_ html: [UInt8]) -> String {
        var policy = HTMLPolicy()
        policy.remoteImages = options.loadsRemoteImages ? .shown : .blocked
        let safe = SanitizedHTML(sanitizing: html.span, policy: policy)
        readable.blockedImages += safe.blockedImages
        if safe.isTruncated { readable.isTruncated = true }
        return safe.html
    }

    private mutating func appendCard(_ part: Part, _ bytes: Span<UInt8>) {
        guard cards.count < Self.maximumCards else {
            readable.isTruncated = true
            return
        }
        guard let content = decoded(part, bytes), let card = CalendarCard(parsing: content.span),
            cards.insert(card).inserted
        else { return }
        append(.calendar, card.text, file: path + "\(part.index)")
    }

    /// How many calendars are shown.
    private static let maximumCards = 20

    // MARK: Sections

    /// Appends a piece of what is read; without HTML of its own its text is made HTML.
    mutating func append(
        _ kind: ReadableMessage.Section.Kind,
        _ text: String,
        file: String? = nil,
        spans: [ReplyExtraction.Span] = [],
        html: String? = nil
    ) {
        guard isReading else { return }
        readable.sections.append(
            ReadableMessage.Section(
                kind: kind,
                depth: depth,
                file: file,
                text: text,
                spans: spans,
                html: html
            )
        )
    }

    mutating func append(_ notice: ContentNotice, file: String? = nil) {
        append(.notice, notice.text, file: file)
    }

    /// The decoded content of a part that is to be opened; `nil` when it is too much.
    mutating func decoded(_ part: Part, _ bytes: Span<UInt8>) -> [UInt8]? {
        let size = TransferDecoder.maximumSize(part.transferEncoding, part.bodyRange.count)
        guard size <= room else { return nil }
        room -= size
        var content: [UInt8] = []
        content.reserveCapacity(size)
        _ = decoder.decode(part.transferEncoding, bytes, part.bodyRange) { content.append(copying: $0) }
        return content
    }
}

extension String {
    /// Whether nobody would see anything.
    var isBlank: Bool { utf8.allSatisfy { $0 <= Octet.space } }
}

extension Message {
    /// Whether this is what a mail system, a reader or a provider reports (RFC 6522), and not a type that anyone can
    /// write.
    fileprivate var isReport: Bool {
        guard parts[0].contentType.mediaType == "multipart/report" else { return false }
        return parts.contains { part in
            part.contentType.type == "message" && Self.reports.contains(part.contentType.subtype)
        }
    }

    private static let reports: Set<String> = [
        "delivery-status", "global-delivery-status", "disposition-notification", "global-disposition-notification",
        "feedback-report",
    ]
}
