import MIME
import Testing

/// Texts that are made to be slow.
@Suite(.serialized) struct ReplyLinearityTests {
    static let units: [(String, String)] = [
        ("attributions that never end", "On 20 Nov 2026 at 10:15 Jane Doe\n"), ("open brackets", "On 20 Nov 2026 <\n"),
        ("labels", "From: a@example.org\n"), ("copies", "Cc: a@example.org,\n"), ("other labels", "Importance: high\n"),
        ("unknown labels", "Label: <a@example.org>\n"), ("separators", "--- Original ---\n"), ("rules", "____\n"),
        ("blank lines", "\n"), ("quotes and answers", "> a\nb\n"), ("quote marks", ">"), ("spaced quote marks", "> "),
        ("at signs", "a@"), ("at signs in lines", "a@a@a@a@a@a@a@a@ wrote:\n"), ("one line", "x"), ("dashes", "-"),
        ("colons", ":"), ("labels in a row", "To: a "), ("brackets", "<"), ("initials", "JD> a\n"),
        ("closings", "Regards,\n"), ("devices", "Sent from my phone\n"), ("delimiters", "-- \nx\n"),
        ("notices", "confidential addressee in error\n\n"), ("blanks", "\u{3000}"), ("bars", "| a\n"),
        ("dates", "1.1.2026 1:1 "), ("forwards", "Begin forwarded message:\n\n"), ("digits", "1/"),
        ("stripped", "\u{202A}On 1.1.2026 \u{202C}\n"), ("numbers of India", "१.१.२०२६ a@b.c:\n"),
        ("lines to answer above", "-- type above this lin --\n"), ("rules above nothing", "-=-=-\n\n"),
        ("warnings", "[EXTERNAL] do not click: external emai\n\n"), ("Outlook", "get outlook for ios <http\n"),
        ("contact forms", "From: a@example.org\nDate: 1.1.2026\nSubject: x\n\n"), ("greetings", "Hello,\n"),
    ]

    /// Counted in steps, since clocks lie on a busy machine.
    @Test(arguments: units) func stepsGrowWithTheSizeOnly(name: String, unit: String) {
        let costs = [20_000, 160_000].map { size in
            let text = String(repeating: unit, count: size / unit.utf8.count)
            let extraction = ReplyExtraction(text, subject: "Fwd: x")
            let first = ReplyExtraction(text, isAnswer: false)
            for extraction in [extraction, first] {
                #expect(extraction.spans.last?.range.upperBound == text.utf8.count, "\(name)")
            }
            return Double(max(extraction.steps, first.steps)) / Double(text.utf8.count)
        }
        #expect(costs[1] <= 1.5 * costs[0] + 1, "\(name): \(costs)")
        #expect(costs[1] < 120, "\(name): \(costs)")
    }

    /// What looks like structure without end is at last taken for prose, and what stands above is still told apart.
    @Test func workIsBounded() {
        let top = "It works.\n\nOn 20 Nov 2026 at 10:15 Jane <jane@example.org> wrote:\n> Does it?\n\nYes it does.\n"
        let bottom = "\nOn 21 Nov 2026 at 10:15 Jane <jane@example.org> wrote:\n> Really?\n"
        func attributions(_ count: Int) -> Int {
            let text = top + String(repeating: "12:00: it failed again\n", count: count) + bottom
            return ReplyExtraction(text).spans.count { $0.kind == .attribution }
        }
        #expect(attributions(100) == 2)
        #expect(attributions(20_000) == 1)
    }

    /// Prose of any length takes nothing of the budget: an attribution below it is still one.
    @Test func proseIsFree() {
        let prose = String(
            repeating: "The printer stands on the third floor, where it is on fire again.\nPlease come soon.\n",
            count: 12_000
        )
        let text = prose + "\nOn 21 Nov 2026 at 10:15 Jane <jane@example.org> wrote:\n> Really?\n"
        #expect(text.utf8.count > 900_000)
        #expect(ReplyExtraction(text).spans.map(\.kind) == [.new, .attribution, .quoted])
    }

    /// A cut of a case is text that something is shown of.
    @Test func cutTexts() {
        for marked in ReplyTests.clients + ReplyTests.rules {
            let text = marked.lines.split(separator: "\n", omittingEmptySubsequences: false).map { $0.dropFirst(2) }
                .joined(separator: "\n")
            var end = text.startIndex
            while let next = text.index(end, offsetBy: 5, limitedBy: text.endIndex), next < text.endIndex {
                end = next
                expectCoverage(of: String(text[..<end]), subject: "FW: x", marked.name)
            }
        }
    }
}
