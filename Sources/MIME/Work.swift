/// The work done on one message so far, and how much it may become.
///
/// Every loop over content charges what it touched. The algorithms are linear by construction; the limit is there for
/// the day when one of them is not, so that a bad mail ends with a defect and not with a stalled server.
package struct Work: Sendable {
    /// Octets looked at, each pass counted.
    package private(set) var steps = 0
    /// The number of steps above which work stops.
    package let limit: Int

    /// Steps allowed for each octet of a message.
    package static let stepsPerOctet = 64

    /// The work that a message of so many octets may have.
    package init(size: Int) {
        let (product, overflow) = size.multipliedReportingOverflow(by: Self.stepsPerOctet)
        limit = overflow ? .max : product &+ 1_048_576
    }

    /// Counts work that is about to be done, or was.
    mutating func charge(_ count: Int) {
        steps &+= count
    }

    /// Whether the message has had all the work that it may have.
    var isExhausted: Bool { steps > limit }
}
