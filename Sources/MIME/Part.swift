/// One entity of a message: the message itself, a container, or a leaf (RFC 2045 section 2.4).
public struct Part: Sendable {
    /// The position in ``Message/parts``.
    public let index: Int
    /// The container's position; `nil` for the message itself.
    public let parent: Int?
    /// How many containers lie around this part.
    public let depth: Int
    /// Which of ``Message/allFields`` are this part's.
    public internal(set) var fieldIndices: Range<Int>
    /// Where the header lies, without the empty line that ends it.
    public internal(set) var headerRange: Range<Int>
    /// Where the body lies, without the line end that belongs to a following boundary.
    public internal(set) var bodyRange: Range<Int>
    /// The media type with its parameters.
    public internal(set) var contentType: ContentType
    /// How the body is encoded.
    public internal(set) var transferEncoding: TransferEncoding
    /// What is to be done with the part, when it says so.
    public internal(set) var disposition: ContentDisposition?
    /// The Content-ID without angle brackets.
    public internal(set) var contentID: String?
    /// Whether other parts lie in this one.
    public internal(set) var isMultipart: Bool

    /// Whether the part is meant to be shown within the text.
    var isInline: Bool { disposition?.isAttachment != true && (disposition != nil || contentID != nil) }

    /// The name of the file that the part is, when it has one.
    public var fileName: String? { names.first }

    /// The names that the file has, the better one first; they differ only in mail that means no good.
    var names: [String] {
        // RFC 2183 section 2.3; `name` is the older form (RFC 2046 section 4.5.1).
        let newer = disposition?.fileName ?? ""
        let older = contentType.name ?? ""
        return (newer.isEmpty ? [] : [newer]) + (older.isEmpty || older == newer ? [] : [older])
    }
}

/// How a body is encoded for its travel (RFC 2045 section 6).
public enum TransferEncoding: String, Sendable, Hashable {
    /// Not at all: `7bit`, `8bit`, `binary`, or unknown.
    case identity
    /// RFC 2045 section 6.7.
    case quotedPrintable = "quoted-printable"
    /// RFC 2045 section 6.8.
    case base64
}

/// What is to be done with a part (RFC 2183).
public struct ContentDisposition: Sendable, Hashable {
    /// `inline`, `attachment` or another word, in lower case.
    public let kind: String
    /// The parameters, decoded.
    public let parameters: [Parameter]

    /// Whether the part is to be kept apart from the text; so is every word that is not known (RFC 2183 section 2.8).
    public var isAttachment: Bool { kind != "inline" && !kind.isEmpty }

    /// The suggested name of the file.
    public var fileName: String? { parameters.first { $0.name == "filename" }?.value }
}

/// The media type of a part (RFC 2045 section 5).
public struct ContentType: Sendable, Hashable {
    /// The type in lower case, such as `text`.
    public let type: String
    /// The subtype in lower case, such as `plain`.
    public let subtype: String
    /// The parameters, decoded.
    public let parameters: [Parameter]
    /// The boundary as it stands in the field: octets, not characters.
    let boundary: [UInt8]

    init(type: String, subtype: String, parameters: [Parameter] = [], boundary: [UInt8] = []) {
        self.type = type
        self.subtype = subtype
        self.parameters = parameters
        self.boundary = boundary
    }

    /// What a part without a type is (RFC 2045 section 5.2).
    static let plainText = ContentType(type: "text", subtype: "plain")
    /// What a part of a digest without a type is (RFC 2046 section 5.1.5).
    static let message = ContentType(type: "message", subtype: "rfc822")

    /// The value of a parameter by its name in lower case.
    public func parameter(_ name: String) -> String? { parameters.first { $0.name == name }?.value }

    /// The declared charset of a text.
    public var charset: String? { parameter("charset") }

    /// The name that the type's parameter suggests for a file.
    public var name: String? { parameter("name") }

    /// Type and subtype, as in `text/plain`.
    public var mediaType: String { "\(type)/\(subtype)" }

    /// Whether this is `text/html` or its XML twin.
    var isHTML: Bool { (type == "text" && subtype == "html") || subtype == "xhtml+xml" }

    var isPlainText: Bool { type == "text" && subtype == "plain" }

    /// Whether this is a calendar (RFC 5545), also by the name that Google gives its second copy.
    var isCalendar: Bool { mediaType == "text/calendar" || mediaType == "application/ics" }
}

/// A parameter of a structured field.
public struct Parameter: Sendable, Hashable {
    /// The name in lower case, without the marks of RFC 2231.
    public let name: String
    /// The value, its pieces joined and decoded.
    public let value: String
}
