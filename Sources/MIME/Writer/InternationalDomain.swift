package import Mail

/// The US-ASCII form of a domain with U-labels (RFC 5890, RFC 3492).
package enum InternationalDomain {
    /// The domain with each of its labels in US-ASCII.
    ///
    /// - Returns: `nil` when there is no such form: a label is too long, or holds what no label may.
    package static func ascii(_ domain: Domain) -> Domain? {
        guard domain.isInternationalized else { return domain }
        var labels: [String] = []
        let scalars = composed(Array(domain.name.unicodeScalars))
        for label in scalars.split(omittingEmptySubsequences: false, whereSeparator: isSeparator) {
            guard let ascii = ascii(Array(label)) else { return nil }
            labels.append(ascii)
        }
        return Domain(labels.joined(separator: "."))
    }

    /// Whether the scalar ends a label: input methods write four for a full stop (UTS 46 section 2.3).
    private static func isSeparator(_ scalar: Unicode.Scalar) -> Bool {
        scalar == "." || scalar == "\u{3002}" || scalar == "\u{FF0E}" || scalar == "\u{FF61}"
    }

    private static func ascii(_ label: [Unicode.Scalar]) -> String? {
        if label.allSatisfy(\.isASCII) { return String(String.UnicodeScalarView(label)) }
        guard label.allSatisfy(isAllowed), let first = label.first,
            first.properties.canonicalCombiningClass == .notReordered
        else { return nil }
        let encoded = "xn--" + Punycode.encoded(label)
        return encoded.utf8.count <= 63 ? encoded : nil
    }

    private static func isAllowed(_ scalar: Unicode.Scalar) -> Bool {
        // Letters of Hangul that are not composed into syllables would make another domain.
        if (0x1100...0x11FF).contains(scalar.value) { return false }
        // Other widths of letters are mapped by who types them, or not at all (RFC 5892 section 2.3).
        if (0xFF00...0xFFEF).contains(scalar.value) { return false }
        // Joiners are letters of some scripts (RFC 5892 appendix A.1 and A.2).
        if scalar == "\u{200C}" || scalar == "\u{200D}" { return true }
        switch scalar.properties.generalCategory {
        case .control, .format, .spaceSeparator, .lineSeparator, .paragraphSeparator, .unassigned, .privateUse,
            .surrogate:
            return false
        default:
            return true
        }
    }

    // MARK: Composition

    /// Composes letters with the marks behind them (NFC, which RFC 5891 section 4.1 asks for) in Latin, Greek,
    /// Cyrillic and Kana, where some systems write them apart.
    private static func composed(_ scalars: [Unicode.Scalar]) -> [Unicode.Scalar] {
        var result: [Unicode.Scalar] = []
        for scalar in scalars {
            if scalar.properties.canonicalCombiningClass != .notReordered, let last = result.last,
                let whole = compositions[String(last) + String(scalar)]
            {
                result[result.count - 1] = whole
            } else {
                result.append(scalar)
            }
        }
        return result
    }

    /// Composed scalars by their text: texts are equal when they are canonically equivalent.
    private static let compositions: [String: Unicode.Scalar] = {
        var table: [String: Unicode.Scalar] = [:]
        for range in [0xC0...0x24F, 0x386...0x4FF, 0x1E00...0x1FFF, 0x3040...0x30FF] as [ClosedRange<UInt32>] {
            for value in range {
                guard let scalar = Unicode.Scalar(value), table[String(scalar)] == nil else { continue }
                table[String(scalar)] = scalar
            }
        }
        return table
    }()
}
