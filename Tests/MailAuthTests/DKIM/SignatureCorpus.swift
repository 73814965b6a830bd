import Foundation
import MIME
import Mail
import MailAuth

/// The third-party messages beside the project, found from this file.
enum SignatureCorpus {
    private static let root = URL(filePath: #filePath).resolvingSymlinksInPath()
        .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent().deletingLastPathComponent().appending(path: "shared/corpora")

    /// A file of the corpora.
    ///
    /// - Returns: `nil`, with a printed line, when the corpora are not there.
    static func file(_ path: String) -> Data? {
        let data = try? Data(contentsOf: root.appending(path: path))
        if data == nil { print("SKIPPED: ../shared/corpora/\(path) is missing") }
        return data
    }

    /// A message of the corpora with CRLF line ends, as it came over the wire.
    static func message(_ path: String) -> [UInt8]? {
        file(path).map { withCRLF(Array($0)) }
    }

    /// Makes each bare LF a CRLF.
    static func withCRLF(_ octets: [UInt8]) -> [UInt8] {
        var result: [UInt8] = []
        for octet in octets {
            if octet == 0x0A, result.last != 0x0D { result.append(0x0D) }
            result.append(octet)
        }
        return result
    }
}

/// A DNS that is a table of texts.
struct TextZone {
    var texts: [String: [String]] = [:]
    /// Names for which no answer comes.
    var failing: Set<String> = []

    init(_ texts: [String: String] = [:]) {
        self.texts = texts.mapValues { [$0] }
    }

    func answer(_ question: DNSQuestion) -> DNSAnswer {
        if failing.contains(question.name) { return .failure }
        guard question.type == .txt, let texts = texts[question.name] else { return .noSuchName }
        return .records(texts.map { .text(Array($0.utf8)) })
    }

    /// Answers until there is a verdict.
    ///
    /// - Returns: the verdict, and the questions in their order.
    func run<Verdict>(
        _ next: ([DNSQuestion: DNSAnswer]) -> EvaluationStep<Verdict>
    ) -> (verdict: Verdict?, asked: [DNSQuestion]) {
        var answers: [DNSQuestion: DNSAnswer] = [:]
        var asked: [DNSQuestion] = []
        for _ in 0..<10 {
            switch next(answers) {
            case .verdict(let verdict): return (verdict, asked)
            case .ask(let questions):
                asked += questions
                for question in questions { answers[question] = answer(question) }
            }
        }
        return (nil, asked)
    }
}

/// The moment at which most tests verify: 2026-11-21.
let testMoment = Timestamp(seconds: 1_795_219_200)

/// Verifies the DKIM signatures of a message.
func verifyDKIM(
    _ octets: [UInt8],
    _ zone: TextZone,
    at moment: Timestamp = testMoment,
    limits: DKIMEvaluation.Limits = .init()
) -> DKIMVerdict? {
    let message = Message(parsing: octets.span)
    var evaluation = DKIMEvaluation(SignedMessage(message, in: octets.span), at: moment, limits: limits)
    return zone.run { evaluation.next($0) }.verdict
}

/// Validates the chain of a message.
func validateARC(
    _ octets: [UInt8],
    _ zone: TextZone,
    at moment: Timestamp = testMoment,
    limits: DKIMEvaluation.Limits = .init()
) -> ARCVerdict? {
    let message = Message(parsing: octets.span)
    var evaluation = ARCEvaluation(SignedMessage(message, in: octets.span), at: moment, limits: limits)
    return zone.run { evaluation.next($0) }.verdict
}

/// An evaluation of a message that was not asked yet.
func evaluation(_ octets: [UInt8], limits: SignedMessage.Limits = .init()) -> DKIMEvaluation {
    let message = Message(parsing: octets.span)
    return DKIMEvaluation(SignedMessage(message, in: octets.span, limits: limits), at: testMoment)
}
