/// The text of a table: words of hexadecimal numbers, parted by spaces.
struct TableText {
    private let octets: [UInt8]

    init(_ text: StaticString) {
        octets = text.withUTF8Buffer { unsafe Array($0) }
    }

    func forEachWord(_ body: (ArraySlice<UInt8>) -> Void) {
        for word in octets.split(separator: UInt8(ascii: " ")) { body(word) }
    }

    /// The number that hexadecimal digits stand for; the tables have no others.
    static func number(_ digits: ArraySlice<UInt8>) -> UInt32 {
        digits.reduce(0) { number, digit in
            number << 4
                | UInt32(digit >= UInt8(ascii: "a") ? digit - UInt8(ascii: "a") + 10 : digit - UInt8(ascii: "0"))
        }
    }
}
