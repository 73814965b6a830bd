import MIME
import MailAuth
import Testing

@Suite("DKIM: canonical forms")
struct CanonicalFormTests {
    // RFC 6376 sections 3.4.3 to 3.4.6.
    private static let bodyForms: [(text: String, simple: String?, relaxed: String?)] = [
        ("", "\r\n", ""),
        ("\r\n", "\r\n", ""),
        ("\r\n\r\n\r\n", "\r\n", ""),
        (" \r\n\t\r\n", " \r\n\t\r\n", ""),
        ("a", "a\r\n", "a\r\n"),
        ("a\r\n", "a\r\n", "a\r\n"),
        ("a\r\n\r\n\r\n", "a\r\n", "a\r\n"),
        ("a \t\r\n \t", "a \t\r\n \t\r\n", "a\r\n \r\n"),
        ("\t\t", "\t\t\r\n", " \r\n"),
        (" C \r\nD \t E\r\n\r\n\r\n", " C \r\nD \t E\r\n", " C\r\nD E\r\n"),
        ("\r\n\r\nx  y\r\n", "\r\n\r\nx  y\r\n", "\r\n\r\nx y\r\n"),
        ("\ta\tb\r\n", "\ta\tb\r\n", " a b\r\n"),
        ("seven.. \t  twenty octets of text without a blank:abcdefghijklmnop  q", nil, nil),
        // Only CRLF ends a line.
        ("a \n\n", "a \n\n\r\n", "a \n\n\r\n"),
        ("a \rb\r", "a \rb\r\r\n", "a \rb\r\r\n"),
        ("a\n\r\n", "a\n\r\n", "a\n\r\n"),
        ("a  \r\r\n", "a  \r\r\n", "a \r\r\n"),
    ]

    @Test(
        "of bodies",
        arguments: bodyForms
    )
    func bodies(text: String, simple: String?, relaxed: String?) {
        let blanks = "seven.. twenty octets of text without a blank:abcdefghijklmnop q\r\n"
        #expect(shown(canonicalBody(Array(text.utf8), .simple)) == (simple ?? text + "\r\n"))
        #expect(shown(canonicalBody(Array(text.utf8), .relaxed)) == (relaxed ?? blanks))
    }

    @Test("of fields")
    func fields() {
        let header = "A: X\r\nB : Y\t\r\n\tZ  \r\nSUBJECT:  \t \r\nfrom:a@b\r\n :c\r\n\r\n"
        // Section 3.4.6 has the first two.
        #expect(canonical(header, .relaxed) == "a:X\r\nb:Y Z\r\nsubject:\r\nfrom:a@b :c\r\n")
        #expect(canonical(header, .simple) == String(header.dropLast()))
    }

    @Test("a body in pieces of any length is the same", arguments: 1...40)
    func lengths(count: Int) {
        // Blanks at every place of the eight octets that are looked at together.
        for place in 0..<count {
            var octets = [UInt8](repeating: UInt8(ascii: "x"), count: count)
            octets[place] = UInt8(ascii: "\t")
            var expected = octets
            expected[place] = UInt8(ascii: " ")
            #expect(canonicalBody(octets, .relaxed) == expected + [0x0D, 0x0A])
        }
    }

    private func canonical(_ text: String, _ form: Canonicalization) -> String {
        let octets = Array(text.utf8)
        var header = CanonicalHeader()
        for field in Message(parsing: octets.span).fields { header.append(field, of: octets.span, form) }
        return shown(header.octets)
    }

    private func shown(_ octets: [UInt8]) -> String { String(decoding: octets, as: UTF8.self) }
}
