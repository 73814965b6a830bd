import Foundation
import MIME
import Testing

/// Inputs that are made to be slow.
enum Pathological {
    static func nested(depth: Int) -> String {
        var text = ""
        for level in 0..<depth {
            text += "Content-Type: multipart/mixed; boundary=b\(level)\n\n--b\(level)\n"
        }
        return text + "\ndeep\n"
    }

    static func repeated(_ text: String, _ size: Int) -> String {
        String(repeating: text, count: size / text.utf8.count)
    }

    static let names = [
        "100,000 headers", "100,000 received", "10,000 parts", "depth 1,000", "one line", "less signs",
        "boundary-like lines",
        "nested look-alike boundaries", "encoded word flood", "encoded words", "open encoded words", "comments",
        "comment pairs", "quotes", "addresses", "brackets", "quotes in brackets", "comments in brackets", "groups",
        "folds", "parameters", "parameter pieces",
        "base64 pads", "soft breaks", "blanks", "blanks before equals", "dashes", "rubbish header", "references",
        "dates",
        "open comments in html", "open tags in html", "entities", "iconv errors", "iso-2022 escapes", "empty lines",
        "carriage returns", "alternatives", "content types", "parts with parameters", "parts with pieces",
        "flowed", "flowed quotes", "parts after the end", "late boundaries", "loose boundaries", "dashes in a header",
        "escapes", "utf-16", "prose as base64", "empty lines first", "damaged words",
    ]

    static func input(_ name: String, size: Int) -> String {
        let multipart = "Content-Type: multipart/mixed; boundary=b\n\n"
        switch name {
        case "100,000 headers": return repeated("A: b\n", size) + "\nx"
        case "100,000 received": return repeated("Received: b\n", size) + "\nx"
        case "10,000 parts": return multipart + repeated("--b\n\nx\n", size)
        case "depth 1,000": return nested(depth: size / 45)
        case "one line": return "Subject: x\n\n" + repeated("x", size)
        case "less signs": return "Content-Type: text/html\nTo: \(repeated("<", size / 2))\n\n" + repeated("<", size)
        case "boundary-like lines": return multipart + repeated("--c\n", size)
        case "nested look-alike boundaries":
            let stem = String(repeating: "a", count: 60)
            var text = ""
            for level in 10..<60 {
                text += "Content-Type: multipart/mixed; boundary=\(stem)\(level)\n\n--\(stem)\(level)\n"
            }
            return text + "\n" + repeated("--\(stem)99\n", size)
        case "encoded word flood": return "Subject: \(repeated("=?", size))\nFrom: \(repeated("=?", size))\n\n"
        case "encoded words": return "Subject: \(repeated("=?utf-8?q?a?= ", size))\n\n"
        case "open encoded words":
            return "Subject: \(repeated("=?utf-8?q?a ", size))\nTo: \(repeated("=?a?q?", size))\n\n"
        case "comments": return "From: \(repeated("(", size))\nDate: \(repeated("(", size))\n\n"
        case "comment pairs": return "From: \(repeated("(a)", size))\n\n"
        case "quotes": return "From: \(repeated("\"a\" ", size))\nTo: \(repeated("\\\"", size))\"\n\n"
        case "addresses": return "To: \(repeated("a@b,", size))\n\n"
        case "brackets": return "To: \(repeated("<a@b", size))\nCc: \(repeated("<(", size))\n\n"
        case "quotes in brackets": return "To: \(repeated("<\\\"", size))\n\n"
        case "comments in brackets": return "To: \(repeated("<(>", size))\n\n"
        case "groups": return "To: \(repeated("a:", size))\nCc: \(repeated("a:;", size))\n\n"
        case "folds": return "Subject: \(repeated("a\n ", size))\nX: \(repeated("\n ", size))\n\n"
        case "parameters": return "Content-Type: text/plain; \(repeated("a=b;", size))\n\n"
        case "parameter pieces":
            return "Content-Type: text/plain; \(repeated("a*1*=%41;", size))\n"
                + "Content-Disposition: x; \(repeated("=;=", size))\n\n"
        case "base64 pads":
            return "Content-Type: a/b\nContent-Transfer-Encoding: base64\n\n" + repeated("A=", size)
        case "soft breaks": return "Content-Transfer-Encoding: quoted-printable\n\n" + repeated("=\n", size)
        case "blanks": return "Content-Transfer-Encoding: quoted-printable\n\n" + repeated(" ", size) + "x"
        case "blanks before equals": return "Content-Transfer-Encoding: quoted-printable\n\n" + repeated("= ", size)
        case "dashes": return multipart + repeated("-", size)
        case "rubbish header": return "Subject: x\n" + repeated("rubbish\nFrom: x\n", size)
        case "references":
            return "References: \(repeated("<a@b>", size))\nIn-Reply-To: \(repeated("a@b ", size))\n\n"
        case "dates": return "Date: \(repeated("1 Jan ", size))\n\n"
        case "open comments in html": return "Content-Type: text/html\n\n" + repeated("<!--", size)
        case "open tags in html":
            return "Content-Type: text/html\n\n" + repeated("<a x=\"", size) + repeated("<script>", size)
        case "entities": return "Content-Type: text/html\n\n" + repeated("&#", size) + repeated("&aaaaaaaaa", size)
        case "iconv errors": return "Content-Type: text/plain; charset=euc-jp\n\n" + repeated("\u{7FF}", size)
        case "iso-2022 escapes": return "Content-Type: text/plain; charset=iso-2022-jp\n\n" + repeated("\u{1B}$B", size)
        case "empty lines": return multipart + repeated("\n", size)
        case "carriage returns": return multipart + repeated("\r", size)
        case "alternatives":
            return "Content-Type: multipart/alternative; boundary=b\n\n"
                + repeated("--b\nContent-Type: text/html\n\n \n", size)
        case "flowed": return "Content-Type: text/plain; format=flowed; delsp=yes\n\n" + repeated("a \n", size)
        case "flowed quotes":
            return "Content-Type: text/plain; format=flowed\n\n" + repeated(">", size)
                + repeated(" \n> \n>> \n-- \n", size)
        case "parts after the end": return multipart + repeated("--b\n\nx\n--b--\n", size)
        case "late boundaries":
            let inner = (0..<40).map { "--b\nContent-Type: multipart/mixed; boundary=c\($0)\n\n--c\($0)\n\nx\n" }
                .joined()
            return multipart + inner + repeated("--c39\n\nx\n--c0\n--c99\n", size)
        case "loose boundaries":
            return "Content-Type: multipart/mixed; boundary=\(repeated("b", 60))\n\n"
                + repeated("--\(repeated("b", 59))\n", size)
        case "dashes in a header":
            return "Content-Type: multipart/mixed; boundary=b; \(repeated("a=b;", 400))\n"
                + repeated("--x\nFrom: y\n", size)
        case "escapes": return "Subject: \(repeated("\u{1B}$B", size))\n\n" + repeated("\u{1B}(B", size)
        case "utf-16": return "Content-Type: text/plain; charset=utf-16\n\n" + repeated("\0x", size)
        case "prose as base64":
            return multipart + repeated("--b\nContent-Transfer-Encoding: base64\n\n\(repeated("a b ", 80))\n", size)
        case "empty lines first": return repeated("\n", size) + "Subject: x\n\nx"
        case "damaged words": return "Subject: \(repeated("=?utf-8?q?=01=FF?= ", size))\n\n"
        case "parts with parameters":
            let parameters = (0..<120).map { "a\($0)=;" }.joined()
            return multipart + repeated("--b\nContent-Type: a/b;\(parameters)\n\n", size)
        case "parts with pieces":
            let parameters = (0..<120).map { "a\($0)*=;" }.joined()
            return multipart + repeated("--b\nContent-Type: a/b;\(parameters)\n\n", size)
        default: return repeated("Content-Type: multipart/mixed; boundary=x\n", size) + "\n--x\n"
        }
    }
}

