import DNS
import Mail
import Testing

/// Who waits for what, without threads and time.
@Suite struct BoardTests {
    private let now = ContinuousClock.now
    private let response = DNSResponse(.records([.text([0x61])]), lifetime: 60)

    private func question(_ name: String) throws -> DNSQuestion { try #require(DNSQuestion(name, .txt)) }

    private func board(maximumWaiting: Int = 10) -> LookUpBoard {
        LookUpBoard(maximumWaiting: maximumWaiting, cache: DNSCacheLimits())
    }

    @Test func aCallEndsWithItsLastAnswer() throws {
        var board = board()
        let (a, b) = (try question("a"), try question("b"))
        let (call, answers) = board.begin([a, b, a], at: now)
        #expect(answers == nil && board.waiting == 2)
        let taken = [board.take(), board.take(), board.take()]
        #expect(Set(taken) == [a, b, nil])
        let (first, second) = (try #require(taken[0]), try #require(taken[1]))
        #expect(board.finish(first, response, at: now).isEmpty)
        #expect(
            board.finish(second, nil, at: now)
                == [.init(call: call, answers: [first: response.answer, second: .failure])]
        )
        #expect(board.abandon(call) == nil)
        // What was answered is kept, what failed is not.
        #expect(board.begin([first], at: now).answers == [first: response.answer])
        #expect(board.begin([second], at: now).answers == nil)
        #expect(board.waiting == 1)
    }

    /// The one who leaves does not take the look-up of the others along.
    @Test(arguments: [false, true]) func oneOfTwoLeaves(isRunning: Bool) throws {
        var board = board()
        let a = try question("a")
        let (first, second) = (board.begin([a], at: now).call, board.begin([a], at: now).call)
        if isRunning { #expect(board.take() == a) }
        #expect(board.abandon(first) == .init(call: first, answers: [a: .failure]))
        if !isRunning { #expect(board.take() == a) }
        #expect(board.finish(a, response, at: now) == [.init(call: second, answers: [a: response.answer])])
    }

    /// What nobody waits for gives its place up when it waits, and can be asked again.
    @Test func theLastOneLeaves() throws {
        var board = board(maximumWaiting: 1)
        let (a, b) = (try question("a"), try question("b"))
        let left = board.begin([a], at: now).call
        #expect(board.abandon(left) != nil)
        #expect(board.waiting == 0)
        #expect(board.take() == nil)
        let call = board.begin([a], at: now).call
        #expect(board.begin([b], at: now).answers == [b: .failure])
        #expect(board.take() == a)
        #expect(board.abandon(call) != nil)
        // It runs: who comes later joins it.
        let later = board.begin([a], at: now).call
        #expect(board.waiting == 0 && board.counts.shared == 1)
        #expect(board.finish(a, response, at: now).map(\.call) == [later])
    }

    @Test func closingEndsAll() throws {
        var board = board()
        let (a, b) = (try question("a"), try question("b"))
        let calls = [board.begin([a, b], at: now).call, board.begin([b], at: now).call]
        let taken = board.take()
        let running = try #require(taken)
        #expect(board.close().map(\.call) == calls)
        #expect(board.take() == nil)
        #expect(board.finish(running, response, at: now).isEmpty)
        #expect(board.begin([b], at: now).answers == [b: .failure])
    }
}
