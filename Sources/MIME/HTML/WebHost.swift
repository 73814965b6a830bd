internal import Mail

/// The host of an address: as it is asked for, and as it is shown to a reader.
struct WebHost {
    /// In lower case and US-ASCII: labels of other scripts as A-labels (RFC 5890), or as they were given, encoded with
    /// `%`, where they have no such form.
    let name: [UInt8]
    /// For a reader: in its own script when that is one script's plain letters, else as A-labels.
    let shown: [UInt8]
    /// Whether a name of another script is not plain, and so may be made to look like another name.
    let isSuspicious: Bool

    /// Reads the host as it stands in an address.
    ///
    /// - Returns: `nil` for one with octets that no host has (URL standard, section 3.1, "forbidden host code point").
    init?(_ octets: [UInt8]) {
        let given = octets.map(\.asciiLowercased)
        guard !Self.isUsual(given) else {
            name = given
            shown = given
            isSuspicious = false
            return
        }
        let decoded = Self.percentDecoded(given)
        guard !decoded.isEmpty, !decoded.contains(where: Self.isForbidden) else { return nil }
        guard let scalars = Self.mapped(decoded), let labels = Label.all(of: scalars) else {
            name = Self.percentEncoded(decoded.map(\.asciiLowercased))
            shown = Self.marked(decoded)
            isSuspicious = true
            return
        }
        isSuspicious = !labels.allSatisfy(\.isPlain)
        name = Array(labels.map(\.ascii).joined(separator: ".").utf8)
        let unicode = Array(labels.map(\.unicode).joined(separator: ".").utf8)
        shown = isSuspicious || unicode.count > Domain.maximumLength ? name : unicode
    }

    // MARK: What is asked for

    /// Whether a host is a name in US-ASCII without A-labels, or an address in brackets, as almost all are.
    private static func isUsual(_ host: [UInt8]) -> Bool {
        guard host.first != UInt8(ascii: "[") else {
            return host.count > 2 && host.last == UInt8(ascii: "]")
                && host[1..<(host.count - 1)].allSatisfy {
                    $0.hexValue != nil || $0 == Octet.colon || $0 == Octet.period
                }
        }
        var isLabelStart = true
        for (index, octet) in host.enumerated() {
            guard
                octet.isASCIILetter || octet.isASCIIDigit || octet == Octet.dash || octet == Octet.period
                    || octet == UInt8(ascii: "_")
            else { return false }
            if isLabelStart, octet == UInt8(ascii: "x"), host[index...].starts(with: Label.prefix.utf8) { return false }
            isLabelStart = octet == Octet.period
        }
        return !host.isEmpty
    }

    private static func percentDecoded(_ host: [UInt8]) -> [UInt8] {
        var result: [UInt8] = []
        host.span.appendPercentDecoded(0..<host.count, to: &result)
        return result
    }

    private static func percentEncoded(_ octets: [UInt8]) -> [UInt8] {
        var result: [UInt8] = []
        for octet in octets { result.append(percentEncoding: octet) }
        return result
    }

    /// The characters as a browser maps them before it looks them up (UTS #46 section 4).
    ///
    /// - Returns: `nil` for octets that are no UTF-8, for characters that no host has, and for the rare ones that would
    ///   become others: what is not known to be the name is not shown as one.
    private static func mapped(_ host: [UInt8]) -> [Unicode.Scalar]? {
        guard host.count <= Domain.maximumLength, let text = String(validating: host, as: UTF8.self) else { return nil }
        var result: [Unicode.Scalar] = []
        for scalar in text.unicodeScalars {
            if isIgnored(scalar) { continue }
            for scalar in (halfWidth(scalar) ?? scalar).properties.lowercaseMapping.unicodeScalars {
                guard keepsItsForm(scalar) else { return nil }
                result.append(scalar)
            }
        }
        return result
    }

    private static func isForbidden(_ octet: UInt8) -> Bool {
        switch octet {
        case ...Octet.space, 0x7F, UInt8(ascii: "#"), Octet.percent, UInt8(ascii: "/"), Octet.colon, Octet.less,
            Octet.greater, Octet.question, Octet.at, UInt8(ascii: "["), Octet.backslash, UInt8(ascii: "]"),
            UInt8(ascii: "^"), UInt8(ascii: "|"):
            true
        default: false
        }
    }

    private static func isIgnored(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.value {
        case 0xAD, 0x34F, 0x180B...0x180D, 0x180F, 0x200B, 0x2060, 0x2064, 0xFE00...0xFE0F, 0xFEFF: true
        default: false
        }
    }

    /// The US-ASCII character of a wide form.
    private static func halfWidth(_ scalar: Unicode.Scalar) -> Unicode.Scalar? {
        (0xFF01...0xFF5E).contains(scalar.value) ? Unicode.Scalar(scalar.value - 0xFEE0) : nil
    }

    private static func keepsItsForm(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar {
        case "a"..."z", "0"..."9", "-", ".", "_", "\u{3002}", "\u{FF61}": true
        // Letters that folding would change and IDNA keeps (RFC 5894 section 7.2).
        case "\u{DF}", "\u{3C2}", "\u{200C}", "\u{200D}": true
        default: !scalar.isASCII && !VisibleText.isHidden(scalar) && !scalar.properties.changesWhenNFKCCaseFolded
        }
    }

