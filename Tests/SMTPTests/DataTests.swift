import Mail
import SMTP
import TestSupport
import Testing

/// What stands between the 354 and the end of the input, and what becomes of it.
@Suite("The end of DATA")
struct DataTests {
    struct Case: Sendable, CustomTestStringConvertible {
        let input: String
        /// The message that is taken where bare newlines are accepted; `nil` when it does not end.
        let accepted: String?
        /// Whether it holds a bare newline, so that it is refused by default.
        var isBare = false
        /// What follows the end and is read as commands.
        var replies = 0

        var testDescription: String { input.debugDescription }
    }

    static let cases = [
        Case(input: ".\r\n", accepted: ""),
        Case(input: "\r\n.\r\n", accepted: "\r\n"),
        Case(input: "a\r\n.\r\n", accepted: "a\r\n"),
        Case(input: "..\r\n.\r\n", accepted: ".\r\n"),
        Case(input: ".a\r\n.\r\n", accepted: "a\r\n"),
        Case(input: "a.\r\n.\r\n", accepted: "a.\r\n"),
        Case(input: "a\r\n.b\r\n...\r\n.\r\n", accepted: "a\r\nb\r\n..\r\n"),
        Case(input: "a\r\n.\r\r\n.\r\n", accepted: "a\r\n\r\r\n", isBare: true),
        Case(input: ".\r.\r\n.\r\n", accepted: "\r.\r\n", isBare: true),
        Case(input: ".\r\r\n.\r\n", accepted: "\r\r\n", isBare: true),
        Case(input: "a\n.\n\r\n.\r\n", accepted: "a\n.\n\r\n", isBare: true),
        Case(input: "a\n.\r\n.\r\n", accepted: "a\n.\r\n", isBare: true),
        Case(input: "a\r\n.\n\r\n.\r\n", accepted: "a\r\n\n\r\n", isBare: true),
        Case(input: "a\r.\r\n.\r\n", accepted: "a\r.\r\n", isBare: true),
        Case(input: "a\r\n\r.\r\n.\r\n", accepted: "a\r\n\r.\r\n", isBare: true),
        Case(input: "a\rb\r\n.\r\n", accepted: "a\rb\r\n", isBare: true),
        Case(input: "\n.\r\n.\r\n", accepted: "\n.\r\n", isBare: true),
        Case(input: "a\r\n.\u{0}\r\n.\r\n", accepted: "a\r\n\u{0}\r\n"),
        Case(input: "a\r\n\u{0}.\r\n.\r\n", accepted: "a\r\n\u{0}.\r\n"),
        Case(input: "a\r\n .\r\n.\r\n", accepted: "a\r\n .\r\n"),
        Case(input: "a\r\n. \r\n.\r\n", accepted: "a\r\n \r\n"),
        Case(input: "a\r\n.\r\nNOOP\r\n", accepted: "a\r\n", replies: 1),
        Case(input: "a\n.\n", accepted: nil, isBare: true),
        Case(input: "a\r\n.\r", accepted: nil),
        Case(input: "a\r\n.", accepted: nil),
        Case(input: "\r\r\n.\r\n", accepted: "\r\r\n", isBare: true),
        Case(input: "a\r\r\n.\r\n", accepted: "a\r\r\n", isBare: true),
        Case(input: "a\r\n..\r\n..\r\n.\r\n", accepted: "a\r\n.\r\n.\r\n"),
    ]

    private static func transaction(
        _ dialect: SMTPSession.Dialect,
        _ newlines: SMTPSession.BareNewlines
    ) -> SessionDriver {
        var policy = SMTPSession.Policy(dialect: dialect, hostname: "mx.example.com")
        policy.bareNewlines = newlines
        let driver = SessionDriver(policy: policy)
        driver.session.greet()
        let hello = dialect == .lmtp ? "LHLO" : "EHLO"
        driver.feed("\(hello) c\r\nMAIL FROM:<a@b.example>\r\nRCPT TO:<inbox@example.com>\r\nDATA\r\n".utf8)
        driver.output = []
        return driver
    }

