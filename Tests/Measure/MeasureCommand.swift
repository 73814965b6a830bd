import Foundation

/// Does one task with the messages of a file and tells how long it took, for the bench (Tests/Bench/mail.py).
///
/// Each line of standard input is `TASK ROUNDS FILE`; each is answered with one line of JSON. The programs that the
/// bench sets beside this one take the same lines.
@main
struct MeasureCommand {
    static func main() throws {
        var path = ""
        var bundle = MailBundle()
        while let line = readLine() {
            let words = line.split(separator: " ", maxSplits: 2).map(String.init)
            guard words.count == 3, let task = MailTask(rawValue: words[0]), let rounds = Int(words[1]), rounds > 0
            else { throw CommandError.malformed(line) }
            if path != words[2] {
                path = words[2]
                bundle = try MailBundle(contentsOf: path)
            }
            let json = try JSONEncoder().encode(measure(task, rounds, bundle))
            FileHandle.standardOutput.write(json + Data("\n".utf8))
        }
    }

    private static func measure(_ task: MailTask, _ rounds: Int, _ bundle: MailBundle) -> MeasureResult {
        var result = MeasureResult()
        let started = ContinuousClock.now
        for _ in 0..<rounds {
            result.findings = Findings()
            for message in bundle.messages { task.run(on: message.span, findings: &result.findings) }
        }
        result.seconds = (ContinuousClock.now - started) / .seconds(1)
        return result
    }
}

/// What one line is answered with.
struct MeasureResult: Encodable {
    /// The time of all rounds.
    var seconds = 0.0
    /// What one round found.
    var findings = Findings()
}

enum CommandError: Error {
    case malformed(String)
}
