internal import MIME
internal import Mail

/// One set of a chain (RFC 8617 section 4.2).
struct ARCSet: Sendable {
    let instance: Int
    /// The three fields as they lie in the message.
    let fields: [ARCField: HeaderField]
    /// What the signature of the message says, or why it says nothing.
    let signature: Result<MessageSignature, DKIMReason>
    /// What the seal says.
    let seal: ARCSeal
    let authenticationResults: String
    /// The signature with what it is compared with.
    var prepared: SignedMessage.Prepared?
    /// The digest of what the seal covers.
    var sealDigest: [UInt8] = []
    /// What is wrong with the seal before its key is known.
    var sealFault: DKIMReason?
}

/// What an ARC-Seal says (RFC 8617 section 4.1.3).
struct ARCSeal: Sendable, Hashable {
    let tags: SignatureTags
    /// The state of the chain before this set.
    let chainValue: AuthenticationResult

    /// What a seal may say of it (RFC 8617 section 4.4).
    private static let chainValues: [AuthenticationResult] = [.none, .pass, .fail]

    init(_ list: TagList) throws(DKIMReason) {
        // It signs the sets and no fields of its own choice.
        guard list["h"] == nil else { throw .malformedTag("h") }
        guard let value = AuthenticationResult(rawValue: try list.required("cv")), Self.chainValues.contains(value)
        else { throw .malformedTag("cv") }
        chainValue = value
        tags = try SignatureTags(list)
    }
}

/// The number of the set to which a field belongs (RFC 8617 section 4.2.1).
enum ARCInstance {
    static let maximum = 50

    /// Reads a number of one or two digits.
    static func number(_ text: some Sequence<UInt8>) -> Int? {
        let digits = Array(text.prefix(3))
        guard (1...2).contains(digits.count), digits.allSatisfy(\.isASCIIDigit) else { return nil }
        let number = digits.reduce(0) { $0 * 10 + Int($1 - UInt8(ascii: "0")) }
        return (1...maximum).contains(number) ? number : nil
    }

    /// Reads the beginning of an ARC-Authentication-Results (RFC 8617 section 4.1.1): `i=1;` and what follows it.
    static func statement(_ field: HeaderField, _ bytes: Span<UInt8>) -> (instance: Int, rest: String)? {
        let end = field.valueRange.upperBound
        var index = skipSpace(bytes, field.valueRange.lowerBound, end)
        guard index < end, bytes[index] == UInt8(ascii: "i") else { return nil }
        index = skipSpace(bytes, index + 1, end)
        guard index < end, bytes[index] == UInt8(ascii: "=") else { return nil }
        index = skipSpace(bytes, index + 1, end)
        var digits: [UInt8] = []
        while index < end, bytes[index].isASCIIDigit, digits.count < 3 {
            digits.append(bytes[index])
            index += 1
        }
        index = skipSpace(bytes, index, end)
        guard let instance = number(digits), index < end, bytes[index] == UInt8(ascii: ";") else { return nil }
        var octets: [UInt8] = []
        octets.reserveCapacity(end - index)
        for place in index + 1..<end where bytes[place] != 0x0D && bytes[place] != 0x0A { octets.append(bytes[place]) }
        let text = octets.drop { $0.isFoldingSpace }
        return (instance, String(decoding: text, as: UTF8.self))
    }

    /// Passes over white space and comments (RFC 5322 section 3.2.2).
    private static func skipSpace(_ bytes: Span<UInt8>, _ start: Int, _ end: Int) -> Int {
        var index = start
        var depth = 0
        while index < end {
            switch bytes[index] {
            case UInt8(ascii: "("): depth += 1
            case UInt8(ascii: ")") where depth > 0: depth -= 1
            case UInt8(ascii: "\\") where depth > 0: index += 1
            default: guard depth > 0 || bytes[index].isFoldingSpace else { return index }
            }
            index += 1
        }
        return min(index, end)
    }
}
