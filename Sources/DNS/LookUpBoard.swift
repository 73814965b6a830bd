package import Mail

/// Who waits for what: calls with their questions, look-ups that wait or run, and the cache.
///
/// Pure: it starts nothing and resumes nobody, but says whose answers are complete.
package struct LookUpBoard: Sendable {
    package typealias Call = UInt64
    package typealias Answers = [DNSQuestion: DNSAnswer]

    /// A call that has all its answers and is forgotten.
    package struct Completion: Hashable, Sendable {
        package let call: Call
        package let answers: Answers

        package init(call: Call, answers: Answers) {
            self.call = call
            self.answers = answers
        }
    }

    private struct LookUp {
        var callers: Set<Call>
        var isRunning = false
    }

    private struct Waiter {
        var answers: Answers = [:]
        var missing: Set<DNSQuestion> = []
    }

    private let maximumWaiting: Int
    private var cache: DNSCache
    private var lookUps: [DNSQuestion: LookUp] = [:]
    private var queue: [DNSQuestion] = []
    private var waiters: [Call: Waiter] = [:]
    private var lastCall: Call = 0

    package private(set) var counts = DNSCounts()
    package private(set) var isClosed = false

    /// How many look-ups wait for a thread.
    package var waiting: Int { queue.count }

    package init(maximumWaiting: Int, cache: DNSCacheLimits) {
        self.maximumWaiting = maximumWaiting
        self.cache = DNSCache(limits: cache)
    }

    /// Takes questions, of which equal ones count once.
    ///
    /// - Returns: the call, and its answers when there is nothing to wait for.
    package mutating func begin(_ questions: [DNSQuestion], at now: DNSCache.Moment) -> (call: Call, answers: Answers?)
    {
        lastCall += 1
        var waiter = Waiter()
        for question in Set(questions) {
            counts.questions += 1
            if isClosed {
                waiter.answers[question] = .failure
            } else if let answer = cache.answer(to: question, at: now) {
                counts.fromCache += 1
                waiter.answers[question] = answer
            } else if lookUps[question]?.callers.insert(lastCall) != nil {
                counts.shared += 1
                waiter.missing.insert(question)
            } else if queue.count < maximumWaiting {
                lookUps[question] = LookUp(callers: [lastCall])
                queue.append(question)
                waiter.missing.insert(question)
            } else {
                counts.refused += 1
                waiter.answers[question] = .failure
            }
        }
        guard !waiter.missing.isEmpty else { return (lastCall, waiter.answers) }
        waiters[lastCall] = waiter
        return (lastCall, nil)
    }

    /// The question that waits longest, for a thread to look it up.
    package mutating func take() -> DNSQuestion? {
        guard !queue.isEmpty else { return nil }
        let question = queue.removeFirst()
        lookUps[question]?.isRunning = true
        counts.lookUps += 1
        return question
    }

    /// Takes what a look-up brought; `nil` when it failed.
    package mutating func finish(
        _ question: DNSQuestion,
        _ response: DNSResponse?,
        at now: DNSCache.Moment
    ) -> [Completion] {
        if let response { cache.keep(response, for: question, at: now) } else { counts.failures += 1 }
        let callers = lookUps.removeValue(forKey: question)?.callers ?? []
        return callers.compactMap { call in
            waiters[call]?.answers[question] = response?.answer ?? .failure
            waiters[call]?.missing.remove(question)
            guard waiters[call]?.missing.isEmpty == true else { return nil }
            return waiters.removeValue(forKey: call).map { Completion(call: call, answers: $0.answers) }
        }
    }

    /// Ends a call whose time is over; what it lacks has failed.
    ///
    /// A look-up for which nobody waits any more does not begin; one that runs goes on and fills the cache.
    ///
    /// - Returns: `nil` when the call has ended before.
    package mutating func abandon(_ call: Call) -> Completion? {
        guard var waiter = waiters.removeValue(forKey: call) else { return nil }
        for question in waiter.missing {
            counts.abandoned += 1
            waiter.answers[question] = .failure
            lookUps[question]?.callers.remove(call)
            if let lookUp = lookUps[question], lookUp.callers.isEmpty, !lookUp.isRunning {
                lookUps[question] = nil
                queue.removeAll { $0 == question }
            }
        }
        return Completion(call: call, answers: waiter.answers)
    }

    /// Ends all calls; questions that come later fail at once.
    package mutating func close() -> [Completion] {
        isClosed = true
        return waiters.keys.sorted().compactMap { abandon($0) }
    }
}
