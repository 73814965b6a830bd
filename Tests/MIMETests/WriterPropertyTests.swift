import MIME
import Mail
import Testing

/// Drafts made at random, of pieces that have broken other programs.
struct DraftGenerator {
    private var numbers: SeededNumbers

    private let localParts: [String]

    init(seed: UInt64, localParts: [String] = Self.quotedLocalParts) {
        numbers = SeededNumbers(seed: seed)
        self.localParts = localParts
    }

    static let plainLocalParts = ["ann", "a.b+c", "o'neil", "x_y-z"]
    static let quotedLocalParts = plainLocalParts + ["a b", "\"", "a\\b", "a;b", "=?x?=", "x,y"]
    static let internationalLocalParts = plainLocalParts + ["änn", "用户", "e\u{301}", "ü \"ü"]

    private static let pieces = [
        "a", "word", "Ann", " ", "  ", "\t", "\r\n", "\n", "\r", "\r\n\r\n", "\u{0}", "\u{1B}", "\u{85}", "\u{2028}",
        "\r\nBcc: evil@example.net", "\nX-Injected: yes", "\r\n\r\nX-Injected: body", "\"", "\\", "\\\"", "'", ",", ";",
        ":", "<", ">", "(", ")", "@", "a@b.example", ".", "=", "?", "=?", "?=", "=?utf-8?q?=0D=0AX-Injected:_1?=",
        "=?utf-8?b?", "_", "%", "%41", "*", "*0*=", "/", "ä", "e\u{301}", "Привет", "日本語", "שלום", "مرحبا", "\u{202E}",
        "\u{200F}", "👩‍👩‍👧‍👦", "🇩🇪", "\u{FEFF}", "\u{FFFD}", "\u{10FFFD}", "ﬁ", "longlonglonglonglonglonglong", "From ",
        "--=_0.1_", "--", ".", "\r\n.\r\n",
    ]

    mutating func number(_ range: ClosedRange<Int>) -> Int { Int.random(in: range, using: &numbers) }
    mutating func flip() -> Bool { Bool.random(using: &numbers) }

    mutating func text(upTo count: Int) -> String {
        (0..<number(0...count)).map { _ in Self.pieces.randomElement(using: &numbers) ?? "" }.joined()
    }

    mutating func octets() -> [UInt8] {
        let count = [0, 1, 57, 1000, 5000].randomElement(using: &numbers) ?? 0
        return (0..<count).map { _ in UInt8.random(in: 0...255, using: &numbers) }
    }

    mutating func mailbox() throws -> NamedAddress {
        let domains = ["example.com", "bücher.example", "[192.0.2.1]", "a.very.long.domain.of.a.company.example"]
        let domain = try #require(Domain(domains.randomElement(using: &numbers) ?? ""))
        let local = localParts.randomElement(using: &numbers) ?? ""
        return NamedAddress(
            name: number(0...4) == 0 ? nil : text(upTo: 12),
            address: MailAddress(localPart: local, domain: domain)
        )
    }

    mutating func addresses() throws -> [MessageDraft.Address] {
        var list: [MessageDraft.Address] = []
        for _ in 0..<number(0...4) {
            if number(0...4) > 0 {
                list.append(.mailbox(try mailbox()))
            } else {
                var members: [NamedAddress] = []
                for _ in 0..<number(0...3) { members.append(try mailbox()) }
                list.append(.group(name: OneLineText(text(upTo: 6)), members: members))
            }
        }
        return list
    }

    mutating func identifiers() throws -> [MessageID] {
        try (0..<number(0...12)).map { try Make.id("\($0).\(number(0...1_000_000))@host\($0).example") }
    }

