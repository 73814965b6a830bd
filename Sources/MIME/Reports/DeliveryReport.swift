public import Mail

/// What a mail system reports of a message that it was given to deliver.
///
/// Read from a part made for programs (RFC 3464, RFC 6533) where there is one, else from the text.
public struct DeliveryReport: Hashable, Sendable {
    /// What was done for a recipient (RFC 3464 section 2.3.3).
    public enum Action: String, Hashable, Sendable, CaseIterable {
        /// The message could not be delivered, and nobody tries again.
        case failed
        /// The message could not be delivered yet; attempts go on.
        case delayed
        /// The message was delivered.
        case delivered
        /// The message was handed to a system that sends no reports.
        case relayed
        /// The message was delivered to an address that stands for several.
        case expanded
    }

    /// Where the report was found.
    public enum Source: String, Hashable, Sendable {
        /// In a part made for programs.
        case deliveryStatus = "delivery-status"
        /// In the text.
        case text
    }

    /// What became of the message for one recipient.
    public struct Recipient: Hashable, Sendable {
        /// The address that the message was being delivered to, when it is one.
        public var address: MailAddress?
        /// The address as it stands in the report.
        public var addressText: String
        /// The address that the sender gave, where the report tells both.
        public var originalAddress: MailAddress?
        /// What was done.
        public var action: Action
        /// The enhanced status code.
        public var status: EnhancedStatusCode?
        /// The code of the SMTP reply that the diagnostic quotes.
        public var replyCode: Int?
        /// What the other side said, or the report's own reason.
        public var diagnostic: String?
        /// The system that refused.
        public var remoteMTA: String?

        /// Makes a recipient.
        public init(
            address: MailAddress?,
            addressText: String,
            originalAddress: MailAddress? = nil,
            action: Action,
            status: EnhancedStatusCode? = nil,
            replyCode: Int? = nil,
            diagnostic: String? = nil,
            remoteMTA: String? = nil
        ) {
            self.address = address
            self.addressText = addressText
            self.originalAddress = originalAddress
            self.action = action
            self.status = status
            self.replyCode = replyCode
            self.diagnostic = diagnostic
            self.remoteMTA = remoteMTA
        }

        /// Whether the cause is of the kind that passes, so that another message may arrive (RFC 3463 section 2).
        ///
        /// A failed recipient may have a temporary cause: the sender's system gave up waiting.
        public var hasTemporaryCause: Bool {
            if let status { return status.class == .temporaryFailure }
            if let replyCode { return replyCode / 100 == 4 }
            return action == .delayed
        }
    }

    /// Where the report was found.
    public var source: Source
    /// The system that reports.
    public var reportingMTA: String?
    /// The envelope identifier that the sender gave (RFC 3461 section 4.4).
    public var originalEnvelopeID: String?
    /// The recipients in the report's order.
    public var recipients: [Recipient]
    /// The message reported on, as far as it was returned.
    public var returned: ReturnedMessage?

    /// Makes a report.
    public init(
        source: Source,
        reportingMTA: String? = nil,
        originalEnvelopeID: String? = nil,
        recipients: [Recipient],
        returned: ReturnedMessage? = nil
    ) {
        self.source = source
        self.reportingMTA = reportingMTA
        self.originalEnvelopeID = originalEnvelopeID
        self.recipients = recipients
        self.returned = returned
    }

    /// How many recipients are kept.
    static let maximumRecipients = 1000

    /// The worst of what was done: a failure before a delay before a success; `nil` without recipients.
    public var action: Action? {
        let actions = Set(recipients.map(\.action))
        return Action.allCases.first { actions.contains($0) }
    }

    /// The recipients that the message did not reach, for now or for good.
    public var unreachedRecipients: [Recipient] {
        recipients.filter { $0.action == .failed || $0.action == .delayed }
    }
}
