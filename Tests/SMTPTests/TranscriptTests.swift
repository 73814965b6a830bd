import Mail
import SMTP
import TestSupport
import Testing

@Suite("Golden dialogues, without a socket")
struct TranscriptTests {
    static let feeds: [SessionDriver.Feed] =
        [.whole, .lines, .octets] + (1...3).map { .random(seed: $0 &* 0x9E37_79B9_7F4A_7C15) }

    @Test("The dialogue is as written, however it is cut", arguments: try Transcript.all() + Transcript.secured())
    func dialogue(_ transcript: Transcript) {
        for feed in transcript.runsWholeOnly ? [.whole] : Self.feeds { run(transcript, feed) }
    }

    @Test("There is a dialogue for each item of the check list that is one")
    func completeness() throws {
        let dialogues = try Transcript.all() + Transcript.secured()
        let numbers = Set(dialogues.compactMap { Int($0.name.prefix { $0.isNumber }) })
        // What cannot be a dialogue: several connections (3), times (20, 71), signals (21), what the inside is told (64,
        // 72), how a socket is opened (65, 73), TLS itself (91).
        // Of three items a part is not there yet, and no test claims it: 450 4.7.1 and 452 4.4.5 (45) come with limits on
        // the rate of mail, a sender who is refused at RCPT or ignored (46) with lists of blocked senders, and the trace
        // header of our own (58) with outgoing mail. The dialogues show what the session does with any such answer.
        let others: Set<Int> = [3, 20, 21, 64, 65, 71, 72, 73, 91]
        let tested = try Transcript.itemsOfTests()
        for item in 1...96 {
            #expect(numbers.contains(item) != others.contains(item), "item \(item) is to be one of both")
            #expect(numbers.contains(item) || tested.contains(item), "no dialogue and no test for item \(item)")
        }
    }

    private func run(_ transcript: Transcript, _ feed: SessionDriver.Feed) {
        let driver = SessionDriver(policy: transcript.policy, link: transcript.link, isLocal: transcript.isLocal)
        if !transcript.sendsEarly {
            driver.session.greet()
            driver.pump()
        }
        var burst: [UInt8] = []
        var taken = 0
        for (index, step) in transcript.steps.enumerated() {
            if case .send(let octets) = step {
                burst += octets
                continue
            }
            if !burst.isEmpty {
                for piece in feed.cut(burst) { driver.feed(piece) }
                burst = []
                if transcript.sendsEarly {
                    driver.session.greet()
                    driver.pump()
                }
            }
            if let problem = check(step, driver, &taken) {
                Issue.record("\(transcript.name), \(feed), step \(index + 1) \(step): \(problem)")
                return
            }
        }
        if !driver.faults.isEmpty { Issue.record("\(transcript.name), \(feed): \(driver.faults)") }
        if !driver.output.isEmpty {
            let rest = String(decoding: driver.output, as: UTF8.self)
            Issue.record("\(transcript.name), \(feed): left over: \(rest)")
        }
    }

    private func check(_ step: Transcript.Step, _ driver: SessionDriver, _ taken: inout Int) -> String? {
        switch step {
        case .send: return nil
        case .expectExactly(let expected):
            guard let line = driver.nextLine() else { return "no reply" }
            return line == expected ? nil : "got '\(line)'"
        case .expectPrefix(let expected):
            guard let line = driver.nextLine() else { return "no reply" }
            return line.hasPrefix(expected) ? nil : "got '\(line)'"
        case .expectUpTo(let expected):
            while let line = driver.nextLine() { if line.hasPrefix(expected) { return nil } }
            return "no such line"
        case .expectEnd:
            guard driver.output.isEmpty else { return "got '\(driver.nextLine() ?? "")'" }
            return driver.isClosed ? nil : "not closed"
        case .close:
            driver.session.peerClosed()
            driver.pump()
            return nil
        case .expectMessage(let octets):
            guard taken < driver.committed.count else { return "no message" }
            defer { taken += 1 }
            let message = driver.committed[taken]
            return message == octets ? nil : "got '\(String(decoding: message, as: UTF8.self))'"
        case .expectMessages(let count):
            return driver.committed.count == count ? nil : "\(driver.committed.count) messages"
        case .script(let script):
            driver.script(script)
            return nil
        }
    }
}
