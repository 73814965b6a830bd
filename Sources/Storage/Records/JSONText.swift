/// JSON as the store writes it into text columns: small, flat, and made without a general encoder, since a trace is
/// written for every message.
struct JSONText {
    private var octets: [UInt8] = []

    /// What was added so far.
    var text: String { String(decoding: octets, as: UTF8.self) }

    init() {
        octets.reserveCapacity(512)
    }

    /// Adds a string with its quotes (RFC 8259 section 7).
    mutating func append(string: String) {
        octets.append(UInt8(ascii: "\""))
        for octet in string.utf8 {
            switch octet {
            case UInt8(ascii: "\""), UInt8(ascii: "\\"): octets += [UInt8(ascii: "\\"), octet]
            case UInt8(ascii: "\n"): append(raw: "\\n")
            case UInt8(ascii: "\r"): append(raw: "\\r")
            case UInt8(ascii: "\t"): append(raw: "\\t")
            case 0..<0x20: append(raw: (octet < 16 ? "\\u000" : "\\u00") + String(octet, radix: 16))
            default: octets.append(octet)
            }
        }
        octets.append(UInt8(ascii: "\""))
    }

    /// Adds what is already JSON.
    mutating func append(raw: String) {
        octets += raw.utf8
    }

    /// An array of strings.
    static func array(_ strings: [String]) -> String {
        var json = JSONText()
        json.append(raw: "[")
        for (index, string) in strings.enumerated() {
            if index > 0 { json.append(raw: ",") }
            json.append(string: string)
        }
        json.append(raw: "]")
        return json.text
    }
}
