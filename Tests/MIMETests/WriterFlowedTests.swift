import MIME
import Mail
import Testing

/// Text that readers can join again (RFC 3676).
@Suite struct WriterFlowedTests {
    static func written(_ text: String) throws -> String {
        let message = try Rewritten(try Make.draft(.plainText(text, isFlowed: true)))
        message.checkForm()
        #expect(message.field("Content-Type") == "Content-Type: text/plain; charset=utf-8; format=flowed")
        return String(decoding: message.parsed.content(of: 0), as: UTF8.self).replacing("\r\n", with: "\n")
    }

    private static let word = String(repeating: "w", count: 38)

    static let cases: [(String, String)] = [
        ("", ""),
        ("short\n", "short\n"),
        ("no end", "no end\n"),
        ("a\n\n\nb\n", "a\n\n\nb\n"),
        ("blanks at the end   \nnext\n", "blanks at the end\nnext\n"),
        ("   \n", "\n"),
        ("-- \nAnn\n", "-- \nAnn\n"),
        ("--\n", "--\n"),
        (" indented\n", "  indented\n"),
        ("From here\n", " From here\n"),
        ("From\n", "From\n"),
        ("> quoted\n", "> quoted\n"),
        (">quoted\n", "> quoted\n"),
        ("> > twice\n", ">> twice\n"),
        (">\n", ">\n"),
        ("> -- \n", "> -- \n"),
        (" > no quote\n", "  > no quote\n"),
        ("\(word) \(word) tail\n", "\(word) \(word) \ntail\n"),
        ("> \(word) \(word) tail\n", "> \(word) \n> \(word) tail\n"),
        ("\(word) \(word)x\n", "\(word) \(word)x\n"),
        ("\(word) \(word)xy\n", "\(word) \n\(word)xy\n"),
        ("\(word)\(word)\(word) next\n", "\(word)\(word)\(word) \nnext\n"),
        ("\(word) \(word)   > x\n", "\(word) \n\(word)   > x\n"),
        ("\(word) \(word)  From x\n", "\(word) \n\(word)  From x\n"),
        ("-- \(word)\(word)\n", "-- \(word)\(word)\n"),
    ]

    @Test(arguments: cases)
    func isWrapped(text: String, expected: String) throws {
        #expect(try Self.written(text) == expected)
    }

    @Test func linesThatBreakingMakesAreStuffed() throws {
        let start = String(repeating: "w", count: 77)
        #expect(try Self.written("\(start) > and more\n") == "\(start) \n > and more\n")
        #expect(try Self.written("\(start) From afar\n") == "\(start) \n From afar\n")
    }

    @Test func widthCountsScalarsAndNotOctets() throws {
        let text = String(repeating: "й", count: 38) + " " + String(repeating: "й", count: 39)
        #expect(try Self.written(text + "\n") == text + "\n")
    }

    /// The marks of a quote stand before each of its lines, so a quote of nothing but marks must not be wrapped.
    @Test func aVeryDeepQuoteIsNotMultiplied() throws {
        let text = String(repeating: ">", count: 20_000) + String(repeating: " word", count: 4000) + "\n"
        let draft = try Make.draft(.plainText(text, isFlowed: true))
        let message = try Rewritten(draft)
        message.checkForm()
        #expect(message.written.octets.count < 3 * text.utf8.count)
        #expect(
            joinedFlowedText(
                String(decoding: message.parsed.content(of: 0), as: UTF8.self).replacing("\r\n", with: "\n")
            ) == text
        )
    }

    @Test(arguments: 0..<20 as Range<UInt64>)
    func readersJoinWhatWasWrapped(seed: UInt64) throws {
        var numbers = SeededNumbers(seed: seed)
        let pieces = ["a", "word", "-- ", "From ", " ", "  ", "> ", "ü", "日本語", "https://example.com/a/b/c", "👩‍👩‍👧‍👦", ","]
        for _ in 0..<20 {
            var lines: [String] = []
            for _ in 0..<Int.random(in: 0...8, using: &numbers) {
                let depth = Int.random(in: 0...3, using: &numbers)
                var line = ""
                for _ in 0..<Int.random(in: 0...60, using: &numbers) {
                    line += pieces.randomElement(using: &numbers) ?? ""
                    if Bool.random(using: &numbers) { line += " " }
                }
                if line != "-- " { while line.last == " " { line.removeLast() } }
                if depth > 0 || line.hasPrefix(">") {
                    // A mark at the beginning of a quoted line's text would be one more level.
                    while line.first == ">" || line.first == " " { line.removeFirst() }
                }
                lines.append(depth > 0 ? String(repeating: ">", count: depth) + " " + line : line)
            }
            let text = lines.map { $0 + "\n" }.joined()
            let written = try Self.written(text)
            #expect(joinedFlowedText(written) == text)
            for line in written.split(separator: "\n" as Character) where line.unicodeScalars.count > 78 {
                // Only what has no place to be broken at; the mark of a signature is none.
                let words = line.drop { $0 == ">" }.split(separator: " ")
                #expect(words.count <= 1 || words.first == "--" || line.contains("   "), "\(line)")
            }
        }
    }
}
