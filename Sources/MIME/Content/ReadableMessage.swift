/// A message as people read it: texts in their order, each with what to hide at first sight, and the files.
///
/// What lies within other forms is opened: Outlook's `winmail.dat`, S/MIME with the content inside the signature, and
/// messages within the message. Derived data: made when someone asks for it, and the same each time.
public struct ReadableMessage: Sendable, Hashable, Codable {
    /// The version of this form and of the rules that make it; a stored one of another version is made again.
    public static let version = 2

    /// How a message is made readable.
    public struct Options: Sendable, Hashable, Codable {
        /// What a message may have.
        public var limits = Message.Limits()
        /// Whether messages within the message are shown in place; they are files in either case.
        public var unwrapsMessages = true
        /// Whether pictures are loaded from elsewhere, which tells the sender when and where the mail is read.
        public var loadsRemoteImages = false

        /// Options that hold where the configuration says nothing.
        public init() {}
    }

    /// One piece of what is read.
    public struct Section: Sendable, Hashable, Codable {
        /// What a piece is.
        public enum Kind: String, Sendable, Hashable, Codable, CaseIterable {
            /// A text of the message.
            case text
            /// The heading of a message within the message; what follows more deeply belongs to it.
            case message
            /// What a calendar says.
            case calendar
            /// Something that a reader has to know of the message's form.
            case notice
        }

        /// What it is.
        public var kind: Kind
        /// How many messages lie around it.
        public var depth: Int
        /// The file that it was read from or that it tells of, as in ``File/path``.
        public var file: String?
        /// The text, with LF line ends.
        public var text: String
        /// The parts of the text, without gaps; empty where all of it is shown.
        public var spans: [ReplyExtraction.Span] = []
        /// The same as HTML, safe to show; pictures of the message keep their `cid:` address (RFC 2392).
        public var html: String

        /// Makes a piece; without HTML of its own its text is made HTML.
        public init(
            kind: Kind,
            depth: Int = 0,
            file: String? = nil,
            text: String,
            spans: [ReplyExtraction.Span] = [],
            html: String? = nil
        ) {
            self.kind = kind
            self.depth = depth
            self.file = file
            self.text = text
            self.spans = spans
            self.html = html ?? SanitizedHTML(plainText: Array(text.utf8).span).html
        }
    }

    /// A file that came with the message.
    public struct File: Sendable, Hashable, Codable {
        /// What a file is, beside a file.
        public enum Kind: String, Sendable, Hashable, Codable, CaseIterable {
            /// Nothing else.
            case file
            /// What was opened, so that its content is shown or listed too.
            case opened
            /// A signature of the message (RFC 1847).
            case signature
        }

        /// Where it is: the part's index in ``Message/parts``, and after a period the index within what was opened.
        public var path: String
        /// What it is.
        public var kind: Kind
        /// The name that the sender gave, decoded.
        public var name: String?
        /// The declared media type.
        public var type: String
        /// The size of the content, in octets.
        public var size = 0
        /// The SHA-256 digest of the content.
        public var sha256: [UInt8] = []
        /// The Content-ID without angle brackets.
        public var contentID: String?
        /// Whether the file is meant to be shown within the text.
        public var isInline: Bool
    }

    /// The pieces in the order in which they are read.
    public internal(set) var sections: [Section] = []
    /// The files in the order in which they came.
    public internal(set) var files: [File] = []
    /// How many pictures would be fetched from elsewhere and are left out of the HTML.
    public internal(set) var blockedImages = 0
    /// Whether a limit was met, so that something is neither shown nor listed; a notice says so.
    public internal(set) var isTruncated = false

    /// Makes a message readable.
    ///
    /// - Parameter bytes: the octets of the message.
    public init(_ bytes: Span<UInt8>, options: Options = Options()) {
        var opener = MessageOpener(options)
        opener.open(Message(parsing: bytes, limits: options.limits), bytes)
        if opener.readable.isTruncated { opener.append(.truncated) }
        self = opener.readable
    }

    init() {}

    /// The contents of files of a message, whatever the setting for messages within it.
    ///
    /// - Parameters:
    ///   - paths: the files', as in ``File/path``.
    ///   - bytes: the octets of the message.
    ///   - limits: those by which the message was read when it came, since they decide which files there are.
    /// - Returns: the contents by path, without those that are not there.
    public static func contents(
        ofFiles paths: Set<String>,
        in bytes: Span<UInt8>,
        limits: Message.Limits = Message.Limits()
    ) -> [String: [UInt8]] {
        var options = Options()
        options.limits = limits
        var opener = MessageOpener(options, purpose: .contents(paths))
        opener.open(Message(parsing: bytes, limits: limits), bytes)
        return opener.contents
    }
}
