internal import Foundation
internal import Logging
internal import Mail
internal import Synchronization
internal import Testing
internal import mailwicket

/// The log's two forms, and that no mail writes lines of its own into them.
@Suite struct LogTests {
    private let date = Timestamp(milliseconds: 1_795_253_400_250)

    @Test func text() {
        let line = LogText.line(
            at: date,
            level: .info,
            label: "inbound",
            message: "message accepted",
            metadata: ["session": "s1", "id": "0193", "mailboxes": ["support", "sales"]]
        )
        #expect(
            line == "2026-11-21T09:30:00.250Z info     inbound: message accepted id=0193 "
                + "mailboxes=\"[\\\"support\\\", \\\"sales\\\"]\" session=s1"
        )
    }

    @Test func json() throws {
        let line = LogText.json(
            at: date,
            level: .warning,
            label: "store",
            message: "slow \"commit\"",
            metadata: ["z": "1", "a": ["k": "v"], "list": ["x", "y"]]
        )
        #expect(
            line == #"{"time":"2026-11-21T09:30:00.250Z","level":"warning","label":"store","#
                + #""message":"slow \"commit\"","metadata":{"a":{"k":"v"},"list":["x","y"],"z":"1"}}"#
        )
    }

    @Test(arguments: [
        ("a\nb", "a\\nb"), ("a\r\nb", "a\\r\\nb"), ("\u{1B}[2J", "\\u{1b}[2J"), ("a\u{2028}b", "a\\u{2028}b"),
        ("\u{202E}txt", "\\u{202e}txt"), ("\u{85}", "\\u{85}"), ("\u{0}", "\\u{0}"), ("Grüße 日本", "Grüße 日本"),
        ("👍", "👍"),
    ])
    func controls(_ text: String, _ expected: String) {
        #expect(LogText.escapingControls(text) == expected)
    }

    @Test(arguments: ["x\ny=1", "x y", "x\" level=error", "", "a=b", "back\\slash"])
    func aValueStaysOneValue(_ value: String) throws {
        let metadata: Logger.Metadata = ["helo": "\(value)"]
        let text = LogText.line(at: date, level: .info, label: "l", message: "m", metadata: metadata)
        #expect(!text.contains("\n"))
        let json = LogText.json(at: date, level: .info, label: "l", message: "m", metadata: metadata)
        #expect(!json.contains("\n"))
        let object = try #require(try JSONSerialization.jsonObject(with: Data(json.utf8)) as? [String: Any])
        #expect((object["metadata"] as? [String: String])?["helo"] == value)
    }

    @Test func theHandlerMergesMetadataAndKeepsTheLevel() {
        let collected = LineCollector()
        var handler = StandardErrorLogHandler(label: "test", level: .info, isJSON: false) { collected.add($0) }
        handler[metadataKey: "session"] = "s1"
        var logger = Logger(label: "test") { _ in handler }
        logger.debug("not this")
        logger[metadataKey: "peer"] = "127.0.0.1"
        logger.info("this", metadata: ["session": "s2"])
        #expect(collected.lines.count == 1)
        #expect(collected.lines.first?.hasSuffix("info     test: this peer=127.0.0.1 session=s2") == true)
    }
}

private final class LineCollector: Sendable {
    private let state = Mutex<[String]>([])

    var lines: [String] { state.withLock { $0 } }

    func add(_ line: String) { state.withLock { $0.append(line) } }
}
