/// Something in a message that breaks a rule or exceeds a limit; noted, never fatal.
public struct Defect: Hashable, Sendable, CustomStringConvertible {
    /// What is wrong.
    public enum Kind: String, Hashable, Sendable, CaseIterable {
        // Limits.
        /// A header has more fields than `maxHeaders`; the rest were not read.
        case tooManyHeaders
        /// A header is larger than `maxHeaderSize`; the rest of its fields were not read.
        case headerTooLarge
        /// The message has more parts than `maxParts`; the rest were not read.
        case tooManyParts
        /// Multiparts are nested more deeply than `maxDepth`; the innermost was taken as one piece.
        case tooDeep
        /// The readable text is longer than `maxText` and was cut.
        case textTruncated
        /// A subject, a file name, a media type or a Content-ID is longer than is kept and was cut.
        case valueTruncated
        /// A field has more parameters than are kept.
        case tooManyParameters
        /// A field has more addresses or message identifiers than are kept.
        case tooManyAddresses
        /// A line is longer than `maxLineLength`; of a field the rest was not read.
        case lineTooLong
        /// The decoded attachments are larger than `maxDecodedSize`; this one and what follows were not decoded.
        case decodedSizeExceeded
        /// The message is larger than four gibibytes less one octet; the rest was not read.
        case messageTooLarge
        /// The work budget was used up; what follows was not read.
        case workExhausted
        // Header.
        /// A line of a header is no field and was passed over.
        case malformedHeaderLine
        /// The empty line between header and body is missing.
        case missingBlankLine
        /// Empty lines stand before the header.
        case misplacedBlankLine
        /// A field that may occur once occurs again; the first counts.
        case duplicateField
        /// A header holds octets outside US-ASCII that are no UTF-8.
        case undeclaredCharset
        /// A header holds a NUL.
        case nulInHeader
        /// An address field holds something that is no address.
        case malformedAddress
        /// An address lacks its domain and was ignored.
        case missingDomain
        /// The date cannot be understood.
        case malformedDate
        /// A Content-Type field cannot be understood.
        case malformedContentType
        // Structure.
        /// A multipart has no boundary parameter.
        case missingBoundary
        /// A multipart's boundary never occurs; its body was taken as text.
        case boundaryNotFound
        /// A multipart ends without its closing boundary.
        case unterminatedMultipart
        /// A line begins with a boundary, or is that of a multipart that has ended, and was taken for the beginning of a
        /// part.
        case malformedBoundary
        /// A part follows the closing boundary of its multipart.
        case partAfterEnd
        // Content.
        /// The transfer encoding is unknown, or not allowed on a multipart; the content was taken as it is.
        case unknownTransferEncoding
        /// The content is not encoded as declared.
        case malformedEncoding
        /// The charset is unknown; the text was decoded by a guess.
        case unknownCharset
        /// The text is not valid in its declared charset.
        case malformedText
    }

    /// What is wrong.
    public let kind: Kind
    /// The index of the part where it is.
    public let part: Int

    /// Makes a defect.
    public init(_ kind: Kind, part: Int) {
        self.kind = kind
        self.part = part
    }

    /// The kind and the part in words for a log.
    public var description: String { "\(kind.rawValue) in part \(part)" }
}

extension Defect.Kind {
    /// Whether a limit was met, so that something was not read.
    var isLimit: Bool { isHeaderLimit || isStructureLimit || self == .textTruncated || self == .decodedSizeExceeded }

    /// Whether a part's header was not read to its end, so that it may be another part than it seems.
    var isHeaderLimit: Bool {
        switch self {
        case .tooManyHeaders, .headerTooLarge, .tooManyParameters, .lineTooLong, .valueTruncated: true
        default: false
        }
    }

    /// Whether there may be parts that were not found.
    var isStructureLimit: Bool {
        switch self {
        case .tooManyParts, .tooDeep, .messageTooLarge, .workExhausted: true
        default: false
        }
    }
}

/// The defects found so far: each kind once for each part, and not without end.
struct DefectList: Sendable {
    private(set) var defects: [Defect] = []
    /// The parts whose header was not read to its end, all of them.
    private(set) var cutHeaders: Set<Int> = []

    private static let maximumCount = 100

    init(_ defects: [Defect] = []) {
        self.defects = defects
    }

    mutating func add(_ kind: Defect.Kind, part: Int) {
        let defect = Defect(kind, part: part)
        if kind.isHeaderLimit { cutHeaders.insert(part) }
        guard defects.count < Self.maximumCount else {
            // That something was not read is told however much else is wrong, once for each kind.
            if kind.isLimit, !defects.contains(where: { $0.kind == kind }) { defects.append(defect) }
            return
        }
        if !defects.contains(defect) { defects.append(defect) }
    }
}
