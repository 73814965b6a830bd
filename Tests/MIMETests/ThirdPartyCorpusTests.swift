import Foundation
import MIME
import Mail
import Testing

/// Mail that other projects publish, with what they expect of it.
@Suite struct ThirdPartyCorpusTests {
    struct Case: Decodable {
        struct Attachment: Decodable {
            let filename: String?
            let size: Int?
            let sha256: String?
        }

        let corpus: String
        let file: String
        let subject: String?
        let from_address: String?
        let from_name: String?
        let message_id: String?
        let contains: [String]?
        let contains_any: [String]?
        let attachments: [Attachment]?
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

    /// How many expectations of one field were met.
    struct Tally {
        var equal = 0
        var excused = 0
        var failing = 0
        var cases: Int { equal + excused + failing }
        /// The share of the expectations that hold, those aside that are excused.
        var share: Double { equal + failing == 0 ? 1 : Double(equal) / Double(equal + failing) }
    }

    static let corpora = ["stalwart_mail_parser", "php_mime_mail_parser", "webklex_php_imap", "mime4j"]

    /// The fields for which a share is promised.
    static let promised = ["subject", "from_address", "from_name", "message_id", "sha256", "size"]

    @Test(arguments: corpora)
    func fieldsOfMIMECorpora(corpus: String) throws {
        guard let cases = try Self.cases(corpus) else { return }
        var tallies: [String: Tally] = [:]
        for item in cases {
            for comparison in CorpusComparison.all(of: item, try Self.octets(of: item.file)) {
                var tally = tallies[comparison.field, default: Tally()]
                if comparison.isEqual {
                    tally.equal += 1
                } else if let excuse = CorpusExcuse.of(item.file, comparison.field) {
                    tally.excused += 1
                    print("excused: \(item.file) \(comparison.field): \(excuse.reason)")
                } else {
                    tally.failing += 1
                    print("differs: \(item.file) \(comparison.field): \(comparison.difference)")
                }
                tallies[comparison.field] = tally
            }
        }
        for (field, tally) in tallies.sorted(by: { $0.key < $1.key }) {
            print(
                "corpus \(corpus) (\(cases.count) mails), \(field): \(tally.cases) cases, \(tally.equal) equal, "
                    + "\(tally.excused) excused, \(tally.failing) failing"
            )
        }
        for field in Self.promised { #expect(tallies[field, default: Tally()].share >= 0.98, "\(corpus) \(field)") }
        let excused = CorpusExcuse.all.filter { excuse in cases.contains { $0.file.hasSuffix(excuse.file) } }
        #expect(Double(excused.count) <= 0.03 * Double(cases.count), "\(corpus): \(excused.map(\.file))")
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
}
