/// What a client says of a message outside of it: who sent it and for whom it is (RFC 5321 section 2.3.1).
public struct Envelope: Hashable, Sendable {
    /// How the message's octets are declared (RFC 6152, RFC 3030).
    public enum Body: String, Hashable, Sendable {
        /// `BODY=7BIT`, or nothing declared.
        case sevenBit = "7BIT"
        /// `BODY=8BITMIME`.
        case eightBitMIME = "8BITMIME"
        /// `BODY=BINARYMIME`, which travels by BDAT only.
        case binaryMIME = "BINARYMIME"
    }

    /// Where failures are reported.
    public var reversePath: ReversePath
    /// The accepted recipients in the order of their RCPT commands, repetitions kept.
    public var recipients: [ForwardPath]
    /// The declared kind of body.
    public var body: Body
    /// Whether the client asked for SMTPUTF8 (RFC 6531).
    public var smtpUTF8: Bool
    /// The size the client declared with `SIZE=`, in octets (RFC 1870).
    public var declaredSize: UInt64?

    /// Makes an envelope.
    public init(
        reversePath: ReversePath,
        recipients: [ForwardPath] = [],
        body: Body = .sevenBit,
        smtpUTF8: Bool = false,
        declaredSize: UInt64? = nil
    ) {
        self.reversePath = reversePath
        self.recipients = recipients
        self.body = body
        self.smtpUTF8 = smtpUTF8
        self.declaredSize = declaredSize
    }
}
