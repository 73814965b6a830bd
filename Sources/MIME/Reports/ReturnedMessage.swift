public import Mail

/// What a report returns of the message that it is about: mostly its header.
public struct ReturnedMessage: Hashable, Sendable {
    /// The message's identifier.
    public var messageID: MessageID?
    /// The authors.
    public var from: [NamedAddress] = []
    /// Where reports on it go, where a delivering system noted it.
    public var returnPath: MailAddress?
    /// The recipients, primary and other.
    public var recipients: [NamedAddress] = []
    /// The subject, decoded.
    public var subject: String?

    /// How much of it is read, in octets.
    static let maximumSize = 131_072

    /// Reads the header at the start of `content`.
    ///
    /// - Returns: `nil` when there is no field of it that tells anything.
    init?(_ content: [UInt8], work: inout Work) {
        let bytes = content.span
        var limits = Message.Limits()
        limits.maxParts = 1
        let message = Message(parsing: bytes, limits: limits)
        work.charge(message.work.steps)
        for field in message.fields where !work.isExhausted {
            switch field.name {
            case .messageID where messageID == nil:
                messageID =
                    MessageIDParser.identifiers(in: bytes, field.valueRange, limit: 1, work: &work).first
            case .from where from.isEmpty:
                from = AddressParser.parse(bytes, field.valueRange, work: &work).addresses
            case .returnPath where returnPath == nil:
                returnPath = AddressParser.parse(bytes, field.valueRange, work: &work).addresses.first?.address
            case .to, .cc:
                let room = AddressParser.maximumCount - recipients.count
                recipients += AddressParser.parse(bytes, field.valueRange, work: &work).addresses.prefix(max(0, room))
            case .subject where subject == nil:
                subject = HeaderText.decode(bytes, field.valueRange, work: &work).text
            default:
                continue
            }
        }
        if messageID == nil, from.isEmpty, recipients.isEmpty, subject == nil { return nil }
    }
}
