/// A message as offsets into its octets: header fields, parts and what is wrong with them.
///
/// Nothing is copied but the short values that structure depends on. Every function that reads content takes the same
/// octets again.
public struct Message: Sendable {
    /// What a message may have before the rest of it is passed over with a ``Defect``.
    public struct Limits: Sendable, Hashable, Codable {
        /// Fields in one header.
        public var maxHeaders = 1000
        /// Octets of one header.
        public var maxHeaderSize = 1_048_576
        /// Octets of one line of a header or of a text.
        ///
        /// The rest of a header's line is not read; a text is read whole. RFC 5322 section 2.1.1 allows 998, and many
        /// real messages have more.
        public var maxLineLength = 65_536
        /// Parts, containers included.
        public var maxParts = 1000
        /// Multiparts within multiparts.
        public var maxDepth = 50
        /// Octets of readable text, in UTF-8.
        public var maxText = 1_048_576
        /// Octets of all attachments after their transfer encoding is undone.
        public var maxDecodedSize = 268_435_456

        /// The limits that hold where the configuration says nothing.
        public init() {}
    }

    /// The fields of all headers, part by part; ``Part/fieldIndices`` says which belong to which.
    public let allFields: [HeaderField]
    /// All parts in the order in which they begin; the first is the message itself.
    public let parts: [Part]
    /// What is wrong with the message, as far as its structure tells.
    public let defects: [Defect]
    /// The parts whose header was not read to its end.
    private let cutHeaders: Set<Int>
    /// The work that parsing took.
    package let work: Work
    /// The size of the parsed octets.
    let size: Int

    /// Parses a message; every sequence of octets is one.
    public init(parsing bytes: Span<UInt8>, limits: Limits = Limits()) {
        var parser = MessageParser(limits: limits, size: bytes.count)
        parser.parse(bytes)
        allFields = parser.fields
        parts = parser.parts
        defects = parser.defects.defects
        cutHeaders = parser.defects.cutHeaders
        work = parser.work
        size = bytes.count
    }

    /// The fields of the message's own header.
    public var fields: ArraySlice<HeaderField> { allFields[parts[0].fieldIndices] }

    /// Where the message's body lies.
    public var bodyRange: Range<Int> { parts[0].bodyRange }

    /// The fields of a part's header.
    public func fields(of part: Part) -> ArraySlice<HeaderField> { allFields[part.fieldIndices] }

    /// Offsets into other octets than those that were parsed would mean nothing.
    func requireParsed(_ bytes: Span<UInt8>) {
        precondition(bytes.count == size, "these are not the octets that were parsed")
    }

    /// Decodes a part's content piece by piece, without holding all of it.
    ///
    /// - Parameter sink: takes each piece in order; a piece is at most 32 KiB where the content is encoded.
    public func decodedContent(of part: Part, in bytes: Span<UInt8>, into sink: (Span<UInt8>) -> Void) {
        requireParsed(bytes)
        var decoder = TransferDecoder()
        _ = decoder.decode(part.transferEncoding, bytes, part.bodyRange, into: sink)
    }

    /// The text of one part: decoded, with LF line ends, HTML turned into rough text.
    ///
    /// - Parameter limit: where the text is cut, in octets of UTF-8.
    public func decodedText(of part: Part, in bytes: Span<UInt8>, limit: Int = Limits().maxText) -> String {
        requireParsed(bytes)
        var extraction = TextExtraction(limit: limit, maxLineLength: .max, work: work)
        extraction.append(part, bytes)
        return extraction.takeText()
    }

    /// The text of one part in UTF-8 as it stands, line ends, markup and all: what ``SanitizedHTML`` takes.
    ///
    /// - Parameter limit: where the text is cut, in octets of UTF-8.
    public func utf8Content(of part: Part, in bytes: Span<UInt8>, limit: Int = .max) -> [UInt8] {
        requireParsed(bytes)
        var extraction = TextExtraction(limit: limit, maxLineLength: .max, work: work)
        return extraction.utf8(of: part, bytes)
    }

    /// Whether a part's header was read to its end, so that the part is what it seems.
    func isReadWhole(_ part: Part) -> Bool {
        !cutHeaders.contains(part.index) && (part.fileName?.utf8.count ?? 0) < Self.maximumValue
    }

    /// Whether all parts were found and each is what it seems.
    var isReadWhole: Bool { cutHeaders.isEmpty && !defects.contains { $0.kind.isStructureLimit } }
}
