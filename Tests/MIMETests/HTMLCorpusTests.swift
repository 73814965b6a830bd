import Foundation
import MIME
import Testing

/// The XSS cases of other projects, sanitised and read again by a strict scanner.
@Suite struct HTMLCorpusTests {
    struct Loofah: Decodable {
        struct Case: Decodable {
            let name: String
            let payload: String
        }

        let cases: [Case]
    }

    /// A list of our own cases in `Tests/Corpus/html`, which the browser's tests read as well.
    static func own<Cases: Decodable>(_: Cases.Type, _ file: String) -> Cases? {
        guard let data = try? Data(contentsOf: Places.corpus.appending(path: "html/\(file)")) else { return nil }
        return try? JSONDecoder().decode(Cases.self, from: data)
    }

    struct Benign: Decodable {
        let html: String
        let text: String
        let elements: [String]
    }

    @Test func ownCasesAreThere() throws {
        #expect(HTMLSanitizerTests.attacks.count >= 170)
        let benign = try #require(Self.own([Benign].self, "benign.json"))
        for item in benign {
            let output = sanitized(item.html)
            let scanner = HTMLScanner(output)
            #expect(scanner.violations == [])
            #expect(Self.squeezed(scanner.text) == Self.squeezed(item.text))
            #expect(item.elements.allSatisfy { output.contains("<\($0)") }, "\(output)")
        }
    }

    /// The payloads by name; empty when the corpora are not there.
    static func payloads() throws -> [(name: String, html: [UInt8])] {
        guard let mails = try ThirdPartyCorpusTests.cases("dompurify") else { return [] }
        var payloads: [(name: String, html: [UInt8])] = []
        for mail in mails {
            let parsed = Parsed(try ThirdPartyCorpusTests.octets(of: mail.file))
            for part in parsed.message.parts where part.contentType.subtype == "html" {
                payloads.append((mail.file, parsed.content(of: part.index)))
            }
        }
        let file = Places.shared.appending(path: "html/loofah/cases.json")
        let loofah = try JSONDecoder().decode(Loofah.self, from: Data(contentsOf: file))
        return payloads + loofah.cases.map { ("loofah/\($0.name)", Array($0.payload.utf8)) }
    }

    @Test func noCaseLeavesTheList() throws {
        let payloads = try Self.payloads()
        guard !payloads.isEmpty else { return }
        #expect(payloads.count >= 200)
        var violations = 0
        for (name, html) in payloads {
            for remote in [HTMLPolicy.RemoteImages.blocked, .blockedWithAddress] {
                var policy = HTMLPolicy()
                policy.remoteImages = remote
                let output = SanitizedHTML(sanitizing: html.span, policy: policy).html
                let scanner = HTMLScanner(output)
                if !scanner.violations.isEmpty {
                    violations += 1
                    Issue.record("\(name): \(scanner.violations) in \(output)")
                }
            }
        }
        print("corpus html: \(payloads.count) cases, \(violations) violations")
    }

    /// The text that a reader would have seen is still there: all characters outside of tags, but for scripts and the
    /// like, in the cases that consist of plain elements only.
    @Test func benignTextSurvives() throws {
        let payloads = try Self.payloads()
        guard !payloads.isEmpty else { return }
        var benign = 0
        var surviving = 0
        for (name, html) in payloads {
            guard let visible = Self.plainText(of: String(decoding: html, as: UTF8.self)) else { continue }
            benign += 1
            let text = HTMLScanner(SanitizedHTML(sanitizing: html.span).html).text
            if Self.squeezed(text).hasPrefix(Self.squeezed(visible)) {
                surviving += 1
            } else {
                Issue.record("\(name): \(visible) became \(text)")
            }
        }
        print("corpus html: \(benign) benign cases, \(surviving) survive")
        #expect(benign >= 25)
    }

    private static func squeezed(_ text: String) -> String {
        text.split { $0.isWhitespace || $0.unicodeScalars.allSatisfy { $0.value < 32 } }.joined()
    }

    /// The text between the tags; `nil` when a tag or a mark is not of the plainest kind.
    private static func plainText(of html: String) -> String? {
        let forbidden = ["<!", "<?", "&", "<<", "`"]
        if forbidden.contains(where: html.contains) { return nil }
        var text = ""
        var rest = Substring(html)
        while let start = rest.firstIndex(of: "<") {
            text += rest[..<start]
            guard let tag = rest[start...].wholeTag else { return nil }
            let name = tag.drop { "</".contains($0) }.prefix { $0.isLetter || $0.isNumber }.lowercased()
            let isPlain = HTMLScanner.elements.contains(name) || ["form", "input", "button", "label"].contains(name)
            guard isPlain else { return nil }
            rest = rest[tag.endIndex...]
        }
        text += rest
        return squeezed(text).isEmpty ? nil : text
    }
}

extension Substring {
    /// A tag with well-formed attributes at the beginning.
    fileprivate var wholeTag: Substring? {
        let pattern = "^</?[A-Za-z][A-Za-z0-9]*(\\s+[-A-Za-z:]+(=(\"[^\"]*\"|'[^']*'|[^\\s\"'<>=]+))?)*\\s*/?>"
        guard let range = range(of: pattern, options: .regularExpression) else { return nil }
        return self[range]
    }
}
