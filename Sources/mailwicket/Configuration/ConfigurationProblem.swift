/// One thing that is wrong with a configuration file, and where.
package struct ConfigurationProblem: Hashable, Sendable, CustomStringConvertible {
    /// The file as it was named on the command line.
    package let file: String
    /// The line, from 1.
    package let line: Int
    /// The column, from 1, in Unicode scalars.
    package let column: Int
    /// What is wrong, beginning with the key that it is about.
    package let text: String

    /// Makes a problem.
    package init(file: String, line: Int, column: Int, text: String) {
        self.file = file
        self.line = line
        self.column = column
        self.text = text
    }

    /// The form that compilers use, so that editors find the place: `file:line:column: text`.
    package var description: String { "\(file):\(line):\(column): \(text)" }
}

/// A configuration that cannot be used, with everything that is wrong with it.
package struct ConfigurationError: Error, CustomStringConvertible {
    /// The problems in the order of the file; never empty.
    package let problems: [ConfigurationProblem]

    /// Makes an error of problems in any order.
    package init(_ problems: [ConfigurationProblem]) {
        self.problems = problems.sorted { ($0.line, $0.column) < ($1.line, $1.column) }
    }

    /// One line per problem.
    package var description: String { problems.map(\.description).joined(separator: "\n") }
}
