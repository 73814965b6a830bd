import Mail
import NIOCore
import SMTP
import TestSupport
import Testing

@Suite("The session's events and what it tells")
struct SessionTests {
    private static func session(
        _ dialect: SMTPSession.Dialect = .smtp,
        _ commands: String = "",
        change: (inout SMTPSession.Policy) -> Void = { _ in }
    ) -> SessionDriver {
        var policy = SMTPSession.Policy(dialect: dialect, hostname: "mx.example.com")
        change(&policy)
        let driver = SessionDriver(policy: policy)
        driver.session.greet()
        driver.pump()
        driver.output = []
        driver.feed(commands.utf8)
        driver.output = []
        return driver
    }

    private static let transaction = "EHLO c\r\nMAIL FROM:<a@b.example>\r\nRCPT TO:<inbox@example.com>\r\n"

    @Test("WIRE 19: each error beyond the first ten waits longer")
    func growingDelay() {
        let driver = Self.session()
        for _ in 0..<20 { driver.feed("BOGUS\r\n".utf8) }
        #expect(driver.delays == [100, 200, 300, 400, 500, 600, 700, 800, 900])
        #expect(driver.isClosed)
    }

    @Test("WIRE 19: no wait grows beyond its limit")
    func longestDelay() {
        let driver = Self.session {
            $0.limits.errors = 0
            $0.limits.longestErrorDelay = 250
        }
        for _ in 0..<15 { driver.feed("BOGUS\r\n".utf8) }
        #expect(driver.delays == [100, 200, 250, 250, 250])
        #expect(SMTPSession.Limits().longestErrorDelay == 5000)
    }

