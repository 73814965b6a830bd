internal import Mail

extension TextExtraction {
    /// What a part is to a reader.
    enum Role: Equatable {
        /// It holds other parts.
        case container
        /// Its text is shown.
        case text
        /// Another form of the same text is shown.
        case alternative
        /// It is kept apart.
        case attachment
    }

    /// Says for each part what it is, by the forms that it comes in and, where these leave a choice, by their text.
    static func roles(of message: Message, in bytes: Span<UInt8>, preferHTML: Bool) -> [Role] {
        var choice = TextChoice(of: message, preferHTML: preferHTML, work: message.work)
        return choice.roles(bytes)
    }
}

/// Which parts of a message are its text.
///
/// It depends on the message alone and on no limit of a text, so that whoever reads a message chooses the same parts.
struct TextChoice {
    /// How well the text of a part can be read.
    private enum Form: Int, Comparable {
        /// It is a file.
        case none
        /// Nobody would see anything.
        case blank
        /// It is shown where nothing else is.
        case spare
        /// It only says that the other form is to be read.
        case stub
        /// The other of plain text and HTML.
        case second
        /// The one of plain text and HTML that is preferred.
        case first

        static func < (left: Form, right: Form) -> Bool { left.rawValue < right.rawValue }
    }

    /// Why a part is not shown, by the outermost container that chose another.
    private enum Hiding {
        case none
        case otherForm
        case besideRoot
    }

    private let parts: [Part]
    private let prefersHTML: Bool
    /// Whether it matters that a text is blank.
    private let hasRivals: Bool
    /// The innermost alternative around each part.
    private var alternatives: [Int?]
    /// The last page of HTML of each alternative.
    private var pages: [Int: Int] = [:]
    private var readPages: [Int: [UInt8]] = [:]
    private var forms: [Form]
    private var chosen: [Int?]
    private(set) var work: Work

    init(of message: Message, preferHTML: Bool, work: Work) {
        parts = message.parts
        prefersHTML = preferHTML
        self.work = work
        hasRivals = parts.contains { $0.isAlternative || $0.isRelated || $0.isOtherText }
        forms = Array(repeating: .none, count: parts.count)
        chosen = Array(repeating: nil, count: parts.count)
        alternatives = Array(repeating: nil, count: parts.count)
        for part in parts {
            guard let parent = part.parent else { continue }
            let alternative = parts[parent].isAlternative ? parent : alternatives[parent]
            alternatives[part.index] = alternative
            if let alternative, part.contentType.isHTML, !part.isDeclaredFile { pages[alternative] = part.index }
        }
    }

    /// Says for each part what it is.
    mutating func roles(_ bytes: Span<UInt8>) -> [TextExtraction.Role] {
        work.charge(4 * parts.count)
        chooseForms(bytes)
        var hidings = [Hiding](repeating: .none, count: parts.count)
        var roles: [TextExtraction.Role] = []
        for part in parts {
            hidings[part.index] = hiding(of: part, within: part.parent.map { hidings[$0] } ?? .none)
            roles.append(part.isMultipart ? .container : role(of: part, hidings[part.index]))
        }
        // A text of another kind beside plain text or HTML is a file, unless it is the form that was chosen.
        let hasText = parts.contains { roles[$0.index] == .text && forms[$0.index] > .spare }
        for part in parts where hasText && roles[part.index] == .text && forms[part.index] == .spare {
            let isChosen = part.parent.map { chosen[$0] == part.index && parts[$0].isAlternative } ?? true
            if !isChosen { roles[part.index] = .attachment }
        }
        return roles
    }

    private func role(of part: Part, _ hiding: Hiding) -> TextExtraction.Role {
        switch (forms[part.index], hiding) {
        case (.none, _), (_, .besideRoot), (.spare, .otherForm): .attachment
        case (_, .otherForm): .alternative
        case (_, .none): .text
        }
    }

    private func hiding(of part: Part, within outer: Hiding) -> Hiding {
        guard outer == .none, let parent = part.parent, chosen[parent] != part.index else { return outer }
        if parts[parent].isAlternative { return .otherForm }
        guard parts[parent].isRelated else { return .none }
        // What gateways append is no part of the page, and mail programs show it.
        let isBehindRoot = chosen[parent].map { $0 < part.index } ?? false
        let isAppended = isBehindRoot && part.contentType.isPlainText && part.contentID == nil && part.fileName == nil
        return isAppended ? .none : .besideRoot
    }

