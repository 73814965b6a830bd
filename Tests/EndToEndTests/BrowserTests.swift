import Foundation
import MIME
import TestSupport
import Testing

/// What the sanitiser writes, read by parsers that are not ours: html5lib, and Chromium with a hook for scripts.
@Suite("Browser", .serialized)
struct BrowserTests {
    /// A case as the programs in `Tests/Browser` read it.
    struct Case: Codable {
        var name: String
        var html: String
        var text: String?
        var elements: [String]?
        var isControl: Bool?
    }

    private struct Benign: Decodable {
        let html: String
        let text: String
        let elements: [String]
    }

    private struct Verdict: Decodable {
        let cases: Int
        let faults: [String]
    }

    private struct Observation: Decodable {
        struct Find: Decodable {
            let name: String
            let context: String
            let findings: [String]
        }

        let pages: Int
        let finds: [Find]
    }

    // MARK: Cases

    private static let corpus = "\(PeerProgram.repository)/Tests/Corpus/html"
    private static let shared = "\(PeerProgram.repository)/../shared/corpora"

    private static func decoded<Value: Decodable>(_: Value.Type, _ path: String) throws -> Value {
        try JSONDecoder().decode(Value.self, from: Data(contentsOf: URL(filePath: path)))
    }

    /// Our own attacks, and those of others where their corpora are at hand.
    private static func attacks() throws -> [Case] {
        let own = try decoded([String].self, "\(corpus)/attacks.json")
        try #require(own.count >= 170)
        return own.enumerated().map { Case(name: "own/\($0.offset)", html: $0.element) } + (try foreignAttacks())
    }

    private static func foreignAttacks() throws -> [Case] {
        struct Mail: Decodable {
            let corpus: String
            let file: String
        }
        struct Loofah: Decodable {
            struct Case: Decodable {
                let name: String
                let payload: String
            }

            let cases: [Case]
        }
        guard let lines = try? String(contentsOfFile: "\(shared)/cases.jsonl", encoding: .utf8) else {
            print("skipped: the XSS lists of other projects, since there are no corpora at \(shared)")
            return []
        }
        let loofah = try decoded(Loofah.self, "\(shared)/html/loofah/cases.json")
        var attacks = loofah.cases.map { Case(name: "loofah/\($0.name)", html: $0.payload) }
        for line in lines.split(separator: "\n") {
            let mail = try JSONDecoder().decode(Mail.self, from: Data(line.utf8))
            guard mail.corpus == "dompurify" else { continue }
            let octets = [UInt8](try Data(contentsOf: URL(filePath: "\(shared)/\(mail.file)")))
            let message = Message(parsing: octets.span)
            for part in message.parts where part.contentType.subtype == "html" {
                var content: [UInt8] = []
                message.decodedContent(of: part, in: octets.span) { piece in
                    for index in piece.indices { content.append(piece[index]) }
                }
                attacks.append(Case(name: mail.file, html: String(decoding: content, as: UTF8.self)))
            }
        }
        return attacks
    }

    private static func benign() throws -> [Case] {
        try decoded([Benign].self, "\(corpus)/benign.json").enumerated().map { position, item in
            Case(name: "benign/\(position)", html: item.html, text: item.text, elements: item.elements)
        }
    }

    /// Attacks cut where tags begin and put together anew, the same in each run.
    private static func splices(of attacks: [Case], count: Int) -> [Case] {
        let pieces = attacks.flatMap { attack in
            attack.html.split(separator: "<", omittingEmptySubsequences: false).enumerated()
                .map { ($0.offset > 0 ? "<" : "") + $0.element }
        }.filter { !$0.isEmpty && $0.utf8.count < 500 }
        var state: UInt64 = 17
        func next(_ bound: Int) -> Int {
            // The constants are Knuth's; the low bits of such a generator are poor.
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return Int(state >> 33) % bound
        }
        return (0..<count).map { number in
            Case(name: "splice/\(number)", html: (0...next(9)).map { _ in pieces[next(pieces.count)] }.joined())
        }
    }

    private static func sanitized(_ cases: [Case], _ remoteImages: HTMLPolicy.RemoteImages) -> [Case] {
        var policy = HTMLPolicy()
        policy.remoteImages = remoteImages
        return cases.map { item in
            var item = item
            item.html = SanitizedHTML(sanitizing: Array(item.html.utf8).span, policy: policy).html
            return item
        }
    }

    /// All attacks as one plain text, which has nothing to be run.
    private static func plainText(of attacks: [Case]) -> Case {
        let text = attacks.map(\.html).joined(separator: "\n")
        return Case(name: "plain text", html: SanitizedHTML(plainText: Array(text.utf8).span).html)
    }