    @Test("WIRE 51-54: the table, in both dialects, whole and octet by octet", arguments: cases)
    func table(_ row: Case) {
        for dialect in [SMTPSession.Dialect.smtp, .lmtp] {
            for feed in TranscriptTests.feeds {
                let lenient = Self.transaction(dialect, .accept)
                for piece in feed.cut(Array(row.input.utf8)) { lenient.feed(piece) }
                #expect(
                    lenient.committed.map { String(decoding: $0, as: UTF8.self) } == row.accepted.map { [$0] } ?? []
                )
                #expect(lenient.output.count { $0 == 0x0A } == (row.accepted == nil ? 0 : 1 + row.replies))
                #expect(lenient.faults.isEmpty)

                let strict = Self.transaction(dialect, .reject)
                for piece in feed.cut(Array(row.input.utf8)) { strict.feed(piece) }
                let isTaken = row.accepted != nil && !row.isBare
                #expect(strict.committed.count == (isTaken ? 1 : 0))
                let reply = strict.nextLine()
                #expect(reply?.hasPrefix(row.isBare ? "550 5.5.2" : "250 2.0.0") == (row.accepted == nil ? nil : true))
                #expect(strict.faults.isEmpty)
            }
        }
    }

    @Test("WIRE 63: the input ends behind each octet", arguments: cases)
    func endOfInput(_ row: Case) {
        let octets = Array(row.input.utf8)
        for count in 0...octets.count {
            let driver = Self.transaction(.smtp, .accept)
            driver.feed(octets.prefix(count))
            driver.session.peerClosed()
            driver.pump()
            #expect(driver.isClosed)
            #expect(driver.faults.isEmpty)
            let isComplete = driver.committed.count == 1
            #expect(driver.aborts == (isComplete ? 0 : 1))
            #expect(isComplete == (row.accepted != nil && driver.output.count > 0))
        }
    }

    @Test("WIRE 57: over the limit, and then a smuggled MAIL", arguments: [SMTPSession.Dialect.smtp, .lmtp])
    func overLimit(_ dialect: SMTPSession.Dialect) {
        for feed in TranscriptTests.feeds {
            var policy = SMTPSession.Policy(dialect: dialect, hostname: "mx.example.com")
            policy.limits.messageSize = 20
            let driver = SessionDriver(policy: policy)
            driver.session.greet()
            let hello = dialect == .lmtp ? "LHLO" : "EHLO"
            driver.feed("\(hello) c\r\nMAIL FROM:<a@b.example>\r\nRCPT TO:<inbox@example.com>\r\nDATA\r\n".utf8)
            driver.output = []
            let text = "0123456789\r\n0123456789\r\nMAIL FROM:<x@y.example>\r\nRCPT TO:<z@example.com>\r\nDATA\r\n.\r\n"
            for piece in feed.cut(Array(text.utf8)) { driver.feed(piece) }
            #expect(driver.nextLine() == "552 5.3.4 Message is too big")
            #expect(driver.output.isEmpty)
            #expect(driver.aborts == 1)
            driver.feed("MAIL FROM:<a@b.example>\r\n".utf8)
            #expect(driver.nextLine()?.hasPrefix("250 2.1.0") == true)
        }
    }

    @Test("WIRE 57, 82: a refused message without end ends the session, by DATA and by BDAT")
    func endless() {
        let block = [UInt8](repeating: UInt8(ascii: "x"), count: 1 << 20)
        let data = Self.transaction(.lmtp, .accept)
        var policy = SMTPSession.Policy(dialect: .smtp, hostname: "mx.example.com")
        policy.limits.messageSize = 100
        let limited = SessionDriver(policy: policy)
        limited.session.greet()
        limited.feed("EHLO c\r\nMAIL FROM:<a@b.example>\r\nRCPT TO:<inbox@example.com>\r\nDATA\r\n".utf8)
        for driver in [data, limited] {
            driver.output = []
            var count = 0
            while !driver.isClosed, count < 200 {
                driver.feed(block)
                count += 1
            }
            // The limit on the message, and as much again or 64 MiB.
            #expect(count == (driver === data ? 115 : 65))
            #expect(driver.nextLine() == "552 5.3.4 Message is too big")
            #expect(driver.output.isEmpty)
            #expect(driver.refusals.map(\.reply.code) == [552])
            #expect(driver.aborts == 1)
            #expect(driver.faults.isEmpty)
        }

        let chunk = SessionDriver(policy: policy)
        chunk.session.greet()
        chunk.feed("EHLO c\r\nMAIL FROM:<a@b.example>\r\nRCPT TO:<inbox@example.com>\r\n".utf8)
        chunk.output = []
        chunk.feed("BDAT 67108965\r\nQUIT\r\n".utf8)
        #expect(chunk.nextLine() == "552 5.3.4 Message is too big")
        #expect(chunk.isClosed && chunk.output.isEmpty)
        #expect(chunk.refusals.map(\.forwardPath) == ["inbox@example.com"])
    }

    @Test("WIRE 57: octets of a refused message are not handed out")
    func drainedOctets() {
        var policy = SMTPSession.Policy(dialect: .smtp, hostname: "mx.example.com")
        policy.limits.messageSize = 100
        let driver = SessionDriver(policy: policy)
        driver.session.greet()
        driver.feed("EHLO c\r\nMAIL FROM:<a@b.example>\r\nRCPT TO:<inbox@example.com>\r\nDATA\r\n".utf8)
        let block = [UInt8](repeating: UInt8(ascii: "x"), count: 65536)
        for _ in 0..<64 {
            driver.feed(block)
            #expect(driver.message == nil)
            #expect(driver.session.pendingOctets == 0)
        }
        driver.output = []
        driver.feed("\r\n.\r\n".utf8)
        #expect(driver.nextLine()?.hasPrefix("552 5.3.4") == true)
    }
}
