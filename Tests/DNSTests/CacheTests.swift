import DNS
import Mail
import Testing

@Suite struct CacheTests {
    private let start = ContinuousClock.now

    private func question(_ name: String) throws -> DNSQuestion { try #require(DNSQuestion(name, .txt)) }

    private static let text = DNSAnswer.records([.text([0x61])])

    /// What a response says of its lifetime, and for how long it is kept.
    @Test(
        arguments: [
            (text, 60, 60), (text, 1, 5), (text, 9999, 100), (text, 0, nil), (text, nil, nil), (.noSuchName, 20, 20),
            (.noSuchName, 9999, 30), (.records([]), 9999, 30), (.records([]), 2, 5), (.records([]), nil, nil),
            (.noSuchName, 0, nil),
        ] as [(DNSAnswer, UInt32?, Int?)]
    )
    func keepsWithinLimits(answer: DNSAnswer, lifetime: UInt32?, kept: Int?) throws {
        var cache = DNSCache(
            limits: DNSCacheLimits(maximumLifetime: 100, maximumNegativeLifetime: 30, minimumLifetime: 5)
        )
        let question = try question("a")
        cache.keep(DNSResponse(answer, lifetime: lifetime), for: question, at: start)
        guard let kept else {
            #expect(cache.count == 0 && cache.size == 0)
            return
        }
        #expect(cache.answer(to: question, at: start + .seconds(kept) - .milliseconds(1)) == answer)
        #expect(cache.answer(to: question, at: start + .seconds(kept)) == nil)
    }

    @Test func tellsTypesApart() throws {
        var cache = DNSCache()
        cache.keep(DNSResponse(Self.text, lifetime: 60), for: try question("a"), at: start)
        #expect(cache.answer(to: try #require(DNSQuestion("a", .mx)), at: start) == nil)
    }

    @Test func theOldestGoesFirst() throws {
        var cache = DNSCache(limits: DNSCacheLimits(maximumEntries: 3))
        for name in ["a", "b", "c", "a", "d"] {
            cache.keep(DNSResponse(Self.text, lifetime: 60), for: try question(name), at: start)
        }
        // `a` was kept anew, so `b` was the oldest.
        #expect(cache.count == 3)
        #expect(cache.answer(to: try question("b"), at: start) == nil)
        for name in ["c", "a", "d"] { #expect(cache.answer(to: try question(name), at: start) != nil) }
    }

    @Test func aNewerAnswerTakesThePlace() throws {
        var cache = DNSCache()
        let question = try question("a")
        cache.keep(DNSResponse(Self.text, lifetime: 60), for: question, at: start)
        cache.keep(DNSResponse(.noSuchName, lifetime: 60), for: question, at: start)
        #expect(cache.answer(to: question, at: start) == .noSuchName)
        cache.keep(DNSResponse(Self.text, lifetime: nil), for: question, at: start)
        #expect(cache.answer(to: question, at: start) == nil && cache.size == 0)
    }

    @Test func sizeIsBounded() throws {
        var cache = DNSCache(limits: DNSCacheLimits(maximumSize: 10_000))
        for number in 0..<200 {
            let answer = DNSAnswer.records([.text([UInt8](repeating: 0x61, count: 10 * number))])
            cache.keep(DNSResponse(answer, lifetime: 60), for: try question("n\(number)"), at: start)
            #expect(cache.size <= 10_000)
            #expect(cache.answer(to: try question("n\(number)"), at: start) == answer)
        }
        let huge = DNSAnswer.records([.text([UInt8](repeating: 0x61, count: 10_000))])
        cache.keep(DNSResponse(huge, lifetime: 60), for: try question("huge"), at: start)
        #expect(cache.answer(to: try question("huge"), at: start) == nil)
        #expect(cache.count > 0)
    }

    /// Whatever comes and goes, the sum is that of the entries, and what is kept is there.
    @Test func holdsOverManyChanges() throws {
        var cache = DNSCache(limits: DNSCacheLimits(maximumEntries: 20))
        var numbers = SystemRandomNumberGenerator()
        for step in 0..<5000 {
            let question = try question("n\(numbers.next() % 40)")
            let lifetime: UInt32? = numbers.next() % 4 == 0 ? nil : 60
            cache.keep(DNSResponse(Self.text, lifetime: lifetime), for: question, at: start + .seconds(step))
            #expect((cache.answer(to: question, at: start + .seconds(step)) != nil) == (lifetime != nil))
            #expect(cache.count <= 20 && cache.size >= 200 * cache.count && cache.size <= 300 * cache.count)
        }
    }

    @Test func nothingIsKeptWithoutRoom() throws {
        var cache = DNSCache(limits: DNSCacheLimits(maximumEntries: 0))
        cache.keep(DNSResponse(Self.text, lifetime: 60), for: try question("a"), at: start)
        #expect(cache.count == 0)
    }
}
