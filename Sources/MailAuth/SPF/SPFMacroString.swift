internal import Mail

/// A text with macros such as `%{i}`, as records and explanations have it (RFC 7208 section 7.1).
public struct SPFMacroString: Hashable, Sendable, CustomStringConvertible {
    /// A piece of the text.
    enum Part: Hashable, Sendable {
        case literal([UInt8])
        case macro(Macro)
    }

    /// One macro with what is done to its value.
    struct Macro: Hashable, Sendable {
        /// Which value is meant.
        enum Letter: UInt8, Hashable, Sendable, CaseIterable {
            case sender = 0x73, localPart = 0x6C, senderDomain = 0x6F, domain = 0x64, address = 0x69, validatedName =
                0x70
            case version = 0x76, helo = 0x68, readableAddress = 0x63, receiver = 0x72, moment = 0x74

            /// Whether the letter stands in explanations only (RFC 7208 section 7.2).
            var isForExplanations: Bool { self == .readableAddress || self == .receiver || self == .moment }
        }

        let letter: Letter
        /// Whether octets that a URI does not have are escaped.
        let isEscaped: Bool
        /// How many of the rightmost parts are kept; all when `nil`.
        let count: Int?
        let isReversed: Bool
        let delimiters: [UInt8]
    }

    /// Where a text with macros stands, which decides what it may hold.
    enum Place {
        case domain, modifier, explanation
    }

    let parts: [Part]
    /// The text as it is written.
    public let description: String

    /// Reads a text.
    ///
    /// - Returns: `nil` when it is malformed.
    init?(_ octets: ArraySlice<UInt8>, in place: Place) {
        var parts: [Part] = []
        var literal: [UInt8] = []
        var rest = octets
        while let octet = rest.popFirst() {
            guard octet == UInt8(ascii: "%") else {
                guard (0x21...0x7E).contains(octet) || (octet == 0x20 && place == .explanation) else { return nil }
                literal.append(octet)
                continue
            }
            if !literal.isEmpty { parts.append(.literal(literal)) }
            literal = []
            guard let part = Self.expansion(&rest, in: place) else { return nil }
            parts.append(part)
        }
        if !literal.isEmpty { parts.append(.literal(literal)) }
        self.parts = parts
        description = String(decoding: octets, as: UTF8.self)
    }

    /// Whether the text ends as a domain does: in a macro, or in a label that is no number (`domain-end`).
    var endsAsDomain: Bool {
        guard let last = parts.last else { return false }
        // A percent sign, a space or an escaped space came from a macro, too; each is a part of its own.
        guard case .literal(var literal) = last, !Self.escapes.values.contains(literal) else { return true }
        if literal.last == UInt8(ascii: ".") { literal.removeLast() }
        guard let dot = literal.lastIndex(of: UInt8(ascii: ".")) else { return false }
        let label = literal[(dot + 1)...]
        guard let first = label.first, let end = label.last, first != UInt8(ascii: "-"), end != UInt8(ascii: "-") else {
            return false
        }
        return label.allSatisfy { $0.isASCIILetter || $0.isASCIIDigit || $0 == UInt8(ascii: "-") }
            && !label.allSatisfy(\.isASCIIDigit)
    }

    /// Whether the text names the client's validated name, which takes look-ups of its own.
    var needsValidatedName: Bool {
        parts.contains { part in
            if case .macro(let macro) = part { macro.letter == .validatedName } else { false }
        }
    }

    // MARK: Reading

    private static let escapes: [UInt8: [UInt8]] = [
        UInt8(ascii: "%"): Array("%".utf8), UInt8(ascii: "_"): Array(" ".utf8), UInt8(ascii: "-"): Array("%20".utf8),
    ]

    /// Reads what stands behind a percent sign.
    private static func expansion(_ rest: inout ArraySlice<UInt8>, in place: Place) -> Part? {
        guard let octet = rest.popFirst() else { return nil }
        if let escape = escapes[octet] { return .literal(escape) }
        guard octet == UInt8(ascii: "{"), let name = rest.popFirst(), let letter = Macro.Letter(rawValue: name | 0x20),
            name.isASCIILetter, place != .domain || !letter.isForExplanations
        else { return nil }
        let digits = rest.prefix { $0.isASCIIDigit }
        rest = rest.dropFirst(digits.count)
        // More parts than a value can have are all of them; none is not allowed.
        let count = digits.isEmpty ? nil : Int(String(decoding: digits, as: UTF8.self)) ?? .max
        guard count != 0 else { return nil }
        let isReversed = rest.first.map { $0 | 0x20 } == UInt8(ascii: "r")
        if isReversed { rest = rest.dropFirst() }
        let delimiters = rest.prefix { Self.isDelimiter($0) }
        rest = rest.dropFirst(delimiters.count)
        guard rest.popFirst() == UInt8(ascii: "}") else { return nil }
        return .macro(
            Macro(
                letter: letter,
                isEscaped: name != letter.rawValue,
                count: count,
                isReversed: isReversed,
                delimiters: delimiters.isEmpty ? [UInt8(ascii: ".")] : Set(delimiters).sorted()
            )
        )
    }

    private static func isDelimiter(_ octet: UInt8) -> Bool { ".-+,/_=".utf8.contains(octet) }
}

extension SPFMacroString.Macro {
    /// The value with what the macro asks to be done to it (RFC 7208 section 7.3).
    func transformed(_ value: [UInt8]) -> [UInt8] {
        var value = value
        if count != nil || isReversed || delimiters != [UInt8(ascii: ".")] {
            var parts = value.split(omittingEmptySubsequences: false) { delimiters.contains($0) }
            if isReversed { parts.reverse() }
            value = Array(parts.suffix(count ?? parts.count).joined(separator: [UInt8(ascii: ".")]))
        }
        guard isEscaped else { return value }
        return value.flatMap { octet -> [UInt8] in
            let isUnreserved = octet.isASCIILetter || octet.isASCIIDigit || "-._~".utf8.contains(octet)
            return isUnreserved
                ? [octet] : [UInt8(ascii: "%"), Self.digits[Int(octet >> 4)], Self.digits[Int(octet & 15)]]
        }
    }

    static let digits = Array("0123456789ABCDEF".utf8)
}
