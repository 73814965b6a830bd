/// Something that holds of every input, and does not of this one.
package struct BrokenInvariant: Error, CustomStringConvertible {
    package let description: String
}

/// Ends a check with an error unless something holds.
func require(_ holds: Bool, _ invariant: @autoclosure () -> String) throws(BrokenInvariant) {
    if !holds { throw BrokenInvariant(description: invariant()) }
}

/// Checks that a text is one that may go into a ticket.
func requirePlain(_ text: String, _ name: String, inOneLine: Bool = true) throws(BrokenInvariant) {
    for scalar in text.unicodeScalars {
        let isLayout = !inOneLine && (scalar == "\n" || scalar == "\t")
        try require(
            isLayout || (scalar.value >= 0x20 && !(0x7F...0x9F).contains(scalar.value)),
            "a control in \(name)"
        )
    }
}

/// Checks that a range lies within so many octets.
func requireWithin(_ range: Range<Int>, _ count: Int, _ name: String) throws(BrokenInvariant) {
    try require(range.lowerBound >= 0 && range.upperBound <= count, "\(name) lies outside")
}