    // MARK: Forms

    /// Finds the form of each part, and the part of each container that is shown where only one is.
    private mutating func chooseForms(_ bytes: Span<UInt8>) {
        let starts = parts.map { $0.isRelated ? $0.contentType.parameter("start").map(Self.identifier) : nil }
        var ranks = [Int](repeating: 0, count: parts.count)
        // Parts come after their containers, so that a walk from the end meets the children first.
        for part in parts.reversed() {
            if !part.isMultipart { forms[part.index] = form(of: part, bytes) }
            guard let parent = part.parent, forms[part.index] > .none else { continue }
            let form = forms[part.index]
            guard parts[parent].isRelated else {
                // Walking backwards, the last of the best stays.
                if form > forms[parent] { (chosen[parent], forms[parent]) = (part.index, form) }
                continue
            }
            // RFC 2387 section 3.2: the root is the part that the start names, else the first.
            let isStart = part.contentID != nil && part.contentID == starts[parent]
            let rank = (form > .spare ? 3 : 1) + (isStart ? 1 : 0)
            if rank >= ranks[parent] { (chosen[parent], forms[parent], ranks[parent]) = (part.index, form, rank) }
        }
    }

    /// A Content-ID without its angle brackets.
    private static func identifier(_ text: String) -> String {
        String(text.filter { $0 != "<" && $0 != ">" && $0 != " " })
    }

    private mutating func form(of part: Part, _ bytes: Span<UInt8>) -> Form {
        let type = part.contentType
        guard part.disposition?.isAttachment != true else { return .none }
        // QUIRK: a form of an alternative may have a name and be no file (corpus clients/016).
        let isNamedForm = part.isDeclaredFile && part.parent.map { parts[$0].isAlternative } ?? false
        guard !part.isDeclaredFile || isNamedForm else { return .none }
        let form: Form
        if type.isPlainText {
            form = prefersHTML ? .second : .first
        } else if type.isHTML {
            form = prefersHTML ? .first : .second
        } else if type.type == "multipart" {
            // A multipart without parts is read as text.
            form = .second
        } else {
            return part.isOtherText ? .spare : .none
        }
        if isFile(part, bytes) { return .none }
        if isNamedForm { return .spare }
        return type.isPlainText ? formByText(of: part, form, bytes) : form
    }

    // MARK: What the text says

    /// The longest text that may be a stub.
    private static let maximumStub = 300

    /// Looks whether a plain text gives way to another form.
    private mutating func formByText(of part: Part, _ form: Form, _ bytes: Span<UInt8>) -> Form {
        guard hasRivals else { return form }
        let beginning = text(of: part, bytes, limit: 1024, sourceLimit: 4096)
        guard VisibleText.isSeen(beginning.octets) else {
            let isSeen = beginning.isTruncated && VisibleText.isSeen(text(of: part, bytes).octets)
            // QUIRK: an alternative whose plain text is empty, from newsletter programs (corpus clients/006).
            return isSeen ? form : .blank
        }
        guard !prefersHTML, !beginning.isTruncated, beginning.octets.count < Self.maximumStub,
            let page = alternatives[part.index].flatMap({ pages[$0] }), beginning.octets.span.speaksOfHTML
        else { return form }
        // QUIRK: `Please use a mail program that shows HTML` beside the text itself (corpus clients/017). Who writes of
        // HTML does so in both forms.
        let other = readPages[page] ?? text(of: parts[page], bytes, limit: 4 * Self.maximumStub).octets
        readPages[page] = other
        guard VisibleText.isSeen(other) else { return form }
        return other.count >= 4 * beginning.octets.count || !other.span.speaksOfHTML ? .stub : form
    }

    private mutating func text(
        of part: Part,
        _ bytes: Span<UInt8>,
        limit: Int = Message.Limits().maxText,
        sourceLimit: Int = 4 * Message.Limits().maxText
    ) -> (octets: [UInt8], isTruncated: Bool) {
        var extraction = TextExtraction(limit: limit, sourceLimit: sourceLimit, work: work)
        extraction.append(part, bytes)
        work = extraction.work
        return (extraction.text, extraction.isTruncated)
    }

    // MARK: Files that are declared as text

