import OpenSSL
import SASL
import Testing

@Suite("SASLprep")
struct SASLprepTests {
    // RFC 4013 section 3, and what its tables say.
    @Test(
        "texts become what they should",
        arguments: [
            ("I\u{AD}X", "IX"), ("user", "user"), ("USER", "USER"), ("\u{AA}", "a"), ("\u{2168}", "IX"),
            ("a b", "a b"), ("a\u{A0}b", "a b"), ("a\u{3000}b", "a b"), ("a\u{200B}b", "a b"), ("a\u{200D}b", "ab"),
            ("\u{E9}", "\u{E9}"), ("e\u{301}", "\u{E9}"), ("\u{212B}", "\u{C5}"), ("\u{FB01}", "fi"),
            ("\u{1E9B}\u{323}", "\u{1E69}"), ("q\u{307}\u{323}", "q\u{323}\u{307}"),
            ("\u{1100}\u{1161}\u{11A8}", "\u{AC01}"), ("\u{AC00}\u{11A8}", "\u{AC01}"), ("\u{AC01}", "\u{AC01}"),
            ("\u{1100}\u{1161}\u{1160}", "\u{AC00}\u{1160}"), ("\u{958}", "\u{915}\u{93C}"),
            ("\u{5D0}1\u{5D1}", "\u{5D0}1\u{5D1}"), ("\u{1D400}", "A"), ("\u{DF}", "\u{DF}"),
            // A mark keeps the vowel's syllable and the final consonant apart (Corrigendum 5).
            ("\u{AC00}\u{30A}\u{11B0}", "\u{AC00}\u{30A}\u{11B0}"),
        ]
    )
    func prepared(text: String, expected: String) throws {
        let name = try SASLprep.prepare(name: text, for: .stored)
        // Strings that are canonically equivalent are equal in Swift; their scalars are what counts.
        #expect(Array(name.utf8) == Array(expected.utf8))
        let password = try SASLprep.prepare(password: secret(text), for: .stored)
        #expect(password == secret(expected))
    }

    @Test(
        "texts that cannot be prepared",
        arguments: [
            ("", SASLprep.Failure.empty), ("\u{FEFF}", .empty), ("\u{7}", .prohibited), ("a\u{7F}", .prohibited),
            ("\u{627}\u{31}", .mixedDirections), ("\u{31}\u{627}", .mixedDirections),
            ("\u{627}a\u{628}", .mixedDirections), ("a\u{2028}b", .prohibited), ("a\u{202E}b", .prohibited),
            ("\u{10FFFD}", .prohibited),
            ("\u{E0001}", .prohibited), ("\u{2FF0}", .prohibited), ("\u{FFFD}", .prohibited),
            ("\u{0221}", .unassigned), ("\u{1F600}", .unassigned),
        ]
    )
    func refused(text: String, failure: SASLprep.Failure) {
        #expect(throws: failure) { try SASLprep.prepare(name: text, for: .stored) }
        #expect(throws: failure) { try SASLprep.prepare(password: secret(text), for: .stored) }
    }

    @Test("what is no character is refused", arguments: [0xFDD0, 0xFFFE, 0x1FFFE, 0x10FFFF] as [UInt32])
    func noncharacters(value: UInt32) throws {
        let text = String(Character(try #require(Unicode.Scalar(value))))
        #expect(throws: SASLprep.Failure.prohibited) { try SASLprep.prepare(name: text, for: .query) }
    }

    @Test("what came after Unicode 3.2 may be asked for")
    func queries() throws {
        // The last place before the final consonants of Hangul, which is none of them.
        #expect(try SASLprep.prepare(name: "\u{1100}\u{1161}\u{11A7}", for: .query).unicodeScalars.count == 2)
        #expect(try SASLprep.prepare(name: "a\u{1F600}", for: .query) == "a\u{1F600}")
        #expect(try SASLprep.prepare(password: secret("a\u{1F600}"), for: .query) == secret("a\u{1F600}"))
    }

    @Test("what was prepared stays as it is", arguments: [0x20...0x17FF, 0x1E00...0x33FF, 0xF900...0xFFFF])
    func idempotence(values: ClosedRange<UInt32>) {
        for value in values {
            guard let scalar = Unicode.Scalar(value) else { continue }
            guard let once = try? SASLprep.prepare(name: "a\(scalar)\u{301}", for: .query) else { continue }
            guard let twice = try? SASLprep.prepare(name: once, for: .query), twice.utf8.elementsEqual(once.utf8) else {
                Issue.record("U+\(String(value, radix: 16)) is prepared otherwise the second time")
                return
            }
        }
    }

    @Test("long runs of marks take no longer than their length")
    func marks() throws {
        let marks = String(repeating: "\u{323}\u{301}", count: 100_000)
        let prepared = try SASLprep.prepare(name: "a" + marks, for: .query)
        #expect(prepared.unicodeScalars.first == "\u{1EA1}")
        #expect(prepared.unicodeScalars.count == 200_000)
    }
}
