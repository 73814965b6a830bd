import MIME
import Mail
import MailAuth

/// The moment at which most tests verify: 2026-11-21.
let testMoment = Timestamp(seconds: 1_795_219_200)

/// Verifies the DKIM signatures of a message.
func verifyDKIM(
    _ octets: [UInt8],
    _ zone: FakeZone,
    at moment: Timestamp = testMoment,
    limits: DKIMEvaluation.Limits = .init()
) -> DKIMVerdict? {
    let message = Message(parsing: octets.span)
    var evaluation = DKIMEvaluation(SignedMessage(message, in: octets.span), at: moment, limits: limits)
    return zone.verdict(rounds: 4) { evaluation.next($0) }?.verdict
}

/// Validates the chain of a message.
func validateARC(
    _ octets: [UInt8],
    _ zone: FakeZone,
    at moment: Timestamp = testMoment,
    limits: DKIMEvaluation.Limits = .init()
) -> ARCVerdict? {
    let message = Message(parsing: octets.span)
    var evaluation = ARCEvaluation(SignedMessage(message, in: octets.span), at: moment, limits: limits)
    return zone.verdict(rounds: 4) { evaluation.next($0) }?.verdict
}

/// An evaluation of a message that was not asked yet.
func evaluation(_ octets: [UInt8], limits: SignedMessage.Limits = .init()) -> DKIMEvaluation {
    let message = Message(parsing: octets.span)
    return DKIMEvaluation(SignedMessage(message, in: octets.span, limits: limits), at: testMoment)
}
