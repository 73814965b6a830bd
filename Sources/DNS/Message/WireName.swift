import Mail

/// A name as messages hold it, in lower case and without compression: length octets and labels, without the root.
struct WireName: Hashable, Sendable {
    private(set) var octets: [UInt8] = []

    init() {}

    init(_ question: DNSQuestion) {
        for label in question.labels { octets += [UInt8(label.count)] + label.map(\.asciiLowercased) }
    }

    /// Adds a label of 1 to 63 octets.
    mutating func append(_ label: Span<UInt8>) throws(DNSFault) {
        // With the root at most 255 octets (RFC 1035 section 2.3.4).
        guard octets.count + 1 + label.count <= 254 else { throw .malformed }
        octets.append(UInt8(label.count))
        for index in label.indices { octets.append(label[index].asciiLowercased) }
    }

    /// The name as text, empty for the root; `nil` unless all of it are letters, digits, hyphens and underscores.
    ///
    /// Names of answers end in headers, logs and further questions, and whoever owns a zone chooses them.
    var hostName: String? {
        var text: [UInt8] = []
        var place = 0
        while place < octets.count {
            let end = place + 1 + Int(octets[place])
            if !text.isEmpty { text.append(UInt8(ascii: ".")) }
            for octet in octets[(place + 1)..<end] {
                guard octet.isASCIILetter || octet.isASCIIDigit || octet == 0x2D || octet == 0x5F else { return nil }
                text.append(octet)
            }
            place = end
        }
        return String(decoding: text, as: UTF8.self)
    }
}
