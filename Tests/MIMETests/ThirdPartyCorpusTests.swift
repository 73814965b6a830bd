import Foundation
import MIME
import Mail
import Testing

/// Mail that other projects publish, with what they expect of it.
@Suite struct ThirdPartyCorpusTests {
    struct Case: Decodable {
        let corpus: String
        let file: String
        let subject: String?
        let from_address: String?
        let from_name: String?
        let message_id: String?
        let contains: [String]?
        let contains_any: [String]?
        let attachment_sha256: [String]?
        let leaf_sha256: [String]?
    }

    /// The cases of a corpus; `nil` when the corpora are not there.
    static func cases(_ corpus: String?) throws -> [Case]? {
        guard let lines = try? String(contentsOf: Places.shared.appending(path: "cases.jsonl"), encoding: .utf8) else {
            print("skipped: no third-party corpora at \(Places.shared.path)")
            return nil
        }
        return try lines.split(separator: "\n").map { try JSONDecoder().decode(Case.self, from: Data($0.utf8)) }
            .filter { corpus == nil || $0.corpus == corpus }
    }

    static func octets(of file: String) throws -> [UInt8] {
        [UInt8](try Data(contentsOf: Places.shared.appending(path: file)))
    }

    struct Tally {
        var equal = 0
        var all = 0
        var share: Double { all == 0 ? 1 : Double(equal) / Double(all) }

        mutating func add(_ isEqual: Bool) {
            all += 1
            if isEqual { equal += 1 }
        }
    }

    static let corpora = ["stalwart_mail_parser", "php_mime_mail_parser", "webklex_php_imap", "mime4j"]

    @Test(arguments: corpora)
    func fieldsOfMIMECorpora(corpus: String) throws {
        guard let cases = try Self.cases(corpus) else { return }
        var tallies: [String: Tally] = [:]
        for item in cases {
            let parsed = Parsed(try Self.octets(of: item.file))
            let summary = parsed.summary
            func compare(_ field: String, _ expected: String?, _ actual: String?) {
                guard let expected else { return }
                let isEqual = Self.collapsed(expected) == Self.collapsed(actual ?? "")
                tallies[field, default: Tally()].add(isEqual)
                if !isEqual { print("differs: \(item.file) \(field): expected \(expected), found \(actual ?? "none")") }
            }
            compare("subject", item.subject, summary.subject)
            compare("from_address", item.from_address.map(Self.address), summary.from.first?.address.description)
            compare("from_name", item.from_name, summary.from.first?.name)
            compare("message_id", item.message_id, summary.messageID?.value)
            for text in item.contains ?? [] {
                let isEqual = Self.collapsed(summary.text).contains(Self.collapsed(text))
                tallies["contains", default: Tally()].add(isEqual)
                if !isEqual { print("differs: \(item.file) contains: \(text.prefix(200))") }
            }
            if let digests = item.leaf_sha256 ?? item.attachment_sha256 {
                let found = Set(
                    parsed.message.parts.filter { !$0.isMultipart }
                        .map { Self.sha256(parsed.content(of: $0.index)) }
                )
                for digest in digests {
                    tallies["sha256", default: Tally()].add(found.contains(digest))
                    if !found.contains(digest) { print("differs: \(item.file) sha256 \(digest)") }
                }
            }
        }
        for (field, tally) in tallies.sorted(by: { $0.key < $1.key }) {
            print("corpus \(corpus): \(cases.count) mails, \(field) \(tally.equal) of \(tally.all) equal")
        }
        for field in ["subject", "from_address"] {
            #expect((tallies[field]?.share ?? 1) >= 0.9, "\(corpus) \(field)")
        }
    }

    @Test func everyMailOfEveryCorpusIsParsed() throws {
        guard let cases = try Self.cases(nil) else { return }
        var worst = 0.0
        for item in cases {
            let bytes = try Self.octets(of: item.file)
            for lineEnd in [nil, [13]] as [[UInt8]?] {
                let parsed = Parsed(lineEnd.map { bytes.withLineEnds($0) } ?? bytes)
                #expect(!parsed.defectKinds.contains(.workExhausted), "\(item.file)")
                if bytes.count > 1000 { worst = max(worst, parsed.effort) }
            }
        }
        print("corpora: \(cases.count) mails, at most \(worst) steps for each octet")
        #expect(worst < 12)
    }

    @Test func truncatedMailIsParsed() throws {
        guard let cases = try Self.cases(nil) else { return }
        for item in cases {
            let bytes = try Self.octets(of: item.file)
            // The MIME corpora are cut closely, the bounces and replies, which are alike, in a few places.
            let cuts = Self.corpora.contains(item.corpus) ? 24 : 3
            guard bytes.count < 100_000 else { continue }
            let step = max(1, bytes.count / cuts)
            for end in stride(from: 0, to: bytes.count, by: step) {
                let parsed = Parsed(Array(bytes[..<end]))
                if parsed.defectKinds.contains(.workExhausted) || parsed.digest.count != 32 {
                    Issue.record("\(item.file) cut at \(end)")
                }
            }
        }
    }

    static func collapsed(_ text: String) -> String {
        text.split(whereSeparator: \.isWhitespace).joined(separator: " ")
    }

    /// Some expectations hold the whole mailbox.
    static func address(_ text: String) -> String {
        guard let open = text.lastIndex(of: "<"), let close = text.lastIndex(of: ">"), open < close else { return text }
        return String(text[text.index(after: open)..<close])
    }

    static func sha256(_ octets: [UInt8]) -> String { hex(digest(of: octets)) }
}
