internal import Mail

/// Writes the content of a draft: first it is decided how each part travels, then the octets are made.
struct BodyWriter {
    typealias WritingError = MessageDraft.WritingError

    /// A part whose encoding is decided.
    struct Planned {
        enum Body {
            case octets([UInt8])
            case quotedPrintable([UInt8])
            case base64([UInt8])
            case multipart([Planned])
        }

        var mediaType: String
        var parameters: [Parameter] = []
        var isAttachment = false
        var name: OneLineText?
        var contentID: HeaderWord?
        var body: Body
        /// Whether octets outside US-ASCII lie in it.
        var isEightBit = false

        var transferEncoding: String {
            switch body {
            case .octets, .multipart: isEightBit ? "8bit" : "7bit"
            case .quotedPrintable: "quoted-printable"
            case .base64: "base64"
            }
        }
    }

    private let transport: MessageDraft.Transport
    private var boundary: Boundary

    init(transport: MessageDraft.Transport, boundarySeed: (UInt64, UInt64)) {
        self.transport = transport
        boundary = Boundary(seed: boundarySeed)
    }

    // MARK: Decisions

    /// Decides how a part travels.
    ///
    /// - Parameter isRoot: whether the part is the message itself, which no boundary follows.
    mutating func plan(_ part: MessageDraft.Part, isRoot: Bool) throws(WritingError) -> Planned {
        var planned: Planned
        switch part.content {
        case .text(let text, let subtype, let isFlowed):
            planned = planText(text, subtype, isFlowed)
        case .file(let octets, let type):
            planned = type.isComposite ? Self.file(octets, .octetStream) : Self.file(octets, type)
        case .message(let octets):
            planned = planMessage(octets, isRoot)
        case .multipart(let kind, let parts):
            planned = try planMultipart(kind, parts)
        }
        if case .octets(let octets) = planned.body { boundary.avoid(octets) }
        planned.isAttachment = part.isAttachment
        planned.name = planned.name ?? part.name
        if case .message = part.content, planned.mediaType != Self.messageType {
            planned.name = Self.messageName(part.name)
        }
        if let contentID = part.contentID {
            guard let word = HeaderWriter.word(contentID, isUTF8Allowed: false) else {
                throw .unwritableIdentifier(contentID)
            }
            planned.contentID = word
        }
        return planned
    }

    private func planText(_ text: String, _ subtype: String, _ isFlowed: Bool) -> Planned {
        let lines = LineSurvey.normalized(text)
        let octets = isFlowed ? FlowedTextWriter.octets(of: lines) : LineSurvey.octets(of: lines)
        let survey = OctetSurvey(octets)
        let body: Planned.Body
        if survey.maySurvive(transport), !survey.hasControl {
            body = .octets(octets)
        } else if TransferEncoder.quotedPrintableLength(octets) <= octets.count * 2 {
            // Half as much again as base64, for text that can be read in a source view.
            body = .quotedPrintable(octets)
        } else {
            body = .base64(octets)
        }
        var planned = Planned(mediaType: "text/\(subtype)", body: body)
        planned.parameters = [Parameter(name: "charset", value: "utf-8")]
        if isFlowed { planned.parameters.append(Parameter(name: "format", value: "flowed")) }
        if case .octets = body { planned.isEightBit = survey.isEightBit }
        return planned
    }

    private static func file(_ octets: [UInt8], _ type: MessageDraft.MediaType) -> Planned {
        Planned(mediaType: type.description, parameters: type.parameters, body: .base64(octets))
    }

    private static let messageType = "message/rfc822"

    private func planMessage(_ octets: [UInt8], _ isRoot: Bool) -> Planned {
        let survey = OctetSurvey(octets)
        // A header in UTF-8 makes another type of it, which few can read (RFC 6532 section 3.7); and at the end of
        // everything a line end would have to be added.
        let mayTravel =
            survey.maySurvive(transport) && !OctetSurvey(Self.header(of: octets)).isEightBit
            && (!isRoot || survey.endsLine)
        guard mayTravel else { return Self.file(octets, .octetStream) }
        var planned = Planned(mediaType: Self.messageType, body: .octets(octets))
        planned.isEightBit = survey.isEightBit
        return planned
    }

    private static func header(of octets: [UInt8]) -> ArraySlice<UInt8> {
        var index = 0
        while index < octets.count {
            let lineEnd = octets[index...].firstIndex(of: Octet.lineFeed) ?? octets.count - 1
            if lineEnd - index <= 1, octets[index].isLineBreak { return octets[..<index] }
            index = lineEnd + 1
        }
        return octets[...]
    }

