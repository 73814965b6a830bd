public import Mail

/// What an evaluation does next: it asks the DNS, or is done.
///
/// An evaluation neither waits nor knows who answers. Its `next` is called with all answers that there are; it asks for
/// those that it lacks, several at once where it can, and is called again when they are there. What it asked once it
/// must be given, be it ``Mail/DNSAnswer/failure``, or it asks again.
public enum EvaluationStep<Verdict: Sendable & Hashable>: Sendable, Hashable {
    /// Answers are lacking.
    case ask([DNSQuestion])
    /// The evaluation is done.
    case verdict(Verdict)
}
