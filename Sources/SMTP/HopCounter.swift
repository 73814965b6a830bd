import Mail

/// Counts the `Received` fields in the header of a message that streams by (RFC 5321 section 6.3).
struct HopCounter {
    private(set) var count = 0
    /// Whether the empty line behind the header has been seen; from then on nothing is looked at.
    private(set) var isDone = false
    /// How far the line agrees with the name of the field, or `nil` when it does not.
    private var matched: Int? = 0
    private var lineIsEmpty = true

    private static let name = Array("received:".utf8)

    /// Looks at the next octets of the message.
    mutating func scan(_ bytes: Span<UInt8>) {
        guard !isDone else { return }
        var index = 0
        while index < bytes.count {
            let octet = bytes[index]
            index += 1
            if octet == UInt8(ascii: "\n") {
                if lineIsEmpty {
                    isDone = true
                    return
                }
                lineIsEmpty = true
                matched = 0
            } else if octet != UInt8(ascii: "\r") {
                lineIsEmpty = false
                guard let length = matched else {
                    index = bytes.firstLineBreak(from: index)
                    continue
                }
                if octet.asciiLowercased != Self.name[length] {
                    matched = nil
                } else if length + 1 == Self.name.count {
                    count += 1
                    matched = nil
                } else {
                    matched = length + 1
                }
            } else if !lineIsEmpty {
                matched = nil
            }
        }
    }
}
