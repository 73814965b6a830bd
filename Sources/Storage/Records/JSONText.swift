/// JSON as the store writes it into text columns: small, flat, and made without a general encoder, since a trace is
/// written for every message.
struct JSONText {
    private(set) var text = ""

    /// Adds a string with its quotes (RFC 8259 section 7).
    mutating func append(string: String) {
        text.append("\"")
        let isPlain = { (octet: UInt8) in
            octet >= 0x20 && octet != UInt8(ascii: "\"") && octet != UInt8(ascii: "\\")
        }
        // Over contiguous octets; the general view of UTF-8 is several times slower.
        if unsafe string.utf8.withContiguousStorageIfAvailable({ unsafe $0.allSatisfy(isPlain) }) ?? false {
            text.append(string)
        } else {
            for scalar in string.unicodeScalars {
                switch scalar {
                case "\"": text.append("\\\"")
                case "\\": text.append("\\\\")
                case "\n": text.append("\\n")
                case "\r": text.append("\\r")
                case "\t": text.append("\\t")
                case "\0"..<" ":
                    let digits = String(scalar.value, radix: 16)
                    text.append("\\u" + String(repeating: "0", count: 4 - digits.count) + digits)
                default: text.unicodeScalars.append(scalar)
                }
            }
        }
        text.append("\"")
    }

    /// Adds what is already JSON.
    mutating func append(raw: String) {
        text.append(raw)
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
