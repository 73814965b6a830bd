import Foundation
import MIME
import Testing

/// The streams that other projects publish, with the files that their readers unpack.
@Suite struct TnefCorpusTests {
    struct Corpus: Decodable {
        let cases: [Case]
    }

    struct Case: Decodable {
        let file: String
        let attachments: [File]?
        let body_kind: String?
        let eml: String
    }

    struct File: Decodable {
        let name: String
        let size: Int
        let sha256: String
        let text_eol_may_differ: Bool
    }

    static let folder = Places.shared.appending(path: "tnef")

    static func cases() throws -> [Case]? {
        guard let data = try? Data(contentsOf: folder.appending(path: "cases.json")) else {
            print("skipped: no TNEF corpus at \(folder.path)")
            return nil
        }
        return try JSONDecoder().decode(Corpus.self, from: data).cases
    }

    static func octets(of file: String) throws -> [UInt8] {
        [UInt8](try Data(contentsOf: folder.appending(path: file)))
    }

    /// What the part of a mail holds.
    static func stream(in mail: [UInt8]) -> [UInt8]? {
        let parsed = Parsed(mail)
        let part = parsed.message.parts.first { $0.contentType.mediaType == "application/ms-tnef" }
        return part.map { parsed.content(of: $0.index) }
    }

    /// A file as the expectations count it: a notice and the object behind it are two.
    struct Unpacked {
        let names: [String]
        let octets: [UInt8]
    }

    static func files(of stream: TNEF, _ bytes: [UInt8]) -> [Unpacked] {
        stream.attachments.flatMap { attachment in
            [attachment.notice, attachment.content].compactMap { range in
                range.map {
                    Unpacked(names: [attachment.name, attachment.title].compactMap(\.self), octets: Array(bytes[$0]))
                }
            }
        }
    }

    /// The readers whose results are expected number the files that have the same name.
    static func isName(_ expected: String, of file: Unpacked) -> Bool {
        file.names.contains { name in
            expected == name || (expected.hasPrefix(name + ".") && Int(expected.dropFirst(name.count + 1)) != nil)
        }
    }

    static func isContent(_ expected: File, of file: Unpacked) -> Bool {
        let candidates = expected.text_eol_may_differ ? [file.octets, file.octets.withLineEnds([10])] : [file.octets]
        return candidates.contains {
            $0.count == expected.size && hex(digest(of: $0)) == expected.sha256
        }
    }

    @Test func namesSizesAndDigests() throws {
        guard let cases = try Self.cases() else { return }
        var (equal, all, bodies, bodiesAll) = (0, 0, 0, 0)
        var incomplete: [String] = []
        for item in cases {
            let mail = try Self.octets(of: item.eml)
            let bytes = try #require(Self.stream(in: mail), "\(item.eml)")
            if item.file.hasSuffix(".tnef") { #expect(try Self.octets(of: item.file) == bytes, "\(item.file)") }
            let stream = try #require(tnef(bytes), "\(item.file)")
            #expect(!stream.hasWrongChecksum, "\(item.file)")
            if !stream.isComplete { incomplete.append(item.file) }
            var files = Self.files(of: stream, bytes)
            for expected in item.attachments ?? [] {
                all += 1
                let index = files.firstIndex { Self.isName(expected.name, of: $0) && Self.isContent(expected, of: $0) }
                if let index {
                    files.remove(at: index)
                    equal += 1
                } else {
                    Issue.record("\(item.file): \(expected.name), \(expected.size) octets")
                }
            }
            if item.attachments != nil { #expect(files.isEmpty, "\(item.file) has more files than expected") }
            bodiesAll += 1
            let readable = stream.html ?? stream.text ?? ""
            if readable.contains(where: { $0.isLetter || $0.isNumber }) {
                bodies += 1
            } else {
                Issue.record("\(item.file): no text")
            }
            if item.body_kind == "message.rtf" { #expect(stream.forms.contains(.rtf)) }
            if item.body_kind == "message.html" { #expect(stream.html?.contains("<") == true) }
        }
        print("corpus tnef: \(cases.count) cases, files \(equal) of \(all) equal, texts \(bodies) of \(bodiesAll)")
        #expect(all > 0 && equal == all)
        // Behind the last file of this stream lies text that is no attribute.
        #expect(incomplete == ["winmail/panic.tnef"])
    }

    @Test func messagesWithinAreReadable() throws {
        guard let cases = try Self.cases() else { return }
        var count = 0
        for item in cases {
            let bytes = try #require(Self.stream(in: try Self.octets(of: item.eml)))
            let stream = try #require(tnef(bytes))
            for attachment in stream.attachments where attachment.kind == .message {
                count += 1
                let inner = try #require(tnef(of: attachment, in: bytes))
                #expect(inner.isComplete)
                #expect(inner.subject == attachment.name)
                #expect((inner.html ?? inner.text)?.isEmpty == false, "\(item.file)")
            }
        }
        print("corpus tnef: \(count) messages within messages")
    }

    @Test func truncatedAndChangedStreamsAreRead() throws {
        guard let cases = try Self.cases() else { return }
        var numbers = SeededNumbers(seed: 1)
        for item in cases {
            let bytes = try #require(Self.stream(in: try Self.octets(of: item.eml)))
            for _ in 0..<20 {
                let end = Int.random(in: 0...bytes.count, using: &numbers)
                var cut = Array(bytes[..<end])
                for _ in 0..<Int.random(in: 0...4, using: &numbers) where !cut.isEmpty {
                    cut[Int.random(in: 0..<cut.count, using: &numbers)] = UInt8.random(in: 0...255, using: &numbers)
                }
                let stream = tnef(cut)
                for file in stream?.attachments ?? [] { #expect((file.content?.upperBound ?? 0) <= cut.count) }
            }
        }
    }
}
