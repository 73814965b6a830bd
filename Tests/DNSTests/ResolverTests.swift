import DNS
import Foundation
import Mail
import Testing

private typealias Record = MessageBuilder.Record

/// A response with one text.
private func text(_ text: String, to query: DNSQuery, lifetime: UInt32 = 300) -> [UInt8] {
    let record = Record(MessageBuilder.question, 16, MessageBuilder.string(text), lifetime: lifetime)
    return MessageBuilder.response(to: query, [record])
}

private func answer(_ text: String) -> DNSAnswer { .records([.text(Array(text.utf8))]) }

private func question(_ name: String, _ type: DNSQuestion.RecordType = .txt) throws -> DNSQuestion {
    try #require(DNSQuestion(name, type))
}

/// Waits until something holds, for at most twenty seconds.
private func becomes(_ holds: () -> Bool) async throws -> Bool {
    let deadline = ContinuousClock.now + .seconds(120)
    while ContinuousClock.now < deadline {
        if holds() { return true }
        try await Task.sleep(for: .milliseconds(2))
    }
    return holds()
}

@Suite struct ResolverTests {
    /// Runs a body with a server and a resolver that knows it alone.
    private func with(
        _ change: (inout DNSConfiguration) -> Void = { _ in },
        version6: Bool = false,
        answering: @escaping NameServer.Answering,
        _ body: (DNSResolver, NameServer) async throws -> Void
    ) async throws {
        guard let server = NameServer(version6: version6, answering: answering) else {
            try #require(version6, "no loopback")
            print("skipped: no loopback of version 6")
            return
        }
        defer { server.stop() }
        var configuration = DNSConfiguration()
        configuration.nameservers = [server.server]
        configuration.attemptTimeout = 300
        configuration.attempts = 1
        configuration.questionTimeout = 300
        configuration.evaluationTimeout = 300
        change(&configuration)
        try await body(DNSResolver(configuration), server)
    }

    @Test(arguments: [false, true]) func asksTheServer(version6: Bool) async throws {
        try await with(version6: version6, answering: { asked, _ in .octets(text("a", to: asked.query)) }) {
            resolver,
            server in
            let questions = [try question("one.example"), try question("two.example"), try question("one.example")]
            let answers = await resolver.answers(to: questions)
            #expect(answers == [questions[0]: answer("a"), questions[1]: answer("a")])
            #expect(Set(server.asked.map(\.query.question)) == Set(questions))
            #expect(server.asked.allSatisfy { !$0.isStream && $0.query.isExtended })
            #expect(await resolver.answers(to: []) == [:])
        }
    }

