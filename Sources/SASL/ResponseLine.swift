import OpenSSL

/// A client's response as it stands on its line (RFC 4954 section 4, and alike in RFC 4959 and RFC 5034).
enum ResponseLine {
    /// Octets, which the receiver wipes.
    case response([UInt8])
    /// `*`: the client gives up.
    case cancelled
    /// It is no Base64.
    case malformed
    case tooLong

    /// Reads a line without its end.
    init(_ line: Span<UInt8>) {
        if line.count == 1, line[0] == UInt8(ascii: "*") { self = .cancelled } else { self.init(encoded: line) }
    }

    /// Reads the initial response, which is `=` where it is empty.
    init(initial text: Span<UInt8>) {
        let isEmpty = text.count == 1 && text[0] == UInt8(ascii: "=")
        // Nothing at all is no initial response, and no line has one.
        self = text.isEmpty ? .malformed : isEmpty ? .response([]) : ResponseLine(encoded: text)
    }

    private init(encoded text: Span<UInt8>) {
        guard text.count <= SASLExchange.maximumLineLength else {
            self = .tooLong
            return
        }
        self = Base64.standard.decode(text).map(ResponseLine.response) ?? .malformed
    }
}
