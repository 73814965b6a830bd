public import Mail

/// What a proxy says of the client with XCLIENT, taken apart (Postfix's `XCLIENT_README`).
///
/// `nil` is what the command does not name: it stays as it was.
public struct XCLIENTArgument: Sendable, Hashable {
    /// What the proxy knows of one thing.
    public enum Value<Known: Sendable & Hashable>: Sendable, Hashable {
        /// This is it.
        case known(Known)
        /// `[UNAVAILABLE]`: there is none.
        case unavailable
        /// `[TEMPUNAVAIL]`: the look-up of the name failed for now.
        case temporarilyUnavailable
    }

    /// The protocol that the client speaks with the proxy.
    public enum ClientProtocol: String, Sendable, Hashable, CaseIterable {
        /// The client said HELO.
        case smtp = "SMTP"
        /// The client said EHLO.
        case esmtp = "ESMTP"
    }

    /// Why an argument cannot be taken (`501 5.5.4`).
    public enum Defect: Error, Sendable, Hashable, CustomStringConvertible {
        /// There is no attribute, or one is no name with a value.
        case syntax
        /// An attribute is none that is known.
        case unknownAttribute
        /// An attribute is there twice.
        case duplicate(Attribute)
        /// A value is no xtext (RFC 3461 section 4), is too long, or holds a control.
        case badText(Attribute)
        /// A value is none that its attribute may have.
        case badValue(Attribute)

        /// What is wrong, as a sentence for the log.
        public var description: String {
            switch self {
            case .syntax: "XCLIENT takes attributes, each a name, an equals sign and a value."
            case .unknownAttribute: "XCLIENT has an attribute that is not known."
            case .duplicate(let attribute): "XCLIENT has \(attribute.rawValue) twice."
            case .badText(let attribute): "The value of \(attribute.rawValue) is no text that XCLIENT takes."
            case .badValue(let attribute): "The value of \(attribute.rawValue) is none that it may have."
            }
        }
    }

    /// An attribute by its name.
    public enum Attribute: String, Sendable, Hashable, CaseIterable {
        /// The client's host name.
        case name = "NAME"
        /// The client's address.
        case address = "ADDR"
        /// The client's port.
        case port = "PORT"
        /// The protocol that the client speaks.
        case clientProtocol = "PROTO"
        /// What the client said with HELO or EHLO.
        case helo = "HELO"
        /// The user as whom the client logged in.
        case login = "LOGIN"
        /// The address to which the client connected.
        case destinationAddress = "DESTADDR"
        /// The port to which the client connected.
        case destinationPort = "DESTPORT"
    }

    /// The longest value, in octets once decoded.
    public static let maximumValueLength = 255

    /// The client's host name.
    public private(set) var name: Value<Domain>?
    /// The client's address.
    public private(set) var address: Value<IPAddress>?
    /// The client's port.
    public private(set) var port: Value<UInt16>?
    /// The protocol that the client speaks.
    public private(set) var clientProtocol: ClientProtocol?
    /// What the client said with HELO or EHLO, which need be no name.
    public private(set) var helo: Value<String>?
    /// The user as whom the client logged in.
    public private(set) var login: Value<String>?
    /// The address to which the client connected.
    public private(set) var destinationAddress: Value<IPAddress>?
    /// The port to which the client connected.
    public private(set) var destinationPort: Value<UInt16>?

    /// Reads what follows the verb: `NAME=value` once or more, with spaces between.
    public init(_ argument: some StringProtocol) throws(Defect) {
        let words = argument.utf8.split(separator: UInt8(ascii: " "))
        guard !words.isEmpty else { throw .syntax }
        var seen: Set<Attribute> = []
        for word in words {
            guard let equals = word.firstIndex(of: UInt8(ascii: "=")) else { throw .syntax }
            let name = word[..<equals].map(\.asciiLowercased)
            guard let attribute = Self.attributes[name] else { throw .unknownAttribute }
            guard seen.insert(attribute).inserted else { throw .duplicate(attribute) }
            guard let text = Self.text(word[word.index(after: equals)...]) else { throw .badText(attribute) }
            guard set(attribute, text) else { throw .badValue(attribute) }
        }
    }