    /// No search list and no alias of the machine is tried, whatever the name.
    @Test(arguments: ["host", #"a\.b"#, "localhost", "a b.example", "192.0.2.1"])
    func namesAreAbsolute(name: String) async throws {
        try await with(answering: { asked, _ in
            .octets(
                MessageBuilder.response(
                    to: asked.query,
                    authorities: [MessageBuilder.authority(minimum: 9)],
                    flags: 0x8183
                )
            )
        }) { resolver, server in
            let question = try question(name)
            #expect(await resolver.answers(to: [question]) == [question: .noSuchName])
            #expect(server.asked.map(\.query.question) == [question])
        }
    }

    @Test func keepsWhatWasAnsweredAndWhatIsNot() async throws {
        try await with(answering: { asked, _ in
            let authority = [MessageBuilder.authority(minimum: 60)]
            return switch asked.query.question.name {
            case "gone.example":
                .octets(MessageBuilder.response(to: asked.query, authorities: authority, flags: 0x8183))
            case "none.example": .octets(MessageBuilder.response(to: asked.query, authorities: authority))
            case "once.example": .octets(text("a", to: asked.query, lifetime: 0))
            default: .octets(text("a", to: asked.query))
            }
        }) { resolver, server in
            let kept = [try question("gone.example"), try question("none.example"), try question("some.example")]
            let expected = [kept[0]: DNSAnswer.noSuchName, kept[1]: .records([]), kept[2]: answer("a")]
            for _ in 0..<3 { #expect(await resolver.answers(to: kept) == expected) }
            #expect(server.asked.count == 3)
            #expect(resolver.counts.fromCache == 6)
            let once = try question("once.example")
            for _ in 0..<3 { #expect(await resolver.answers(to: [once]) == [once: answer("a")]) }
            #expect(server.asked.count == 6)
        }
    }

    /// A failure is temporary: it is not kept.
    @Test(arguments: [0x8182, 0x8185]) func failuresAreAskedAnew(flags: Int) async throws {
        try await with(answering: { asked, number in
            .octets(
                number == 1
                    ? MessageBuilder.response(to: asked.query, flags: UInt16(flags)) : text("a", to: asked.query)
            )
        }) { resolver, server in
            let question = try question("one.example")
            #expect(await resolver.answers(to: [question]) == [question: .failure])
            #expect(await resolver.answers(to: [question]) == [question: answer("a")])
            #expect(server.asked.count == 2 && resolver.counts.failures == 1)
        }
    }

    @Test func anotherAttemptFollowsAFailure() async throws {
        try await with(
            { ($0.attemptTimeout, $0.attempts) = (1, 3) },
            answering: { asked, number in
                number == 1 ? .silence : .octets(text("a", to: asked.query))
            }
        ) { resolver, server in
            let question = try question("one.example")
            #expect(await resolver.answers(to: [question]) == [question: answer("a")])
            #expect(server.asked.count == 2)
        }
    }

    @Test func theNextServerIsAsked() async throws {
        guard let gone = NameServer(answering: { _, _ in .silence }) else { throw MissingLoopback() }
        gone.stop()
        try await with(
            { $0.nameservers.insert(gone.server, at: 0) },
            answering: { asked, _ in
                .octets(text("a", to: asked.query))
            }
        ) { resolver, _ in
            let question = try question("one.example")
            #expect(await resolver.answers(to: [question]) == [question: answer("a")])
        }
    }

    /// A response to another query is passed over.
    @Test func strangersAreNotBelieved() async throws {
        try await with(
            { ($0.attemptTimeout, $0.attempts) = (1, 3) },
            answering: { asked, number in
                let query = asked.query
                return number == 1
                    ? .octets(text("forged", to: DNSQuery(query.question, id: query.id &+ 1)))
                    : .octets(text("a", to: query))
            }
        ) { resolver, _ in
            let question = try question("one.example")
            #expect(await resolver.answers(to: [question]) == [question: answer("a")])
        }
    }

    @Test func whatDoesNotFitComesByTCP() async throws {
        try await with(answering: { asked, _ in
            let long = String(repeating: "x", count: 250)
            let records = Array(repeating: Record(MessageBuilder.question, 16, MessageBuilder.string(long)), count: 100)
            return .octets(
                asked.isStream
                    ? MessageBuilder.response(to: asked.query, records)
                    : MessageBuilder.response(to: asked.query, flags: 0x8380)
            )
        }) { resolver, server in
            let question = try question("one.example")
            #expect(await resolver.answers(to: [question])[question]?.records?.count == 100)
            #expect(server.asked.map(\.isStream) == [false, true])
        }
    }

    /// The thread of a server that is silent by TCP comes back.
    @Test func silenceByTCPEnds() async throws {
        try await with(
            { ($0.attemptTimeout, $0.maximumThreads) = (2, 1) },
            answering: { asked, _ in
                if asked.query.question.name == "next.example" { return .octets(text("a", to: asked.query)) }
                return asked.isStream ? .silence : .octets(MessageBuilder.response(to: asked.query, flags: 0x8380))
            }
        ) { resolver, server in
            let questions = [try question("one.example"), try question("next.example")]
            #expect(await resolver.answers(to: [questions[0]]) == [questions[0]: .failure])
            #expect(await resolver.answers(to: [questions[1]]) == [questions[1]: answer("a")])
            #expect(server.asked.map(\.isStream) == [false, true, false])
        }
    }

    /// RFC 6891 section 7: a server that does not know the extension is asked without.
    @Test func oldServersAreAskedPlainly() async throws {
        try await with(answering: { asked, _ in
            .octets(
                asked.query.isExtended
                    ? MessageBuilder.response(to: asked.query, flags: 0x8181)
                    : text("a", to: asked.query)
            )
        }) { resolver, server in
            let question = try question("one.example")
            #expect(await resolver.answers(to: [question]) == [question: answer("a")])
            #expect(server.asked.map(\.query.isExtended) == [true, false])
        }
    }

    @Test func equalQuestionsShareALookUp() async throws {
        try await with({ $0.attemptTimeout = 300 }, answering: { asked, _ in .held(text("a", to: asked.query)) }) {
            resolver,
            server in
            let question = try question("one.example")
            try await withThrowingTaskGroup(of: DNSAnswer?.self) { group in
                for _ in 0..<5 { group.addTask { await resolver.answers(to: [question])[question] } }
                #expect(try await becomes { resolver.counts.shared == 4 && server.heldCount == 1 })
                server.release()
                for try await result in group { #expect(result == answer("a")) }
            }
            #expect(server.asked.count == 1)
        }
    }

    /// A question ends with its time although the server is silent, and an evaluation with its own.
    @Test(.timeLimit(.minutes(5)), arguments: [(0.2, 3600.0), (3600, 0.2)])
    func deadlinesHold(ofQuestion: Double, ofEvaluation: Double) async throws {
        try await with(
            {
                $0.attemptTimeout = 3600
                $0.questionTimeout = ofQuestion
                $0.evaluationTimeout = ofEvaluation
            },
            answering: { _, _ in .silence }
        ) { resolver, _ in
            let question = try question("one.example")
            let answers = await resolver.inquiry().answers(to: [question])
            #expect(answers == [question: .failure])
            #expect(resolver.counts.abandoned == 1)
        }
    }

    /// A late answer serves the next who asks.
    @Test func aLateAnswerIsKept() async throws {
        try await with(
            {
                $0.attemptTimeout = 300
                $0.questionTimeout = 0.1
            },
            answering: { asked, _ in .held(text("a", to: asked.query)) }
        ) { resolver, server in
            let question = try question("one.example")
            #expect(await resolver.answers(to: [question]) == [question: .failure])
            #expect(try await becomes { server.heldCount == 1 })
            server.release()
            var last: DNSAnswer?
            for _ in 0..<1000 where last != answer("a") { last = await resolver.answers(to: [question])[question] }
            #expect(last == answer("a") && server.asked.count == 1)
        }
    }

    @Test func tooManyWaitingQuestionsFailAtOnce() async throws {
        try await with(
            {
                $0.maximumThreads = 1
                $0.maximumWaiting = 2
                $0.attemptTimeout = 300
            },
            answering: { asked, _ in
                asked.query.question.name == "n0"
                    ? .held(text("a", to: asked.query)) : .octets(text("a", to: asked.query))
            }
        ) { resolver, server in
            let questions = try (0..<6).map { try question("n\($0)") }
            try await withThrowingTaskGroup(of: [DNSQuestion: DNSAnswer].self) { group in
                group.addTask { await resolver.answers(to: [questions[0]]) }
                #expect(try await becomes { server.heldCount == 1 })
                group.addTask { await resolver.answers(to: Array(questions[1...2])) }
                #expect(try await becomes { resolver.counts.questions == 3 })
                let refused = await resolver.answers(to: Array(questions[3...]))
                #expect(refused == [questions[3]: .failure, questions[4]: .failure, questions[5]: .failure])
                #expect(resolver.counts.refused == 3)
                server.release()
                for try await answers in group { #expect(answers.values.allSatisfy { $0 == answer("a") }) }
            }
            #expect(server.asked.count == 3)
        }
    }

    /// Who is cancelled waits no longer, and what nobody waits for is not asked.
    @Test func cancellationEndsTheWait() async throws {
        try await with(
            {
                $0.maximumThreads = 1
                $0.attemptTimeout = 300
            },
            answering: { asked, _ in .held(text("a", to: asked.query)) }
        ) { resolver, server in
            let questions = [try question("one.example"), try question("two.example")]
            try await withThrowingTaskGroup(of: [DNSQuestion: DNSAnswer].self) { group in
                group.addTask { await resolver.answers(to: questions) }
                #expect(try await becomes { server.heldCount == 1 && resolver.counts.questions == 2 })
                group.cancelAll()
                let answers = try await group.next()
                #expect(answers == [questions[0]: .failure, questions[1]: .failure])
            }
            #expect(resolver.counts.abandoned == 2 && resolver.counts.lookUps == 1)
            server.release()
        }
    }

    /// Many questions on few threads, all of them answered once.
    @Test func fewThreadsAnswerMany() async throws {
        try await with(
            { $0.maximumThreads = 3 },
            answering: { asked, _ in
                .octets(text(asked.query.question.name, to: asked.query))
            }
        ) { resolver, server in
            let questions = try (0..<200).map { try question("n\($0).example") }
            let answers = await resolver.answers(to: questions)
            #expect(answers.count == 200)
            for question in questions { #expect(answers[question] == answer(question.name)) }
            #expect(server.asked.count == 200)
        }
    }

    /// Threads end with their resolver, and sockets with their look-up.
    ///
    /// The bounds leave room for the tests that run beside.
    @Test func nothingIsLeftBehind() async throws {
        try await with(
            answering: { asked, _ in
                .octets(
                    asked.isStream
                        ? text("a", to: asked.query) : MessageBuilder.response(to: asked.query, flags: 0x8380)
                )
            }
        ) { resolver, server in
            for number in 0..<400 {
                var configuration = resolver.configuration
                configuration.maximumThreads = 1
                let question = try question("n\(number).example")
                #expect(await DNSResolver(configuration).answers(to: [question]) == [question: answer("a")])
            }
            #expect(try await becomes { Self.count("/proc/self/task") < 300 })
            #expect(try await becomes { Self.count("/proc/self/fd") < 300 })
            #expect(server.asked.count == 800)
        }
    }

    private static func count(_ folder: String) -> Int {
        (try? FileManager.default.contentsOfDirectory(atPath: folder).count) ?? .max
    }
}

struct MissingLoopback: Error {}
