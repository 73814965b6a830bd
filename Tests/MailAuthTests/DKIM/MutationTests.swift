import MIME
import Mail
import MailAuth
import Testing

/// Octets changed at random: nothing stops the process, and nothing that matters passes.
@Suite("signatures: mutations")
struct MutationTests {
    private static let message = "From: Ada <ada@example.org>\nTo: desk@example.net\nSubject: Printer\n\nIt prints.\n"

    @Test("a signed message that was changed anywhere passes only where no difference is signed", arguments: 0..<8)
    func messages(seed: Int) throws {
        var random = SeededRandom(seed: UInt64(seed))
        var forge = Forge()
        forge.set("h", "from:from:to:to:subject:subject")
        let octets = try forge.sign(Self.message)
        let original = signedContent(octets)
        for _ in 0..<150 {
            let changed = mutated(octets, &random)
            guard verifyDKIM(changed, Forge.zone)?.result == .pass else { continue }
            #expect(signedContent(changed) == original, "\(String(decoding: changed, as: UTF8.self))")
        }
    }

    @Test("a record that was changed anywhere is read or refused", arguments: 0..<8)
    func records(seed: Int) throws {
        var random = SeededRandom(seed: UInt64(seed))
        let octets = try Forge().sign(Self.message)
        let record = Array(TestKeys.record(TestKeys.edwards).utf8)
        let message = Message(parsing: octets.span)
        let signed = SignedMessage(message, in: octets.span)
        for _ in 0..<150 {
            let changed = mutated(record, &random)
            var evaluation = DKIMEvaluation(signed, at: testMoment)
            guard case .ask(let questions) = evaluation.next([:]) else {
                Issue.record("there is no question")
                return
            }
            let answers = Dictionary(uniqueKeysWithValues: questions.map { ($0, DNSAnswer.records([.text(changed)])) })
            guard case .verdict(let verdict) = evaluation.next(answers) else {
                Issue.record("there is no verdict")
                return
            }
            #expect(verdict.result != .temperror && verdict.result != .none)
        }
    }

    /// What people read of the fields that are signed, and the body.
    private func signedContent(_ octets: [UInt8]) -> [String] {
        let message = Message(parsing: octets.span)
        var content: [String] = []
        for field in message.fields where [.from, .to, .subject].contains(field.name) {
            var header = CanonicalHeader()
            header.append(field, of: octets.span, .relaxed)
            content.append(String(decoding: header.octets, as: UTF8.self))
        }
        let body = canonicalBody(octets, .relaxed, message.bodyRange.lowerBound..<octets.count)
        return content.sorted() + [String(decoding: body, as: UTF8.self)]
    }

    private func mutated(_ octets: [UInt8], _ random: inout SeededRandom) -> [UInt8] {
        var octets = octets
        for _ in 0..<Int.random(in: 1...3, using: &random) {
            let place = Int.random(in: 0..<octets.count, using: &random)
            switch Int.random(in: 0...4, using: &random) {
            case 0: octets[place] ^= 1 << UInt8.random(in: 0...7, using: &random)
            case 1: octets.remove(at: place)
            case 2: octets.insert(Array(" \t\r\n;=:()\u{0}".utf8).randomElement(using: &random) ?? 0, at: place)
            case 3: octets.insert(contentsOf: octets[place..<min(place + 20, octets.count)], at: place)
            default: octets[place] = UInt8.random(in: 0...255, using: &random)
            }
        }
        return octets
    }
}
