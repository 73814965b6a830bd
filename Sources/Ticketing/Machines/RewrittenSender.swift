public import MIME
public import Mail

/// The person behind a From field that a list wrote anew, so that the list's domain passes DMARC.
public struct RewrittenSender: Hashable, Sendable {
    /// The person.
    public let author: NamedAddress
    /// The address that the list put into From.
    public let rewritten: NamedAddress
    /// Where the person's address was found, and what showed that From is not the person's.
    public let facts: [Trace.Fact]

    /// Finds the person.
    ///
    /// A field that names an author counts only where From is a list's or says "via": anyone can write one.
    ///
    /// - Returns: `nil` when From was not written anew, or nothing tells by whom the message is.
    public init?(of message: Message, _ summary: MessageSummary, in bytes: Span<UInt8>) {
        guard let from = summary.from.first else { return nil }
        let header = ListHeader(of: message, in: bytes)
        let name = from.name.flatMap(ViaName.init)
        guard name != nil || header.isList(from.address), header.isPresent || name != nil else { return nil }
        let isOther = { (address: NamedAddress) in
            address.address.comparisonKey != from.address.comparisonKey && !header.isList(address.address)
        }
        let found: (address: NamedAddress, field: String)?
        if let original = header.originals.first(where: { isOther($0.address) }) {
            found = original
        } else if let original = Self.encodedAuthor(from.address) {
            found = (NamedAddress(address: original), "From")
        } else if let reply = summary.replyTo.first(where: isOther), header.isPresent || name?.isSure == true {
            found = (reply, "Reply-To")
        } else {
            found = nil
        }
        guard var found else { return nil }
        found.address.name = found.address.name ?? name?.person
        author = found.address
        rewritten = from
        facts = [Trace.Fact("From", "\(from)"), Trace.Fact(found.field, "\(found.address)")]
    }

    /// The author of `ann=customer.example@list.example`, as groups.io and DMARC-mitigating lists write it.
    private static func encodedAuthor(_ address: MailAddress) -> MailAddress? {
        guard let equals = address.localPart.lastIndex(of: "="), equals > address.localPart.startIndex,
            let domain = Domain(address.localPart[address.localPart.index(after: equals)...]),
            domain.name.contains(".")
        else { return nil }
        return MailAddress(localPart: String(address.localPart[..<equals]), domain: domain)
    }
}

/// A display name that a list wrote: `Ann via Support List`, `'Ann' via Support`, `Ann (via Support)`.
struct ViaName {
    /// The person's own name.
    let person: String
    /// Whether no name of a person looks so: the whole phrase of Google Groups or Mailman.
    let isSure: Bool

    /// "via" as the groups of Google and others say it in their users' languages.
    private static let words = [
        " via ", " (via ", " über ", " par ", " através de ", " a través de ", " tramite ", " через ", " przez ",
    ]

    init?(_ name: String) {
        let lower = name.lowercased()
        guard lower.utf8.count == name.utf8.count else { return nil }
        for word in Self.words {
            guard let range = Self.range(of: word, in: lower) else { continue }
            let end = name.utf8.index(name.utf8.startIndex, offsetBy: range)
            let person = name[..<end].trimmingQuotes()
            guard !person.isEmpty else { return nil }
            self.person = person
            isSure = word == " via " || word == " (via "
            return
        }
        return nil
    }

    private static func range(of word: String, in text: String) -> Int? {
        let octets = Array(text.utf8)
        let wanted = Array(word.utf8)
        guard octets.count > wanted.count else { return nil }
        return (1...octets.count - wanted.count).last { octets[$0...].starts(with: wanted) }
    }
}

extension Substring {
    fileprivate func trimmingQuotes() -> String {
        let signs: Set<Character> = ["'", "\"", " "]
        return String(drop { signs.contains($0) }.reversed().drop { signs.contains($0) }.reversed())
    }
}

/// The fields by which a list tells its own address and the author that it replaced.
private struct ListHeader {
    private(set) var addresses: Set<String> = []
    private(set) var originals: [(address: NamedAddress, field: String)] = []
    private(set) var isPresent = false

    init(of message: Message, in bytes: Span<UInt8>) {
        for field in message.fields {
            switch field.name {
            case .listPost, .xBeenThere, .xMailingList, .mailingList:
                isPresent = true
                for address in message.addresses(of: field, in: bytes) {
                    addresses.insert(address.address.comparisonKey)
                }
            case .listID:
                isPresent = true
                if let key = Self.address(ofListID: message.text(of: field, in: bytes)) { addresses.insert(key) }
            case .xOriginalFrom, .xOriginalSender:
                let name = message.nameText(of: field, in: bytes)
                guard let address = message.addresses(of: field, in: bytes).first else { continue }
                // X-Original-From bears the name too.
                if field.name == .xOriginalFrom {
                    originals.insert((address, name), at: 0)
                } else {
                    originals.append((address, name))
                }
            default: continue
            }
        }
    }

    func isList(_ address: MailAddress) -> Bool { addresses.contains(address.comparisonKey) }

    /// RFC 2919 section 3: `Name <list.example.com>`, whose first label is the list's local part as a rule.
    private static func address(ofListID text: String) -> String? {
        guard let open = text.lastIndex(of: "<"), let close = text.lastIndex(of: ">"), open < close else { return nil }
        let id = text[text.index(after: open)..<close].lowercased()
        guard let dot = id.firstIndex(of: ".") else { return nil }
        return "\(id[..<dot])@\(id[id.index(after: dot)...])"
    }
}
