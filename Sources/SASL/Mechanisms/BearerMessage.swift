import Mail
import OpenSSL

/// The client's one message of XOAUTH2 or OAUTHBEARER: fields that are parted by the octet 1.
struct BearerMessage: Equatable {
    /// The two forms.
    ///
    /// They differ in their first field alone.
    enum Form: Sendable {
        case xoauth2, oauthBearer
    }

    /// Who the client wants to act as.
    let authorizationIdentity: String?
    /// The token; `nil` where the client only asks what it should bring (RFC 7628 section 4.3).
    let token: SecretBytes?

    /// Reads a message.
    init(_ message: Span<UInt8>, form: Form) throws(LoginName.Fault) {
        let fields = Self.fields(of: message)
        // The last field is ended by the octet that ends the message, so that two empty ones follow.
        guard fields.count >= 3, fields.suffix(2).allSatisfy(\.isEmpty) else {
            throw LoginName.Fault(reason: "the message does not end as it must")
        }
        authorizationIdentity =
            switch form {
            case .xoauth2: try Self.user(in: message.extracting(fields[0]))
            case .oauthBearer: try Self.identity(inHeader: message.extracting(fields[0]))
            }
        var token: SecretBytes?
        for field in fields.dropFirst().dropLast(2) {
            let pair = try Self.pair(in: message.extracting(field))
            // Other keys (`host`, `port` and those of HTTP) say nothing to a mail server.
            guard pair.key == "auth" else { continue }
            guard token == nil else { throw LoginName.Fault(reason: "the message has two tokens") }
            token = try Self.bearerToken(in: message.extracting(field).extracting(pair.value))
        }
        self.token = token
        guard token != nil || form == .oauthBearer else { throw LoginName.Fault(reason: "the message has no token") }
    }

    // MARK: The first field

    /// `user=NAME`.
    private static func user(in field: Span<UInt8>) throws(LoginName.Fault) -> String {
        let prefix = Array("user=".utf8)
        guard starts(field, with: prefix) else { throw LoginName.Fault(reason: "the message names no user") }
        return try LoginName.read(field.extracting(prefix.count...)).get()
    }

    /// The header of GS2 (RFC 5801 section 4): `n,` or `y,`, then `a=NAME` or nothing, then `,`.
    private static func identity(inHeader field: Span<UInt8>) throws(LoginName.Fault) -> String? {
        guard field.count >= 3, field[0] == UInt8(ascii: "n") || field[0] == UInt8(ascii: "y"),
            field[1] == UInt8(ascii: ","), field[field.count - 1] == UInt8(ascii: ",")
        else { throw LoginName.Fault(reason: "the message does not begin with a header of GS2") }
        let identity = field.extracting(2..<field.count - 1)
        guard !identity.isEmpty else { return nil }
        guard starts(identity, with: [UInt8(ascii: "a"), UInt8(ascii: "=")]),
            let name = SCRAMName.decode(identity.extracting(2...))
        else { throw LoginName.Fault(reason: "the header of GS2 has no proper identity") }
        return try LoginName.read(name.span).get()
    }

    // MARK: The other fields

    /// `KEY=VALUE`, the key of letters (RFC 7628 section 3.1).
    private static func pair(in field: Span<UInt8>) throws(LoginName.Fault) -> (key: String, value: Range<Int>) {
        guard let end = field.indices.first(where: { field[$0] == UInt8(ascii: "=") }), end > 0 else {
            throw LoginName.Fault(reason: "a field is no pair")
        }
        var key = ""
        for index in 0..<end {
            guard field[index].isASCIILetter else { throw LoginName.Fault(reason: "a key is not of letters") }
            key.unicodeScalars.append(Unicode.Scalar(field[index]))
        }
        for index in end + 1..<field.count {
            guard isValueCharacter(field[index]) else { throw LoginName.Fault(reason: "a value is not of text") }
        }
        return (key, end + 1..<field.count)
    }

    private static func isValueCharacter(_ octet: UInt8) -> Bool {
        switch octet {
        case 0x09, 0x0A, 0x0D, 0x20...0x7E: true
        default: false
        }
    }

    /// `Bearer TOKEN` (RFC 6750 section 2.1); the word in any case.
    private static func bearerToken(in value: Span<UInt8>) throws(LoginName.Fault) -> SecretBytes? {
        guard !value.isEmpty else { return nil }
        let scheme = Array("bearer ".utf8)
        guard value.count > scheme.count, scheme.indices.allSatisfy({ value[$0].asciiLowercased == scheme[$0] }) else {
            throw LoginName.Fault(reason: "the authorization is not by a bearer token")
        }
        var start = scheme.count
        while start < value.count, value[start] == 0x20 { start += 1 }
        let token = value.extracting(start...)
        guard !token.isEmpty, token.indices.allSatisfy({ token[$0] > 0x20 && token[$0] < 0x7F }) else {
            throw LoginName.Fault(reason: "the token is not of its characters")
        }
        return SecretBytes(token)
    }

    // MARK: Octets

    private static func fields(of message: Span<UInt8>) -> [Range<Int>] {
        var fields: [Range<Int>] = []
        var start = 0
        for index in message.indices where message[index] == 1 {
            fields.append(start..<index)
            start = index + 1
        }
        fields.append(start..<message.count)
        return fields
    }

    private static func starts(_ octets: Span<UInt8>, with prefix: [UInt8]) -> Bool {
        octets.count >= prefix.count && prefix.indices.allSatisfy { octets[$0] == prefix[$0] }
    }
}
