/// Cuts octets that come in pieces into lines, without holding more than a line or ``maximumPiece`` octets of it.
struct LineReader {
    /// One line with its end, or a part of a line that is longer than ``LineReader/maximumPiece``.
    struct Piece {
        let octets: ArraySlice<UInt8>
        /// Whether it begins a line.
        let isStart: Bool
        /// Whether it ends with a line feed.
        let isEnd: Bool
    }

    static let maximumPiece = 1 << 20

    private let read: () throws -> [UInt8]
    private var buffer: [UInt8] = []
    private var position = 0
    private var isAtStart = true
    private var isAtEnd = false

    /// Makes a reader.
    ///
    /// - Parameter read: gives the next octets; none at the end.
    init(read: @escaping () throws -> [UInt8]) {
        self.read = read
    }

    mutating func next() throws -> Piece? {
        var searched = position
        while true {
            if let newline = buffer[searched...].firstIndex(of: UInt8(ascii: "\n")) {
                return take(through: newline + 1, isEnd: true)
            }
            searched = buffer.count
            if buffer.count - position >= Self.maximumPiece { return take(through: buffer.count, isEnd: false) }
            guard !isAtEnd else { return position < buffer.count ? take(through: buffer.count, isEnd: false) : nil }
            let more = try read()
            isAtEnd = more.isEmpty
            buffer.removeFirst(position)
            searched -= position
            position = 0
            buffer += more
        }
    }

    private mutating func take(through end: Int, isEnd: Bool) -> Piece {
        defer {
            position = end
            isAtStart = isEnd
        }
        return Piece(octets: buffer[position..<end], isStart: isAtStart, isEnd: isEnd)
    }
}

/// Line ends as mail has them.
///
/// A file on Unix ends its lines with LF where the message had CRLF when it travelled, so a file whose first line ends
/// with a bare LF gets its CRLFs back: then it is the message that was received, and importing it again, or after it
/// came by SMTP, finds it. A file whose first line ends with CRLF is the message, octet by octet.
package enum LineEnds {
    /// The octets with a CR before each LF that has none, if the first line ends with a bare LF.
    package static func restoringCRLF(_ octets: [UInt8]) -> [UInt8] {
        guard let first = octets.firstIndex(of: UInt8(ascii: "\n")), !isCRLF(octets, at: first) else { return octets }
        var result: [UInt8] = []
        result.reserveCapacity(octets.count + octets.count / 32)
        for (index, octet) in octets.enumerated() {
            if octet == UInt8(ascii: "\n"), !isCRLF(octets, at: index) { result.append(UInt8(ascii: "\r")) }
            result.append(octet)
        }
        return result
    }

    private static func isCRLF(_ octets: [UInt8], at newline: Int) -> Bool {
        newline > 0 && octets[newline - 1] == UInt8(ascii: "\r")
    }
}
