/// The coding of one label of a domain in US-ASCII (RFC 3492), without its `xn--`.
package enum Punycode {
    private static let digits = Array("abcdefghijklmnopqrstuvwxyz0123456789".utf8)

    /// Encodes one label, which is short, so that its square is nothing (RFC 3492 section 6.3).
    static func encoded(_ label: [Unicode.Scalar]) -> String {
        var output = label.filter(\.isASCII).map { UInt8($0.value) }
        let basicCount = output.count
        if basicCount > 0 { output.append(Octet.dash) }
        var bias = 72
        var delta = 0
        var handled = basicCount
        var floor: UInt32 = 0x80
        while handled < label.count {
            let next = label.lazy.map(\.value).filter { $0 >= floor }.min() ?? floor
            delta += Int(next - floor) * (handled + 1)
            for scalar in label {
                if scalar.value < next { delta += 1 }
                guard scalar.value == next else { continue }
                append(delta, bias, to: &output)
                bias = adapted(delta, handled + 1, isFirst: handled == basicCount)
                delta = 0
                handled += 1
            }
            delta += 1
            floor = next + 1
        }
        return String(decoding: output, as: UTF8.self)
    }

    /// Decodes one label (RFC 3492 section 6.2).
    ///
    /// - Returns: `nil` when it is longer than a label may be, or encodes nothing.
    package static func decoded(_ label: ArraySlice<UInt8>) -> [Unicode.Scalar]? {
        guard label.count <= 63 else { return nil }
        let basicEnd = label.lastIndex(of: Octet.dash) ?? label.startIndex
        var output = label[..<basicEnd].map { Unicode.Scalar($0) }
        guard output.allSatisfy(\.isASCII) else { return nil }
        var rest = label[basicEnd...]
        if rest.first == Octet.dash { rest.removeFirst() }
        var bias = 72
        var position = 0
        var value: UInt32 = 0x80
        while !rest.isEmpty {
            guard let delta = readNumber(bias, from: &rest) else { return nil }
            bias = adapted(delta, output.count + 1, isFirst: position == 0)
            position += delta
            value += UInt32(position / (output.count + 1))
            position %= output.count + 1
            guard let scalar = Unicode.Scalar(value), !scalar.isASCII else { return nil }
            output.insert(scalar, at: position)
            position += 1
        }
        return output.contains { !$0.isASCII } ? output : nil
    }

    /// Appends a number of variable length (RFC 3492 section 3.3).
    private static func append(_ number: Int, _ bias: Int, to output: inout [UInt8]) {
        var rest = number
        var position = 36
        while true {
            let threshold = min(max(position - bias, 1), 26)
            guard rest >= threshold else { break }
            output.append(digits[threshold + (rest - threshold) % (36 - threshold)])
            rest = (rest - threshold) / (36 - threshold)
            position += 36
        }
        output.append(digits[rest])
    }

    /// Reads a number of variable length; one beyond what a label of 63 scalars can need is none.
    private static func readNumber(_ bias: Int, from rest: inout ArraySlice<UInt8>) -> Int? {
        var number = 0
        var weight = 1
        var position = 36
        while let octet = rest.popFirst() {
            guard let digit = digits.firstIndex(of: octet) else { return nil }
            number += digit * weight
            guard number <= 0x11_0000 * 64 else { return nil }
            let threshold = min(max(position - bias, 1), 26)
            if digit < threshold { return number }
            weight *= 36 - threshold
            position += 36
        }
        return nil
    }

    /// Adapts the bias after each number (RFC 3492 section 6.1).
    private static func adapted(_ delta: Int, _ count: Int, isFirst: Bool) -> Int {
        var delta = isFirst ? delta / 700 : delta / 2
        delta += delta / count
        var steps = 0
        while delta > 455 {
            delta /= 35
            steps += 36
        }
        return steps + 36 * delta / (delta + 38)
    }
}
