public import Mail

/// A message that is to be written: its header by type, and its content.
///
/// Whatever text goes in, no value leaves its field: fields take ``OneLineText``, validated words or values that the
/// writer renders itself, and the one door to the header (`HeaderWord`) lets no control through. There is no Bcc:
/// blind recipients belong to the envelope.
public struct MessageDraft: Sendable, Hashable {
    /// When the message was made.
    public var date: Timestamp
    /// The authors; at least one.
    public var from: [NamedAddress]
    /// Who sends for the authors; required when there are several (RFC 5322 section 3.6.2).
    public var sender: NamedAddress?
    /// Where answers go, when not to the authors.
    public var replyTo: [Address] = []
    /// The primary recipients.
    public var to: [Address] = []
    /// The other recipients.
    public var cc: [Address] = []
    /// The subject; an empty one is not written.
    public var subject: OneLineText = ""
    /// The message's own identifier.
    public var messageID: MessageID
    /// The messages that this one answers.
    public var inReplyTo: [MessageID] = []
    /// The thread so far, oldest first.
    public var references: [MessageID] = []
    /// Fields that have no property here, in their order; those with addresses come before the others.
    public var additionalFields: [Field] = []
    /// The content.
    public var content: Part

    /// Makes a draft of what every message must have.
    public init(date: Timestamp, from: [NamedAddress], messageID: MessageID, content: Part) {
        self.date = date
        self.from = from
        self.messageID = messageID
        self.content = content
    }
}

extension MessageDraft {
    /// One entry of an address list (RFC 5322 section 3.4, `address`).
    public enum Address: Sendable, Hashable {
        /// One address.
        case mailbox(NamedAddress)
        /// Addresses under a name; without addresses it hides who else was written to.
        case group(name: OneLineText, members: [NamedAddress])
    }

    /// A header field that the draft has no property for.
    public struct Field: Sendable, Hashable {
        /// The name.
        public let name: FieldName
        /// The body.
        public let body: FieldBody

        /// Makes a field.
        public init(_ name: FieldName, _ body: FieldBody) {
            self.name = name
            self.body = body
        }
    }

    /// What a field says, by the kinds that are written differently.
    public enum FieldBody: Sendable, Hashable {
        /// Addresses (RFC 5322 section 3.4).
        case addresses([Address])
        /// Message identifiers (RFC 5322 section 3.6.4).
        case identifiers([MessageID])
        /// A date (RFC 5322 section 3.3).
        case date(Timestamp)
        /// Text for people (RFC 5322 section 3.2.5), encoded where it must be.
        case unstructured(OneLineText)
        /// Words for machines, which are folded between them and never encoded.
        case structured(StructuredText)
    }

    /// The name of a field (RFC 5322 section 2.2).
    public struct FieldName: Sendable, Hashable, CustomStringConvertible {
        /// The name as it is written.
        public let description: String

        /// The longest name accepted, so that it and its colon fit into a line.
        public static let maximumLength = 76

        /// Makes a name.
        ///
        /// - Returns: `nil` when the text is empty, too long, or holds anything but printable US-ASCII without colon.
        public init?(_ text: some StringProtocol) {
            guard (1...Self.maximumLength).contains(text.utf8.count),
                text.utf8.allSatisfy({ (0x21...0x7E).contains($0) && $0 != Octet.colon })
            else { return nil }
            description = String(text)
        }

        /// A name of the writer's own.
        init(known text: StaticString) {
            description = text.description
        }

        /// Whether the writer decides on this field itself, or keeps it out: `Bcc`.
        var isReserved: Bool {
            let key = description.lowercasedASCII
            return Self.reserved.contains(key) || key.hasPrefix("content-")
        }

        private static let reserved: Set<String> = [
            "date", "from", "sender", "reply-to", "to", "cc", "bcc", "subject", "message-id", "in-reply-to",
            "references", "mime-version",
        ]
    }

    /// Printable US-ASCII words with single spaces between them, for fields that machines read.
    public struct StructuredText: Sendable, Hashable, CustomStringConvertible {
        /// The words with spaces between them.
        public var description: String { words.joined(separator: " ") }

        /// The words.
        let words: [String]

        /// The longest word accepted, so that no line passes 998 octets.
        public static let maximumWordLength = 900

        /// Splits text at its spaces.
        ///
        /// - Returns: `nil` when the text holds anything but printable US-ASCII, or a word that is too long.
        public init?(_ text: some StringProtocol) {
            guard text.utf8.allSatisfy({ (0x20...0x7E).contains($0) }) else { return nil }
            words = String(text).split(separator: " " as Character).map(String.init)
            guard words.allSatisfy({ $0.utf8.count <= Self.maximumWordLength }) else { return nil }
        }
    }
}

/// Text on one line: no CR, LF, NUL or other control is in it, whatever it was made of.
public struct OneLineText: Sendable, Hashable, ExpressibleByStringLiteral, CustomStringConvertible {
    /// The text.
    public let description: String

    /// Takes text; controls and line separators become spaces, and white space at the ends goes.
    public init(_ text: some StringProtocol) {
        var kept = String.UnicodeScalarView()
        for scalar in text.unicodeScalars {
            let isKept = !Self.isControl(scalar) && (scalar != " " || !kept.isEmpty)
            if isKept {
                kept.append(scalar)
            } else if let last = kept.last, last != " " {
                kept.append(" ")
            }
        }
        while kept.last == " " { kept.removeLast() }
        description = String(kept)
    }

    /// Takes a literal as ``init(_:)`` takes text.
    public init(stringLiteral text: String) { self.init(text) }

    /// Whether the text is empty.
    public var isEmpty: Bool { description.isEmpty }

    /// Whether the scalar is a C0 or C1 control, or ends a line or paragraph.
    static func isControl(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.value {
        case 0..<0x20, 0x7F..<0xA0, 0x2028, 0x2029: true
        default: false
        }
    }
}