    /// The name that lets a mail program open the file.
    private static func messageName(_ name: OneLineText?) -> OneLineText {
        guard let name, !name.isEmpty else { return "message.eml" }
        return name.description.lowercased().hasSuffix(".eml") ? name : OneLineText(name.description + ".eml")
    }

    private mutating func planMultipart(
        _ kind: MessageDraft.MultipartKind,
        _ parts: [MessageDraft.Part]
    ) throws(WritingError) -> Planned {
        var children: [Planned] = []
        for part in parts { children.append(try plan(part, isRoot: false)) }
        guard let first = children.first else { throw .emptyMultipart(kind) }
        var planned = Planned(mediaType: "multipart/\(kind.rawValue)", body: .multipart(children))
        planned.isEightBit = children.contains(where: \.isEightBit)
        // RFC 2387 section 3.1.
        if kind == .related { planned.parameters = [Parameter(name: "type", value: first.mediaType)] }
        return planned
    }

    // MARK: Octets

    /// The octets of the whole message.
    mutating func octets(of root: Planned, after header: [UInt8]) -> [UInt8] {
        var output = header
        append(root, to: &output)
        if !output.suffix(2).elementsEqual(FieldWriter.lineEnd) { output += FieldWriter.lineEnd }
        return output
    }

    private mutating func append(_ part: Planned, to output: inout [UInt8]) {
        guard case .multipart(let children) = part.body else {
            appendHeader(part, boundary: nil, to: &output)
            switch part.body {
            case .octets(let octets): output += octets
            case .quotedPrintable(let octets): TransferEncoder.appendQuotedPrintable(octets, to: &output)
            case .base64(let octets): TransferEncoder.appendBase64(octets, to: &output)
            case .multipart: break
            }
            return
        }
        let delimiter = boundary.next()
        appendHeader(part, boundary: delimiter, to: &output)
        for child in children {
            output += "--\(delimiter)\r\n".utf8
            append(child, to: &output)
            output += FieldWriter.lineEnd
        }
        output += "--\(delimiter)--\r\n".utf8
    }

    private func appendHeader(_ part: Planned, boundary: String?, to output: inout [UInt8]) {
        var writer = FieldWriter()
        var parameters = part.parameters
        if let boundary { parameters.append(Parameter(name: "boundary", value: boundary)) }
        writer.begin(.init(known: "Content-Type"))
        writer.append(part.mediaType, parameters: parameters, name: part.name, nameForm: .fallback)
        writer.end()
        writer.begin(.init(known: "Content-Transfer-Encoding"))
        writer.append(HeaderWord(part.transferEncoding))
        writer.end()
        let hasName = part.name.map { !$0.isEmpty } ?? false
        if part.isAttachment || hasName || part.contentID != nil {
            writer.begin(.init(known: "Content-Disposition"))
            let kind = part.isAttachment ? "attachment" : "inline"
            writer.append(kind, parameters: [], name: part.name, nameForm: .parameter)
            writer.end()
        }
        if let contentID = part.contentID {
            writer.begin(.init(known: "Content-ID"))
            writer.append(contentID)
            writer.end()
        }
        output += writer.octets
        output += FieldWriter.lineEnd
    }
}

/// The boundaries of one message, which occur nowhere in its content (RFC 2046 section 5.1.1).
///
/// `=_` cannot occur in quoted-printable or base64, so that only unencoded content has to be looked at. What of it
/// looks like one of ours, a message of our own making with the same seed, rules one attempt out.
struct Boundary {
    private let seed: String
    private var taken: Set<Int> = []
    private var count = 0
    private var attempt: Int?

    private static let mark = Array("--=_".utf8)

    init(seed: (UInt64, UInt64)) {
        self.seed = [seed.0, seed.1].map { half in
            let digits = String(half, radix: 16)
            return String(repeating: "0", count: 16 - digits.count) + digits
        }.joined()
    }

    /// Rules out what the lines of the content begin with.
    mutating func avoid(_ octets: [UInt8]) {
        var index = 0
        while index < octets.count {
            if octets[index] == Octet.dash, octets[index...].starts(with: Self.mark) {
                var number = 0
                var next = index + Self.mark.count
                while next < octets.count, octets[next].isASCIIDigit, number < 1_000_000_000 {
                    number = number * 10 + Int(octets[next] - UInt8(ascii: "0"))
                    next += 1
                }
                taken.insert(number)
            }
            index = (octets[index...].firstIndex(of: Octet.lineFeed) ?? octets.count) + 1
        }
    }

    /// The next boundary; none is the beginning of another.
    mutating func next() -> String {
        var attempt = attempt ?? 0
        while taken.contains(attempt) { attempt += 1 }
        self.attempt = attempt
        count += 1
        return "=_\(attempt).\(count)_\(seed)"
    }
}
