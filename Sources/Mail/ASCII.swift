extension UInt8 {
    /// The octet with `A` to `Z` folded to lower case, and no other.
    @inlinable
    package var asciiLowercased: UInt8 {
        self >= UInt8(ascii: "A") && self <= UInt8(ascii: "Z") ? self | 0x20 : self
    }

    /// Whether the octet is one of `0` to `9`.
    @inlinable
    package var isASCIIDigit: Bool { self >= UInt8(ascii: "0") && self <= UInt8(ascii: "9") }

    /// Whether the octet is a hexadecimal digit in either case.
    @inlinable
    package var isASCIIHexDigit: Bool {
        isASCIIDigit || (asciiLowercased >= UInt8(ascii: "a") && asciiLowercased <= UInt8(ascii: "f"))
    }

    /// Whether the octet is one of `A` to `Z` or `a` to `z`.
    @inlinable
    package var isASCIILetter: Bool {
        asciiLowercased >= UInt8(ascii: "a") && asciiLowercased <= UInt8(ascii: "z")
    }

    /// Whether the octet is `atext` (RFC 5322 section 3.2.3) or part of a non-ASCII character (RFC 6531 section 3.3).
    @inlinable
    package var isAtomText: Bool {
        switch self {
        case UInt8(ascii: "!"), UInt8(ascii: "#"), UInt8(ascii: "$"), UInt8(ascii: "%"), UInt8(ascii: "&"),
            UInt8(ascii: "'"), UInt8(ascii: "*"), UInt8(ascii: "+"), UInt8(ascii: "-"), UInt8(ascii: "/"),
            UInt8(ascii: "="), UInt8(ascii: "?"), UInt8(ascii: "^"), UInt8(ascii: "_"), UInt8(ascii: "`"),
            UInt8(ascii: "{"), UInt8(ascii: "|"), UInt8(ascii: "}"), UInt8(ascii: "~"), 0x80...0xFF:
            true
        default:
            isASCIILetter || isASCIIDigit
        }
    }
}