    @Test("WIRE 19: nothing is sent while an error waits")
    func delayedReply() {
        let driver = Self.session { $0.limits.promptErrors = 0 }
        driver.session.receive(ByteBuffer(string: "BOGUS\r\nNOOP\r\n"))
        #expect(driver.session.nextAction() == .delay(milliseconds: 100))
        #expect(driver.session.nextAction() == nil)
        driver.session.delayElapsed()
        #expect(
            driver.session.nextAction() == .reply(ByteBuffer(string: "500 5.5.2 Unknown command\r\n250 2.0.0 Ok\r\n"))
        )
        #expect(driver.session.nextAction() == nil)
    }

    @Test("WIRE 20: a timeout says so and ends the session", arguments: ["", transaction, transaction + "DATA\r\nabc"])
    func timeout(_ before: String) {
        let driver = Self.session(.smtp, before)
        driver.session.timedOut()
        driver.pump()
        #expect(driver.nextLine() == "421 4.4.2 Timeout exceeded")
        #expect(driver.isClosed)
        #expect(driver.message == nil)
        #expect(driver.faults.isEmpty)
    }

    @Test("WIRE 20: a timeout while a question is open ends the session behind its answer")
    func timeoutWithinQuestion() {
        let driver = Self.session(.smtp, Self.transaction)
        driver.session.receive(ByteBuffer(string: "DATA\r\n"))
        #expect(driver.session.nextAction() == .beginMessage(declaredSize: nil))
        driver.session.timedOut()
        #expect(driver.session.nextAction() == nil)
        driver.session.answer(begin: nil)
        #expect(driver.session.nextAction() == .abortMessage)
        #expect(
            driver.session.nextAction()
                == .reply(
                    ByteBuffer(string: "354 End data with <CR><LF>.<CR><LF>\r\n421 4.4.2 Timeout exceeded\r\n")
                )
        )
        #expect(driver.session.nextAction() == .close)
    }

    @Test("WIRE 20: a timeout while an error waits ends the session at once")
    func timeoutWithinDelay() {
        let driver = Self.session { $0.limits.promptErrors = 0 }
        driver.session.receive(ByteBuffer(string: "BOGUS\r\nNOOP\r\n"))
        #expect(driver.session.nextAction() == .delay(milliseconds: 100))
        driver.session.timedOut()
        #expect(
            driver.session.nextAction()
                == .reply(ByteBuffer(string: "500 5.5.2 Unknown command\r\n421 4.4.2 Timeout exceeded\r\n"))
        )
        #expect(driver.session.nextAction() == .close)
    }

    @Test("WIRE 20: what the peer is to send, and the number of its transaction, for the clock")
    func expectation() {
        let driver = Self.session { $0.limits.messageSize = 10 }
        #expect(driver.session.expectation == .command)
        driver.feed("EHLO".utf8)
        #expect(driver.session.expectation == .restOfLine(0))
        driver.feed(" c\r\nNO".utf8)
        #expect(driver.session.expectation == .restOfLine(1))
        driver.feed([UInt8](repeating: UInt8(ascii: "x"), count: 2000))
        #expect(driver.session.expectation == .restOfLine(1))
        driver.feed("\r\n".utf8)
        #expect(driver.session.expectation == .command)
        #expect(driver.session.transactionNumber == nil)
        driver.feed("BDAT 5\r\n".utf8)
        #expect(driver.session.expectation == .content(3), "refused, and read all the same")
        driver.feed("12345MAIL FROM:<>\r\n".utf8)
        #expect(driver.session.expectation == .command)
        #expect(driver.session.transactionNumber == 1)
        driver.feed("RCPT TO:<inbox@example.com>\r\nDATA\r\n".utf8)
        #expect(driver.session.expectation == .content(6))
        driver.feed("more than ten octets\r\n".utf8)
        #expect(driver.session.expectation == .content(6), "refused, and read all the same")
        #expect(driver.session.transactionNumber == 1)
        driver.feed(".\r\nMAIL FROM:<>\r\n".utf8)
        #expect(driver.session.transactionNumber == 2)
        driver.feed("RSET\r\n".utf8)
        #expect(driver.session.transactionNumber == nil)
    }

    @Test("WIRE 19: what puts off a stranger counts, what puts off a relay of ours does not", arguments: [true, false])
    func temporaryRefusals(_ isTrusted: Bool) {
        let driver = Self.session(.smtp, "EHLO c\r\n") {
            $0.isTrusted = isTrusted
            $0.limits.errors = 4
        }
        driver.script(.recipient("paused@example.com", .paused))
        driver.script(.space(.full))
        driver.feed("MAIL FROM:<> SIZE=5\r\nMAIL FROM:<>\r\nRCPT TO:<paused@example.com>\r\n".utf8)
        driver.script(.begin(.full))
        driver.feed("RCPT TO:<inbox@example.com>\r\nDATA\r\n".utf8)
        driver.script(.commit([.fault]))
        driver.output = []
        driver.feed("DATA\r\nx\r\n.\r\n".utf8)
        #expect(driver.nextLine()?.hasPrefix("354") == true)
        #expect(driver.nextLine()?.hasPrefix("451 4.3.0") == true)
        #expect(driver.isClosed != isTrusted)
        #expect(driver.nextLine() == (isTrusted ? nil : "421 4.7.0 Too many errors"))
    }

    @Test("WIRE 42: recipients beyond the limit cost those that were taken nothing, within reason")
    func excessRecipients() {
        let driver = Self.session(.smtp, "EHLO c\r\nMAIL FROM:<>\r\n") {
            $0.limits.recipients = 30
            $0.limits.errors = 5
        }
        for _ in 0..<60 { driver.feed("RCPT TO:<inbox@example.com>\r\n".utf8) }
        #expect(!driver.isClosed)
        for _ in 0..<5 { driver.feed("RCPT TO:<inbox@example.com>\r\n".utf8) }
        #expect(driver.isClosed)
    }

    @Test(
        "WIRE 81, 82: behind a BDAT that is refused as a line nothing is run as a command",
        arguments: [
            "BDAT 6\n", "bdat\t6\r\n", "BDAT 6 \u{1}\r\n", "BDAT6\r\n",
            "BDAT 6" + String(repeating: " ", count: 507) + "\r\n",
            "BDAT 6" + String(repeating: " ", count: 5000) + "\r\n",
        ]
    )
    func refusedLine(_ line: String) {
        for feed in TranscriptTests.feeds {
            let driver = Self.session(.smtp, Self.transaction)
            for piece in feed.cut(Array("\(line)QUIT\r\nNOOP\r\n".utf8)) { driver.feed(piece) }
            #expect(driver.nextLine()?.hasPrefix("500 5.5.2") == true, "\(feed)")
            #expect(driver.output.isEmpty)
            #expect(driver.isClosed)
        }
    }

    @Test(
        "WIRE 21: an idle session is told that the server stops",
        arguments: ["", transaction, transaction + "DATA\r\nabc"]
    )
    func shutdown(_ before: String) {
        let driver = Self.session(.smtp, before)
        driver.session.shutDown()
        driver.pump()
        #expect(driver.nextLine() == "421 4.3.2 System is shutting down")
        #expect(driver.isClosed)
        #expect(driver.message == nil)
    }

    @Test("WIRE 21: a message past its dot is finished and answered")
    func shutdownWhileCommitting() {
        let driver = Self.session(.smtp, Self.transaction)
        driver.session.receive(ByteBuffer(string: "DATA\r\n"))
        #expect(driver.session.nextAction() == .beginMessage(declaredSize: nil))
        driver.session.answer(begin: nil)
        driver.pump()
        driver.session.receive(ByteBuffer(string: ".\r\n"))
        guard case .commitMessage = driver.session.nextAction() else {
            Issue.record("no commit")
            return
        }
        driver.session.shutDown()
        driver.session.timedOut()
        #expect(driver.session.nextAction() == nil)
        driver.session.answer(commit: [SMTPReply(250, EnhancedStatusCode(.success, 0, 0), "Ok")])
        #expect(
            driver.session.nextAction()
                == .reply(ByteBuffer(string: "250 2.0.0 Ok\r\n421 4.3.2 System is shutting down\r\n"))
        )
        #expect(driver.session.nextAction() == .close)
        #expect(driver.session.nextAction() == nil)
    }

    @Test("WIRE 3: a connection over the limit is refused instead of greeted")
    func refusedConnection() {
        let driver = SessionDriver(policy: SMTPSession.Policy(dialect: .lmtp, hostname: "mx.example.com"))
        driver.session.greet(refusal: .tooManyConnections)
        driver.pump()
        #expect(driver.nextLine() == "421 4.7.0 Too many connections")
        #expect(driver.isClosed)
    }

    @Test("WIRE 22: a long reply is cut to 512 octets, and not within a character")
    func longReply() {
        let text = String(repeating: "ä", count: 400)
        var buffer = ByteBuffer()
        SMTPReply(250, EnhancedStatusCode(.success, 0, 0), text).write(to: &buffer)
        #expect(buffer.readableBytes <= 512)
        #expect(buffer.readableBytes > 500)
        #expect((try? buffer.peekUTF8ValidatedString(length: buffer.readableBytes)) != nil)
    }

    @Test("WIRE 67: replies that are missing are temporary failures, and none is sent too many")
    func missingReplies() {
        let driver = Self.session(
            .lmtp,
            "LHLO c\r\nMAIL FROM:<>\r\nRCPT TO:<a@example.com>\r\nRCPT TO:<b@example.com>\r\n"
        )
        driver.session.receive(ByteBuffer(string: "DATA\r\n"))
        _ = driver.session.nextAction()
        driver.session.answer(begin: nil)
        driver.pump()
        driver.output = []
        driver.session.receive(ByteBuffer(string: ".\r\n"))
        _ = driver.session.nextAction()
        driver.session.answer(commit: [SMTPReply(250, EnhancedStatusCode(.success, 0, 0), "Ok")])
        driver.pump()
        #expect(driver.nextLine() == "250 2.0.0 Ok")
        #expect(driver.nextLine()?.hasPrefix("451 4.3.0") == true)
        #expect(driver.output.isEmpty)
    }

    @Test("WIRE 74: pipelined commands share one reply buffer; nothing is run while a question is open")
    func pipelining() throws {
        let driver = Self.session(.smtp, "EHLO c\r\n")
        driver.session.receive(ByteBuffer(string: "MAIL FROM:<>\r\nRCPT TO:<a@example.com>\r\nNOOP\r\n"))
        let path = ForwardPath.address(try #require(MailAddress("a@example.com")))
        #expect(driver.session.nextAction() == .checkRecipient(path))
        #expect(driver.session.nextAction() == .reply(ByteBuffer(string: "250 2.1.0 Sender ok\r\n")))
        #expect(driver.session.nextAction() == nil)
        driver.session.answer(recipient: .recipientOK)
        #expect(driver.session.nextAction() == .reply(ByteBuffer(string: "250 2.1.5 Recipient ok\r\n250 2.0.0 Ok\r\n")))
        #expect(driver.session.nextAction() == nil)
    }

    @Test(
        "WIRE 64: the keyword of the trace header",
        arguments: [
            ("HELO c", "", SMTPSession.Dialect.smtp, "SMTP"), ("EHLO c", "", .smtp, "ESMTP"),
            ("EHLO c", " SMTPUTF8", .smtp, "UTF8SMTP"), ("LHLO c", "", .lmtp, "LMTP"),
            ("LHLO c", " SMTPUTF8", .lmtp, "UTF8LMTP"),
        ]
    )
    func keyword(_ hello: String, _ parameter: String, _ dialect: SMTPSession.Dialect, _ keyword: String) {
        let driver = Self.session(dialect, "\(hello)\r\nMAIL FROM:<a@b.example>\(parameter)\r\n")
        #expect(driver.session.protocolKeyword == keyword)
        #expect(driver.session.helo == "c")
    }

    @Test("Refusals are handed out for the record, with what was understood")
    func refusals() {
        let driver = Self.session { $0.limits.messageSize = 10 }
        driver.script(.recipient("nobody@example.com", .unknown))
        driver.feed("EHLO c\r\nMAIL FROM:<a@b.example> SIZE=11\r\nMAIL FROM:<a@b.example>\r\n".utf8)
        driver.feed("RCPT TO:<nobody@example.com>\r\nRCPT TO:<inbox@example.com>\r\nDATA\r\n".utf8)
        driver.feed("0123456789\r\n.\r\n".utf8)
        #expect(driver.refusals.map(\.reversePath) == ["a@b.example", "a@b.example", "a@b.example"])
        #expect(driver.refusals.map(\.forwardPath) == [nil, "nobody@example.com", "inbox@example.com"])
        #expect(driver.refusals.map(\.reply.code) == [552, 550, 552])
    }

    @Test("Command lines are traced when asked for, and secrets never")
    func tracing() {
        let driver = Self.session()
        driver.session.tracesCommands = true
        driver.session.receive(ByteBuffer(string: "EHLO c\r\nAUTH PLAIN c2VjcmV0\r\nc2VjcmV0\r\n"))
        var lines: [String] = []
        while let action = driver.session.nextAction() {
            if case .logCommand(let line) = action { lines.append(String(buffer: line)) }
        }
        #expect(lines == ["EHLO c\r\n", "AUTH PLAIN <hidden>", "unknown command of 10 octets"])
    }

    @Test("WIRE 77: what waits for its rest does not keep a large buffer, and a long line is not kept")
    func boundedInput() {
        let driver = Self.session()
        for _ in 0..<1000 {
            driver.feed([UInt8](repeating: UInt8(ascii: "x"), count: 1000))
            #expect(driver.session.pendingOctets < 1024)
        }
        driver.output = []
        driver.feed("\r\nNOOP\r\n".utf8)
        #expect(driver.nextLine() == "500 5.5.2 Line too long")
        #expect(driver.nextLine() == "250 2.0.0 Ok")
    }
}
