/// The value of a `Message-ID`, `In-Reply-To` or `References` field without its angle brackets (RFC 5322 section 3.6.4).
///
/// Compared octet by octet: an identifier is opaque. Identifiers of real mail break the grammar often, so this type
/// promises only that the text is not empty and holds no white space, controls or angle brackets.
public struct MessageID: Hashable, Sendable, CustomStringConvertible {
    /// The identifier without angle brackets.
    public let value: String

    /// The longest identifier kept, in octets; a longer one is treated as none.
    public static let maximumLength = 998

    /// Makes an identifier of text without angle brackets.
    ///
    /// - Returns: `nil` when the text is empty, too long, or holds white space, controls or angle brackets.
    public init?(_ value: some StringProtocol) {
        self.init(octets: Array(value.utf8))
    }

    /// Makes an identifier of octets, as ``init(_:)`` does of text; octets that are no UTF-8 become U+FFFD.
    package init?(octets: [UInt8]) {
        guard !octets.isEmpty, octets.count <= Self.maximumLength else { return nil }
        for octet in octets {
            switch octet {
            case ...0x20, 0x7F, UInt8(ascii: "<"), UInt8(ascii: ">"): return nil
            default: continue
            }
        }
        value = String(decoding: octets, as: UTF8.self)
    }

    /// The identifier in angle brackets, as a header has it.
    public var description: String { "<\(value)>" }
}
