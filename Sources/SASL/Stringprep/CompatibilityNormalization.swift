import OpenSSL

/// Unicode's normalization form KC (Standard Annex 15) in the version 3.2 that RFC 3454 is bound to.
///
/// The standard library has canonical equivalence only, and this room has no Foundation. Scalars are numbers here, so
/// that arrays which hold parts of a password can be wiped.
enum CompatibilityNormalization {
    /// Normalizes scalars where they are.
    static func normalize(_ scalars: inout [UInt32]) {
        decompose(&scalars)
        order(&scalars)
        compose(&scalars)
    }

    // MARK: Decomposition

    private static func decompose(_ scalars: inout [UInt32]) {
        var result: [UInt32] = []
        // A longer array would leave what it outgrew behind, unwiped.
        result.reserveCapacity(scalars.count * longestDecomposition)
        for scalar in scalars {
            if let mapping = decompositions[scalar] {
                result += mapping
            } else if Hangul.isSyllable(scalar) {
                Hangul.decompose(scalar, into: &result)
            } else {
                result.append(scalar)
            }
        }
        SecretBytes.wipe(&scalars)
        scalars = result
    }

    /// Sorts each run of combining marks by their classes, stably.
    private static func order(_ scalars: inout [UInt32]) {
        var start = 0
        while start < scalars.count {
            guard combiningClass(scalars[start]) != 0 else {
                start += 1
                continue
            }
            var end = start + 1
            while end < scalars.count, combiningClass(scalars[end]) != 0 { end += 1 }
            // The standard library's sort is stable. A run of one needs none.
            if end > start + 1 { scalars[start..<end].sort { combiningClass($0) < combiningClass($1) } }
            start = end
        }
    }

    // MARK: Composition

    /// Composes as Corrigendum 5 has it: a mark in between keeps two starters apart, which older libraries compose.
    private static func compose(_ scalars: inout [UInt32]) {
        var starter: Int?
        var lastClass: UInt8 = 0
        var end = 0
        for index in scalars.indices {
            let scalar = scalars[index]
            let itsClass = combiningClass(scalar)
            if let place = starter, lastClass < itsClass || (lastClass == 0 && place == end - 1),
                let composed = composition(of: scalars[place], and: scalar)
            {
                scalars[place] = composed
                continue
            }
            if itsClass == 0 { starter = end }
            lastClass = itsClass
            scalars[end] = scalar
            end += 1
        }
        for index in end..<scalars.count { scalars[index] = 0 }
        scalars.removeLast(scalars.count - end)
    }

    private static func composition(of first: UInt32, and second: UInt32) -> UInt32? {
        Hangul.composition(of: first, and: second) ?? compositions[UInt64(first) << 32 | UInt64(second)]
    }

    private static func combiningClass(_ scalar: UInt32) -> UInt8 {
        Unicode.Scalar(scalar)?.properties.canonicalCombiningClass.rawValue ?? 0
    }

    // MARK: Tables

    /// U+FDFA decomposes into 18 scalars.
    private static let longestDecomposition = 18

    private static let decompositions: [UInt32: [UInt32]] = {
        var table: [UInt32: [UInt32]] = [:]
        var next: UInt32 = 0
        TableText(DecompositionTable.text).forEachWord { word in
            if word.first == UInt8(ascii: "=") {
                next = TableText.number(word.dropFirst())
            } else {
                table[next] = word.split(separator: UInt8(ascii: "+")).map { TableText.number($0) }
                next += 1
            }
        }
        return table
    }()

    private static let compositions: [UInt64: UInt32] = {
        var table: [UInt64: UInt32] = [:]
        TableText(CompositionTable.text).forEachWord { word in
            let numbers = word.split { $0 == UInt8(ascii: "+") || $0 == UInt8(ascii: "=") }
                .map { TableText.number($0) }
            table[UInt64(numbers[0]) << 32 | UInt64(numbers[1])] = numbers[2]
        }
        return table
    }()
}

/// The syllables of Hangul, which are composed by arithmetic (The Unicode Standard, section 3.12).
private enum Hangul {
    private static let syllables: UInt32 = 0xAC00
    private static let leading: UInt32 = 0x1100
    private static let vowels: UInt32 = 0x1161
    private static let trailing: UInt32 = 0x11A7
    private static let vowelCount: UInt32 = 21
    private static let trailingCount: UInt32 = 28
    private static let leadingCount: UInt32 = 19

    static func isSyllable(_ scalar: UInt32) -> Bool {
        scalar >= syllables && scalar < syllables + leadingCount * vowelCount * trailingCount
    }

    static func decompose(_ syllable: UInt32, into result: inout [UInt32]) {
        let index = syllable - syllables
        result.append(leading + index / (vowelCount * trailingCount))
        result.append(vowels + index % (vowelCount * trailingCount) / trailingCount)
        if index % trailingCount != 0 { result.append(trailing + index % trailingCount) }
    }

    static func composition(of first: UInt32, and second: UInt32) -> UInt32? {
        if first >= leading, first < leading + leadingCount, second >= vowels, second < vowels + vowelCount {
            return syllables + ((first - leading) * vowelCount + second - vowels) * trailingCount
        }
        if isSyllable(first), (first - syllables) % trailingCount == 0, second > trailing,
            second < trailing + trailingCount
        {
            return first + second - trailing
        }
        return nil
    }
}
