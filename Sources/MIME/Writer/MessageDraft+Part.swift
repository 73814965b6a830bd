public import Mail

extension MessageDraft {
    /// One entity of a draft: a text, a file, a message, or several of them (RFC 2045 section 2.4).
    public struct Part: Sendable, Hashable {
        /// What lies in the part.
        package enum Content: Sendable, Hashable {
            case text(String, subtype: String, isFlowed: Bool)
            case file([UInt8], MediaType)
            case message([UInt8])
            case multipart(MultipartKind, [Part])
        }

        package let content: Content
        package private(set) var isAttachment = false
        package private(set) var name: OneLineText?
        package private(set) var contentID: MessageID?

        /// Plain text.
        ///
        /// - Parameter isFlowed: whether long lines are wrapped so that readers can join them again (RFC 3676).
        ///   Lines that begin with `>` are then quotes, and blanks at the end of a line are not kept.
        public static func plainText(_ text: String, isFlowed: Bool = false) -> Part {
            Part(content: .text(text, subtype: "plain", isFlowed: isFlowed))
        }

        /// HTML, written as it is.
        public static func html(_ html: String) -> Part {
            Part(content: .text(html, subtype: "html", isFlowed: false))
        }

        /// A file that is kept apart from the text.
        public static func attachment(_ octets: [UInt8], type: MediaType, name: OneLineText?) -> Part {
            Part(content: .file(octets, type), isAttachment: true, name: name)
        }

        /// A file that the text shows where it names the identifier (`cid:`, RFC 2392).
        public static func inline(
            _ octets: [UInt8],
            type: MediaType,
            name: OneLineText? = nil,
            contentID: MessageID
        ) -> Part {
            Part(content: .file(octets, type), name: name, contentID: contentID)
        }

        /// A message as it was received.
        ///
        /// It goes as `message/rfc822` when it may travel so, otherwise as a file: octets that mail cannot carry
        /// unencoded, and no transfer encoding is allowed there (RFC 2046 section 5.2.1).
        public static func message(_ octets: [UInt8], name: OneLineText? = nil) -> Part {
            Part(content: .message(octets), isAttachment: true, name: name)
        }

        /// Several parts.
        public static func multipart(_ kind: MultipartKind, _ parts: [Part]) -> Part {
            Part(content: .multipart(kind, parts))
        }

        /// A letter as clients write it: the forms of its text, the images in it, and the files beside it.
        ///
        /// A container is made only where there is more than one part for it.
        public static func letter(
            text: Part? = nil,
            html: Part? = nil,
            inline: [Part] = [],
            attachments: [Part] = []
        ) -> Part {
            let page = html.map { inline.isEmpty ? $0 : .multipart(.related, [$0] + inline) }
            let forms = [text, page].compactMap(\.self)
            let body = forms.count > 1 ? .multipart(.alternative, forms) : forms.first ?? .plainText("")
            // Without a page there is nothing that could show the images in place.
            let files = (page == nil ? inline : []) + attachments
            return files.isEmpty ? body : .multipart(.mixed, [body] + files)
        }
    }

    /// How parts belong together (RFC 2046 section 5.1, RFC 2387).
    public enum MultipartKind: String, Sendable, Hashable {
        /// One after the other.
        case mixed
        /// The same in several forms, the best one last.
        case alternative
        /// The first one, and what it shows.
        case related
    }

    /// The media type of a file (RFC 2045 section 5.1).
    public struct MediaType: Sendable, Hashable, CustomStringConvertible {
        /// The type and the subtype with a slash between them, in lower case.
        public let description: String
        /// The parameters in their order.
        package let parameters: [Parameter]

        /// What is known of no kind (RFC 2046 section 4.5.1).
        public static let octetStream = MediaType(known: "application/octet-stream")

        /// Makes a media type of text such as `image/png`.
        ///
        /// - Parameter parameters: by their names; `name` and `boundary` are the writer's own and are left out.
        /// - Returns: `nil` when the text is no type and subtype, or the name of a parameter is no token.
        public init?(_ text: some StringProtocol, parameters: [(name: String, value: OneLineText)] = []) {
            let halves = text.utf8.split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false)
            guard halves.count == 2, text.utf8.count <= Self.maximumLength,
                halves.allSatisfy({ !$0.isEmpty && $0.allSatisfy(\.isParameterToken) }),
                parameters.allSatisfy({ Self.isParameterName($0.name) })
            else { return nil }
            description = String(text).lowercasedASCII
            self.parameters =
                parameters
                .map { Parameter(name: $0.name.lowercased(), value: $0.value.description) }
                .filter { $0.name != "name" && $0.name != "boundary" }
        }

        private init(known text: StaticString) {
            description = text.description
            parameters = []
        }

        /// Whether this is a container, which may not be encoded as files are (RFC 2045 section 6.4).
        var isComposite: Bool { description.hasPrefix("multipart/") || description.hasPrefix("message/") }

        /// The longest type and the longest name of a parameter, so that each fits into a line.
        static let maximumLength = 60

        private static func isParameterName(_ name: String) -> Bool {
            // A star would begin an RFC 2231 mark.
            (1...40).contains(name.utf8.count)
                && name.utf8.allSatisfy { $0.isParameterToken && $0 != UInt8(ascii: "*") }
        }
    }
}

extension UInt8 {
    /// Whether the octet may stand in a token (RFC 2045 section 5.1).
    var isParameterToken: Bool {
        switch self {
        case 0...0x20, 0x7F..., UInt8(ascii: "("), UInt8(ascii: ")"), UInt8(ascii: "<"), UInt8(ascii: ">"),
            UInt8(ascii: "@"), UInt8(ascii: ","), UInt8(ascii: ";"), UInt8(ascii: ":"), UInt8(ascii: "\\"),
            UInt8(ascii: "\""), UInt8(ascii: "/"), UInt8(ascii: "["), UInt8(ascii: "]"), UInt8(ascii: "?"),
            UInt8(ascii: "="):
            false
        default: true
        }
    }
}
