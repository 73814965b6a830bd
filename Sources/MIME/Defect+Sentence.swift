extension Defect.Kind {
    /// What is wrong, as a sentence for people.
    public var sentence: String {
        switch self {
        case .tooManyHeaders: "A header has more fields than are read; the rest were not."
        case .headerTooLarge: "A header is larger than is read; the rest of its fields were not."
        case .tooManyParts: "There are more parts than are read; the rest were not."
        case .tooDeep: "Parts lie within parts more deeply than is read; the innermost was taken as one piece."
        case .textTruncated: "The readable text is longer than is kept and was cut."
        case .valueTruncated: "A subject, file name, media type or Content-ID is longer than is kept and was cut."
        case .tooManyParameters: "A field has more parameters than are kept."
        case .tooManyAddresses: "A field has more addresses or message identifiers than are kept."
        case .lineTooLong: "A line is longer than is read; of a field the rest was not."
        case .decodedSizeExceeded: "The decoded files are larger than is read; this one and what follows were not."
        case .messageTooLarge: "The message is larger than four gibibytes; the rest was not read."
        case .workExhausted: "Reading took more work than a message may; what follows was not read."
        case .malformedHeaderLine: "A line of the header is no field and was passed over."
        case .missingBlankLine: "The empty line between header and body is missing."
        case .misplacedBlankLine: "Empty lines stand before the header."
        case .duplicateField: "A field that may occur once occurs again; the first counts."
        case .undeclaredCharset: "The header holds octets that are no UTF-8; their charset was guessed."
        case .nulInHeader: "The header holds a NUL."
        case .malformedAddress: "An address field holds something that is no address."
        case .missingDomain: "An address lacks its domain and was ignored."
        case .malformedDate: "The date cannot be understood."
        case .malformedContentType: "The Content-Type cannot be understood."
        case .missingBoundary: "A multipart has no boundary parameter."
        case .boundaryNotFound: "The boundary of a multipart never occurs; its body was taken as text."
        case .unterminatedMultipart: "A multipart ends without its closing boundary."
        case .malformedBoundary: "A line that is not quite the boundary was taken for one."
        case .partAfterEnd: "A part follows the closing boundary of its multipart."
        case .unknownTransferEncoding: "The transfer encoding is unknown or not allowed; it was taken as none."
        case .malformedEncoding: "The content is not encoded as declared; what could be decoded is kept."
        case .unknownCharset: "The charset is unknown; the text was decoded by a guess."
        case .malformedText: "The text is not valid in its declared charset."
        }
    }
}
