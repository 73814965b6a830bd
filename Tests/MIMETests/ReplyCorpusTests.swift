import Foundation
import MIME
import Mail
import Testing

/// Replies and forwards that other projects publish, with what they expect to be left of them.
@Suite struct ReplyCorpusTests {
    struct Case: Decodable {
        let corpus: String
        let file: String
        let kind: String
        let trimmed: String?
        let forwarded: Bool?
        let original_from: String?
        let original_subject: String?
        let contains: [String]?
    }

    static func cases(_ corpus: String) throws -> [Case]? {
        guard let lines = try? String(contentsOf: Places.shared.appending(path: "cases.jsonl"), encoding: .utf8) else {
            print("skipped: no third-party corpora at \(Places.shared.path)")
            return nil
        }
        return try lines.split(separator: "\n").map { try JSONDecoder().decode(Case.self, from: Data($0.utf8)) }
            .filter { $0.corpus == corpus }
    }

    static func collapsed(_ text: String) -> String {
        text.split(whereSeparator: \.isWhitespace).joined(separator: " ")
    }

    /// Whether the text shown is the expected one, perhaps with signatures that the expectation keeps and we do not show.
    static func isEqual(_ extraction: ReplyExtraction, of text: String, _ expected: String) -> Bool {
        let signatures = extraction.spans.filter { $0.kind == .signature && !$0.isShown }.prefix(6)
        return (0..<(1 << signatures.count)).contains { choice in
            let kept = Set(signatures.enumerated().filter { choice & (1 << $0.offset) != 0 }.map(\.element))
            return collapsed(extraction.text(of: text) { $0.isShown || kept.contains($0) }) == collapsed(expected)
        }
    }

    @Test(arguments: [
        ("talon", 0.8), ("crisp_email_reply_parser", 0.75), ("email_reply_trimmer", 0.8),
        ("github_email_reply_parser", 0.8),
    ])
    func replies(corpus: String, target: Double) throws {
        guard let cases = try Self.cases(corpus) else { return }
        var (equal, exact) = (0, 0)
        for item in cases {
            let summary = Parsed(try ThirdPartyCorpusTests.octets(of: item.file)).summary
            let extraction = ReplyExtraction(summary.text, subject: summary.subject)
            let shownText = Self.collapsed(extraction.shownText(of: summary.text))
            if shownText == Self.collapsed(item.trimmed ?? "") { exact += 1 }
            if Self.isEqual(extraction, of: summary.text, item.trimmed ?? "") {
                equal += 1
            } else {
                let kinds = extraction.spans.map { "\($0.kind)\($0.isShown ? "" : "-")" }.joined(separator: " ")
                print("differs: \(item.file) [\(kinds)]: \(shownText.prefix(300))")
            }
        }
        print(
            "corpus \(corpus): \(cases.count) mails, \(equal) equal (\(equal - exact) of them but for a signature),"
                + " \(cases.count - equal) differ"
        )
        #expect(cases.count > 0)
        #expect(Double(equal) >= target * Double(cases.count))
    }

    @Test func forwards() throws {
        guard let cases = try Self.cases("email_forward_parser") else { return }
        var (recognised, senders, subjects, bodies) = (0, 0, 0, 0)
        for item in cases {
            let summary = Parsed(try ThirdPartyCorpusTests.octets(of: item.file)).summary
            let extraction = ReplyExtraction(summary.text, subject: summary.subject)
            let forward = extraction.forward
            func compare(_ field: String, _ isEqual: Bool, _ found: String) -> Int {
                if !isEqual { print("differs: \(item.file) \(field): found \(found)") }
                return isEqual ? 1 : 0
            }
            recognised += compare("forwarded", (forward != nil) == item.forwarded, "\(forward != nil)")
            senders += compare(
                "sender",
                forward?.sender?.description == item.original_from,
                forward?.sender?.description ?? "none"
            )
            subjects += compare(
                "subject",
                forward == nil ? item.original_subject == nil : forward?.subject == item.original_subject,
                forward?.subject ?? "none"
            )
            let shown = Self.collapsed(extraction.shownText(of: summary.text))
            let body = Self.collapsed(forward?.bodyText(of: summary.text) ?? shown)
            let isBodyKept = (item.contains ?? []).map(Self.collapsed).allSatisfy {
                shown.contains($0) && body.contains($0)
            }
            bodies += compare("body", isBodyKept && !body.isEmpty, String(body.prefix(200)))
        }
        print(
            "corpus email_forward_parser: \(cases.count) mails, forward or not \(recognised) equal, sender \(senders),"
                + " subject \(subjects), body kept \(bodies)"
        )
        let count = Double(cases.count)
        #expect(cases.count > 0)
        #expect(Double(senders) >= 0.95 * count)
        #expect(Double(subjects) >= 0.95 * count)
        #expect(bodies == cases.count)
        #expect(Double(recognised) >= 0.95 * count)
    }

    /// The spans cover every text without gaps, and no text is shown as nothing.
    @Test func spansCoverEveryMail() throws {
        guard let cases = try ThirdPartyCorpusTests.cases(nil) else { return }
        for item in cases {
            let summary = Parsed(try ThirdPartyCorpusTests.octets(of: item.file)).summary
            expectCoverage(of: summary.text, subject: summary.subject, "\(item.file)")
        }
    }
}

/// Expects that the spans of a text leave nothing out, and that something of it is shown.
func expectCoverage(of text: String, subject: String = "", _ name: String) {
    let extraction = ReplyExtraction(text, subject: subject)
    var end = 0
    for span in extraction.spans {
        if span.range.lowerBound != end || span.range.isEmpty { Issue.record("\(name): \(span)") }
        end = span.range.upperBound
    }
    if end != text.utf8.count { Issue.record("\(name): spans end at \(end)") }
    let isText = text.unicodeScalars.contains { $0.properties.isAlphabetic }
    if isText, extraction.shownText(of: text).isEmpty { Issue.record("\(name): nothing is shown") }
}
