import OpenSSL

/// UTF-8 as numbers, so that no copy of a password lies in a `String`, which cannot be wiped.
enum UTF8Text {
    /// The scalars of well-formed UTF-8 (RFC 3629); `nil` for anything else.
    static func scalars(in octets: Span<UInt8>) -> [UInt32]? {
        var scalars: [UInt32] = []
        scalars.reserveCapacity(octets.count)
        var index = 0
        while index < octets.count {
            guard let scalar = scalar(in: octets, at: index) else {
                SecretBytes.wipe(&scalars)
                return nil
            }
            scalars.append(scalar)
            index += width(of: scalar)
        }
        return scalars
    }

    /// How many octets a scalar takes.
    static func width(of scalar: UInt32) -> Int {
        switch scalar {
        case ..<0x80: 1
        case ..<0x800: 2
        case ..<0x10000: 3
        default: 4
        }
    }

    /// Writes scalars to octets that are as many as their widths together.
    static func encode(_ scalars: [UInt32], into octets: inout MutableSpan<UInt8>) {
        var index = 0
        for scalar in scalars {
            let width = width(of: scalar)
            for place in 0..<width {
                let bits = UInt8(truncatingIfNeeded: scalar >> UInt32(6 * (width - 1 - place)))
                octets[index + place] = place == 0 ? leads[width - 1] | bits : 0x80 | (bits & 0x3F)
            }
            index += width
        }
    }

    private static let leads: [UInt8] = [0x00, 0xC0, 0xE0, 0xF0]

    private static func scalar(in octets: Span<UInt8>, at start: Int) -> UInt32? {
        let lead = octets[start]
        let width: Int
        var scalar: UInt32
        switch lead {
        case ..<0x80: return UInt32(lead)
        case 0xC2...0xDF: (width, scalar) = (2, UInt32(lead & 0x1F))
        case 0xE0...0xEF: (width, scalar) = (3, UInt32(lead & 0x0F))
        case 0xF0...0xF4: (width, scalar) = (4, UInt32(lead & 0x07))
        default: return nil
        }
        guard octets.count - start >= width else { return nil }
        for place in 1..<width {
            let octet = octets[start + place]
            guard octet & 0xC0 == 0x80 else { return nil }
            scalar = scalar << 6 | UInt32(octet & 0x3F)
        }
        // Longer forms than needed, surrogates and what is beyond Unicode have no scalar.
        guard Self.width(of: scalar) == width, Unicode.Scalar(scalar) != nil else { return nil }
        return scalar
    }
}
