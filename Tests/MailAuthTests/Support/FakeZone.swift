import Mail
import MailAuth

/// A domain name system of a few names.
struct FakeZone {
    /// What the system says to a question, by name in lower case and by type.
    enum Reply {
        case records([DNSRecord])
        case alias(String)
        case noSuchName
        case failure
    }

    private var names: [String: [DNSQuestion.RecordType: Reply]] = [:]
    private var failing: Set<String> = []

    mutating func add(_ name: String, _ type: DNSQuestion.RecordType, _ record: DNSRecord) {
        if case .records(let records) = names[name.lowercased()]?[type] {
            names[name.lowercased()]?[type] = .records(records + [record])
        } else {
            set(name, type, .records([record]))
        }
    }

    mutating func set(_ name: String, _ type: DNSQuestion.RecordType, _ reply: Reply) {
        names[name.lowercased(), default: [:]][type] = reply
    }

    mutating func setTexts(_ name: String, _ texts: [String]) {
        set(name, .txt, .records(texts.map { .text(Array($0.utf8)) }))
    }

    /// Makes the name exist, and all questions fail for which it has no answer of its own.
    mutating func fail(_ name: String) { failing.insert(name.lowercased()) }

    func answer(_ question: DNSQuestion) -> DNSAnswer {
        var name = question.name
        for _ in 0..<8 {
            switch names[name]?[question.type] {
            case .records(let records): return .records(records)
            case .noSuchName: return .noSuchName
            case .failure: return .failure
            case .alias(let other):
                guard let next = DNSQuestion(other, question.type) else { return .failure }
                name = next.name
            case nil:
                if failing.contains(name) { return .failure }
                return names[name] == nil ? .noSuchName : .records([])
            }
        }
        return .failure
    }

    /// Answers what an evaluation asks until it has its verdict, which must come within so many rounds.
    func verdict<Verdict>(
        rounds: Int = 500,
        _ next: ([DNSQuestion: DNSAnswer]) -> EvaluationStep<Verdict>
    ) -> (verdict: Verdict, asked: [DNSQuestion], rounds: Int)? {
        var answers: [DNSQuestion: DNSAnswer] = [:]
        var asked: [DNSQuestion] = []
        for round in 1...rounds {
            switch next(answers) {
            case .verdict(let verdict): return (verdict, asked, round)
            case .ask(let questions):
                // One that asks for nothing, or again for what it has, never ends.
                guard !questions.isEmpty, questions.allSatisfy({ answers[$0] == nil }) else { return nil }
                asked += questions
                for question in questions { answers[question] = answer(question) }
            }
        }
        return nil
    }
}

extension FakeZone {
    /// A zone of names with a text each.
    init(texts: [String: String]) {
        for (name, text) in texts { setTexts(name, [text]) }
    }

    /// A zone of lines such as `example.com TXT v=spf1 -all`, `example.com A 192.0.2.1` or `example.com TXT !` for
    /// a question that fails.
    init(_ lines: String) {
        for line in lines.split(separator: "\n") {
            let words = line.split(separator: " ", maxSplits: 2)
            guard words.count > 1, let type = DNSQuestion.RecordType(rawValue: words[1].lowercased()) else {
                preconditionFailure("\(line)")
            }
            guard words.count == 3, words[2] != "!" else {
                set(String(words[0]), type, words.count == 3 ? .failure : .records([]))
                continue
            }
            add(String(words[0]), type, Self.record(type, String(words[2])))
        }
    }

    static func record(_ type: DNSQuestion.RecordType, _ text: String) -> DNSRecord {
        switch type {
        case .a, .aaaa:
            guard let address = IPAddress(text) else { preconditionFailure(text) }
            return .address(address)
        case .mx:
            let words = text.split(separator: " ")
            return .mailExchange(preference: Int(words[0]) ?? 0, host: words.count > 1 ? String(words[1]) : "")
        case .txt: return .text(text.unicodeScalars.map { UInt8(truncatingIfNeeded: $0.value) })
        case .ptr: return .pointer(text)
        }
    }
}
