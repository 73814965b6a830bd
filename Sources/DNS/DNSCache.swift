package import Mail

/// Answers that still hold, of bounded number and size; the oldest goes first.
///
/// Time is an argument.
package struct DNSCache: Sendable {
    /// A moment, as time since a fixed start.
    package typealias Moment = ContinuousClock.Instant

    private struct Entry {
        let answer: DNSAnswer
        let end: Moment
        let size: Int
        let number: UInt64
    }

    private let limits: DNSCacheLimits
    private var entries: [DNSQuestion: Entry] = [:]
    /// The questions in the order in which they were kept, some of them no longer there or kept anew.
    private var order: [(question: DNSQuestion, number: UInt64)] = []
    private var oldest = 0
    private var number: UInt64 = 0

    /// The size of all entries, in octets, about.
    package private(set) var size = 0

    /// How many answers are kept.
    package var count: Int { entries.count }

    package init(limits: DNSCacheLimits = DNSCacheLimits()) {
        self.limits = limits
    }

    /// The answer to a question, as long as it holds.
    package func answer(to question: DNSQuestion, at now: Moment) -> DNSAnswer? {
        guard let entry = entries[question], now < entry.end else { return nil }
        return entry.answer
    }

    /// Keeps an answer for as long as the response says and the limits allow.
    package mutating func keep(_ response: DNSResponse, for question: DNSQuestion, at now: Moment) {
        remove(question)
        guard let seconds = limits.lifetime(of: response), seconds > 0 else { return }
        let size = Self.size(of: question, response.answer)
        guard size <= limits.maximumSize, limits.maximumEntries > 0 else { return }
        number += 1
        entries[question] = Entry(answer: response.answer, end: now + .seconds(seconds), size: size, number: number)
        order.append((question, number))
        self.size += size
        while entries.count > limits.maximumEntries || self.size > limits.maximumSize { removeOldest() }
        compact()
    }

    private mutating func remove(_ question: DNSQuestion) {
        if let entry = entries.removeValue(forKey: question) { size -= entry.size }
    }

    private mutating func removeOldest() {
        let first = order[oldest]
        oldest += 1
        if entries[first.question]?.number == first.number { remove(first.question) }
    }

    /// Forgets the places of what is gone, when they are most of the order.
    private mutating func compact() {
        guard order.count > 2 * entries.count + 16 else { return }
        order = order[oldest...].filter { entries[$0.question]?.number == $0.number }
        oldest = 0
    }

    /// What an entry takes, in octets: its contents, and an allowance for what holds them.
    private static func size(of question: DNSQuestion, _ answer: DNSAnswer) -> Int {
        (answer.records ?? []).reduce(2 * question.name.utf8.count + 200) { sum, record in
            switch record {
            case .address: sum + 64
            case .mailExchange(_, let host), .pointer(let host): sum + 64 + host.utf8.count
            case .text(let text): sum + 64 + text.count
            }
        }
    }
}
