public import Mail

/// What became of a message at its reader: a read receipt (RFC 8098).
public struct DispositionNotification: Hashable, Sendable {
    /// The recipient who reports, as given.
    public var finalRecipient: MailAddress?
    /// The address that the sender gave.
    public var originalRecipient: MailAddress?
    /// The message reported on.
    public var originalMessageID: MessageID?
    /// The program that reports.
    public var reportingUA: String?
    /// What was done, in lower case: `displayed`, `deleted`, `dispatched`, `processed` (RFC 8098 section 3.2.6.2).
    public var type: String
    /// Whether a program did it and not the reader (`automatic-action`, RFC 8098 section 3.2.6.1).
    public var isAutomatic: Bool
    /// What went wrong, where the receipt tells (`Error` and `Failure` fields).
    public var error: String?

    /// Reads the content of a `message/disposition-notification`.
    ///
    /// - Returns: `nil` when it names neither a disposition nor a recipient.
    init?(_ content: [UInt8], work: inout Work) {
        let fields = ReportFields(content, work: &work)
        let disposition = fields.text("disposition", work: &work)
        finalRecipient = fields.addresses("final-recipient", work: &work).first
        originalRecipient = fields.addresses("original-recipient", work: &work).first
        guard disposition != nil || finalRecipient != nil || originalRecipient != nil else { return nil }
        originalMessageID = fields.text("original-message-id", work: &work).flatMap {
            Self.messageID($0, work: &work)
        }
        reportingUA = fields.text("reporting-ua", work: &work)
        error = fields.text("error", work: &work) ?? fields.text("failure", work: &work)
        (type, isAutomatic) = Self.parse(disposition ?? "")
    }

    private static func messageID(_ text: String, work: inout Work) -> MessageID? {
        let octets = Array(text.utf8)
        return MessageIDParser.identifiers(in: octets.span, 0..<octets.count, limit: 1, work: &work).first
    }

    /// Splits `automatic-action/MDN-sent-automatically; displayed/error`.
    private static func parse(_ text: String) -> (type: String, isAutomatic: Bool) {
        let octets = text.utf8.map(\.asciiLowercased)
        let parts = octets.split(separator: Octet.semicolon, maxSplits: 1, omittingEmptySubsequences: false)
        let mode = parts.first ?? []
        // QUIRK: the mode left out, so that the type stands first.
        let rest = parts.count > 1 ? parts[1] : mode
        let type = rest.drop { $0.isFoldingSpace }.prefix { $0.isASCIILetter || $0 == Octet.dash }
        return (String(decoding: type, as: UTF8.self), mode.starts(with: "automatic-action".utf8))
    }
}
