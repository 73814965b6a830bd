public import Mail

/// A complaint or another notice of a receiving provider on a message (ARF, RFC 5965).
public struct FeedbackReport: Hashable, Sendable {
    /// The kind in lower case.
    ///
    /// `abuse`, `fraud`, `virus`, `not-spam`, `other` (RFC 5965 section 7.3), `auth-failure` (RFC 6591).
    public var type: String
    /// The program that reports.
    public var userAgent: String?
    /// The reverse-path of the message reported on.
    public var originalMailFrom: MailAddress?
    /// The recipients who complained, where the provider tells.
    public var originalRecipients: [MailAddress]
    /// The domains that the provider holds to be concerned.
    public var reportedDomains: [String]
    /// The address of the system that delivered the message.
    public var sourceIP: String?
    /// The message reported on.
    public var returned: ReturnedMessage?

    /// Reads the content of a `message/feedback-report`.
    ///
    /// - Returns: `nil` without a type, which RFC 5965 section 3.1 requires.
    init?(_ content: [UInt8], work: inout Work) {
        let fields = ReportFields(content, work: &work)
        guard let type = fields.text("feedback-type", work: &work) else { return nil }
        self.type = type.lowercasedASCII
        userAgent = fields.text("user-agent", work: &work)
        originalMailFrom = fields.addresses("original-mail-from", work: &work).first
        originalRecipients =
            fields.addresses("original-rcpt-to", work: &work) + fields.addresses("removal-recipient", work: &work)
        reportedDomains = fields.texts("reported-domain", work: &work)
        sourceIP = fields.text("source-ip", work: &work)
    }
}
