public import Mail

extension MessageDraft {
    /// What the next relay takes, beyond seven-bit mail.
    public struct Transport: Sendable, Hashable {
        /// Whether bodies may hold octets outside US-ASCII (RFC 6152).
        public var hasEightBitMIME: Bool
        /// Whether headers and addresses may be in UTF-8 (RFC 6531).
        public var hasSMTPUTF8: Bool

        /// Makes a transport; without arguments it takes what every server takes.
        public init(hasEightBitMIME: Bool = false, hasSMTPUTF8: Bool = false) {
            self.hasEightBitMIME = hasEightBitMIME
            self.hasSMTPUTF8 = hasSMTPUTF8
        }
    }

    /// A message ready for its travel.
    public struct Written: Sendable, Hashable {
        /// The message; every line ends in CRLF, and there is no other CR or LF.
        public let octets: [UInt8]
        /// Whether the body holds octets outside US-ASCII, so that it needs `BODY=8BITMIME`.
        public let needsEightBitMIME: Bool
        /// Whether the header is in UTF-8, so that it needs `SMTPUTF8`.
        public let needsSMTPUTF8: Bool
        /// Foreign identifiers that no header of this message can hold; they were left out.
        public let omittedIdentifiers: [MessageID]
    }

    /// Why a draft cannot be written.
    public enum WritingError: Error, Sendable, Hashable {
        /// There is no author.
        case noAuthor
        /// There are several authors and no sender (RFC 5322 section 3.6.2).
        case noSender
        /// The local part needs SMTPUTF8, which the transport does not have.
        case needsSMTPUTF8(MailAddress)
        /// The domain has no form in US-ASCII.
        case noASCIIDomain(MailAddress)
        /// The address is empty, too long for a line, or holds a control.
        case unwritableAddress(MailAddress)
        /// The message's own identifier, or a part's, is not US-ASCII or too long for a line.
        case unwritableIdentifier(MessageID)
        /// The draft has a property for this field, or it may not be written.
        case reservedField(FieldName)
        /// A container has no parts (RFC 2046 section 5.1.1).
        case emptyMultipart(MultipartKind)
    }

    /// Writes the message.
    ///
    /// The same arguments give the same octets.
    ///
    /// - Parameter boundarySeed: 128 random bits, from which the boundaries are made. They are checked against the
    ///   content all the same, so that a seed used twice does no harm.
    public func written(
        for transport: Transport = Transport(),
        boundarySeed: (UInt64, UInt64)
    ) throws(WritingError) -> Written {
        guard !from.isEmpty else { throw .noAuthor }
        guard from.count == 1 || sender != nil else { throw .noSender }
        var header = HeaderWriter(transport: transport)
        try header.write(self)
        var body = BodyWriter(transport: transport, boundarySeed: boundarySeed)
        let planned = try body.plan(content, isRoot: true)
        let octets = body.octets(of: planned, after: header.octets)
        return Written(
            octets: octets,
            needsEightBitMIME: planned.isEightBit,
            needsSMTPUTF8: header.needsSMTPUTF8,
            omittedIdentifiers: header.omittedIdentifiers
        )
    }
}