    private static let attributes = Dictionary(
        uniqueKeysWithValues: Attribute.allCases.map { ($0.rawValue.utf8.map(\.asciiLowercased), $0) }
    )

    // MARK: Values

    /// Decodes xtext to a text without controls.
    private static func text(_ encoded: some Sequence<UInt8>) -> String? {
        var octets: [UInt8] = []
        var digits: [UInt8]?
        for octet in encoded {
            if let first = digits {
                // RFC 3461 section 4: hexadecimal digits in upper case alone.
                guard octet.isASCIIDigit || (UInt8(ascii: "A")...UInt8(ascii: "F")).contains(octet) else { return nil }
                digits = first + [octet]
                guard first.count == 1 else { continue }
                guard let value = UInt8(String(decoding: first + [octet], as: UTF8.self), radix: 16) else { return nil }
                octets.append(value)
                digits = nil
            } else if octet == UInt8(ascii: "+") {
                digits = []
            } else {
                guard (0x21...0x7E).contains(octet), octet != UInt8(ascii: "=") else { return nil }
                octets.append(octet)
            }
            guard octets.count <= maximumValueLength else { return nil }
        }
        guard digits == nil, !octets.isEmpty, let text = String(validating: octets, as: UTF8.self),
            text.unicodeScalars.allSatisfy({ $0.properties.generalCategory != .control })
        else { return nil }
        return text
    }

    /// Notes a value.
    ///
    /// - Returns: whether it is one that the attribute may have.
    private mutating func set(_ attribute: Attribute, _ text: String) -> Bool {
        switch attribute {
        case .name:
            let isTemporary = Self.isWord(text, "[TEMPUNAVAIL]")
            name = isTemporary ? .temporarilyUnavailable : Self.value(text, Self.hostName)
            return name != nil
        case .address:
            address = Self.value(text, Self.address)
            return address != nil
        case .port:
            port = Self.value(text) { UInt16(decimal: $0) }
            return port != nil
        case .clientProtocol:
            clientProtocol = ClientProtocol.allCases.first { Self.isWord(text, $0.rawValue) }
            return clientProtocol != nil
        case .helo:
            helo = Self.value(text) { $0 }
            return helo != nil
        case .login:
            login = Self.value(text) { $0 }
            return login != nil
        case .destinationAddress:
            destinationAddress = Self.value(text, Self.address)
            return destinationAddress != nil
        case .destinationPort:
            destinationPort = Self.value(text) { UInt16(decimal: $0) }
            return destinationPort != nil
        }
    }

    private static func value<Known>(_ text: String, _ read: (String) -> Known?) -> Value<Known>? {
        isWord(text, "[UNAVAILABLE]") ? .unavailable : read(text).map { .known($0) }
    }

    /// Whether a text is a word of the protocol, whatever the case of its letters, of which US-ASCII alone has them.
    private static func isWord(_ text: some StringProtocol, _ word: String) -> Bool {
        text.utf8.elementsEqual(word.utf8) { $0.asciiLowercased == $1.asciiLowercased }
    }

    private static func hostName(_ text: String) -> Domain? {
        guard let domain = Domain(text), !domain.isLiteral, !domain.isInternationalized else { return nil }
        return domain
    }

    /// An address of version 6 stands behind `IPV6:`, one of version 4 by itself.
    private static func address(_ text: String) -> IPAddress? {
        let prefix = "IPV6:"
        let isVersion6 = isWord(String(decoding: text.utf8.prefix(prefix.utf8.count), as: UTF8.self), prefix)
        let address = isVersion6 ? text.dropFirst(prefix.count) : text[...]
        guard address.utf8.contains(UInt8(ascii: ":")) == isVersion6 else { return nil }
        return IPAddress(address)
    }
}
