/// A list of MAPI properties as TNEF stores it ([MS-OXTNEF] section 2.1.3.4).
struct MAPIProperties {
    /// One property; of many values the first.
    struct Property {
        let type: Int
        let id: Int
        /// Where the value lies, without padding.
        let value: Range<Int>
    }

    /// The types that are read as text or octets.
    enum PropertyType {
        static let string = 0x001E
        static let unicode = 0x001F
        static let binary = 0x0102
        static let object = 0x000D
    }

    private var index: Int
    private let end: Int
    private var left: Int
    /// Whether the list ended before its count said so.
    private(set) var isDamaged = false

    init(_ bytes: Span<UInt8>, _ range: Range<Int>) {
        index = range.lowerBound + 4
        end = range.upperBound
        left = range.count >= 4 ? bytes.littleEndian32(at: range.lowerBound) ?? 0 : 0
        if range.count < 4 { isDamaged = true }
    }

    mutating func next(_ bytes: Span<UInt8>) -> Property? {
        guard left > 0 else { return nil }
        left -= 1
        guard let property = read(bytes) else {
            isDamaged = true
            left = 0
            return nil
        }
        return property
    }

    private mutating func read(_ bytes: Span<UInt8>) -> Property? {
        guard let type = word(bytes).map({ $0 & 0xFFFF }), let id = bytes.littleEndian16(at: index - 2) else {
            return nil
        }
        if id >= 0x8000, !skipName(bytes) { return nil }
        let isMany = type & 0x1000 != 0
        let base = type & 0x0FFF
        guard let size = Self.size(of: base) else { return readVariable(bytes, base, id) }
        var count = 1
        if isMany {
            guard let given = word(bytes) else { return nil }
            count = given
        }
        guard size == 0 || count <= (end - index) / size else { return nil }
        let start = index
        index += size * count
        return Property(type: base, id: id, value: start..<min(start + size, index))
    }

    /// Values with a length each: texts, octets and objects.
    private mutating func readVariable(_ bytes: Span<UInt8>, _ type: Int, _ id: Int) -> Property? {
        guard [PropertyType.string, PropertyType.unicode, PropertyType.binary, PropertyType.object].contains(type),
            let count = word(bytes)
        else { return nil }
        var first: Range<Int>?
        for _ in 0..<count {
            guard let length = word(bytes), length <= end - index else { return nil }
            first = first ?? index..<index + length
            // Padded to four octets; QUIRK: some writers leave the padding of the last value out.
            index = min(end, index + (length + 3) & ~3)
        }
        return Property(type: type, id: id, value: first ?? index..<index)
    }

    /// [MS-OXTNEF] section 2.1.3.4.1: a named property has a GUID and a number or a text.
    private mutating func skipName(_ bytes: Span<UInt8>) -> Bool {
        guard end - index >= 16 else { return false }
        index += 16
        guard let kind = word(bytes), let value = word(bytes) else { return false }
        guard kind != 0 else { return true }
        guard value <= end - index else { return false }
        index = min(end, index + (value + 3) & ~3)
        return true
    }

    /// The size of a value in the list, padding included; `nil` for types of variable size and unknown ones.
    private static func size(of type: Int) -> Int? {
        switch type {
        case 0x0001: 0
        case 0x0002, 0x0003, 0x0004, 0x000A, 0x000B: 4
        case 0x0005, 0x0006, 0x0007, 0x0014, 0x0040: 8
        case 0x0048: 16
        default: nil
        }
    }

    private mutating func word(_ bytes: Span<UInt8>) -> Int? {
        guard end - index >= 4, let value = bytes.littleEndian32(at: index) else { return nil }
        index += 4
        return value
    }
}
