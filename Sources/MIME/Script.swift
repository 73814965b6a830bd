/// The scripts that names of hosts are written in, and those whose letters join (Unicode UAX #31 table 5, by blocks).
package enum Script: Sendable {
    case latin, greek, cyrillic, armenian, hebrew, arabic, syriac, thaana, nko, mandaic, devanagari, bengali, gurmukhi
    case gujarati, oriya, tamil, telugu, kannada, malayalam, sinhala, thai, lao, tibetan, myanmar, georgian, hangul
    case ethiopic, khmer, mongolian, hiragana, katakana, bopomofo, han, phagsPa, manichaean, rohingya, adlam

    /// The script of a letter or a mark; `nil` for what all scripts share and for scripts that are not listed.
    init?(_ scalar: Unicode.Scalar) {
        var lower = 0
        var upper = Self.blocks.count
        while lower < upper {
            let middle = (lower + upper) / 2
            if Self.blocks[middle].range.upperBound < scalar.value { lower = middle + 1 } else { upper = middle }
        }
        guard lower < Self.blocks.count, Self.blocks[lower].range.contains(scalar.value) else { return nil }
        self = Self.blocks[lower].script
    }

    /// Whether its letters join, so that a joiner or a non-joiner beside one changes its form.
    var isCursive: Bool {
        switch self {
        case .arabic, .syriac, .nko, .mandaic, .mongolian, .phagsPa, .manichaean, .rohingya, .adlam: true
        default: false
        }
    }

    /// Whether words follow each other without a space, and a space of no width tells where a line may break.
    var partsWordsInvisibly: Bool {
        switch self {
        case .thai, .lao, .khmer, .myanmar, .tibetan: true
        default: false
        }
    }

    /// Whether letters have forms that a variation selector chooses.
    var hasVariants: Bool { self == .myanmar || self == .phagsPa }

    /// The blocks in their order.
    package static let blocks: [(range: ClosedRange<UInt32>, script: Script)] = [
        (0x41...0x5A, .latin), (0x61...0x7A, .latin), (0xC0...0xD6, .latin), (0xD8...0xF6, .latin),
        (0xF8...0x2AF, .latin), (0x370...0x3FF, .greek), (0x400...0x52F, .cyrillic), (0x531...0x58F, .armenian),
        (0x591...0x5F4, .hebrew), (0x600...0x6FF, .arabic), (0x700...0x74F, .syriac), (0x750...0x77F, .arabic),
        (0x780...0x7BF, .thaana), (0x7C0...0x7FF, .nko), (0x840...0x85F, .mandaic), (0x860...0x86F, .syriac),
        (0x870...0x8FF, .arabic), (0x900...0x97F, .devanagari), (0x980...0x9FF, .bengali), (0xA00...0xA7F, .gurmukhi),
        (0xA80...0xAFF, .gujarati), (0xB00...0xB7F, .oriya), (0xB80...0xBFF, .tamil), (0xC00...0xC7F, .telugu),
        (0xC80...0xCFF, .kannada), (0xD00...0xD7F, .malayalam), (0xD80...0xDFF, .sinhala), (0xE00...0xE7F, .thai),
        (0xE80...0xEFF, .lao), (0xF00...0xFFF, .tibetan), (0x1000...0x109F, .myanmar), (0x10A0...0x10FF, .georgian),
        (0x1100...0x11FF, .hangul), (0x1200...0x139F, .ethiopic), (0x1780...0x17FF, .khmer),
        (0x1800...0x18AF, .mongolian), (0x1C80...0x1C8F, .cyrillic), (0x1C90...0x1CBF, .georgian),
        (0x1D00...0x1DBF, .latin), (0x1E00...0x1EFF, .latin), (0x1F00...0x1FFF, .greek), (0x2C60...0x2C7F, .latin),
        (0x2D00...0x2D2F, .georgian), (0x2D80...0x2DDF, .ethiopic), (0x2DE0...0x2DFF, .cyrillic),
        (0x2E80...0x2FDF, .han), (0x3005...0x3007, .han), (0x3041...0x309F, .hiragana), (0x30A1...0x30FF, .katakana),
        (0x3105...0x312F, .bopomofo), (0x3131...0x318F, .hangul), (0x31A0...0x31BF, .bopomofo),
        (0x31F0...0x31FF, .katakana), (0x3400...0x4DBF, .han), (0x4E00...0x9FFF, .han), (0xA640...0xA69F, .cyrillic),
        (0xA722...0xA7FF, .latin), (0xA840...0xA87F, .phagsPa), (0xA8E0...0xA8FF, .devanagari),
        (0xA960...0xA97F, .hangul), (0xA9E0...0xA9FF, .myanmar), (0xAA60...0xAA7F, .myanmar),
        (0xAB00...0xAB2F, .ethiopic),
        (0xAB30...0xAB6F, .latin), (0xAC00...0xD7FF, .hangul), (0xF900...0xFAFF, .han), (0xFB13...0xFB17, .armenian),
        (0xFB1D...0xFB4F, .hebrew), (0xFB50...0xFDFF, .arabic), (0xFE70...0xFEFC, .arabic), (0xFF21...0xFF3A, .latin),
        (0xFF41...0xFF5A, .latin), (0xFF66...0xFF9F, .katakana), (0x10AC0...0x10AFF, .manichaean),
        (0x10D00...0x10D3F, .rohingya), (0x1E900...0x1E95F, .adlam), (0x20000...0x323AF, .han),
    ]
}
