import Foundation
import Mail
import SMTP
import TestSupport
import Testing

/// The protocol cases of other projects, which lie beside the package.
@Suite("Third-party protocol cases")
struct CorpusTests {
    private static let folder = Transcript.packageRoot + "/../shared/corpora/smtp"
    static let isThere = FileManager.default.fileExists(atPath: folder)

    struct Dialogs: Decodable {
        struct Entry: Decodable {
            let file: String
            let steps: [[String]]
        }
        let cases: [Entry]
    }

    struct Smuggling: Decodable {
        struct Entry: Decodable {
            let name: String
            let end_of_data_hex: String
        }
        let cases: [Entry]
    }

    /// Dialogues that do not concern a receiving server, with the reason.
    private static let skipped = [
        "t-04-aliases__test_chasquid_util.cmy": "a command-line tool of chasquid",
        "t-12-minor_dialogs__auth_multi_dialog.cmy": "AUTH, for submission",
        "t-12-minor_dialogs__auth_too_many_failures.cmy": "AUTH, for submission",
        // RFC 5321 keeps a server from refusing mail for its content, and a helpdesk takes malformed mail.
        "t-12-minor_dialogs__bad_data.cmy": "expects malformed mail to be refused",
    ]
    /// Replies where chasquid and the standard disagree, by what was sent.
    private static let deviations = [
        // RFC 5890: an A-label that does not decode is a registrar's matter; the path is well formed in RFC 5321.
        "RCPT TO:<henryⅣ@testserver>": "553"
    ]

    @Test("chasquid's dialogues: each reply is of the expected class", .enabled(if: isThere, "no ../shared/corpora"))
    func dialogs() throws {
        let data = try Data(contentsOf: URL(filePath: Self.folder + "/dialogs/cases.json"))
        let dialogs = try JSONDecoder().decode(Dialogs.self, from: data)
        var played = 0
        for entry in dialogs.cases where Self.skipped[entry.file] == nil {
            played += 1
            try play(entry)
        }
        #expect(played >= 14)
    }

    private static func connect() -> SessionDriver {
        var policy = SMTPSession.Policy(dialect: .smtp, hostname: "testserver")
        policy.acceptsLoosePaths = true
        policy.limits.messageSize = 1_048_576
        let driver = SessionDriver(policy: policy)
        driver.session.greet()
        driver.pump()
        return driver
    }

    private func play(_ entry: Dialogs.Entry) throws {
        var driver = Self.connect()
        var sent = ""
        for step in entry.steps {
            let text = step[2]
            switch step[1] {
            case "tcp_connect", "tls_connect": driver = Self.connect()
            case "close": break
            case "->":
                sent = text
                driver.feed("\(text)\r\n".utf8)
            case "~>": driver.feed(try Self.octets(text))
            case "<...": while let line = driver.nextLine(), line.prefix(4) != "250 " {}
            default:
                var line = driver.nextLine()
                while let reply = line, reply.count > 3, Array(reply.utf8)[3] == UInt8(ascii: "-") {
                    line = driver.nextLine()
                }
                let expected = Self.deviations[sent] ?? text
                #expect(line?.prefix(1) == expected.prefix(1), "\(entry.file): \(sent): \(line ?? "no reply")")
            }
        }
        #expect(driver.faults.isEmpty)
    }

    /// Reads the few Python expressions that the dialogues use.
    private static func octets(_ expression: String) throws -> [UInt8] {
        let plain = expression.replacing("(", with: "").replacing(")", with: "")
        // ('a' * 899 + '\r\n') * 1165
        if expression.hasPrefix("("), let times = Int(plain.split(separator: " ").last ?? "") {
            let inner = plain.split(separator: " ").dropLast(2).joined(separator: " ")
            let line = try Self.octets(inner)
            return (0..<times).flatMap { _ in line }
        }
        let transcript = try Transcript(name: "x.smtp", text: "c ~> \(plain)")
        guard case .send(let octets) = transcript.steps.first else { return [] }
        return octets
    }

    @Test("Smuggling: never two messages", .enabled(if: isThere, "no ../shared/corpora"))
    func smuggling() throws {
        let data = try Data(contentsOf: URL(filePath: Self.folder + "/smuggling/cases.json"))
        for entry in try JSONDecoder().decode(Smuggling.self, from: data).cases {
            let digits = Array(entry.end_of_data_hex)
            let sequence = stride(from: 0, to: digits.count, by: 2).compactMap {
                UInt8(String(digits[$0...($0 + 1)]), radix: 16)
            }
            let smuggled = "MAIL FROM:<smuggled@b.example>\r\nRCPT TO:<inbox@example.com>\r\nDATA\r\nx\r\n.\r\n"
            for newlines in [SMTPSession.BareNewlines.reject, .accept] {
                for feed in TranscriptTests.feeds {
                    var policy = SMTPSession.Policy(dialect: .smtp, hostname: "mx.example.com")
                    policy.bareNewlines = newlines
                    let driver = SessionDriver(policy: policy)
                    driver.session.greet()
                    driver.feed("EHLO c\r\nMAIL FROM:<a@b.example>\r\nRCPT TO:<inbox@example.com>\r\nDATA\r\n".utf8)
                    let content = Array("Subject: x\r\n\r\ntext".utf8) + sequence + Array(smuggled.utf8)
                    for piece in feed.cut(content) { driver.feed(piece) }
                    let isEnd = entry.name == "control"
                    #expect(isEnd ? driver.committed.count == 2 : driver.committed.count <= 1, "\(entry.name) \(feed)")
                    #expect(isEnd || !driver.envelopes.contains { $0.reversePath.description.hasPrefix("smuggled") })
                }
            }
        }
    }
}
