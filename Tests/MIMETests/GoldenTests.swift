import Foundation
import MIME
import Mail
import Testing

/// Our own cases in Tests/Corpus: each mail beside what it must say.
@Suite struct GoldenTests {
    struct Expectation: Decodable {
        struct Attachment: Decodable {
            let name: String?
            let type: String
            let size: Int?
            let sha256: String?
            let contentID: String?
            let inline: Bool
        }

        let subject: String?
        let from: [String]?
        let fromName: String?
        let fromLocalPart: String?
        let sender: String?
        let to: [String]?
        let cc: [String]?
        let messageID: String?
        let inReplyTo: [String]?
        let references: [String]?
        let date: String?
        let text: String?
        let parts: [String]?
        let attachments: [Attachment]?
        let defects: [String]?
        let receivedCount: Int?
    }

    static let names: [String] = {
        let folders = ["rfc", "clients", "malformed", "threads"]
        return folders.flatMap { folder in
            let files = try? FileManager.default.contentsOfDirectory(
                atPath: Places.corpus.appending(path: folder).path
            )
            return (files ?? []).filter { $0.hasSuffix(".eml") }.map { "\(folder)/\($0.dropLast(4))" }
        }.sorted()
    }()

    @Test func thereAreCasesWithReasons() throws {
        #expect(Self.names.count >= 25)
        for name in Self.names {
            let reason = try String(contentsOf: Places.corpus.appending(path: name + ".readme"), encoding: .utf8)
            #expect(reason.split(separator: "\n").count == 1, "\(name).readme")
        }
    }

    @Test(arguments: names)
    func isReadAsExpected(name: String) throws {
        let file = Places.corpus.appending(path: name)
        let bytes = [UInt8](try Data(contentsOf: file.appendingPathExtension("eml")))
        let expected = try JSONDecoder().decode(
            Expectation.self,
            from: try Data(contentsOf: file.appendingPathExtension("json"))
        )
        compare(Parsed(bytes), expected, comparesContent: true)
        compare(Parsed(bytes.withLineEnds([10])), expected, comparesContent: false)
        compare(Parsed(bytes.withLineEnds([13])), expected, comparesContent: false)
    }

    /// What the fuzzer found lies in Tests/Corpus/found, without expectations.
    @Test func foundInputsAreParsed() throws {
        let folder = Places.corpus.appending(path: "found")
        for file in (try? FileManager.default.contentsOfDirectory(atPath: folder.path)) ?? [] {
            let bytes = [UInt8](try Data(contentsOf: folder.appending(path: file)))
            // The fuzzer's own bound.
            #expect(Parsed(bytes).summary.work.steps <= 32 * bytes.count + 65_536, "\(file)")
        }
    }

    private func compare(_ parsed: Parsed, _ expected: Expectation, comparesContent: Bool) {
        let summary = parsed.summary
        expect(summary.subject, expected.subject)
        expect(summary.from.map(\.description), expected.from)
        expect(summary.fromName, expected.fromName)
        expect(summary.fromLocalPart, expected.fromLocalPart)
        expect(summary.sender?.description, expected.sender)
        expect(summary.to.map(\.description), expected.to)
        expect(summary.cc.map(\.description), expected.cc)
        expect(summary.messageID?.value, expected.messageID)
        expect(summary.inReplyTo.map(\.value), expected.inReplyTo)
        expect(summary.references.map(\.value), expected.references)
        expect(summary.date?.description, expected.date)
        expect(summary.text, expected.text)
        expect(parsed.message.parts.map(\.contentType.mediaType), expected.parts)
        expect(summary.receivedCount, expected.receivedCount)
        if let defects = expected.defects {
            #expect(parsed.defectKinds.map(\.rawValue).sorted() == defects.sorted())
        }
        guard let attachments = expected.attachments else { return }
        #expect(summary.attachments.map(\.name) == attachments.map(\.name))
        #expect(summary.attachments.map(\.type) == attachments.map(\.type))
        #expect(summary.attachments.map(\.isInline) == attachments.map(\.inline))
        for (found, attachment) in zip(summary.attachments, attachments) {
            expect(found.contentID, attachment.contentID)
            guard comparesContent else { continue }
            expect(found.size, attachment.size)
            expect(hex(found.sha256), attachment.sha256)
        }
    }

    private func expect<Value: Equatable>(_ found: Value?, _ expected: Value?) {
        guard let expected else { return }
        #expect(found == expected)
    }
}
