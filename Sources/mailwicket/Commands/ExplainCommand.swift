internal import ArgumentParser
internal import Foundation
internal import Intake
internal import Mail
internal import Storage
internal import Ticketing

/// The command `mailwicket explain`.
struct ExplainCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "explain",
        abstract: "Tell what would become of a message, and why.",
        discussion: """
            Runs the whole pipeline on a reader of the store; nothing is stored. Lines of the file that end with LF are taken \
            to have had CRLF. Exit code 1 if a recipient would be refused.
            """
    )

    @OptionGroup var configuration: ConfigurationOptions
    @OptionGroup var output: OutputOptions

    @Argument(help: "The message, or - for the standard input.", completion: .file(extensions: ["eml"]))
    var file: String

    @Option(
        name: .customLong("rcpt"),
        help: ArgumentHelp("A recipient of the envelope; may be given again.", valueName: "address")
    )
    var recipients: [String]

    @Option(
        name: .customLong("from"),
        help: ArgumentHelp(
            "The sender of the envelope, \"\" for the null one (default: the message's Return-Path).",
            valueName: "address"
        )
    )
    var sender: String?

    private struct Answer: Encodable {
        struct Mailbox: Encodable {
            let mailbox: String
            let outcome: String
            let reason: String
            let explanation: String
            let ticket: String?
            let repeatedEntry: String?
            let trace: TraceView
        }

        struct Refused: Encodable {
            let recipient: String
            let why: String
        }

        var mailboxes: [Mailbox] = []
        var refused: [Refused] = []
        let message: MessageView
    }

    func run() async throws {
        let configuration = try configuration.read()
        let envelope = try envelope()
        let octets = LineEnds.restoringCRLF(try readFile())
        let settings = configuration.intakeSettings
        var answer = Answer(message: MessageView(octets, options: configuration.readableOptions))
        for recipient in envelope.recipients {
            if let why = settings.directory.refusal(of: recipient) {
                answer.refused.append(Answer.Refused(recipient: recipient.description, why: why))
            }
        }
        let windowStart = Timestamp.now.advanced(bySeconds: -Int64(configuration.storage.retryWindow))
        let explain = { (reader: any SQLReader) throws(StoreError) -> [Answer.Mailbox] in
            let decisions = try IntakePipeline.explain(
                octets.span,
                envelope: envelope,
                isEnvelopeKnown: sender != nil,
                settings: settings,
                windowStart: windowStart,
                reader: reader
            )
            var mailboxes: [Answer.Mailbox] = []
            for (mailbox, decision, claim) in decisions {
                let repeated: UniqueID? = if case .repeated(let entry) = claim { entry.emailLog } else { nil }
                mailboxes.append(
                    Answer.Mailbox(
                        mailbox: mailbox.id,
                        outcome: decision.outcome.rawValue,
                        reason: decision.reason.rawValue,
                        explanation: decision.reason.sentence,
                        ticket: decision.ticket.map {
                            TicketNumber(prefix: settings.numberPrefix, value: $0.number).description
                        },
                        repeatedEntry: repeated?.description,
                        trace: TraceView(decision.trace)
                    )
                )
            }
            return mailboxes
        }
        let layout = Store.Layout(directory: configuration.dataDirectory)
        if FileManager.default.fileExists(atPath: layout.database) {
            answer.mailboxes = try self.configuration.openStore(configuration).readOrFail(explain)
        } else {
            do {
                answer.mailboxes = try explain(EmptyReader())
            } catch {
                throw ExitStatus.fail(error)
            }
        }
        if output.json { try Output.json(answer) } else { show(answer) }
        if !answer.refused.isEmpty { throw ExitCode(ExitStatus.failed.rawValue) }
    }

    private func show(_ answer: Answer) {
        for refused in answer.refused { Output.text("\(refused.recipient): refused, \(refused.why)") }
        for mailbox in answer.mailboxes {
            let outcome = "\(mailbox.outcome)\(mailbox.ticket.map { " \($0)" } ?? "")"
            if let entry = mailbox.repeatedEntry {
                Output.text(
                    "\(mailbox.mailbox): in the store already, as entry \(entry); nothing new would become of it"
                )
                Output.text("If it were new: \(outcome)", indent: "  ")
            } else {
                Output.text("\(mailbox.mailbox): \(outcome)")
            }
            Output.text(mailbox.explanation, indent: "  ")
            mailbox.trace.print(indent: "    ")
        }
        print()
        answer.message.print()
    }

    private func envelope() throws -> Envelope {
        var reversePath = ReversePath.null
        if let sender, !sender.isEmpty {
            guard let address = MailAddress(sender) else {
                throw ExitStatus.fail(.usage, "\"\(sender)\" is no mail address")
            }
            reversePath = .address(address)
        }
        let paths = try recipients.map { text throws -> ForwardPath in
            if text.lowercased() == "postmaster" { return .postmaster }
            guard let address = MailAddress(text) else {
                throw ExitStatus.fail(.usage, "\"\(text)\" is no mail address")
            }
            return .address(address)
        }
        return Envelope(reversePath: reversePath, recipients: paths)
    }

    private func readFile() throws -> [UInt8] {
        do {
            if file == "-" { return Array(try FileHandle.standardInput.readToEnd() ?? Data()) }
            return Array(try Data(contentsOf: URL(filePath: file)))
        } catch {
            throw ExitStatus.fail(.noInput, "\(file) cannot be read: \(error.reason)")
        }
    }
}

/// The store before there is one: nothing is known.
private struct EmptyReader: SQLReader {
    func rows(_ statement: SQLStatement) throws(StoreError) -> [SQLRow] { [] }
}

extension MailboxDirectory {
    /// Why mail for a recipient would be refused, or `nil` when it would not.
    fileprivate func refusal(of recipient: ForwardPath) -> String? {
        switch match(recipient) {
        case .mailbox(let mailbox, _):
            switch mailbox.state {
            case .active: nil
            case .paused: "mailbox \(mailbox.id) is paused (451 4.2.1)"
            case .inactive: "mailbox \(mailbox.id) is inactive (550 5.2.1)"
            }
        case .unknown: "no mailbox has this address (550 5.1.1)"
        case .foreign: "no mailbox has an address in this domain (550 5.7.1)"
        }
    }
}

extension Configuration {
    /// What the intake is told.
    var intakeSettings: IntakeSettings {
        IntakeSettings(
            directory: directory,
            numberPrefix: ticketPrefix,
            limits: parser,
            attachments: attachments,
            unwrapsMessages: embeddedMessages == .unwrap
        )
    }
}
