internal import ArgumentParser
internal import Console
internal import Foundation
internal import Intake
internal import MIME
internal import Mail
internal import Storage
internal import Ticketing

/// The command `mailwicket import`.
struct ImportCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "import",
        abstract: "Take in old mail from files.",
        discussion: """
            A path is a file with one message (.eml), an mbox file, a Maildir, or a folder of .eml files. Messages keep the \
            dates they bear, cause no mail, and go the same way as mail that arrives: replies join their tickets. What was \
            imported before is found again and not doubled, so an import that was broken off is simply started anew.

            With a running server the messages go to it; without one this command owns the data directory meanwhile. Lines \
            of a file that end with LF are taken to have had CRLF.

            Exit code 1 if a message could not be imported; each is named on the standard error. 69 if the server went away \
            or fell silent meanwhile.
            """
    )

    @OptionGroup var configuration: ConfigurationOptions
    @OptionGroup var output: OutputOptions

    @Argument(help: "What to import.", completion: .file())
    var paths: [String]

    @Option(name: .long, help: ArgumentHelp("The mailbox that takes the messages, by its id.", valueName: "id"))
    var mailbox: String

    @Option(name: .long, help: "The status of new tickets, instead of the mailbox's default.")
    var status: String?

    @Option(name: .long, help: "How an mbox file tells lines that begin with \"From \": mboxrd or mboxo.")
    var mbox = MboxReader.Quoting.mboxrd

    @Flag(name: .long, help: "Import nothing; tell what would be imported.")
    var dryRun = false

    func validate() throws {
        if let status, parseIdentifier(status) == nil {
            throw ValidationError("--status must be \(identifierGrammar).")
        }
    }

    func run() async throws {
        let configuration = try configuration.read()
        guard configuration.mailboxes.contains(where: { $0.id == mailbox }) else {
            let ids = configuration.mailboxes.map(\.id).joined(separator: ", ")
            throw ExitStatus.fail(.usage, "there is no mailbox \"\(mailbox)\"; there are: \(ids)")
        }
        let files: MessageFiles
        do {
            files = try MessageFiles(paths: paths, quoting: mbox, maximumSize: configuration.largestMessage)
        } catch {
            throw ExitStatus.fail(.noInput, "\(error)")
        }
        do {
            let counts =
                dryRun
                ? try await ImportRun(files: files).run(try dryImporter(configuration))
                : try await withImporter(configuration) { try await ImportRun(files: files).run($0) }
            try show(counts)
            if counts.failed > 0 { throw ExitCode(ExitStatus.failed.rawValue) }
        } catch let broken as ImportBroken {
            try show(broken.counts)
            throw ExitStatus.fail(
                .unavailable,
                "the import ended early: \(broken.cause); start it again, and it goes on from there"
            )
        }
    }

    private func show(_ counts: ImportCounts) throws {
        if output.json {
            try Output.json(counts)
        } else {
            print(counts.sentence(isDry: dryRun))
        }
    }

    // MARK: - The ways in

    /// Hands messages to the running server, or owns the data directory while `body` runs.
    private func withImporter(
        _ configuration: Configuration,
        _ body: (@escaping ImportRun.Importer) async throws -> ImportCounts
    ) async throws -> ImportCounts {
        let options = ImportOptions(mailbox: mailbox, status: status)
        let store: Store
        do {
            store = try await Store.open(
                directory: configuration.dataDirectory,
                configuration: configuration.storage
            )
        } catch Store.OpenFailure.locked(.held) {
            let client = ControlClient(path: configuration.controlSocket, connections: ImportRun.width)
            do {
                let counts = try await body { octets, name in
                    do {
                        return try await client.importMessage(octets, name: name, options: options)
                    } catch ControlError.unexpected(let what) {
                        // The server is there; it is this message that it cannot cope with.
                        return ImportAnswer(result: .failed, problem: "\(ControlError.unexpected(what))")
                    }
                }
                await client.close()
                return counts
            } catch {
                await client.close()
                throw error
            }
        } catch {
            throw ExitStatus.fail(error, directory: configuration.dataDirectory)
        }
        do {
            do {
                try await store.declarePeople(of: configuration)
            } catch {
                throw ExitStatus.fail(error)
            }
            let pipeline = IntakePipeline(store: store, settings: configuration.intakeSettings)
            let largest = configuration.largestMessage
            let importing = MessageImport(pipeline: pipeline, store: store) { largest }
            let counts = try await MaintenanceService.maintaining(store) {
                try await body { octets, name in try await importing.run(octets, name: name, options: options) }
            }
            await store.close()
            return counts
        } catch {
            await store.close()
            throw error
        }
    }

    /// Looks messages up in the store without changing it.
    private func dryImporter(_ configuration: Configuration) throws -> ImportRun.Importer {
        let layout = Store.Layout(directory: configuration.dataDirectory)
        let store =
            FileManager.default.fileExists(atPath: layout.database)
            ? try self.configuration.openStore(configuration) : nil
        let (mailbox, limits) = (mailbox, configuration.parser)
        return { octets, _ in
            guard let store else { return ImportAnswer(result: .imported) }
            let message = Message(parsing: octets.span, limits: limits)
            let key = RetryKey(
                mailbox: mailbox,
                messageID: message.summary(of: octets.span, limits: limits).messageID,
                digest: message.digestWithoutTrace(of: octets.span),
                isUnlimited: true
            )
            do {
                let entry = try store.read { reader throws(StoreError) in
                    try reader.entry(of: key, since: Timestamp(milliseconds: 0))
                }
                return ImportAnswer(
                    result: entry == nil ? .imported : .repeated,
                    entry: entry?.emailLog.description
                )
            } catch {
                return ImportAnswer(result: .failed, problem: "\(error)")
            }
        }
    }
}

extension MboxReader.Quoting: ExpressibleByArgument {}
