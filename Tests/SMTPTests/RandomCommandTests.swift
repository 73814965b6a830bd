import Mail
import NIOCore
import SASL
import SMTP
import TestSupport
import Testing

@Suite("Random commands, with TLS and AUTH")
struct RandomCommandTests {
    /// SplitMix64 (Steele, Lea and Flood 2014).
    private struct Generator: RandomNumberGenerator {
        var state: UInt64

        mutating func next() -> UInt64 {
            state &+= 0x9E37_79B9_7F4A_7C15
            var mixed = state
            mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
            mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
            return mixed ^ (mixed >> 31)
        }
    }

    private static let commands = [
        "EHLO c", "LHLO c", "HELO c", "NOOP", "RSET", "VRFY x", "HELP", "ETRN x", "STARTTLS", "STARTTLS x",
        "MAIL FROM:<>", "MAIL FROM:<a@b.example> AUTH=<>", "RCPT TO:<inbox@example.com>", "DATA",
        "BDAT 4 LAST\r\nRSET", "BDAT 0", "AUTH PLAIN AHVzZXIAcGVuY2ls", "AUTH PLAIN AHVzZXIAd3Jvbmc=",
        "AUTH PLAIN", "AUTH LOGIN", "AUTH SCRAM-SHA-256", "AUTH XOAUTH2 dXNlcj1hbm4BYXV0aD1CZWFyZXIgYmFkAQE=",
        "AUTH EXTERNAL =", "AUTH", "AUTH X", "*", "", "dXNlcg==", "cGVuY2ls", "AHVzZXIAcGVuY2ls", "\u{1}", ".",
        "WHAT",
    ]

    private static func policy(_ generator: inout Generator) -> SMTPSession.Policy {
        var policy = SMTPSession.Policy(
            dialect: Bool.random(using: &generator) ? .smtp : .lmtp,
            hostname: "mx.example.com"
        )
        policy.tls = [.unavailable, .offered, .required].randomElement(using: &generator) ?? .offered
        if Int.random(in: 0..<5, using: &generator) > 0 {
            policy.authentication = SMTPSession.Authentication(mechanisms: Set(SASLMechanism.allCases))
            policy.authentication?.isRequired = Bool.random(using: &generator)
            policy.authentication?.failures = 6
        }
        policy.limits.errors = 0
        return policy
    }

    @Test("No order of commands traps, opens a transaction before TLS or before AUTH, or leaves one behind STARTTLS")
    func states() {
        var (encrypted, authenticated, transactions) = (0, 0, 0)
        for seed in 0..<500 {
            var generator = Generator(state: UInt64(seed))
            let policy = Self.policy(&generator)
            let driver = SessionDriver(policy: policy, isLocal: Bool.random(using: &generator))
            driver.session.greet()
            driver.pump()
            for _ in 0..<60 where !driver.isClosed {
                let started = driver.discards.count
                driver.output = []
                let wasReady = driver.session.expectation == .command && driver.message == nil
                let lacksTLS = policy.tls == .required && driver.session.link == nil
                let command = Self.commands.randomElement(using: &generator) ?? ""
                driver.feed("\(command)\r\n".utf8)
                check(driver, policy, seed)
                if wasReady, lacksTLS, command == "VRFY x" { expectRefusal(driver, seed) }
                guard driver.discards.count > started else { continue }
                driver.feed("MAIL FROM:<evil@b.example>\r\n".utf8)
                driver.script(.tls(Bool.random(using: &generator) ? .up : .certificate))
                encrypted += 1
                #expect(driver.session.helo.isEmpty && driver.session.user == nil, "seed \(seed)")
                #expect(driver.session.transactionNumber == nil, "seed \(seed)")
                #expect(driver.session.pendingOctets == 0, "seed \(seed)")
            }
            if driver.session.user != nil { authenticated += 1 }
            if driver.session.transactionNumber != nil { transactions += 1 }
            driver.session.peerClosed()
            driver.pump()
            #expect(driver.isClosed && driver.message == nil, "seed \(seed)")
            #expect(driver.faults.isEmpty, "seed \(seed): \(driver.faults)")
        }
        // The walk has been to the places that it is about.
        #expect(encrypted > 50 && authenticated > 50 && transactions > 20)
    }

    private func check(_ driver: SessionDriver, _ policy: SMTPSession.Policy, _ seed: Int) {
        guard driver.session.transactionNumber != nil else { return }
        #expect(policy.tls != .required || driver.session.link != nil, "seed \(seed): a transaction in clear")
        #expect(
            policy.authentication?.isRequired != true || driver.session.user != nil,
            "seed \(seed): a transaction of nobody"
        )
        #expect(!driver.session.helo.isEmpty, "seed \(seed): a transaction before the hello")
    }

    private func expectRefusal(_ driver: SessionDriver, _ seed: Int) {
        let line = driver.nextLine() ?? ""
        #expect(line.hasPrefix("530 5.7.0") || driver.isClosed, "seed \(seed): \(line)")
    }

    @Test("The replies do not hang on how the octets are cut")
    func cuts() {
        // What stands behind STARTTLS or a refused DATA is another thing when it comes later.
        let commands = Self.commands.filter { !$0.hasPrefix("STARTTLS") && $0 != "DATA" }
        for seed in 0..<100 {
            var generator = Generator(state: UInt64(seed) << 32)
            let policy = Self.policy(&generator)
            let input = (0..<40).map { _ in commands.randomElement(using: &generator) ?? "" }.joined(separator: "\r\n")
            let link = Bool.random(using: &generator) ? Transcript.Handshake.certificate.link : nil
            let outputs = [SessionDriver.Feed.whole, .lines, .octets, .random(seed: UInt64(seed))].map { feed in
                let driver = SessionDriver(policy: policy, link: link, isLocal: true)
                driver.session.greet()
                driver.pump()
                for piece in feed.cut(Array(input.utf8)) { driver.feed(piece) }
                driver.session.peerClosed()
                driver.pump()
                return driver.output
            }
            #expect(outputs.allSatisfy { $0 == outputs[0] }, "seed \(seed)")
        }
    }
}
