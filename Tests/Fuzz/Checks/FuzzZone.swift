import Mail
import MailAuth
import OpenSSL

/// A DNS whose texts are the lines of an input, and whose other records follow from its octets.
struct FuzzZone {
    /// The domains that there are; more lie below them.
    static let names = ["a.example", "b.example", "sub.a.example", "mail.a.example", "c.test"]

    private let lines: [[UInt8]]
    private let seed: UInt64

    init(_ octets: [UInt8]) {
        lines = octets.split(maxSplits: 31) { $0 == 0x0A }.map(Array.init)
        // FNV-1a, so that an input has the same answers each time.
        seed = octets.reduce(0xCBF2_9CE4_8422_2325) { ($0 ^ UInt64($1)) &* 0x100_0000_01B3 }
    }

    /// Answers until there is a verdict, which comes within so many rounds.
    ///
    /// - Returns: the verdict, and how many questions it took.
    func verdict<Verdict>(
        rounds: Int,
        _ next: ([DNSQuestion: DNSAnswer]) -> EvaluationStep<Verdict>
    ) throws(BrokenInvariant) -> (Verdict, asked: Int) {
        var answers: [DNSQuestion: DNSAnswer] = [:]
        for _ in 0...rounds {
            switch next(answers) {
            case .verdict(let verdict): return (verdict, answers.count)
            case .ask(let questions):
                try require(!questions.isEmpty, "an evaluation that waits for nothing")
                for question in questions {
                    try require(answers[question] == nil, "an evaluation that asks twice")
                    answers[question] = answer(question)
                }
            }
        }
        throw BrokenInvariant(description: "an evaluation that does not end")
    }

    private func answer(_ question: DNSQuestion) -> DNSAnswer {
        let mark = question.description.utf8.reduce(seed) { ($0 ^ UInt64($1)) &* 0x100_0000_01B3 } >> 16
        switch question.type {
        case .txt: return text(question.name, mark)
        case .a: return addresses(mark) { [192, 0, 2, UInt8($0 & 3)] }
        case .aaaa:
            return addresses(mark) { [0x20, 1, 0x0D, 0xB8] + [UInt8](repeating: 0, count: 11) + [UInt8($0 & 3)] }
        case .mx:
            return records(mark, upTo: 13) {
                .mailExchange(preference: Int($0 & 7), host: Self.names[Int($0 >> 3) % Self.names.count])
            }
        case .ptr: return records(mark, upTo: 13) { .pointer(Self.names[Int($0) % Self.names.count]) }
        }
    }

    private func addresses(_ mark: UInt64, _ octets: (UInt64) -> [UInt8]) -> DNSAnswer {
        records(mark, upTo: 4) { number in
            guard let address = IPAddress(octets: octets(number)) else { fatalError("no address") }
            return .address(address)
        }
    }

    private func records(_ mark: UInt64, upTo count: UInt64, _ record: (UInt64) -> DNSRecord) -> DNSAnswer {
        switch mark & 15 {
        case 0: .failure
        case 1: .noSuchName
        default: .records((0..<(mark >> 4 % count)).prefix(Int(count)).map { record(mark >> 8 &+ $0 &* 5) })
        }
    }

    // MARK: Texts

    /// A key for signatures, a policy for DMARC, and else a line as it is or as a record of SPF.
    private func text(_ name: String, _ mark: UInt64) -> DNSAnswer {
        guard mark & 31 != 0 else { return .failure }
        let line = lines.isEmpty ? [] : lines[Int(mark >> 8) % lines.count]
        if name.contains("._domainkey.") {
            return .records([.text(mark & 32 == 0 ? line : Self.key)])
        }
        if name.hasPrefix("_dmarc.") {
            return .records([.text(mark & 32 == 0 ? line : Array("v=DMARC1;".utf8) + line)])
        }
        guard mark & 31 != 1 else { return .noSuchName }
        return .records([.text(mark & 32 == 0 ? line : Array("v=spf1 ".utf8) + line)])
    }

    /// A key whose other half is forgotten.
    private static let key: [UInt8] = {
        do {
            let octets = try PrivateKey(generating: .ed25519).publicKey.rawOctets ?? []
            return Array("v=DKIM1; k=ed25519; p=".utf8) + Base64.standard.encode(octets.span)
        } catch {
            fatalError("no key: \(error)")
        }
    }()
}
