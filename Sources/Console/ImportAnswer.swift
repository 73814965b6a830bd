/// What became of one imported message, as `POST /v1/import` answers.
public struct ImportAnswer: Codable, Hashable, Sendable {
    /// What became of the import.
    public enum Result: String, Codable, Hashable, Sendable {
        /// The message is in the store since now.
        case imported
        /// It was there before.
        case repeated
        /// It cannot be imported: no such mailbox, or too large.
        case refused
        /// The server could not store it; the same may succeed later.
        case failed
    }

    /// What became of the import.
    public var result: Result
    /// The email-log entry.
    public var entry: String?
    /// What became of the message: `created`, `appended` and so on.
    public var outcome: String?
    /// The number of the ticket that it made or belongs to.
    public var ticket: Int64?
    /// What went wrong, as a sentence.
    public var problem: String?

    /// Makes an answer.
    public init(
        result: Result,
        entry: String? = nil,
        outcome: String? = nil,
        ticket: Int64? = nil,
        problem: String? = nil
    ) {
        self.result = result
        self.entry = entry
        self.outcome = outcome
        self.ticket = ticket
        self.problem = problem
    }
}
