/// A moment in whole milliseconds since 1970-01-01T00:00:00Z, the form in which the store keeps time.
public struct Timestamp: Hashable, Comparable, Sendable, CustomStringConvertible {
    /// Milliseconds since the epoch, leap seconds not counted; negative before it.
    public let milliseconds: Int64

    /// Makes a moment of milliseconds since the epoch.
    public init(milliseconds: Int64) {
        self.milliseconds = milliseconds
    }

    /// Makes a moment of whole seconds since the epoch.
    public init(seconds: Int64) {
        self.init(milliseconds: seconds * 1000)
    }

    /// Whether `left` is earlier than `right`.
    public static func < (left: Timestamp, right: Timestamp) -> Bool { left.milliseconds < right.milliseconds }

    /// The moment `seconds` later, or earlier when negative.
    public func advanced(bySeconds seconds: Int64) -> Timestamp {
        Timestamp(milliseconds: milliseconds + seconds * 1000)
    }

    /// The moment in UTC as RFC 3339 writes it, to the second: `2026-11-21T09:30:00Z`.
    public var description: String {
        let (year, month, day, second) = civil
        return "\(year)-\(Self.two(month))-\(Self.two(day))T\(Self.two(second / 3600)):\(Self.two(second / 60 % 60))"
            + ":\(Self.two(second % 60))Z"
    }

    /// The moment in UTC as a mail header writes it (RFC 5322 section 3.3): `Sat, 21 Nov 2026 09:30:00 +0000`.
    public var mailDate: String {
        let (year, month, day, second) = civil
        let days = (milliseconds - Int64(second) * 1000).floorDivided(by: 86_400_000)
        let weekday = Int((days % 7 + 11) % 7)
        return "\(Self.weekdays[weekday]), \(day) \(Self.months[month - 1]) \(year) \(Self.two(second / 3600))"
            + ":\(Self.two(second / 60 % 60)):\(Self.two(second % 60)) +0000"
    }

    /// Makes a moment of a UTC date in the Gregorian calendar.
    ///
    /// - Returns: `nil` when a part is out of range. Second 60 (a leap second) counts as the next minute's first.
    public init?(year: Int, month: Int, day: Int, hour: Int, minute: Int, second: Int) {
        guard (1...9999).contains(year), (1...12).contains(month), (1...31).contains(day), (0...23).contains(hour),
            (0...59).contains(minute), (0...60).contains(second)
        else { return nil }
        // Days from civil: the year begins in March, so that the leap day is its last.
        let shifted = Int64(month <= 2 ? year - 1 : year)
        let era = shifted.floorDivided(by: 400)
        let yearOfEra = shifted - era * 400
        let dayOfYear = Int64((153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1)
        let dayOfEra = yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear
        let days = era * 146_097 + dayOfEra - 719_468
        self.init(seconds: days * 86_400 + Int64(hour * 3600 + minute * 60 + second))
    }

    private static let weekdays = ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"]
    package static let months = [
        "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
    ]

    private static func two(_ number: Int) -> String { number < 10 ? "0\(number)" : "\(number)" }

    /// Year, month, day, and the second of that day.
    private var civil: (year: Int, month: Int, day: Int, second: Int) {
        let seconds = milliseconds.floorDivided(by: 1000)
        let days = seconds.floorDivided(by: 86_400)
        let shifted = days + 719_468
        let era = shifted.floorDivided(by: 146_097)
        let dayOfEra = shifted - era * 146_097
        let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let monthFromMarch = (5 * dayOfYear + 2) / 153
        let day = Int(dayOfYear - (153 * monthFromMarch + 2) / 5 + 1)
        let month = Int(monthFromMarch < 10 ? monthFromMarch + 3 : monthFromMarch - 9)
        let year = Int(yearOfEra + era * 400) + (month <= 2 ? 1 : 0)
        return (year, month, day, Int(seconds - days * 86_400))
    }
}

extension Int64 {
    fileprivate func floorDivided(by divisor: Int64) -> Int64 {
        let (quotient, remainder) = quotientAndRemainder(dividingBy: divisor)
        return remainder < 0 ? quotient - 1 : quotient
    }
}