    mutating func file() throws -> MessageDraft.Part {
        let type = try #require(
            MessageDraft.MediaType("application/x-any", parameters: [("x-note", OneLineText(text(upTo: 10)))])
        )
        let name = flip() ? OneLineText(text(upTo: 15)) : nil
        return switch number(0...2) {
        case 0: .attachment(octets(), type: type, name: name)
        case 1: .inline(octets(), type: type, name: name, contentID: try Make.id("c\(number(0...9))@example.com"))
        default: .message(flip() ? octets() : Array("Subject: x\r\n\r\n--=_0.1_\r\n".utf8), name: name)
        }
    }

    mutating func content() throws -> MessageDraft.Part {
        var images: [MessageDraft.Part] = []
        var files: [MessageDraft.Part] = []
        for _ in 0..<number(0...2) { images.append(try file()) }
        for _ in 0..<number(0...3) { files.append(try file()) }
        return .letter(
            text: number(0...5) > 0 ? .plainText(text(upTo: 60)) : nil,
            html: flip() ? .html(text(upTo: 60)) : nil,
            inline: images,
            attachments: files
        )
    }

    mutating func draft() throws -> MessageDraft {
        var draft = try Make.draft(try content())
        draft.date = Timestamp(seconds: Int64(number(0...4_000_000_000)))
        draft.from = [try mailbox()]
        draft.sender = flip() ? try mailbox() : nil
        draft.replyTo = try addresses()
        draft.to = try addresses()
        draft.cc = try addresses()
        draft.subject = OneLineText(text(upTo: 30))
        draft.inReplyTo = try identifiers()
        draft.references = try identifiers()
        for _ in 0..<number(0...3) {
            let body: MessageDraft.FieldBody =
                flip() ? .unstructured(OneLineText(text(upTo: 30))) : .addresses(try addresses())
            draft.additionalFields.append(.init(try Make.fieldName("X-Own-\(number(0...9))"), body))
        }
        return draft
    }
}

/// What is written and read again is what was meant.
@Suite struct WriterPropertyTests {
    @Test(arguments: 0..<20 as Range<UInt64>)
    func draftIsReadAsItWasMeant(seed: UInt64) throws {
        var generator = DraftGenerator(seed: seed)
        for _ in 0..<12 {
            let draft = try generator.draft()
            let transport = MessageDraft.Transport(hasEightBitMIME: generator.flip())
            let message = try Rewritten(draft, for: transport, boundarySeed: (seed, 0))
            message.checkForm()
            try checkHeader(message, draft)
            checkParts(message, draft)
        }
    }

    @Test(arguments: 100..<110 as Range<UInt64>)
    func draftWithInternationalAddressesIsReadAsItWasMeant(seed: UInt64) throws {
        var generator = DraftGenerator(seed: seed, localParts: DraftGenerator.internationalLocalParts)
        for _ in 0..<12 {
            let draft = try generator.draft()
            let message = try Rewritten(draft, for: .init(hasEightBitMIME: true, hasSMTPUTF8: true))
            message.checkForm()
            try checkHeader(message, draft)
            checkParts(message, draft)
        }
    }

    private func checkHeader(_ message: Rewritten, _ draft: MessageDraft) throws {
        let summary = message.parsed.summary
        try expectSame(summary.from, draft.from)
        try expectSame([summary.sender].compactMap(\.self), [draft.sender].compactMap(\.self))
        try expectSame(summary.replyTo, Self.flattened(draft.replyTo))
        try expectSame(summary.to, Self.flattened(draft.to))
        try expectSame(summary.cc, Self.flattened(draft.cc))
        #expect(summary.subject.utf8.elementsEqual(draft.subject.description.utf8))
        #expect(summary.messageID == draft.messageID)
        #expect(summary.inReplyTo == draft.inReplyTo)
        #expect(summary.references == draft.references)
        #expect(summary.date == draft.date)
        let malformed: Set<Defect.Kind> = [
            .malformedHeaderLine, .missingBlankLine, .duplicateField, .undeclaredCharset, .nulInHeader,
            .malformedAddress,
            .missingDomain, .malformedContentType, .boundaryNotFound, .unterminatedMultipart, .malformedEncoding,
        ]
        #expect(message.parsed.defectKinds.isDisjoint(with: malformed))
        // Nothing got out of its field: the fields are those of the draft, and no other.
        let allowed = Set([
            "Date", "From", "Sender", "Reply-To", "To", "Cc", "Subject", "Message-ID", "In-Reply-To", "References",
            "MIME-Version", "Content-Type", "Content-Transfer-Encoding", "Content-Disposition", "Content-ID",
        ]).union(draft.additionalFields.map(\.name.description))
        #expect(message.fieldNames.allSatisfy { allowed.contains($0) })
        let parts = message.parsed.message.parts.dropFirst()
        for field in parts.flatMap({ message.parsed.message.fields(of: $0) }) {
            #expect(allowed.contains(String(decoding: message.parsed.bytes[field.nameRange], as: UTF8.self)))
        }
        for field in message.parsed.message.fields where field.name == .other {
            let name = String(decoding: message.parsed.bytes[field.nameRange], as: UTF8.self)
            let text = message.parsed.message.text(of: field, in: message.parsed.bytes.span)
            let isMeant = draft.additionalFields.contains { meant in
                guard meant.name.description == name else { return false }
                guard case .unstructured(let value) = meant.body else { return true }
                return value.description.utf8.elementsEqual(text.utf8)
            }
            #expect(isMeant, "\(name): \(text)")
        }
    }

