/// Reads the messages of an mbox file one by one (RFC 4155), in memory bounded by the largest message taken.
package struct MboxReader {
    /// How lines of a message that begin with `From ` were told apart from separators when the file was written.
    package enum Quoting: String, Sendable, CaseIterable {
        /// `>` was put before `From `, and before it again where lines began with `>From `: one `>` is taken away.
        case mboxrd
        /// `>` was put before `From ` alone: it is taken away there alone.
        case mboxo
    }

    /// What lies between two separators.
    package enum Entry: Equatable, Sendable {
        /// A message with the line ends of mail.
        case message([UInt8])
        /// A message larger than the limit, which was passed over.
        case tooLarge
    }

    private var lines: LineReader
    private let quoting: Quoting
    private let maximumSize: Int
    private var hasBegun = false
    private var isInside = false
    private var keepsLineEnds = false

    /// Makes a reader.
    ///
    /// - Parameters:
    ///   - maximumSize: the size beyond which a message is passed over, in octets.
    ///   - read: gives the next octets of the file; none at the end.
    package init(quoting: Quoting, maximumSize: Int, read: @escaping () throws -> [UInt8]) {
        lines = LineReader(read: read)
        self.quoting = quoting
        self.maximumSize = maximumSize
    }

    /// The next message, or `nil` at the end.
    package mutating func next() throws -> Entry? {
        var octets: [UInt8] = []
        var isTooLarge = false
        var previousIsEmpty = false
        while let line = try lines.next() {
            if line.isStart, previousIsEmpty || !isInside, Self.isSeparator(line.octets) {
                if !hasBegun {
                    hasBegun = true
                    keepsLineEnds = line.octets.suffix(2).elementsEqual("\r\n".utf8)
                }
                guard isInside else {
                    isInside = true
                    continue
                }
                return finish(octets, isTooLarge: isTooLarge)
            }
            // What stands before the first separator is no message.
            guard isInside else { continue }
            let content = line.isStart ? unquoted(line.octets) : line.octets
            previousIsEmpty = line.isStart && line.isEnd && (content.count == 1 || content.elementsEqual("\r\n".utf8))
            guard !isTooLarge, octets.count + content.count + 1 <= maximumSize + 2 else {
                isTooLarge = true
                octets = []
                continue
            }
            append(content, isEnd: line.isEnd, to: &octets)
        }
        guard isInside else { return nil }
        isInside = false
        return finish(octets, isTooLarge: isTooLarge)
    }

    /// The message without the empty line that belongs to the separator behind it.
    private func finish(_ octets: [UInt8], isTooLarge: Bool) -> Entry {
        guard !isTooLarge else { return .tooLarge }
        var octets = octets
        if octets.suffix(4).elementsEqual("\r\n\r\n".utf8) {
            octets.removeLast(2)
        } else if octets.suffix(2).elementsEqual("\n\n".utf8) {
            octets.removeLast(1)
        }
        return .message(octets)
    }

    private func append(_ content: ArraySlice<UInt8>, isEnd: Bool, to octets: inout [UInt8]) {
        guard isEnd, !keepsLineEnds else {
            octets += content
            return
        }
        octets += content.dropLast()
        if octets.last != UInt8(ascii: "\r") || content.count == 1 { octets.append(UInt8(ascii: "\r")) }
        octets.append(UInt8(ascii: "\n"))
    }

    private func unquoted(_ line: ArraySlice<UInt8>) -> ArraySlice<UInt8> {
        guard line.first == UInt8(ascii: ">") else { return line }
        let rest =
            switch quoting {
            case .mboxrd: line.drop { $0 == UInt8(ascii: ">") }
            case .mboxo: line.dropFirst()
            }
        return rest.starts(with: "From ".utf8) ? line.dropFirst() : line
    }

    /// Whether a line separates messages: `From `, a sender, and a date with a time of day.
    ///
    /// A writer that quotes nothing leaves sentences that begin with `From ` behind empty lines; few of them tell the
    /// time.
    private static func isSeparator(_ line: ArraySlice<UInt8>) -> Bool {
        guard line.starts(with: "From ".utf8) else { return false }
        let rest = Array(line.dropFirst(5))
        for index in rest.indices.dropFirst(2).dropLast(2) where rest[index] == UInt8(ascii: ":") {
            let digits = [rest[index - 2], rest[index - 1], rest[index + 1], rest[index + 2]]
            if digits.allSatisfy({ (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }) { return true }
        }
        return false
    }
}
