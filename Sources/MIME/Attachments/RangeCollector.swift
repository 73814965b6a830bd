/// Collects ranges of a content while it passes piece by piece.
package struct RangeCollector {
    /// The octets of the ranges, one range behind the other in the order in which they were asked for.
    package private(set) var octets: [UInt8]
    /// The ranges by where they begin, each with its place in ``octets``.
    private var order: [(range: Range<Int>, target: Int)] = []
    /// The first range of which something may still come.
    private var first = 0
    private var position = 0

    /// Asks for ranges, which may overlap; what lies behind the content's end stays zero.
    package init(_ ranges: [Range<Int>]) {
        order.reserveCapacity(ranges.count)
        var target = 0
        for range in ranges {
            order.append((range, target))
            target += range.count
        }
        octets = [UInt8](repeating: 0, count: target)
        order.sort { $0.range.lowerBound < $1.range.lowerBound }
    }

    /// Takes the next piece.
    package mutating func append(_ piece: Span<UInt8>) {
        let (order, position) = (order, position)
        let end = position + piece.count
        var index = first
        var output = octets.mutableSpan
        while index < order.count, order[index].range.lowerBound < end {
            let (range, target) = order[index]
            for offset in range.clamped(to: position..<end) {
                output[target + offset - range.lowerBound] = piece[offset - position]
            }
            index += 1
        }
        while first < order.count, order[first].range.upperBound <= end { first += 1 }
        self.position = end
    }

    /// The ranges of octets that are held in one piece.
    static func collect(_ ranges: [Range<Int>], of bytes: Span<UInt8>) -> [UInt8] {
        var collector = RangeCollector(ranges)
        collector.append(bytes)
        return collector.octets
    }
}