    private func expectSame(
        _ read: [NamedAddress],
        _ meant: [NamedAddress],
        sourceLocation: SourceLocation = #_sourceLocation
    ) throws {
        try #require(read.count == meant.count, sourceLocation: sourceLocation)
        for (read, meant) in zip(read, meant) {
            let name = OneLineText(meant.name ?? "").description
            #expect((read.name ?? "").utf8.elementsEqual(name.utf8), sourceLocation: sourceLocation)
            #expect(
                read.address.localPart.utf8.elementsEqual(meant.address.localPart.utf8),
                sourceLocation: sourceLocation
            )
            let domain = meant.address.domain.name
            // Only an address that needs SMTPUTF8 anyway keeps its domain in UTF-8.
            let isASCII = meant.address.localPart.utf8.allSatisfy { $0 < 0x80 }
            let expected = isASCII ? domain.replacing("bücher", with: "xn--bcher-kva") : domain
            #expect(read.address.domain.name == expected, sourceLocation: sourceLocation)
        }
    }

    private static func flattened(_ addresses: [MessageDraft.Address]) -> [NamedAddress] {
        addresses.flatMap { address in
            switch address {
            case .mailbox(let mailbox): [mailbox]
            case .group(_, let members): members
            }
        }
    }

    private func checkParts(_ message: Rewritten, _ draft: MessageDraft) {
        let leaves = draft.content.leaves
        let read = message.parsed.message.parts.filter { !$0.isMultipart }
        #expect(read.count == leaves.count)
        for (part, leaf) in zip(read, leaves) {
            #expect(message.parsed.content(of: part.index) == leaf.expectedOctets)
            let name = leaf.expectedName(asMediaType: part.contentType.mediaType)
            #expect((part.fileName ?? "").utf8.elementsEqual(name.utf8), "\(part.fileName ?? "") is not \(name)")
            #expect(part.contentID == leaf.contentID?.value)
            if let note = leaf.note {
                #expect((part.contentType.parameter("x-note") ?? "").utf8.elementsEqual(note.utf8))
            }
        }
    }
}

extension MessageDraft.Part {
    /// The parts that hold no other parts, in their order.
    var leaves: [MessageDraft.Part] {
        guard case .multipart(_, let parts) = content else { return [self] }
        return parts.flatMap(\.leaves)
    }

    var expectedOctets: [UInt8] {
        switch content {
        case .file(let octets, _), .message(let octets): return octets
        case .multipart: return []
        case .text(let text, _, _):
            let octets = text.flatMap { $0 == "\r" || $0 == "\n" || $0 == "\r\n" ? [13, 10] : Array($0.utf8) }
            return octets.isEmpty || octets.last == 10 ? octets : octets + [13, 10]
        }
    }

    func expectedName(asMediaType type: String) -> String {
        let name = name?.description ?? ""
        guard case .message = content, type != "message/rfc822" else { return name }
        if name.isEmpty { return "message.eml" }
        return name.lowercased().hasSuffix(".eml") ? name : name + ".eml"
    }

    fileprivate var note: String? {
        guard case .file(_, let type) = content else { return nil }
        return type.parameters.first { $0.name == "x-note" }?.value
    }
}
