package import SMTP

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

    /// How long a peer may take.
    package struct Limits {
        /// Seconds of silence, and of one command line.
        var idle: Double
        /// Seconds of a transaction, and of the octets of one message or chunk.
        var transaction: Double
        /// Octets per second of a message; 0 is no limit.
        var dataRate: Double
        /// The data rate is measured over so many seconds.
        var window: Double

        package init(idle: Double, transaction: Double, dataRate: Double, window: Double) {
            self.idle = idle
            self.transaction = transaction
            self.dataRate = dataRate
            self.window = window
        }
    }

    private let limits: Limits
    private var lastOctets: Double
    private var expectation = SMTPSession.Expectation.command
    private var expectedSince: Double
    private var transaction: Int?
    private var transactionBegan: Double
    private var windowBegan: Double
    private var windowOctets = 0
    private var pausedSince: Double?

    package init(_ limits: Limits, now: Double) {
        self.limits = limits
        lastOctets = now
        expectedSince = now
        transactionBegan = now
        windowBegan = now
    }

    /// Octets arrived, or the peer took some of ours.
    package mutating func received(_ octets: Int, at now: Double) {
        lastOctets = now
        windowOctets += octets
    }

    /// What the session now waits for, and the number of its transaction if it is in one.
    package mutating func observe(_ expectation: SMTPSession.Expectation, transaction: Int?, at now: Double) {
        if self.transaction != transaction {
            self.transaction = transaction
            transactionBegan = now
        }
        guard self.expectation != expectation else { return }
        self.expectation = expectation
        expectedSince = now
        windowBegan = now
        windowOctets = 0
    }

    /// We make the peer wait; that time is not its own.
    package mutating func pause(at now: Double) {
        if pausedSince == nil { pausedSince = now }
    }

    /// The peer may go on: its times run as if there had been no pause.
    package mutating func resume(at now: Double) {
        guard let pausedSince else { return }
        self.pausedSince = nil
        // What began within the pause begins with its end.
        lastOctets = min(lastOctets + now - pausedSince, now)
        expectedSince = min(expectedSince + now - pausedSince, now)
        transactionBegan = min(transactionBegan + now - pausedSince, now)
        windowBegan = min(windowBegan + now - pausedSince, now)
    }

    /// What to do now.
    package mutating func check(at now: Double) -> Verdict {
        // Whatever begins after this check ends no sooner.
        var next = now + min(limits.idle, limits.transaction, limits.window)
        guard pausedSince == nil else { return .wait(until: next) }
        for deadline in deadlines {
            guard now < deadline else { return .expired }
            next = min(next, deadline)
        }
        guard case .content = expectation, limits.dataRate > 0 else { return .wait(until: next) }
        if now >= windowBegan + limits.window {
            guard Double(windowOctets) >= limits.dataRate * (now - windowBegan) else { return .expired }
            windowBegan = now
            windowOctets = 0
        }
        return .wait(until: min(next, windowBegan + limits.window))
    }

    private var deadlines: [Double] {
        var deadlines = [lastOctets + limits.idle]
        if transaction != nil { deadlines.append(transactionBegan + limits.transaction) }
        switch expectation {
        case .command: break
        case .restOfLine: deadlines.append(expectedSince + limits.idle)
        // Also without a transaction: the octets of a chunk that was refused.
        case .content: deadlines.append(expectedSince + limits.transaction)
        }
        return deadlines
    }
}
