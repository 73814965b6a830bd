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
            no server runs or it does not answer; then it tells what the store itself says. With --clear 66 if there is no \
            such alarm.
            """
    )

    @OptionGroup var configuration: ConfigurationOptions
    @OptionGroup var output: OutputOptions

    @Option(
        name: .long,
        help: ArgumentHelp("Clear the open alarms of this kind, and tell nothing.", valueName: "kind")
    )
    var clear: String?

    func run() async throws {
        let configuration = try configuration.read()
        let client = ControlClient(path: configuration.controlSocket, connections: 1)
        do {
            if let clear {
                guard try await isCleared(clear, client, configuration) else {
                    throw ExitStatus.fail(.noInput, "there is no open alarm of the kind \"\(clear)\"")
                }
                await client.close()
                return
            }
            let report = try await client.status()
            await client.close()
            try show(report)
        } catch let error as ControlError where error.isAbsence && clear == nil {
            try showStopped(configuration, after: error)
        } catch let error as ControlError {
            throw ExitStatus.fail(.unavailable, "\(error)")
        }
    }

    /// Clears alarms by the running server, or without one as the data directory's owner meanwhile.
    ///
    /// - Returns: whether there was one.
    private func isCleared(_ kind: String, _ client: ControlClient, _ configuration: Configuration) async throws -> Bool
    {
        do {
            return try await client.clearAlarm(kind: kind)
        } catch ControlError.notRunning {
            let layout = Store.Layout(directory: configuration.dataDirectory)
            guard FileManager.default.fileExists(atPath: layout.database) else { return false }
        }
        let store: Store
        do {
            store = try await Store.open(
                directory: configuration.dataDirectory,
                configuration: configuration.storage
            )
        } catch {
            throw ExitStatus.fail(error, directory: configuration.dataDirectory)
        }
        let result: Result<Bool, StoreError>
        do {
            result = .success(try await store.clearAlarm(kind: kind))
        } catch {
            result = .failure(error)
        }
        await store.close()
        switch result {
        case .success(let isCleared): return isCleared
        case .failure(let error): throw ExitStatus.fail(error)
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
            print("configuration read \(report.configuredAt)")
            for listener in report.listeners {
                print(
                    "\(listener.name): \(listener.dialect.uppercased()) on \(listener.address), "
                        + "\(listener.connections) connections, \(listener.totalConnections) since the start"
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
            if problems.isEmpty { print("all is well") }
            show(problems)
            if !report.alarms.isEmpty {
                print("An alarm that does not end by itself is acknowledged with status --clear KIND.")
            }
        }
        if !problems.isEmpty { throw ExitCode(ExitStatus.failed.rawValue) }
    }

    private func show(_ problems: [String]) {
        for problem in problems { Output.text("! \(problem)") }
    }

    // MARK: - Not running

    private func showStopped(_ configuration: Configuration, after error: ControlError) throws {
        let layout = Store.Layout(directory: configuration.dataDirectory)
        let isOwned = OwnerLock.isHeld(path: layout.lock)
        var problems = [
            isOwned
                ? "A process owns \(configuration.dataDirectory), but \(error)."
                : "No server owns \(configuration.dataDirectory); no mail is taken in."
        ]
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
            problems += alarms.map { StatusReport.Alarm($0).sentence }
        }
        if output.json {
            try Output.json(Answer(isRunning: false, problems: problems, stored: stored))
        } else {
            print(isOwned ? "not answering" : "not running")
            if let stored {
                print(
                    "store \(configuration.dataDirectory): \(stored.tickets) tickets, "
                        + "\(stored.emailLogEntries) entries of the email log, "
                        + "the last message came \(stored.lastReceivedAt ?? "never")"
                )
            } else {
                print("store \(configuration.dataDirectory): none yet; `mailwicket serve` makes it")
            }
            show(problems)
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
