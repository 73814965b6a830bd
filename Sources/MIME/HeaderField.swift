/// One field of a header, by where it lies in the message.
public struct HeaderField: Sendable, Hashable {
    /// The names that the project asks for, told apart once while the header is read.
    public enum Name: UInt8, Sendable, CaseIterable {
        /// Any name that is not listed here.
        case other
        /// Originators (RFC 5322 section 3.6.2).
        case from, sender, replyTo
        /// Destinations (RFC 5322 section 3.6.3).
        case to, cc, bcc
        /// Identification (RFC 5322 section 3.6.4).
        case messageID, inReplyTo, references
        /// What the message says of itself (RFC 5322 sections 3.6.1 and 3.6.5).
        case date, subject, comments, keywords
        /// Blocks of a resent message (RFC 5322 section 3.6.6).
        case resentFrom, resentSender, resentTo, resentCc, resentDate, resentMessageID
        /// MIME (RFC 2045, RFC 2183, RFC 2557).
        case mimeVersion, contentType, contentTransferEncoding, contentDisposition, contentID, contentDescription
        case contentLocation, contentLanguage
        /// Trace fields.
        case received, returnPath, deliveredTo, xOriginalTo, authenticationResults
        /// Any field whose name begins with `ARC-`.
        case arc
        /// Any field whose name begins with `X-Spam-`.
        case xSpam
        /// Machines and lists.
        case autoSubmitted, precedence, listID, listUnsubscribe, xAutoResponseSuppress, xAutoReply, xLoop
        /// Others that clients write.
        case dkimSignature, importance, priority, xPriority, xMailer, userAgent, threadTopic, threadIndex
        case xForwardedTo, xForwardedFor, xFailedRecipients, dispositionNotificationTo, returnReceiptTo
        case organization
    }

    /// Which name the field has.
    public let name: Name
    private let start: UInt32
    private let nameEnd: UInt32
    private let valueStart: UInt32
    private let valueEnd: UInt32
    private let end: UInt32

    /// Makes a field of offsets into a message, which is no larger than `UInt32` can tell.
    init(name: Name, start: Int, nameEnd: Int, valueStart: Int, valueEnd: Int, end: Int) {
        self.name = name
        self.start = UInt32(truncatingIfNeeded: start)
        self.nameEnd = UInt32(truncatingIfNeeded: nameEnd)
        self.valueStart = UInt32(truncatingIfNeeded: valueStart)
        self.valueEnd = UInt32(truncatingIfNeeded: valueEnd)
        self.end = UInt32(truncatingIfNeeded: end)
    }

    /// Where the name lies.
    public var nameRange: Range<Int> { Int(start)..<Int(nameEnd) }

    /// Where the value lies: without white space around it, folds and all.
    public var valueRange: Range<Int> { Int(valueStart)..<Int(valueEnd) }

    /// Where the whole field lies, its last line end included.
    public var range: Range<Int> { Int(start)..<Int(end) }

    /// Whether the field tells of the message's way instead of the message, so that it differs from copy to copy.
    public var isTrace: Bool {
        switch name {
        case .returnPath, .received, .deliveredTo, .xOriginalTo, .authenticationResults, .arc, .xSpam: true
        default: false
        }
    }
}

/// The table by which names are told apart without regard to case.
struct FieldNameTable: Sendable {
    private struct Entry: Sendable {
        let name: HeaderField.Name
        let text: [UInt8]
    }

    /// Open addressing with linear probing; an entry without text is free.
    private var entries = [Entry](repeating: Entry(name: .other, text: []), count: 256)

    static let standard = FieldNameTable()

    /// The longest name in the table.
    static let maximumLength = 32

    static func hash(_ hash: UInt32, _ octet: UInt8) -> UInt32 {
        // FNV-1a. Folding by a bit is coarser than ASCII case, which only makes the hash collide more.
        (hash ^ UInt32(octet | 0x20)) &* 16_777_619
    }

    static let seed: UInt32 = 2_166_136_261

