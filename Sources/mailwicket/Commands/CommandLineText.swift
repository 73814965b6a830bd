internal import Mail

/// Command lines that people paste from what is printed.
package enum CommandLineText {
    /// A command of this very program, for a shell in the same directory.
    ///
    /// - Parameters:
    ///   - program: how the program was called.
    ///   - file: the configuration file; it is named where the command would not find it by itself.
    static func mailwicket(
        _ arguments: [String],
        program: String = CommandLine.arguments.first ?? "mailwicket",
        file: ConfigurationFile
    ) -> String {
        let isFound = (try? ConfigurationFile(named: nil))?.path == file.path
        return line([program] + arguments + (isFound ? [] : ["--config", file.path]))
    }

    /// Words as a shell reads them.
    package static func line(_ words: [String]) -> String {
        words.map(quoted).joined(separator: " ")
    }

    private static func quoted(_ word: String) -> String {
        let isPlain = word.utf8.allSatisfy { octet in
            octet.isASCIILetter || octet.isASCIIDigit || "-_./:@=+,%".utf8.contains(octet)
        }
        return isPlain && !word.isEmpty ? word : "'\(word.replacing("'", with: "'\\''"))'"
    }
}
