public import Mail

/// Asks the domain name system, by the servers that the machine is configured for.
///
/// Equal questions at the same time are looked up once; what was answered is kept while it holds. A question that finds
/// no room, no server or no time is answered with ``Mail/DNSAnswer/failure``, which is temporary.
public final class DNSResolver: Sendable {
    /// How it asks.
    public let configuration: DNSConfiguration
    private let pool: LookUpPool

    /// Makes a resolver, which has no threads before the first question.
    public init(_ configuration: DNSConfiguration = DNSConfiguration()) {
        self.configuration = configuration
        pool = LookUpPool(configuration)
    }

    deinit { pool.close() }

    /// What it did so far.
    public var counts: DNSCounts { pool.counts }

    /// Begins the questions of one evaluation: the time for all of them together runs from now.
    public func inquiry() -> DNSInquiry {
        DNSInquiry(resolver: self, deadline: .now + .seconds(configuration.evaluationTimeout))
    }

    /// Answers questions, all of them.
    ///
    /// Who cancels the task gets failures for what is not there yet.
    ///
    /// - Parameter deadline: when the answer is wanted at the latest, if that is before a question's own time is over.
    public func answers(
        to questions: [DNSQuestion],
        until deadline: ContinuousClock.Instant? = nil
    ) async -> [DNSQuestion: DNSAnswer] {
        let own = ContinuousClock.now + .seconds(configuration.questionTimeout)
        return await pool.answers(to: questions, until: min(own, deadline ?? own))
    }
}

/// The questions of one evaluation, which share a deadline.
public struct DNSInquiry: Sendable {
    private let resolver: DNSResolver
    /// When all is to be answered.
    public let deadline: ContinuousClock.Instant

    init(resolver: DNSResolver, deadline: ContinuousClock.Instant) {
        self.resolver = resolver
        self.deadline = deadline
    }

    /// Answers questions, all of them: those behind the deadline with failures, unless the answer was kept.
    public func answers(to questions: [DNSQuestion]) async -> [DNSQuestion: DNSAnswer] {
        await resolver.answers(to: questions, until: deadline)
    }
}
