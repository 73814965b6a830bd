internal import Mail

/// Writes the fields of a draft's header (RFC 5322 section 3.6).
struct HeaderWriter {
    typealias WritingError = MessageDraft.WritingError

    private let transport: MessageDraft.Transport
    private var writer = FieldWriter()
    private(set) var needsSMTPUTF8 = false
    private(set) var omittedIdentifiers: [MessageID] = []

    /// The longest address or identifier, so that its line keeps within 998 octets.
    static let maximumTokenLength = 990

    init(transport: MessageDraft.Transport) {
        self.transport = transport
    }

    var octets: [UInt8] { writer.octets }

    mutating func write(_ draft: MessageDraft) throws(WritingError) {
        write("Date", draft.date)
        try write("From", draft.from.map(MessageDraft.Address.mailbox))
        try write("Sender", [draft.sender].compactMap { $0.map(MessageDraft.Address.mailbox) })
        try write("Reply-To", draft.replyTo)
        try write("To", draft.to)
        try write("Cc", draft.cc)
        if !draft.subject.isEmpty { write("Subject", draft.subject) }
        // Which identifiers can be written depends on all the addresses.
        for field in draft.additionalFields {
            guard !field.name.isReserved else { throw .reservedField(field.name) }
            guard case .addresses(let addresses) = field.body else { continue }
            try write(field.name, addresses)
        }
        guard let own = Self.word(draft.messageID, isUTF8Allowed: false) else {
            throw .unwritableIdentifier(draft.messageID)
        }
        writer.begin(.init(known: "Message-ID"))
        writer.append(own)
        writer.end()
        write(.init(known: "In-Reply-To"), draft.inReplyTo)
        write(.init(known: "References"), draft.references)
        for field in draft.additionalFields { write(field) }
        write(.init(known: "MIME-Version"), HeaderWord("1.0"))
    }

    private mutating func write(_ field: MessageDraft.Field) {
        switch field.body {
        case .addresses: break
        case .identifiers(let identifiers): write(field.name, identifiers)
        case .date(let date): write(field.name, HeaderWord(date.mailDate))
        case .unstructured(let text): write(field.name, text)
        case .structured(let text):
            writer.begin(field.name)
            for word in text.words { writer.append(HeaderWord(word)) }
            writer.end()
        }
    }

    private mutating func write(_ name: StaticString, _ date: Timestamp) {
        write(.init(known: name), HeaderWord(date.mailDate))
    }

    private mutating func write(_ name: MessageDraft.FieldName, _ word: HeaderWord) {
        writer.begin(name)
        writer.append(word)
        writer.end()
    }

    private mutating func write(_ name: StaticString, _ text: OneLineText) {
        write(.init(known: name), text)
    }

    private mutating func write(_ name: MessageDraft.FieldName, _ text: OneLineText) {
        writer.begin(name)
        writer.append(text)
        writer.end()
    }

    // MARK: Identifiers

    private mutating func write(_ name: MessageDraft.FieldName, _ identifiers: [MessageID]) {
        let words = identifiers.map { ($0, Self.word($0, isUTF8Allowed: needsSMTPUTF8)) }
        omittedIdentifiers += words.filter { $0.1 == nil }.map(\.0)
        let written = words.compactMap(\.1)
        guard !written.isEmpty else { return }
        writer.begin(name)
        for word in written { writer.append(word) }
        writer.end()
    }

    /// The identifier in its brackets.
    ///
    /// - Returns: `nil` when it cannot be written: what stands in a foreign message may be anything.
    static func word(_ identifier: MessageID, isUTF8Allowed: Bool) -> HeaderWord? {
        let isASCII = identifier.value.utf8.allSatisfy { $0 < 0x80 }
        guard identifier.value.utf8.count <= maximumTokenLength, isASCII || isUTF8Allowed else { return nil }
        return HeaderWord(identifier.description)
    }

    // MARK: Addresses

    private mutating func write(_ name: StaticString, _ addresses: [MessageDraft.Address]) throws(WritingError) {
        try write(.init(known: name), addresses)
    }

    private mutating func write(
        _ name: MessageDraft.FieldName,
        _ addresses: [MessageDraft.Address]
    ) throws(WritingError) {
        guard !addresses.isEmpty else { return }
        writer.begin(name)
        for (index, address) in addresses.enumerated() {
            let end = index + 1 < addresses.count ? "," : ""
            switch address {
            case .mailbox(let mailbox):
                try append(mailbox, end)
            case .group(let groupName, let members):
                appendPhrase(groupName, members.isEmpty ? ":;\(end)" : ":")
                for (position, member) in members.enumerated() {
                    try append(member, position + 1 < members.count ? "," : ";\(end)")
                }
            }
        }
        writer.end()
    }

    private mutating func append(_ mailbox: NamedAddress, _ end: String) throws(WritingError) {
        let address = try written(mailbox.address)
        let name = OneLineText(mailbox.name ?? "")
        guard !name.isEmpty else {
            writer.append(HeaderWord(address + end))
            return
        }
        appendPhrase(name)
        writer.append(HeaderWord("<\(address)>\(end)"))
    }

    /// The address in the form in which this transport carries it.
    private mutating func written(_ address: MailAddress) throws(WritingError) -> String {
        guard !address.localPart.isEmpty, !address.description.unicodeScalars.contains(where: OneLineText.isControl),
            address.description.utf8.count <= Self.maximumTokenLength
        else { throw .unwritableAddress(address) }
        guard address.localPart.utf8.allSatisfy({ $0 < 0x80 }) else {
            guard transport.hasSMTPUTF8 else { throw .needsSMTPUTF8(address) }
            needsSMTPUTF8 = true
            return address.description
        }
        // US-ASCII wherever it will do: then no relay on the way needs SMTPUTF8.
        guard let domain = InternationalDomain.ascii(address.domain) else { throw .noASCIIDomain(address) }
        return MailAddress(localPart: address.localPart, domain: domain).description
    }

    // MARK: Phrases

    /// The longest word or quoted string of a phrase that is not encoded.
    private static let maximumWordLength = 70

    /// Appends a display name (RFC 5322 section 3.2.5): atoms, one quoted string, or encoded words.
    private mutating func appendPhrase(_ name: OneLineText, _ end: String = "") {
        let text = name.description
        let words = text.split(separator: " ", omittingEmptySubsequences: false)
        if FieldWriter.isPlain(text.utf8) {
            let areAtoms = words.allSatisfy { word in
                (1...Self.maximumWordLength).contains(word.utf8.count) && word.utf8.allSatisfy(\.isAtomText)
            }
            if areAtoms {
                for (index, word) in words.enumerated() {
                    writer.append(HeaderWord(index + 1 < words.count ? String(word) : word + end))
                }
                return
            }
            let quoted = QuotedString.octets(of: text)
            if quoted.count <= Self.maximumWordLength {
                writer.append(HeaderWord(quoted + Array(end.utf8)))
                return
            }
        }
        writer.appendEncoded(text)
        // RFC 2047 section 5, rule 3: no special stands directly behind an encoded word.
        if !end.isEmpty { writer.append(HeaderWord(end)) }
    }
}

/// Text in quotes (RFC 5322 section 3.2.4, RFC 2045 section 5.1).
enum QuotedString {
    static func octets(of text: String) -> [UInt8] {
        var octets = [Octet.quote]
        for octet in text.utf8 {
            if octet == Octet.quote || octet == Octet.backslash { octets.append(Octet.backslash) }
            octets.append(octet)
        }
        octets.append(Octet.quote)
        return octets
    }
}
