internal import Mail

/// What Outlook and Exchange put into `winmail.dat` ([MS-OXTNEF]).
///
/// Files are ranges of the octets that were read, so nothing is copied and every octet is kept. A message within the
/// message is not opened by itself; its octets are another stream of this kind.
public struct TNEF: Sendable, Hashable {
    /// A file, message or object in the stream.
    public struct Attachment: Sendable, Hashable {
        /// What the content is.
        public enum Kind: String, Sendable, Hashable {
            /// A file.
            case file
            /// A message, task, contact or appointment: again a TNEF stream.
            case message
            /// An embedded OLE object behind the sixteen octets of its interface.
            case object
        }

        /// What the content is.
        public internal(set) var kind = Kind.file
        /// The best name: the long one, else what the sender sees; not a safe path.
        public internal(set) var name: String?
        /// The short name, as old readers know it.
        public internal(set) var title: String?
        /// All names that the file is given, each once; readers differ on which counts.
        var names: [String] = []
        /// The media type, where the sender gives one.
        public internal(set) var mediaType: String?
        /// The Content-ID, where the HTML text refers to the file.
        public internal(set) var contentID: String?
        /// Where the content lies; `nil` when it is missing, as in a cloud attachment.
        public internal(set) var content: Range<Int>?
        /// Where a message or object has a notice for readers that know only files.
        public internal(set) var notice: Range<Int>?
    }

    /// The forms in which the text is there.
    public enum Form: String, Sendable, Hashable, CaseIterable {
        /// Plain text.
        case plain
        /// HTML.
        case html
        /// RTF, which may hold HTML or plain text in turn.
        case rtf
    }

    /// The class of the message in upper case, such as `IPM.NOTE`.
    public internal(set) var messageClass: String?
    /// The subject.
    public internal(set) var subject: String?
    /// The sender's name, where the stream has it; for messages within messages.
    public internal(set) var senderName: String?
    /// The sender's address in internet form, where the stream has it.
    public internal(set) var senderAddress: String?
    /// The forms that the stream holds.
    public internal(set) var forms: Set<Form> = []
    /// The plain text, if need be taken from RTF.
    public internal(set) var text: String?
    /// The HTML text, if need be taken from RTF; not sanitised.
    public internal(set) var html: String?
    /// Whether a form of the text is longer than was read.
    public internal(set) var isTextCut = false
    /// The files in their order.
    public internal(set) var attachments: [Attachment] = []
    /// Whether everything was there and understood; otherwise the raw part should be kept at hand.
    public internal(set) var isComplete = true
    /// Whether at least one checksum is wrong; readers pass over that.
    public internal(set) var hasWrongChecksum = false

    /// How many octets of HTML are read where so many of text are: markup takes more room than its text.
    package static func maxMarkup(_ maxText: Int) -> Int {
        let (size, overflow) = maxText.multipliedReportingOverflow(by: 4)
        return overflow ? .max : size
    }

    /// How many files are read from one stream.
    public static let maximumAttachments = 1000

    /// Reads a stream; `nil` when the octets are none.
    ///
    /// - Parameter maxText: the most octets of the text; HTML may have ``maxMarkup(_:)``.
    public init?(parsing bytes: Span<UInt8>, maxText: Int = 4_194_304) {
        var reader = TNEFReader(maxText: max(0, maxText))
        guard reader.read(bytes) else { return nil }
        self = reader.finish()
    }

    init() {}

    static let signature: [UInt8] = [0x78, 0x9F, 0x3E, 0x22]

    /// Whether a part's content begins as a stream does, whatever the part is declared as.
    static func begins(_ part: Part, _ bytes: Span<UInt8>) -> Bool {
        let range = part.bodyRange.prefix(512)
        // Nothing is decoded for what begins otherwise: with `x`, or in base64 with `e`.
        guard let first = range.first(where: { bytes[$0] > Octet.space }),
            bytes[first] == UInt8(ascii: "x") || bytes[first] == UInt8(ascii: "e")
        else { return false }
        var beginning: [UInt8] = []
        var decoder = TransferDecoder(chunkSize: 512)
        _ = decoder.decode(part.transferEncoding, bytes, range) { beginning.append(copying: $0) }
        return beginning.span.hasOctets(signature, at: 0)
    }

    /// Reads a message within the message.
    ///
    /// - Parameter bytes: the octets from which this was read.
    public static func message(
        of attachment: Attachment,
        in bytes: Span<UInt8>,
        maxText: Int = 4_194_304
    ) -> TNEF? {
        guard attachment.kind == .message, let range = attachment.content, range.upperBound <= bytes.count else {
            return nil
        }
        return TNEF(parsing: bytes.extracting(range), maxText: maxText)
    }
}
