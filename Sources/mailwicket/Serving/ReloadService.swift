internal import ArgumentParser
internal import Inbound
internal import Intake
internal import Logging
internal import Mail
internal import ServiceLifecycle
internal import Storage
internal import UnixSignals

/// Reads the configuration again on SIGHUP; a file with problems changes nothing.
struct ReloadService: Service {
    let server: Server
    let logger: Logger

    func run() async throws {
        let signals = await UnixSignalsSequence(trapping: .sighup)
        for await _ in signals.cancelOnGracefulShutdown() { await reload() }
    }

    private func reload() async {
        let path = server.state.file.path
        let new: Configuration
        do {
            new = try server.state.file.read()
        } catch .wrong(let error) {
            for problem in error.problems { logger.error("\(problem)") }
            logger.error(
                "the configuration has problems; the old one stays in force",
                metadata: ["file": "\(path)", "problems": "\(error.problems.count)"]
            )
            return
        } catch {
            logger.error(
                "the configuration cannot be read; the old one stays in force",
                metadata: ["file": "\(path)", "error": "\(error)"]
            )
            return
        }
        do {
            try await server.store.declarePeople(of: new)
        } catch {
            logger.error(
                "the store cannot take the new configuration; the old one stays in force",
                metadata: ["file": "\(path)", "error": "\(error)"]
            )
            return
        }
        server.pipeline.update(new.intakeSettings)
        let waiting = applyListeners(of: new) + waitingKeys(from: server.state.configuration, to: new)
        server.state.set(new)
        logger.notice("the configuration was read again", metadata: ["file": "\(path)"])
        if !waiting.isEmpty {
            logger.warning(
                "some changes take effect when the server is started again",
                metadata: ["keys": .array(waiting.map { "\($0)" })]
            )
        }
        // Last, so that even a log of errors alone says so much.
        CurrentLogLevel.set(new.logLevel.level)
    }

    /// Gives each listener its new configuration.
    ///
    /// - Returns: what waits for the next start.
    private func applyListeners(of new: Configuration) -> [String] {
        var waiting: [String] = []
        let hostname = new.effectiveHostname
        let running = server.listeners.map { (listener: $0, name: $0.status.name) }
        for configuration in new.listeners {
            guard let match = running.first(where: { $0.name == configuration.name }) else {
                waiting.append("listeners: \(configuration.name) is new")
                continue
            }
            let fixed = match.listener.update(configuration: configuration, hostname: hostname)
            waiting += fixed.map { "listeners: \($0) of \(configuration.name)" }
        }
        for (_, name) in running where !new.listeners.contains(where: { $0.name == name }) {
            waiting.append("listeners: \(name) is gone")
        }
        return waiting
    }

    /// The keys outside of listeners that a running server does not take over.
    private func waitingKeys(from old: Configuration, to new: Configuration) -> [String] {
        var keys: [String] = []
        if old.dataDirectory != new.dataDirectory { keys.append("server.data_directory") }
        if old.storage != new.storage { keys.append("storage") }
        if old.logFormat != new.logFormat { keys.append("log.format") }
        return keys
    }
}
