internal import ArgumentParser
internal import Foundation
package import Mail
internal import Storage

/// `--config`, which every command has.
struct ConfigurationOptions: ParsableArguments {
    @Option(
        name: .long,
        help: ArgumentHelp(
            "The configuration file (default: Config/mailwicket.yaml, else /etc/mailwicket/mailwicket.yaml).",
            valueName: "file"
        )
    )
    var config: String?

    /// The file that the option names.
    func file() throws -> ConfigurationFile {
        do {
            return try ConfigurationFile(named: config)
        } catch {
            throw ExitStatus.fail(error)
        }
    }

    /// Reads the configuration, or ends the command with everything that is wrong with it.
    func read() throws -> Configuration {
        let file = try file()
        do {
            return try file.read()
        } catch {
            throw ExitStatus.fail(error)
        }
    }

    /// Opens the store for reading.
    func openStore(_ configuration: Configuration) throws -> StoreReader {
        let layout = Store.Layout(directory: configuration.dataDirectory)
        guard FileManager.default.fileExists(atPath: layout.database) else {
            throw ExitStatus.fail(
                .noInput,
                "there is no store in \(configuration.dataDirectory) yet; `mailwicket serve` makes it"
            )
        }
        do {
            return try StoreReader(directory: configuration.dataDirectory)
        } catch {
            throw ExitStatus.fail(error)
        }
    }
}

extension ExitStatus {
    /// Says what is wrong with the configuration: its problems stand alone, so that editors find them.
    static func fail(_ failure: ConfigurationFile.Failure) -> ExitCode {
        switch failure {
        case .missing(let text): return fail(.noInput, text)
        case .unreadable(let text): return fail(.configuration, text)
        case .wrong(let error):
            for problem in error.problems { StandardErrorLogHandler.standardError(problem.description) }
            return ExitCode(ExitStatus.configuration.rawValue)
        }
    }
}

extension StoreReader {
    /// Reads, or ends the command.
    func readOrFail<T>(_ body: (any SQLReader) throws(StoreError) -> T) throws -> T {
        do {
            return try read(body)
        } catch {
            throw ExitStatus.fail(error)
        }
    }

    /// The octets of a message, or ends the command.
    func octetsOrFail(of message: UniqueID) throws -> [UInt8] {
        do {
            guard let octets = try octets(of: message) else {
                throw ExitStatus.fail(.noInput, "there is no message \(message)")
            }
            return octets
        } catch let error as StoreError {
            throw ExitStatus.fail(error)
        }
    }
}

/// `--json`, which everything has that lists or shows.
struct OutputOptions: ParsableArguments {
    @Flag(name: .long, help: "Print JSON instead of text.")
    var json = false
}

/// What every list has: `--config`, `--json`, and how long it may become.
struct ListOptions: ParsableArguments {
    @OptionGroup var configuration: ConfigurationOptions
    @OptionGroup var output: OutputOptions

    @Option(name: .long, help: "How many at the most.")
    var limit = 50

    func validate() throws {
        guard limit > 0 else { throw ValidationError("--limit must be at least 1.") }
    }

    /// Prints what was found, as JSON or as a table.
    ///
    /// - Parameter none: the text for an empty table.
    func show<View: Encodable>(
        _ views: [View],
        none: String,
        heading: [String],
        cells: (View) -> [String]
    ) throws {
        if output.json { return try Output.json(views) }
        guard !views.isEmpty else { return print(none) }
        Output.table(heading, views.map(cells))
        if views.count == limit { print("These are the newest \(limit); there may be more: --limit") }
    }
}

/// A moment on the command line: a date, a date with time (both UTC), or how long ago.
package struct MomentArgument: ExpressibleByArgument {
    package let moment: Timestamp

    package init?(argument: String) {
        self.init(argument, now: .now)
    }

    /// Reads `2026-11-21`, `2026-11-21T09:30:00Z`, `2026-11-21 09:30`, or a span such as `2h` or `7d`.
    package init?(_ text: String, now: Timestamp) {
        if !text.contains("-"), let seconds = parseDuration(text), text.last?.isLetter == true {
            moment = now.advanced(bySeconds: -Int64(seconds))
            return
        }
        let halves = text.split(maxSplits: 1, omittingEmptySubsequences: false) { $0 == "T" || $0 == " " }
        let date = halves[0].split(separator: "-", omittingEmptySubsequences: false).map { Int($0) }
        var time: [Int?] = [0, 0, 0]
        if halves.count == 2 {
            let clock = halves[1].hasSuffix("Z") ? halves[1].dropLast() : halves[1]
            time = clock.split(separator: ":", omittingEmptySubsequences: false).map { Int($0) }
            if time.count == 2 { time.append(0) }
        }
        guard date.count == 3, time.count == 3, let year = date[0], let month = date[1], let day = date[2],
            let hour = time[0], let minute = time[1], let second = time[2],
            let moment = Timestamp(year: year, month: month, day: day, hour: hour, minute: minute, second: second)
        else { return nil }
        self.moment = moment
    }
}
