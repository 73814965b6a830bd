/// Decides when a peer has been silent or slow for too long.
///
/// Time is an argument, in seconds of any steady clock.
package struct ConnectionClock {
    /// What follows from the time.
    package enum Verdict: Equatable {
        /// The peer is to be sent away.
        case expired
        /// Look again at this time.
        case wait(until: Double)
    }

    private let idleTimeout: Double
    private let transactionTimeout: Double
    private let minDataRate: Double
    /// The data rate is measured over so many seconds.
    private static let window = 60.0

    private var lastOctets: Double
    private var messageBegan: Double?
    private var windowBegan = 0.0
    private var windowOctets = 0

    package init(idleTimeout: Int, transactionTimeout: Int, minDataRate: Int, now: Double) {
        self.idleTimeout = Double(idleTimeout)
        self.transactionTimeout = Double(transactionTimeout)
        self.minDataRate = Double(minDataRate)
        lastOctets = now
    }

    /// Octets arrived.
    package mutating func received(_ octets: Int, at now: Double) {
        lastOctets = now
        windowOctets += octets
    }

    /// A message began to come in.
    package mutating func beginMessage(at now: Double) {
        messageBegan = now
        windowBegan = now
        windowOctets = 0
    }

    /// The message has ended, one way or the other.
    package mutating func endMessage() {
        messageBegan = nil
    }

    /// We made the peer wait; that is not its silence.
    package mutating func resume(at now: Double) {
        lastOctets = now
        windowBegan = now
        windowOctets = 0
    }

    /// What to do now.
    ///
    /// - Parameter isReceiving: whether octets of a message are awaited, so that the rate counts.
    package mutating func check(isReceiving: Bool, at now: Double) -> Verdict {
        var next = lastOctets + idleTimeout
        guard now < next else { return .expired }
        if let messageBegan {
            guard now < messageBegan + transactionTimeout else { return .expired }
            next = min(next, messageBegan + transactionTimeout)
        }
        guard isReceiving, minDataRate > 0 else { return .wait(until: next) }
        if now >= windowBegan + Self.window {
            guard Double(windowOctets) >= minDataRate * (now - windowBegan) else { return .expired }
            windowBegan = now
            windowOctets = 0
        }
        return .wait(until: min(next, windowBegan + Self.window))
    }
}
