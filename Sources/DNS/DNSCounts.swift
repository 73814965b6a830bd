/// What a resolver did since it was made.
public struct DNSCounts: Sendable, Hashable {
    /// Questions that were put to it.
    public package(set) var questions = 0
    /// Questions that an answer of before served.
    public package(set) var fromCache = 0
    /// Questions that joined a look-up under way.
    public package(set) var shared = 0
    /// Questions that failed at once because too many waited.
    public package(set) var refused = 0
    /// Look-ups that began.
    public package(set) var lookUps = 0
    /// Look-ups that brought no answer.
    public package(set) var failures = 0
    /// Questions whose asker stopped waiting: out of time, or cancelled.
    public package(set) var abandoned = 0
}
