/// What decides how octets may travel (RFC 2045 sections 2.7 to 2.9).
struct OctetSurvey {
    /// Whether an octet outside US-ASCII occurs.
    private(set) var isEightBit = false
    /// Whether a NUL, or a CR or LF that is no line end, occurs.
    private(set) var isBinary = false
    /// Whether a control occurs that is no tab and no line end.
    private(set) var hasControl = false
    /// The longest line, without its end.
    private(set) var longestLine = 0
    /// Whether nothing comes behind the last line end.
    private(set) var endsLine = true

    init(_ octets: some RandomAccessCollection<UInt8>) {
        var column = 0
        var last: UInt8 = 0
        for octet in octets {
            switch octet {
            case Octet.lineFeed:
                if last != Octet.carriageReturn { isBinary = true }
                longestLine = max(longestLine, column)
                column = 0
            case Octet.carriageReturn:
                if last == Octet.carriageReturn { isBinary = true }
            default:
                if last == Octet.carriageReturn { isBinary = true }
                column += 1
                if octet == 0 { isBinary = true }
                if octet >= 0x80 { isEightBit = true }
                if octet < Octet.space || octet == 0x7F, octet != Octet.tab { hasControl = true }
            }
            last = octet
        }
        if last == Octet.carriageReturn { isBinary = true }
        longestLine = max(longestLine, column)
        endsLine = octets.isEmpty || last == Octet.lineFeed
    }

    /// Whether the octets travel unencoded and arrive as they were.
    func maySurvive(_ transport: MessageDraft.Transport) -> Bool {
        !isBinary && longestLine <= FieldWriter.maximumLength && (!isEightBit || transport.hasEightBitMIME)
    }
}

/// Line ends of text.
enum LineSurvey {
    /// The text with each CRLF, CR and LF made LF, and one at its end unless it is empty.
    static func normalized(_ text: String) -> String {
        var octets: [UInt8] = []
        octets.reserveCapacity(text.utf8.count + 1)
        var last: UInt8 = 0
        for octet in text.utf8 {
            if octet != Octet.lineFeed || last != Octet.carriageReturn {
                octets.append(octet == Octet.carriageReturn ? Octet.lineFeed : octet)
            }
            last = octet
        }
        if let end = octets.last, end != Octet.lineFeed { octets.append(Octet.lineFeed) }
        return String(decoding: octets, as: UTF8.self)
    }

    /// The octets of text whose lines end in LF, with CRLF instead.
    static func octets(of text: String) -> [UInt8] {
        var octets: [UInt8] = []
        octets.reserveCapacity(text.utf8.count + text.utf8.count / 32)
        for octet in text.utf8 {
            if octet == Octet.lineFeed { octets.append(Octet.carriageReturn) }
            octets.append(octet)
        }
        return octets
    }
}