    /// A host that has no other form, with a mark for each character outside of US-ASCII.
    private static func marked(_ host: [UInt8]) -> [UInt8] {
        var result: [UInt8] = []
        for scalar in String(decoding: host, as: UTF8.self).unicodeScalars {
            result += scalar.isASCII ? Array(String(scalar).utf8) : Array(VisibleText.mark(of: scalar).utf8)
        }
        return result
    }
}

extension WebHost {
    /// One label of a host in its two forms.
    private struct Label {
        let ascii: String
        let unicode: String
        let isPlain: Bool

        static let prefix = "xn--"

        /// The labels of a host; `nil` when it has no form in US-ASCII.
        static func all(of scalars: [Unicode.Scalar]) -> [Label]? {
            guard let domain = Domain(String(String.UnicodeScalarView(scalars))),
                let ascii = InternationalDomain.ascii(domain)
            else { return nil }
            let labels = ascii.name.split(separator: ".", omittingEmptySubsequences: false)
            // Below a name of its own script's, a word that happens to look like Latin is what it is.
            let isBelowLatin = labels.last.map { !$0.hasPrefix(prefix) } ?? true
            return labels.map { Label($0, isBelowLatin: isBelowLatin) }
        }

        private init(_ ascii: Substring, isBelowLatin: Bool) {
            self.ascii = String(ascii)
            guard ascii.hasPrefix(Self.prefix) else {
                unicode = self.ascii
                isPlain = true
                return
            }
            let scalars = Punycode.decoded(Array(ascii.utf8)[Self.prefix.utf8.count...])
            unicode = scalars.map { String(String.UnicodeScalarView($0)) } ?? self.ascii
            isPlain = scalars.map { Self.isPlain($0, isBelowLatin: isBelowLatin) } ?? false
        }

        /// Whether a label consists of letters of one script that are not chosen to look like another's.
        private static func isPlain(_ label: [Unicode.Scalar], isBelowLatin: Bool) -> Bool {
            var scripts: Set<Script> = []
            for scalar in label where scalar != "-" && !("0"..."9").contains(scalar) {
                let isMark = scalar.properties.generalCategory == .nonspacingMark
                guard WebHost.keepsItsForm(scalar), scalar.properties.isAlphabetic || isMark,
                    let script = Script(scalar)
                else { return false }
                if script == .latin, !isUsualLatin(scalar) { return false }
                scripts.insert(script)
            }
            guard scripts.count == 1 || usedTogether.contains(where: scripts.isSubset) else { return false }
            return !isBelowLatin || !label.allSatisfy { $0.isASCII || lookalikes.contains($0) }
        }

        /// The scripts that one language writes together.
        private static let usedTogether: [Set<Script>] = [
            [.han, .hiragana, .katakana], [.han, .hangul], [.han, .bopomofo],
        ]

        /// The letters of European languages and of Vietnamese, but for the few that pass for others.
        private static func isUsualLatin(_ scalar: Unicode.Scalar) -> Bool {
            switch scalar.value {
            case 0x131, 0x138, 0x149, 0x17F: false
            case ..<0x180, 0x1A0, 0x1A1, 0x1AF, 0x1B0, 0x218...0x21B, 0x1E00...0x1EFF: true
            default: false
            }
        }

        /// Letters of Cyrillic, Greek, Armenian and Georgian that fonts draw as Latin ones: a name of nothing else is
        /// made to be taken for another.
        private static let lookalikes = Set(
            """
            \u{430}\u{435}\u{43E}\u{440}\u{441}\u{443}\u{445}\u{455}\u{456}\u{458}\u{461}\u{475}\u{4AF}\u{4BB}\u{4BD}\u{4CF}\
            \u{501}\u{50D}\u{51B}\u{51D}\u{3B1}\u{3B3}\u{3B7}\u{3B9}\u{3BA}\u{3BD}\u{3BF}\u{3C1}\u{3C4}\u{3C5}\u{3C7}\u{3C9}\
            \u{3F2}\u{3F3}\u{563}\u{566}\u{570}\u{575}\u{578}\u{57D}\u{581}\u{585}\u{10E7}\u{10FF}
            """.unicodeScalars
        )
    }
}

private let hexDigits = Array("0123456789ABCDEF".utf8)

extension [UInt8] {
    /// Appends an octet of an address, as `%XX` when it could end an attribute or deceive the eye.
    mutating func append(percentEncoding octet: UInt8) {
        switch octet {
        case ...Octet.space, 0x7F..., Octet.quote, Octet.less, Octet.greater, Octet.backslash, UInt8(ascii: "`"),
            UInt8(ascii: "{"), UInt8(ascii: "}"), UInt8(ascii: "|"), UInt8(ascii: "^"):
            append(Octet.percent)
            append(hexDigits[Int(octet >> 4)])
            append(hexDigits[Int(octet & 15)])
        default:
            append(octet)
        }
    }
}

extension Span<UInt8> {
    /// Appends octets with each `%XX` decoded (RFC 3986 section 2.1).
    func appendPercentDecoded(_ range: Range<Int>, to result: inout [UInt8]) {
        var index = range.lowerBound
        while index < range.upperBound {
            if self[index] == Octet.percent, index + 2 < range.upperBound, let high = self[index + 1].hexValue,
                let low = self[index + 2].hexValue
            {
                result.append(high << 4 | low)
                index += 3
            } else {
                result.append(self[index])
                index += 1
            }
        }
    }
}