    private static func write(_ cases: [Case], to folder: TemporaryFolder) throws -> String {
        let lines = try cases.map { String(decoding: try JSONEncoder().encode($0), as: UTF8.self) + "\n" }
        return try folder.write(lines.joined(), to: "cases.jsonl")
    }

    // MARK: html5lib

    /// The interpreter that has html5lib: Debian's, which need not be the first on the search path.
    private static func pythonWithHTML5Lib() async throws -> String? {
        for python in ["python3", "/usr/bin/python3"] where PeerProgram.path(of: python) != nil {
            if try await ChildProcess.run(python, ["-c", "import html5lib"]).succeeded { return python }
        }
        try #require(PeerProgram.mayBeMissing, "python3-html5lib is not installed; `make peers` installs it")
        print("skipped: python3-html5lib is not installed; `make peers` installs it")
        return nil
    }

    @Test("html5lib reads nothing off the list, and the tree that was written")
    func treeOfHTML5Lib() async throws {
        guard let python = try await Self.pythonWithHTML5Lib() else { return }
        let attacks = try Self.attacks()
        let cases = try attacks + Self.benign() + Self.splices(of: attacks, count: 1500)
        let plainText = Self.plainText(of: attacks)
        let outputs = Self.sanitized(cases, .blocked) + Self.sanitized(attacks, .blockedWithAddress) + [plainText]
        let verdict = try await Self.verdict(of: python, on: outputs)
        #expect(verdict.cases == outputs.count)
        #expect(verdict.faults == [])
        print("html5lib: \(verdict.cases) cases, \(verdict.faults.count) faults")

        // What is not sanitised is found out.
        let control = try await Self.verdict(of: python, on: attacks)
        #expect(control.faults.count > attacks.count / 2)
    }

    private static func verdict(of python: String, on cases: [Case]) async throws -> Verdict {
        let folder = try TemporaryFolder()
        let path = try write(cases, to: folder)
        let script = "\(PeerProgram.repository)/Tests/Browser/html5lib_check.py"
        let outcome = try await ChildProcess.run(python, [script, path])
        try #require(outcome.succeeded, "\(outcome.errors)")
        return try JSONDecoder().decode(Verdict.self, from: Data(outcome.output.utf8))
    }

    // MARK: Chromium

    private static func chromium() throws -> String? {
        let names = ["chromium", "chromium-browser", "google-chrome"]
        if let path = names.lazy.compactMap({ PeerProgram.path(of: $0) }).first { return path }
        try #require(PeerProgram.mayBeMissing, "chromium is not installed; `make peers` installs it")
        print("skipped: chromium is not installed; `make peers` installs it")
        return nil
    }

    @Test("Chromium runs and loads nothing, finds nothing off the list, and shows what is harmless")
    func pagesInChromium() async throws {
        guard let chromium = try Self.chromium() else { return }
        let attacks = try Self.attacks()
        let cases = try attacks + Self.benign() + Self.splices(of: attacks, count: 60)
        let outputs = Self.sanitized(cases, .blockedWithAddress) + [Self.plainText(of: attacks)]
        let observation = try await Self.observation(of: chromium, on: outputs)
        for find in observation.finds { Issue.record("\(find.name) in \(find.context): \(find.findings)") }
        #expect(observation.pages == 2 * outputs.count)
        print("chromium: \(outputs.count) cases, \(observation.pages) pages, \(observation.finds.count) finds")
    }

    /// The hook sees what attacks do: a test that finds nothing would mean little otherwise.
    @Test("Chromium runs and loads what the attacks ask for when they are not sanitised")
    func control() async throws {
        guard let chromium = try Self.chromium() else { return }
        let attacks = try Self.attacks().filter { $0.name.hasPrefix("own/") }
        let controls = attacks.map { Case(name: $0.name, html: $0.html, isControl: true) }
        let observation = try await Self.observation(of: chromium, on: controls)
        var kinds: [Substring: Set<String>] = [:]
        for find in observation.finds {
            for finding in find.findings { kinds[finding.prefix { $0 != ":" }, default: []].insert(find.name) }
        }
        print("chromium, not sanitised: \(controls.count) cases, \(kinds.mapValues(\.count))")
        #expect(kinds["call", default: []].count >= 30)
        #expect(kinds["policy", default: []].count >= 60)
        for kind in ["request", "navigation", "link"] { #expect(!kinds[kind[...], default: []].isEmpty, "\(kind)") }
    }

    private static func observation(of chromium: String, on cases: [Case]) async throws -> Observation {
        let folder = try TemporaryFolder()
        let path = try write(cases, to: folder)
        let script = "\(PeerProgram.repository)/Tests/Browser/browser_check.py"
        let outcome = try await ChildProcess.run("python3", [script, chromium, path], within: 240)
        try #require(outcome.succeeded, "\(outcome.errors)")
        return try JSONDecoder().decode(Observation.self, from: Data(outcome.output.utf8))
    }
}
