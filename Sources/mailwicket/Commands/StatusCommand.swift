internal import ArgumentParser
internal import Console
internal import Foundation
internal import Mail
internal import Storage

/// The command `mailwicket status`.
struct StatusCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "status",
        abstract: "Ask the running server how it is.",
        discussion: """
            Exit code 0 if all is well, 1 if something is wrong (an open alarm, a fault of the store, too little disk), 69 if \
            no server runs or it does not answer; then it tells what the store itself says.
            """
    )

    @OptionGroup var configuration: ConfigurationOptions
    @OptionGroup var output: OutputOptions

    @Option(
        name: .long,
        help: ArgumentHelp("Clear the open alarms of this kind, and do nothing else.", valueName: "kind")
    )
    var clear: String?

    func run() async throws {
        let configuration = try configuration.read()
        let client = ControlClient(path: configuration.controlSocket, connections: 1)
        do {
            if let clear {
                guard try await client.clearAlarm(kind: clear) else {
                    throw ExitStatus.fail(.noInput, "there is no open alarm of the kind \"\(clear)\"")
                }
                await client.close()
                return
            }
            let report = try await client.status()
            await client.close()
            try show(report)
        } catch let error as ControlError where error.isAbsence {
            try showStopped(configuration, after: error)
        } catch let error as ControlError {
            throw ExitStatus.fail(.unavailable, "\(error)")
        }
    }

    // MARK: - Running

    private struct Answer: Encodable {
        let isRunning: Bool
        let problems: [String]
        var server: StatusReport?
        var stored: Stored?
    }

    private struct Stored: Encodable {
        let tickets: Int
        let emailLogEntries: Int
        let messages: Int
        let refusals: Int
        let lastReceivedAt: String?
    }

    private func show(_ report: StatusReport) throws {
        let problems = report.problems
        if output.json {
            try Output.json(Answer(isRunning: true, problems: problems, server: report))
        } else {
            print("running as process \(report.process) since \(report.startedAt)")
            print("configuration of \(report.configuredAt)")
            for listener in report.listeners {
                print(
                    "\(listener.name): \(listener.dialect.uppercased()) on \(listener.address), "
                        + "\(listener.connections) open, \(listener.totalConnections) since the start"
                )
            }
            let store = report.store
            print(
                "store \(store.directory): \(store.commits) commits of \(store.jobs) jobs, \(store.queue) waiting, "
                    + "write-ahead log \(Output.size(store.walSize)), "
                    + "\(Output.size(store.reservedMemory)) reserved for mail being received"
            )
            if store.retriedBatches > 0 {
                print("\(store.retriedBatches) batches of jobs were run again one by one, since one of them failed")
            }
            if store.droppedRefusals > 0 { print("\(store.droppedRefusals) refusals were too many to keep") }
            print(problems.isEmpty ? "all is well" : "")
            for problem in problems { Output.text("! \(problem)") }
        }
        if !problems.isEmpty { throw ExitCode(ExitStatus.failed.rawValue) }
    }

    // MARK: - Not running

    private func showStopped(_ configuration: Configuration, after error: ControlError) throws {
        var problems = ["No server owns \(configuration.dataDirectory); no mail is taken in."]
        let layout = Store.Layout(directory: configuration.dataDirectory)
        if OwnerLock.isHeld(path: layout.lock) {
            problems = ["A process owns \(configuration.dataDirectory), but \(error)."]
        }
        var stored: Stored?
        if FileManager.default.fileExists(atPath: layout.database) {
            let store = try self.configuration.openStore(configuration)
            let (counts, alarms) = try store.readOrFail { reader throws(StoreError) in
                (try reader.counts(), try reader.openAlarms())
            }
            stored = Stored(
                tickets: counts.tickets,
                emailLogEntries: counts.emailLogEntries,
                messages: counts.messages,
                refusals: counts.refusals,
                lastReceivedAt: counts.lastReceivedAt?.description
            )
            problems += alarms.map { "Alarm \($0.kind): \($0.text)" }
        }
        if output.json {
            try Output.json(Answer(isRunning: false, problems: problems, stored: stored))
        } else {
            for problem in problems { Output.text(problem) }
            if let stored {
                print(
                    "the store has \(stored.tickets) tickets and \(stored.emailLogEntries) entries of the email log; "
                        + "the last message came \(stored.lastReceivedAt ?? "never")"
                )
            } else {
                print("there is no store yet")
            }
        }
        throw ExitCode(ExitStatus.unavailable.rawValue)
    }
}

extension ControlError {
    /// Whether nobody is there who answers, so that the store must speak for itself.
    fileprivate var isAbsence: Bool {
        switch self {
        case .notRunning, .silent: true
        case .notAllowed, .lost, .unexpected: false
        }
    }
}
