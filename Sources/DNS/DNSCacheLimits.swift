import Mail

/// How much is kept of what the domain name system said, and for how long.
public struct DNSCacheLimits: Sendable, Hashable {
    /// The most answers.
    public var maximumEntries: Int
    /// The most octets of all answers together, about.
    public var maximumSize: Int
    /// The longest for which records are kept, in seconds, whatever their lifetime says.
    public var maximumLifetime: Int
    /// The longest for which it is kept that a name or its records are not there, in seconds (RFC 2308 section 5).
    public var maximumNegativeLifetime: Int
    /// The shortest for which a lifetime above zero is kept, in seconds.
    public var minimumLifetime: Int

    /// Makes limits: ten thousand answers, 8 MiB, an hour, five minutes, and a second.
    public init(
        maximumEntries: Int = 10_000,
        maximumSize: Int = 8 << 20,
        maximumLifetime: Int = 3600,
        maximumNegativeLifetime: Int = 300,
        minimumLifetime: Int = 1
    ) {
        self.maximumEntries = maximumEntries
        self.maximumSize = maximumSize
        self.maximumLifetime = maximumLifetime
        self.maximumNegativeLifetime = maximumNegativeLifetime
        self.minimumLifetime = minimumLifetime
    }

    /// For how many seconds an answer is kept; `nil` when it is not.
    func lifetime(of response: DNSResponse) -> Int? {
        // A lifetime of zero is for this once (RFC 1035 section 3.2.1).
        guard let seconds = response.lifetime.map(Int.init), seconds > 0 else { return nil }
        let isNegative = response.answer.records?.isEmpty ?? true
        let maximum = isNegative ? maximumNegativeLifetime : maximumLifetime
        return min(max(seconds, minimumLifetime), maximum)
    }
}
