import Mail
import OpenSSL

/// The names in messages of GS2 and SCRAM, in which `,` is `=2C` and `=` is `=3D` (RFC 5802 section 5.1).
enum SCRAMName {
    /// The octets that are meant; `nil` where an equals sign stands for something else, or for nothing.
    static func decode(_ text: Span<UInt8>) -> [UInt8]? {
        var name: [UInt8] = []
        var index = 0
        while index < text.count {
            guard text[index] == UInt8(ascii: "=") else {
                name.append(text[index])
                index += 1
                continue
            }
            guard text.count - index >= 3 else { return nil }
            switch (text[index + 1], text[index + 2]) {
            case (UInt8(ascii: "2"), UInt8(ascii: "C")): name.append(UInt8(ascii: ","))
            case (UInt8(ascii: "3"), UInt8(ascii: "D")): name.append(UInt8(ascii: "="))
            default: return nil
            }
            index += 3
        }
        return name
    }
}

/// One side's part of the nonce: printable US-ASCII without a comma.
public struct SCRAMNonce: Sendable, Hashable {
    let text: [UInt8]

    static let maximumLength = 256

    /// Makes a nonce of random octets, 18 or more, made for one exchange.
    public init(randomOctets: [UInt8]) {
        precondition(randomOctets.count >= 18 && randomOctets.count <= 128, "not a nonce's randomness")
        text = Base64.standard.encode(randomOctets.span)
    }

    /// Takes a nonce as it is written.
    package init?(_ text: ArraySlice<UInt8>) {
        guard (1...Self.maximumLength).contains(text.count),
            text.allSatisfy({ $0 > 0x20 && $0 < 0x7F && $0 != UInt8(ascii: ",") })
        else { return nil }
        self.text = Array(text)
    }
}

/// What ties an exchange to the TLS connection that it runs in: `tls-exporter` (RFC 9266).
public struct ChannelBinding: Sendable, Hashable {
    /// 32 octets exported under the label `EXPORTER-Channel-Binding` with an empty context.
    public let exporterData: [UInt8]

    static let name = "tls-exporter"

    /// Takes what TLS exported.
    public init(exporterData: [UInt8]) {
        self.exporterData = exporterData
    }
}

/// What a client says of channel binding (RFC 5802 section 6).
enum ChannelBindingFlag: Equatable {
    /// `n`: it has none.
    case unsupported
    /// `y`: it has it and believes that the server has not.
    case serverLacksIt
    /// `p=NAME`: it uses this type.
    case used(String)

    init?(_ text: ArraySlice<UInt8>) {
        switch text {
        case [UInt8(ascii: "n")]: self = .unsupported
        case [UInt8(ascii: "y")]: self = .serverLacksIt
        default:
            guard text.starts(with: Array("p=".utf8)), text.count > 2,
                let name = String(validating: text.dropFirst(2), as: UTF8.self)
            else { return nil }
            self = .used(name)
        }
    }
}

/// The attributes of a message, in their order.
struct SCRAMAttributes {
    private let parts: [ArraySlice<UInt8>]

    /// Splits a message at its commas; `nil` where a part is no attribute.
    init?(_ message: ArraySlice<UInt8>) {
        parts = message.split(separator: UInt8(ascii: ","), omittingEmptySubsequences: false)
        let areAttributes = parts.allSatisfy { part in
            part.count >= 2 && part[part.startIndex].isASCIILetter && part[part.startIndex + 1] == UInt8(ascii: "=")
                && !part.contains(0)
        }
        guard areAttributes else { return nil }
    }

    var count: Int { parts.count }

    /// The value of the attribute at a place, if it has this name.
    func value(_ name: Character, at place: Int) -> ArraySlice<UInt8>? {
        guard parts.indices.contains(place), parts[place].first == name.asciiValue else { return nil }
        return parts[place].dropFirst(2)
    }

    /// Whether the attribute at a place or behind it is the one that says that what is not known must not be ignored.
    func hasMandatoryExtension(from place: Int = 0) -> Bool {
        parts.dropFirst(place).contains { $0.first == UInt8(ascii: "m") }
    }
}

/// `client-first-message` (RFC 5802 section 7).
struct SCRAMClientFirst {
    let flag: ChannelBindingFlag
    let authorizationIdentity: [UInt8]?
    let username: [UInt8]
    let nonce: SCRAMNonce
    /// The header of GS2, which the client repeats.
    let header: [UInt8]
    /// The message without it, which is signed.
    let bare: [UInt8]

    init(_ message: [UInt8]) throws(LoginName.Fault) {
        let comma = UInt8(ascii: ",")
        guard let first = message.firstIndex(of: comma), let second = message[(first + 1)...].firstIndex(of: comma)
        else { throw LoginName.Fault(reason: "the first message has no header of GS2") }
        guard let flag = ChannelBindingFlag(message[..<first]) else {
            throw LoginName.Fault(reason: "the flag for channel binding is none")
        }
        self.flag = flag
        authorizationIdentity = try Self.identity(in: message[(first + 1)..<second])
        header = Array(message[...second])
        bare = Array(message[(second + 1)...])

        guard let attributes = SCRAMAttributes(bare[...]) else {
            throw LoginName.Fault(reason: "the first message is not of attributes")
        }
        guard !attributes.hasMandatoryExtension() else {
            throw LoginName.Fault(reason: "the client insists on an extension")
        }
        guard let name = attributes.value("n", at: 0), let username = SCRAMName.decode(Array(name).span) else {
            throw LoginName.Fault(reason: "the first message has no proper name")
        }
        self.username = username
        guard let text = attributes.value("r", at: 1), let nonce = SCRAMNonce(text) else {
            throw LoginName.Fault(reason: "the first message has no proper nonce")
        }
        self.nonce = nonce
    }

    private static func identity(in text: ArraySlice<UInt8>) throws(LoginName.Fault) -> [UInt8]? {
        guard !text.isEmpty else { return nil }
        guard text.starts(with: Array("a=".utf8)), text.count > 2,
            let identity = SCRAMName.decode(Array(text.dropFirst(2)).span)
        else { throw LoginName.Fault(reason: "the header of GS2 has no proper identity") }
        return identity
    }
}

/// `client-final-message` (RFC 5802 section 7).
struct SCRAMClientFinal {
    /// The repeated header of GS2 and the channel binding data.
    let binding: [UInt8]
    let nonce: [UInt8]
    let proof: [UInt8]
    /// The message without its proof, which is signed.
    let withoutProof: [UInt8]

    init(_ message: [UInt8]) throws(LoginName.Fault) {
        guard let attributes = SCRAMAttributes(message[...]), attributes.count >= 3 else {
            throw LoginName.Fault(reason: "the final message is not of attributes")
        }
        guard !attributes.hasMandatoryExtension(from: 2) else {
            throw LoginName.Fault(reason: "the client insists on an extension")
        }
        guard let text = attributes.value("c", at: 0), let binding = Base64.standard.decode(text.span) else {
            throw LoginName.Fault(reason: "the final message has no proper channel binding")
        }
        guard let nonce = attributes.value("r", at: 1) else {
            throw LoginName.Fault(reason: "the final message has no nonce")
        }
        guard let last = attributes.value("p", at: attributes.count - 1), let proof = Base64.standard.decode(last.span),
            proof.count == 32
        else { throw LoginName.Fault(reason: "the final message has no proper proof") }
        self.binding = binding
        self.nonce = Array(nonce)
        self.proof = proof
        withoutProof = Array(message[..<(last.startIndex - 3)])
    }
}