    private static func slot(_ hash: UInt32) -> Int { Int((hash ^ hash >> 8 ^ hash >> 16) & 0xFF) }

    private init() {
        for name in HeaderField.Name.allCases {
            guard let text = Self.text(of: name) else { continue }
            let octets = Array(text.utf8)
            var slot = Self.slot(octets.reduce(Self.seed, Self.hash))
            while !entries[slot].text.isEmpty { slot = (slot + 1) & 0xFF }
            entries[slot] = Entry(name: name, text: octets)
        }
    }

    /// Looks up the name that lies in `range` and has the given hash.
    func name(in bytes: Span<UInt8>, _ range: Range<Int>, hash: UInt32) -> HeaderField.Name {
        guard range.count <= Self.maximumLength else { return Self.family(in: bytes, range) }
        var slot = Self.slot(hash)
        while true {
            let entry = entries[slot]
            if entry.text.isEmpty { return Self.family(in: bytes, range) }
            if bytes.hasASCII(entry.text, at: range.lowerBound), entry.text.count == range.count { return entry.name }
            slot = (slot + 1) & 0xFF
        }
    }

    private static let arcPrefix = Array("arc-".utf8)
    private static let spamPrefix = Array("x-spam-".utf8)

    private static func family(in bytes: Span<UInt8>, _ range: Range<Int>) -> HeaderField.Name {
        switch bytes[range.lowerBound] | 0x20 {
        case UInt8(ascii: "a"):
            range.count >= 4 && bytes.hasASCII(arcPrefix, at: range.lowerBound) ? .arc : .other
        case UInt8(ascii: "x"):
            range.count >= 7 && bytes.hasASCII(spamPrefix, at: range.lowerBound) ? .xSpam : .other
        default: .other
        }
    }

    /// The name in lower case; `nil` for those that stand for many.
    private static func text(of name: HeaderField.Name) -> String? {
        switch name {
        case .other, .arc, .xSpam: nil
        case .from: "from"
        case .sender: "sender"
        case .replyTo: "reply-to"
        case .to: "to"
        case .cc: "cc"
        case .bcc: "bcc"
        case .messageID: "message-id"
        case .inReplyTo: "in-reply-to"
        case .references: "references"
        case .date: "date"
        case .subject: "subject"
        case .comments: "comments"
        case .keywords: "keywords"
        case .resentFrom: "resent-from"
        case .resentSender: "resent-sender"
        case .resentTo: "resent-to"
        case .resentCc: "resent-cc"
        case .resentDate: "resent-date"
        case .resentMessageID: "resent-message-id"
        case .mimeVersion: "mime-version"
        case .contentType: "content-type"
        case .contentTransferEncoding: "content-transfer-encoding"
        case .contentDisposition: "content-disposition"
        case .contentID: "content-id"
        case .contentDescription: "content-description"
        case .contentLocation: "content-location"
        case .contentLanguage: "content-language"
        case .received: "received"
        case .returnPath: "return-path"
        case .deliveredTo: "delivered-to"
        case .xOriginalTo: "x-original-to"
        case .authenticationResults: "authentication-results"
        case .autoSubmitted: "auto-submitted"
        case .precedence: "precedence"
        case .listID: "list-id"
        case .listUnsubscribe: "list-unsubscribe"
        case .xAutoResponseSuppress: "x-auto-response-suppress"
        case .xAutoReply: "x-autoreply"
        case .xLoop: "x-loop"
        case .dkimSignature: "dkim-signature"
        case .importance: "importance"
        case .priority: "priority"
        case .xPriority: "x-priority"
        case .xMailer: "x-mailer"
        case .userAgent: "user-agent"
        case .threadTopic: "thread-topic"
        case .threadIndex: "thread-index"
        case .xForwardedTo: "x-forwarded-to"
        case .xForwardedFor: "x-forwarded-for"
        case .xFailedRecipients: "x-failed-recipients"
        case .dispositionNotificationTo: "disposition-notification-to"
        case .returnReceiptTo: "return-receipt-to"
        case .organization: "organization"
        }
    }
}
