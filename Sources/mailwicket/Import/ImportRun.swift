package import Console
internal import Glibc
internal import MIME
internal import Mail

/// How many messages an import found, and what became of them.
package struct ImportCounts: Encodable, Equatable, Sendable {
    /// In the store since now.
    package var imported = 0
    /// In the store before.
    package var repeated = 0
    /// Not imported.
    package var failed = 0
    /// By outcome, those that were imported.
    package var outcomes: [String: Int] = [:]

    /// The counts for people.
    func sentence(isDry: Bool) -> String {
        var parts = [
            "\(imported) \(isDry ? "would be imported" : "imported")", "\(repeated) there already", "\(failed) failed",
        ]
        if !outcomes.isEmpty {
            let list = outcomes.sorted { $0.key < $1.key }.map { "\($0.value) \($0.key)" }
            parts[0] += " (\(list.joined(separator: ", ")))"
        }
        return parts.joined(separator: ", ")
    }
}

/// An import that could not go on: not a message was at fault, but the way that it was to go.
package struct ImportBroken: Error {
    /// What became of the messages before.
    package let counts: ImportCounts
    /// What happened.
    package let cause: any Error
}

/// Takes messages from files to wherever they are imported, a few at once, and counts.
package struct ImportRun {
    /// Takes one message in.
    package typealias Importer = @Sendable (_ octets: [UInt8], _ name: String) async throws -> ImportAnswer

    /// How many messages are on their way at once: enough to share commits, few enough to bound memory.
    static let width = 8

    let files: MessageFiles
    private let showsProgress = isatty(STDERR_FILENO) != 0

    package init(files: MessageFiles) {
        self.files = files
    }

    /// Imports all messages.
    package func run(_ importer: @escaping Importer) async throws(ImportBroken) -> ImportCounts {
        var counts = ImportCounts()
        defer { if showsProgress { clearProgress() } }
        do {
            try await run(importer, &counts)
            return counts
        } catch {
            throw ImportBroken(counts: counts, cause: error)
        }
    }

    private struct Finished: Sendable {
        let name: String
        let id: MessageID?
        let answer: ImportAnswer
    }

    private func run(_ importer: @escaping Importer, _ counts: inout ImportCounts) async throws {
        let clock = ContinuousClock()
        var lastShown = clock.now
        try await withThrowingTaskGroup(of: Finished.self) { group in
            var underway = MessagesUnderway()
            try await files.forEach { found in
                switch found.octets {
                case .failure(let problem):
                    count(ImportAnswer(result: .failed, problem: "\(problem)"), of: found.name, in: &counts)
                case .success(let octets):
                    let threading = Threading(of: octets)
                    while underway.count >= Self.width || underway.holdsAny(of: threading.references),
                        let finished = try await group.next()
                    {
                        underway.remove(finished.id)
                        count(finished.answer, of: finished.name, in: &counts)
                    }
                    underway.add(threading.id)
                    group.addTask {
                        Finished(
                            name: found.name,
                            id: threading.id,
                            answer: try await importer(octets, found.name)
                        )
                    }
                }
                if showsProgress, clock.now - lastShown > .milliseconds(200) {
                    lastShown = clock.now
                    showProgress(found.progress, counts)
                }
            }
            for try await finished in group { count(finished.answer, of: finished.name, in: &counts) }
        }
    }

    private func count(_ answer: ImportAnswer, of name: String, in counts: inout ImportCounts) {
        switch answer.result {
        case .imported:
            counts.imported += 1
            if let outcome = answer.outcome { counts.outcomes[outcome, default: 0] += 1 }
        case .repeated:
            counts.repeated += 1
        case .refused, .failed:
            counts.failed += 1
            if showsProgress { clearProgress() }
            let problem = answer.problem ?? "not imported"
            StandardErrorLogHandler.standardError(LogText.escapingControls("\(name): \(problem)"))
        }
    }

    /// The messages that were sent on their way and have not arrived, at most ``ImportRun/width``.
    private struct MessagesUnderway {
        private var ids: [MessageID?] = []

        var count: Int { ids.count }

        /// Whether one is among `references`: what a message answers is looked for in the store, so it must be there.
        func holdsAny(of references: Set<MessageID>) -> Bool {
            ids.contains { $0.map(references.contains) ?? false }
        }

        mutating func add(_ id: MessageID?) { ids.append(id) }

        mutating func remove(_ id: MessageID?) {
            if let index = ids.firstIndex(of: id) { ids.remove(at: index) }
        }
    }

    /// What a message is called and which messages it answers, by its header.
    private struct Threading {
        let id: MessageID?
        let references: Set<MessageID>

        init(of octets: [UInt8]) {
            let header = MessageFiles.header(of: octets)
            let summary = Message(parsing: header.span).summary(of: header.span)
            id = summary.messageID
            references = Set(summary.references + summary.inReplyTo)
        }
    }

    // MARK: - Progress

    private func showProgress(_ octets: Int, _ counts: ImportCounts) {
        let share = files.totalSize > 0 ? min(1, Double(octets) / Double(files.totalSize)) : 1
        let width = 30
        let filled = Int(share * Double(width))
        let bar = String(repeating: "#", count: filled) + String(repeating: "-", count: width - filled)
        let done = counts.imported + counts.repeated + counts.failed
        write("\r[\(bar)] \(Int(share * 100)) %  \(done) messages")
    }

    private func clearProgress() {
        write("\r\u{1B}[K")
    }

    private func write(_ text: String) {
        let octets = Array(text.utf8)
        _ = unsafe Glibc.write(STDERR_FILENO, octets, octets.count)
    }
}
