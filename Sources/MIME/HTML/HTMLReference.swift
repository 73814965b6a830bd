internal import Mail

/// A character reference: what it stands for and where it ends (HTML standard, section 13.2.5.72 and following).
struct HTMLReference {
    /// The first character, and the second of the few names that stand for two.
    let scalars: (Unicode.Scalar, Unicode.Scalar?)
    /// The offset behind the reference.
    let end: Int

    /// Reads the reference at `&`, if there is one.
    ///
    /// - Parameter end: what lies at or behind it is not looked at.
    init?(_ html: Span<UInt8>, at start: Int, end: Int, inAttribute: Bool) {
        guard start + 1 < end else { return nil }
        if html[start + 1] == UInt8(ascii: "#") {
            self.init(number: html, at: start + 2, end: end)
        } else {
            self.init(name: html, at: start + 1, end: end, inAttribute: inAttribute)
        }
    }

    private init?(number html: Span<UInt8>, at start: Int, end: Int) {
        var index = start
        let isHex = index < end && html[index] | 0x20 == UInt8(ascii: "x")
        if isHex { index += 1 }
        let digits = index
        var value: UInt32 = 0
        while index < end, let digit = html[index].hexValue, isHex || digit < 10 {
            value = min(value * (isHex ? 16 : 10) + UInt32(digit), 0x11_0000)
            index += 1
        }
        guard index > digits else { return nil }
        if index < end, html[index] == Octet.semicolon { index += 1 }
        scalars = (Self.scalar(value), nil)
        self.end = index
    }

    /// The character that a number means: none is the replacement character, and C1 controls mean windows-1252.
    private static func scalar(_ value: UInt32) -> Unicode.Scalar {
        var value = value
        if (0x80...0x9F).contains(value) {
            let meant = UInt32(windows1252[Int(value) - 0x80])
            if meant != 0 { value = meant }
        }
        guard value != 0, let scalar = Unicode.Scalar(value) else { return "\u{FFFD}" }
        return scalar
    }

    /// What the numbers 0x80 to 0x9F mean; zero where they mean themselves.
    private static let windows1252: [UInt16] = [
        0x20AC, 0, 0x201A, 0x0192, 0x201E, 0x2026, 0x2020, 0x2021, 0x02C6, 0x2030, 0x0160, 0x2039, 0x0152, 0, 0x017D, 0,
        0, 0x2018, 0x2019, 0x201C, 0x201D, 0x2022, 0x2013, 0x2014, 0x02DC, 0x2122, 0x0161, 0x203A, 0x0153, 0, 0x017E,
        0x0178,
    ]

    private init?(name html: Span<UInt8>, at start: Int, end: Int, inAttribute: Bool) {
        guard let (entry, length) = HTMLReferenceTable.shared.longestName(html, at: start, end: end) else { return nil }
        let next = start + length
        let hasSemicolon = next < end && html[next] == Octet.semicolon
        if !hasSemicolon, inAttribute, next < end {
            let octet = html[next]
            // An address such as `?a=1&copy=2`.
            if octet == Octet.equals || octet.isASCIILetter || octet.isASCIIDigit { return nil }
        }
        scalars = HTMLReferenceTable.shared.values[entry]
        self.end = hasSemicolon ? next + 1 : next
    }
}

/// The named references in the order of their names, searched letter by letter.
struct HTMLReferenceTable: Sendable {
    static let shared = HTMLReferenceTable()

    private let letters: [UInt8]
    /// Where each name begins in `letters`, and where the last one ends.
    private let starts: [Int32]
    /// Whether a name counts without its semicolon.
    private let isLegacy: [Bool]
    /// For each two octets that a name may begin with, in their order, the first entry that does or comes after.
    private let beginnings: [UInt16]
    let values: [(Unicode.Scalar, Unicode.Scalar?)]

    private init() {
        var letters: [UInt8] = []
        var starts: [Int32] = [0]
        var isLegacy: [Bool] = []
        var values: [(Unicode.Scalar, Unicode.Scalar?)] = []
        for entry in HTMLReferenceList.entries.utf8.split(separator: Octet.space) {
            guard let mark = entry.firstIndex(where: { $0 == Octet.semicolon || $0 == UInt8(ascii: "*") }) else {
                continue
            }
            letters += entry[..<mark]
            starts.append(Int32(letters.count))
            isLegacy.append(entry[mark] != Octet.semicolon)
            let numbers = entry[entry.index(after: mark)...].split(separator: UInt8(ascii: "+"))
            let scalars = numbers.map { number in
                Unicode.Scalar(number.reduce(UInt32(0)) { $0 << 4 | UInt32($1.hexValue ?? 0) }) ?? "\u{FFFD}"
            }
            values.append((scalars[0], scalars.count > 1 ? scalars[1] : nil))
        }
        self.letters = letters
        self.starts = starts
        self.isLegacy = isLegacy
        self.values = values
        var beginnings: [UInt16] = []
        beginnings.reserveCapacity(Self.beginningCount + 1)
        for entry in values.indices {
            let start = Int(starts[entry])
            guard let beginning = Self.beginning(letters[start], letters[start + 1]) else { continue }
            while beginnings.count <= beginning { beginnings.append(UInt16(entry)) }
        }
        while beginnings.count <= Self.beginningCount { beginnings.append(UInt16(values.count)) }
        self.beginnings = beginnings
    }

    /// Digits and letters, and the few signs between them.
    private static let octets = UInt8(ascii: "0")...UInt8(ascii: "z")
    private static let beginningCount = octets.count * octets.count

    /// The place of two octets in ``beginnings``.
    private static func beginning(_ first: UInt8, _ second: UInt8) -> Int? {
        guard octets.contains(first), octets.contains(second) else { return nil }
        return Int(first - octets.lowerBound) * octets.count + Int(second - octets.lowerBound)
    }

    private func length(_ entry: Int) -> Int { Int(starts[entry + 1] - starts[entry]) }

    private func letter(_ entry: Int, _ position: Int) -> UInt8 {
        position < length(entry) ? letters[Int(starts[entry]) + position] : 0
    }

    /// The entry with the longest name that lies at `start`, and the name's length.
    func longestName(_ html: Span<UInt8>, at start: Int, end: Int) -> (entry: Int, length: Int)? {
        guard start + 2 <= end, let beginning = Self.beginning(html[start], html[start + 1]) else { return nil }
        var lower = Int(beginnings[beginning])
        var upper = Int(beginnings[beginning + 1])
        var found: (Int, Int)?
        var position = 2
        while lower < upper {
            if length(lower) == position {
                let isClosed = start + position < end && html[start + position] == Octet.semicolon
                if isClosed || isLegacy[lower] { found = (lower, position) }
            }
            guard start + position < end else { break }
            let octet = html[start + position]
            guard octet.isASCIILetter || octet.isASCIIDigit else { break }
            lower = firstEntry(in: lower..<upper, at: position) { $0 >= octet }
            upper = firstEntry(in: lower..<upper, at: position) { $0 > octet }
            position += 1
        }
        return found
    }

    private func firstEntry(in range: Range<Int>, at position: Int, where matches: (UInt8) -> Bool) -> Int {
        var lower = range.lowerBound
        var upper = range.upperBound
        while lower < upper {
            let middle = (lower + upper) / 2
            if matches(letter(middle, position)) { upper = middle } else { lower = middle + 1 }
        }
        return lower
    }
}