    /// Whether what is declared as text is a file all the same: by the extension of its name, or by its first octets.
    private mutating func isFile(_ part: Part, _ bytes: Span<UInt8>) -> Bool {
        if let name = part.fileName, FileExtension.dangerous.contains(FileExtension.last(of: name)) { return true }
        // Octets that are no text come under a name or encoded.
        guard part.fileName != nil || part.transferEncoding == .base64 else { return false }
        let size = 4096
        if part.transferEncoding == .identity {
            let count = min(size, part.bodyRange.count)
            work.charge(4 * count)
            return Self.isNoText(
                bytes.extracting(part.bodyRange.lowerBound..<part.bodyRange.lowerBound + count),
                part
            )
        }
        var extraction = TextExtraction(limit: size, sourceLimit: size, work: work)
        let beginning = extraction.decodedContent(of: part, bytes)
        work = extraction.work
        return Self.isNoText(beginning.span, part)
    }

    private static func isNoText(_ beginning: Span<UInt8>, _ part: Part) -> Bool {
        let charset = part.contentType.charset.map { Charset(name: $0.utf8) } ?? .unspecified
        let isWide = charset.isWide || beginning.hasWideMark
        if part.fileName != nil, !isWide, beginning.hasNUL { return true }
        guard let format = MediaTypeDetector.format(ofBeginning: beginning) else { return false }
        switch format {
        case .html, .xml, .calendar, .vCard, .pgpMessage, .pgpSignature, .pgpKey: return false
        // A page may begin with a drawing.
        case .svg: return part.fileName != nil && !part.contentType.isHTML
        case .pdf, .postScript, .rtf, .script, .batchFile, .php, .htmlApplication, .registryFile, .internetShortcut:
            return part.fileName != nil
        // Some marks are letters that may begin a text.
        default: return beginning.hasControlOfNoText
        }
    }
}

extension Part {
    fileprivate var isAlternative: Bool { isMultipart && contentType.subtype == "alternative" }

    fileprivate var isRelated: Bool { isMultipart && contentType.subtype == "related" }

    /// Whether the part is a file by its header; the name of a first part counts for nothing.
    fileprivate var isDeclaredFile: Bool {
        disposition?.isAttachment == true || (fileName != nil && parent.map { $0 + 1 != index } ?? false)
    }

    /// Whether the part is text of a kind that is not known, which is shown as plain text (RFC 2046 section 4.1.4).
    fileprivate var isOtherText: Bool {
        guard contentType.type == "text", fileName == nil, !contentType.isPlainText, !contentType.isHTML else {
            return false
        }
        // A calendar is a file with a card of its own. The only part of a message is shown whatever it is.
        return parent == nil ? !contentType.isCalendar : !Self.dataSubtypes.contains(contentType.subtype)
    }

    /// Text that is made for programs.
    private static let dataSubtypes: Set<String> = [
        "calendar", "css", "csv", "directory", "ecmascript", "javascript", "rfc822-headers", "rtf",
        "tab-separated-values", "vcard", "x-amp-html", "x-vcalendar", "x-vcard", "xml",
    ]
}

extension Span<UInt8> {
    /// Whether a text in UTF-8 has the word HTML, outside of names and addresses.
    fileprivate var speaksOfHTML: Bool {
        let word = Array("html".utf8)
        var index = 0
        while index + word.count <= count {
            let end = index + word.count
            if hasASCII(word, at: index), index == 0 || !self[index - 1].isOfName,
                end == count || !(self[end].isASCIILetter || self[end].isASCIIDigit)
            {
                return true
            }
            index += 1
        }
        return false
    }

    /// Whether the octets begin with the mark of UTF-16 or of little-endian UTF-32.
    fileprivate var hasWideMark: Bool {
        count >= 2 && ((self[0] == 0xFF && self[1] == 0xFE) || (self[0] == 0xFE && self[1] == 0xFF))
    }

    /// Whether there is a control that is neither white space nor an escape of ISO/IEC 2022.
    fileprivate var hasControlOfNoText: Bool {
        for index in indices {
            switch self[index] {
            case 0..<0x07, 0x10..<0x1A, 0x1C..<Octet.space, 0x7F: return true
            default: continue
            }
        }
        return false
    }
}

extension UInt8 {
    /// Whether an octet joins the word behind it to a name: `index.html`, `text/html`.
    fileprivate var isOfName: Bool {
        isASCIILetter || isASCIIDigit || self == Octet.period || self == UInt8(ascii: "/")
            || self == UInt8(ascii: "_")
    }
}
