import NIOCore

/// What a run measured.
struct LoadResult: Sendable {
    /// Messages of which every recipient was answered 2xx.
    var accepted = 0
    /// Messages with at least one 5xx, and none unanswered or 4xx.
    var refused = 0
    /// Messages with at least one 4xx, and none unanswered.
    var temporary = 0
    /// Messages with at least one recipient without an answer.
    var unanswered = 0
    /// Times that a message was sent again.
    var resent = 0
    var failedConnections = 0
    var connections = 0
    /// Nanoseconds from the end of data to the final reply, and of the whole transaction.
    private(set) var finalLatencies: [Int64] = []
    private(set) var wholeLatencies: [Int64] = []
    /// The first reply that refused something, to tell why.
    var firstRefusal: ReplyReader.Reply?

    var answered: Int { accepted + refused + temporary }

    mutating func record(finalLatency: TimeAmount, wholeLatency: TimeAmount) {
        finalLatencies.append(finalLatency.nanoseconds)
        wholeLatencies.append(wholeLatency.nanoseconds)
    }

    mutating func count(_ message: Sender.Message) {
        var classes: Set<Int> = []
        for answer in message.answers {
            classes.insert(answer.code / 100)
            if answer.code / 100 != 2, answer.code != 0, firstRefusal == nil { firstRefusal = answer }
        }
        if classes.contains(0) {
            unanswered += 1
        } else if classes.contains(4) {
            temporary += 1
        } else if classes == [2] {
            accepted += 1
        } else {
            refused += 1
        }
    }

    mutating func merge(_ other: LoadResult) {
        accepted += other.accepted
        refused += other.refused
        temporary += other.temporary
        unanswered += other.unanswered
        resent += other.resent
        failedConnections += other.failedConnections
        connections += other.connections
        finalLatencies += other.finalLatencies
        wholeLatencies += other.wholeLatencies
        firstRefusal = firstRefusal ?? other.firstRefusal
    }
}

/// The figures of one kind of latency, in milliseconds.
struct LatencyFigures: Encodable, Sendable {
    var p50: Double
    var p99: Double
    var max: Double

    init(_ nanoseconds: [Int64]) {
        let sorted = nanoseconds.sorted()
        func at(_ part: Double) -> Double {
            guard let last = sorted.last else { return 0 }
            let index = Int((Double(sorted.count) * part).rounded(.up)) - 1
            let value = sorted.indices.contains(index) ? sorted[index] : last
            return Double(value / 1_000) / 1_000
        }
        p50 = at(0.5)
        p99 = at(0.99)
        max = at(1)
    }
}
