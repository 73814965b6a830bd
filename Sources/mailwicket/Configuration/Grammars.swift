internal import Mail

/// A host name, or nothing for the system's.
func parseHostname(_ text: String) -> String? {
    guard !text.isEmpty else { return "" }
    guard let domain = Domain(text), !domain.isLiteral, !domain.isInternationalized else { return nil }
    return domain.name
}

/// What may stand before a ticket's number; nothing is allowed too.
func parseTicketPrefix(_ text: String) -> String? {
    guard !text.isEmpty else { return "" }
    guard text.utf8.count <= 16, text.utf8.allSatisfy({ $0.isASCIILetter || $0.isASCIIDigit }),
        text.utf8.first?.isASCIILetter == true
    else { return nil }
    return text
}

/// A stable identifier or short name: stored rows and other keys point at it.
func parseIdentifier(_ text: String) -> String? {
    let octets = Array(text.utf8)
    guard let first = octets.first, octets.count <= 64, first.isASCIILetter || first.isASCIIDigit,
        octets.allSatisfy({
            ($0.isASCIILetter && $0 == $0.asciiLowercased) || $0.isASCIIDigit || $0 == UInt8(ascii: "-")
                || $0 == UInt8(ascii: "_") || $0 == UInt8(ascii: ".")
        })
    else { return nil }
    return text
}

/// How problems describe what ``parseIdentifier(_:)`` takes.
let identifierGrammar = "up to 64 lower-case letters, digits, \"-\", \"_\" or \".\""

/// The mode of a socket file in octal digits.
func parseSocketMode(_ text: String) -> UInt32? {
    guard (3...4).contains(text.utf8.count), let mode = UInt32(text, radix: 8), mode <= 0o777 else { return nil }
    return mode
}

/// What separates a local part from its extension; the outer `nil` means that the text is not allowed.
func parseDelimiter(_ text: String) -> Character?? {
    guard !text.isEmpty else { return .some(nil) }
    guard text.utf8.count == 1, let octet = text.utf8.first, octet < 0x80, octet.isAtomText, !octet.isASCIILetter,
        !octet.isASCIIDigit
    else { return nil }
    return .some(Character(Unicode.Scalar(octet)))
}
