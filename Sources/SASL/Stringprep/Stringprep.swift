/// The tables of RFC 3454 that SASLprep uses.
enum Stringprep {
    /// Table C.1.2: spaces that become U+0020.
    static func isOtherSpace(_ scalar: UInt32) -> Bool {
        switch scalar {
        case 0xA0, 0x1680, 0x2000...0x200B, 0x202F, 0x205F, 0x3000: true
        default: false
        }
    }

    /// Table B.1: what is left out.
    static func isMappedToNothing(_ scalar: UInt32) -> Bool {
        switch scalar {
        case 0xAD, 0x34F, 0x1806, 0x180B...0x180D, 0x200B...0x200D, 0x2060, 0xFE00...0xFE0F, 0xFEFF: true
        default: false
        }
    }

    /// Tables C.1.2 to C.9, which RFC 4013 section 2.3 forbids.
    static func isProhibited(_ scalar: UInt32) -> Bool {
        switch scalar {
        case 0...0x1F, 0x7F...0x9F, 0x6DD, 0x70F, 0x180E, 0x200C...0x200D, 0x2028...0x2029, 0x2060...0x2063,
            0x206A...0x206F, 0xFEFF, 0xFFF9...0xFFFC, 0x1D173...0x1D17A:
            true  // C.2.1 and C.2.2, controls
        case 0xE000...0xF8FF, 0xF0000...0xFFFFD, 0x100000...0x10FFFD: true  // C.3, private use
        case 0xFDD0...0xFDEF: true  // C.4, no characters
        case 0xFFFD, 0x2FF0...0x2FFB: true  // C.6 and C.7
        case 0x340...0x341, 0x200E...0x200F, 0x202A...0x202E: true  // C.8, changes of display
        case 0xE0001, 0xE0020...0xE007F: true  // C.9, tags
        default: scalar & 0xFFFE == 0xFFFE || scalar & 0xFFFF_F800 == 0xD800 || isOtherSpace(scalar)
        }
    }

    /// Table A.1: what Unicode 3.2 did not have.
    static func isUnassigned(_ scalar: UInt32) -> Bool {
        guard scalar >= 0x80, let properties = Unicode.Scalar(scalar)?.properties else { return false }
        guard let age = properties.age else { return true }
        return age.major > 3 || (age.major == 3 && age.minor > 2)
    }

    /// Whether characters that run from right to left stand with others, or not at both ends (RFC 3454 section 6).
    static func mixesDirections(_ scalars: [UInt32]) -> Bool {
        guard scalars.contains(where: runsRightToLeft), let first = scalars.first, let last = scalars.last else {
            return false
        }
        return scalars.contains(where: runsLeftToRight) || !runsRightToLeft(first) || !runsRightToLeft(last)
    }

    /// Table D.1.
    private static func runsRightToLeft(_ scalar: UInt32) -> Bool {
        switch scalar {
        case 0x5BE, 0x5C0, 0x5C3, 0x5D0...0x5EA, 0x5F0...0x5F4, 0x61B, 0x61F, 0x621...0x63A, 0x640...0x64A,
            0x66D...0x66F, 0x671...0x6D5, 0x6DD, 0x6E5...0x6E6, 0x6FA...0x6FE, 0x700...0x70D, 0x710, 0x712...0x72C,
            0x780...0x7A5, 0x7B1, 0x200F, 0xFB1D, 0xFB1F...0xFB28, 0xFB2A...0xFB36, 0xFB38...0xFB3C, 0xFB3E,
            0xFB40...0xFB41, 0xFB43...0xFB44, 0xFB46...0xFBB1, 0xFBD3...0xFD3D, 0xFD50...0xFD8F, 0xFD92...0xFDC7,
            0xFDF0...0xFDFC, 0xFE70...0xFE74, 0xFE76...0xFEFC:
            true
        default: false
        }
    }

    /// Table D.2.
    private static func runsLeftToRight(_ scalar: UInt32) -> Bool {
        leftToRight.contains { $0.contains(scalar) }
    }

    private static let leftToRight: [ClosedRange<UInt32>] = {
        var ranges: [ClosedRange<UInt32>] = []
        TableText(LeftToRightTable.text).forEachWord { word in
            let ends = word.split(separator: UInt8(ascii: "-")).map { TableText.number($0) }
            ranges.append(ends[0]...ends[ends.count - 1])
        }
        return ranges
    }()
}
