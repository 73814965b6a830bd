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
        #expect(lines == ["EHLO c\r\n", "AUTH", "unknown command of 10 octets"])
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
