internal import ArgumentParser

/// The command `mailwicket check`.
struct CheckCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "check",
        abstract: "Validate the configuration.",
        discussion: """
            Prints everything that is wrong, one problem a line: file, line and column, the key, what is wrong with it and \
            what is allowed. Exit code 78 if anything is.
            """
    )

    @OptionGroup var configuration: ConfigurationOptions
    @OptionGroup var output: OutputOptions

    private struct Answer: Encodable {
        struct Problem: Encodable {
            let line: Int
            let column: Int
            let text: String
        }

        let file: String
        let problems: [Problem]
    }

    func run() async throws {
        let file = try configuration.file()
        do {
            let configuration = try file.read()
            if output.json {
                try Output.json(Answer(file: file.path, problems: []))
            } else {
                print(
                    "\(file.path) is right: \(count(configuration.listeners, "listener")), "
                        + "\(count(configuration.mailboxes, "mailbox", "mailboxes")), "
                        + "\(count(configuration.customers, "customer")), \(count(configuration.agents, "agent"))"
                )
            }
        } catch ConfigurationFile.Failure.wrong(let error) where output.json {
            let problems = error.problems.map { Answer.Problem(line: $0.line, column: $0.column, text: $0.text) }
            try Output.json(Answer(file: file.path, problems: problems))
            throw ExitCode(ExitStatus.configuration.rawValue)
        } catch let failure as ConfigurationFile.Failure {
            throw ExitStatus.fail(failure)
        }
    }

    private func count(_ things: some Collection, _ one: String, _ many: String? = nil) -> String {
        "\(things.count) \(things.count == 1 ? one : many ?? one + "s")"
    }
}