@Suite struct LinearityTests {
    @Test(arguments: Pathological.names)
    func workGrowsWithSizeOnly(name: String) {
        var unlimited = Message.Limits()
        unlimited.maxParts = 100_000
        unlimited.maxHeaders = 1_000_000
        unlimited.maxHeaderSize = .max
        unlimited.maxText = 100_000_000
        for limits in [Message.Limits(), unlimited] {
            for size in [10_000, 160_000] {
                let bytes = Array(
                    Pathological.input(name, size: size).replacingOccurrences(of: "\n", with: "\r\n").utf8
                )
                let parsed = Parsed(bytes, limits: limits)
                #expect(parsed.effort < 20, "\(name) at \(size)")
                #expect(!parsed.defectKinds.contains(.workExhausted))
                #expect(parsed.digest.count == 32)
            }
        }
    }

    @Test func theSizesThatTheIssueNames() {
        let headers = Parsed(String(repeating: "A: b\n", count: 100_000) + "\nx")
        #expect(headers.message.fields.count == 1000)
        #expect(headers.summary.text == "x")
        let parts = Parsed(
            "Content-Type: multipart/mixed; boundary=b\n\n" + String(repeating: "--b\n\nx\n", count: 10_000)
        )
        #expect(parts.message.parts.count == 1000)
        let deep = Parsed(Pathological.nested(depth: 1000))
        #expect(deep.message.parts.map(\.depth).max() == 50)
        let signs = Parsed(Array("Content-Type: text/html\n\n".utf8) + [UInt8](repeating: 0x3C, count: 1 << 20))
        #expect(signs.summary.text.utf8.count == 1 << 20)
        for parsed in [headers, parts, deep, signs] { #expect(parsed.effort < 8) }
    }

    @Test func aLineOfThirtyMegabytes() {
        let bytes = Array("Subject: x\r\n\r\n".utf8) + [UInt8](repeating: 0x78, count: 30_000_000)
        let parsed = Parsed(bytes)
        #expect(parsed.effort < 6)
        #expect(parsed.summary.text.utf8.count == 1_048_576)
        #expect(parsed.defectKinds == [.lineTooLong, .textTruncated])

        let header = Parsed(
            Array("Subject: ".utf8) + [UInt8](repeating: 0x78, count: 30_000_000) + Array("\r\n\r\ny".utf8)
        )
        #expect(header.effort < 6)
        #expect(header.summary.subject.utf8.count == 4096)
        #expect(header.summary.text == "y")
        #expect(header.defectKinds == [.valueTruncated, .lineTooLong])
    }
}
