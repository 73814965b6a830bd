/// How an outcome was reached: what each stage looked at, what it found, and why the losing candidates lost.
public struct Trace: Hashable, Sendable {
    /// One stage's account.
    public struct Step: Hashable, Sendable {
        /// What the stage concluded.
        public var verdict: Verdict
        /// What it looked at and found, in order.
        public var facts: [Fact]

        /// Makes a step.
        public init(_ verdict: Verdict, _ facts: [Fact] = []) {
            self.verdict = verdict
            self.facts = facts
        }
    }

    /// One thing a stage looked at.
    public struct Fact: Hashable, Sendable {
        /// What was looked at.
        public var name: String
        /// What it was.
        public var value: String

        /// Makes a fact.
        public init(_ name: String, _ value: String) {
            self.name = name
            self.value = value
        }
    }

    /// The steps in the order in which they were taken.
    public private(set) var steps: [Step] = []

    /// Makes an empty trace.
    public init() {
        steps.reserveCapacity(8)
    }

    /// Adds a stage's account.
    public mutating func add(_ verdict: Verdict, _ facts: [Fact] = []) {
        steps.append(Step(verdict, facts))
    }

    /// Adds a stage's account.
    public mutating func add(_ step: Step) {
        steps.append(step)
    }
}
