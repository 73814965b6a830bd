internal import Mail

/// An address with a name as clients print it into a text: no syntax of RFC 5322, but many habits.
struct Mailbox: Sendable {
    var name: String?
    var address: MailAddress?

    /// Reads `Jane <jane@example.org>`, `Jane [mailto:jane@example.org]`, `Jane (jane@example.org)`,
    /// `Jane<mailto:jane@example.org>`, an address alone or a name alone.
    init(_ text: String) {
        guard let found = Self.address(in: text) else {
            name = Self.name(text)
            return
        }
        address = found.address
        name = Self.name(String(text[..<found.range.lowerBound]))
        // QUIRK: Outlook prints the address as its own name.
        if name?.lowercased() == found.address.description.lowercased() { name = nil }
    }

    /// The name in front of an address, without quotes, brackets and `mailto:`; `nil` when none is left.
    private static func name(_ text: String) -> String? {
        var name = text
        if let link = name.firstIndex(where: { $0 == "<" || $0 == "[" }) { name = String(name[..<link]) }
        if name.lowercased().hasSuffix("mailto:") { name = String(name.dropLast(7)) }
        name = String(name.drop(while: isEnclosing))
        while let last = name.last, isEnclosing(last) || last == "(" { name.removeLast() }
        return name.isEmpty ? nil : name
    }

    private static func isEnclosing(_ character: Character) -> Bool {
        character.isWhitespace || "\"'“”„‘’«»*,;".contains(character)
    }

    /// An address within a text.
    struct Found {
        var address: MailAddress
        var range: Range<String.Index>
        var isEnclosed: Bool
    }

    /// The first address in a text, wherever it stands.
    static func address(in text: String) -> Found? {
        let octets = text.utf8
        var from = octets.startIndex
        while let at = octets[from...].firstIndex(of: Octet.at) {
            var start = at
            while start > octets.startIndex, octets.distance(from: start, to: at) < MailAddress.maximumLocalPartLength {
                let before = octets.index(before: start)
                guard octets[before].isAtomText || octets[before] == Octet.period, octets[before] != UInt8(ascii: "*")
                else { break }
                start = before
            }
            var end = octets.index(after: at)
            var length = 0
            while end < octets.endIndex, length < 255, isDomainOctet(octets[end]) {
                end = octets.index(after: end)
                length += 1
            }
            while end > at, octets[octets.index(before: end)] == Octet.period { end = octets.index(before: end) }
            if start < at, let address = MailAddress(String(decoding: octets[start..<end], as: UTF8.self)) {
                return Found(address: address, range: start..<end, isEnclosed: isEnclosed(octets, start, end))
            }
            from = octets.index(after: at)
        }
        return nil
    }

    private static func isEnclosed(_ octets: String.UTF8View, _ start: String.Index, _ end: String.Index) -> Bool {
        if end < octets.endIndex, octets[end] == Octet.greater { return true }
        guard start > octets.startIndex else { return false }
        let before = octets[octets.index(before: start)]
        return before == Octet.less || before == Octet.openParenthesis || before == UInt8(ascii: "[")
            || before == Octet.colon
    }

    private static func isDomainOctet(_ octet: UInt8) -> Bool {
        octet.isASCIILetter || octet.isASCIIDigit || octet == Octet.dash || octet == Octet.period || octet >= 0x80
    }

    /// The mailboxes of a list that commas or semicolons part, those without an address left out.
    static func list(_ text: String) -> [NamedAddress] {
        var result: [NamedAddress] = []
        var isQuoted = false
        var start = text.startIndex
        var index = start
        func add(_ end: String.Index) {
            let mailbox = Mailbox(String(text[start..<end]))
            guard let address = mailbox.address, result.count < AddressParser.maximumCount else { return }
            result.append(NamedAddress(name: mailbox.name, address: address))
        }
        while index < text.endIndex {
            let character = text[index]
            if character == "\"" { isQuoted.toggle() }
            let next = text.index(after: index)
            if !isQuoted, character == "," || character == ";" || character == "，" {
                add(index)
                start = next
            }
            index = next
        }
        add(text.endIndex)
        return result
    }
}
