internal import ArgumentParser
internal import Foundation
internal import MIME
internal import Storage
internal import Ticketing

/// The command `mailwicket ticket attachment`.
struct TicketAttachmentCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "attachment",
        abstract: "List a ticket's files, or write them out.",
        discussion: """
            The files are numbered as `ticket show` numbers them. Without a name for it a file gets the sender's name, made \
            harmless, in the current folder. Nothing is overwritten without --force, and what the policy put into \
            quarantine or removed is written with --blocked only.
            """
    )

    @OptionGroup var configuration: ConfigurationOptions
    @OptionGroup var output: OutputOptions

    @Argument(help: "The ticket's number.")
    var number: String

    @Argument(help: "The number of the file to write.")
    var index: Int?

    @Option(name: [.customShort("o"), .customLong("output")], help: "The file to write, or - for the standard output.")
    var target: String?

    @Option(name: .long, help: ArgumentHelp("Write all files into this folder.", valueName: "directory"))
    var all: String?

    @Flag(name: .long, help: "Also those that are repeated or belong to a signature.")
    var allFiles = false

    @Flag(name: .long, help: "Also those that the policy put into quarantine or removed. They may be dangerous.")
    var blocked = false

    @Flag(name: .long, help: "Overwrite files that exist.")
    var force = false

    func validate() throws {
        if let index, index < 1 { throw ValidationError("The files are numbered from 1.") }
        if index != nil, all != nil { throw ValidationError("Give a file's number or --all, not both.") }
        if index == nil, target != nil { throw ValidationError("--output needs the number of the file to write.") }
        if output.json, index != nil || all != nil { throw ValidationError("--json is for the list alone.") }
    }

    func run() async throws {
        let configuration = try configuration.read()
        let store = try self.configuration.openStore(configuration)
        let found = try TicketThread(number, configuration, in: store)
        let ticket = TicketNumber(prefix: configuration.ticketPrefix, value: found.ticket.number).description
        let files = found.entries.flatMap(\.row.attachments)
        var export = AttachmentExport(store: store, limits: configuration.parser)
        if let index {
            try write(index, of: files, ticket, export)
        } else if let all {
            try writeAll(files, to: all, &export)
        } else {
            try list(files, ticket)
        }
    }

    private struct List: Encodable {
        let ticket: String
        let files: [AttachmentView]
    }

    private func list(_ files: [AttachmentRow], _ ticket: String) throws {
        let views = files.map { AttachmentView($0) }
        if output.json { return try Output.json(List(ticket: ticket, files: views)) }
        guard !views.isEmpty else { return print("no files") }
        let shown = views.filter { allFiles || !$0.isHidden }
        if !shown.isEmpty {
            Output.table(
                ["", "NAME", "TYPE", "SIZE", "STATE", "SHA-256"],
                shown.map {
                    ["[\($0.number ?? 0)]", $0.name, $0.typeText, Output.size($0.size), $0.state, $0.sha256]
                }
            )
        }
        for view in shown {
            if let note = view.note { Output.text("[\(view.number ?? 0)] \(note)") }
        }
        if !allFiles, let hidden = views.hiddenText { Output.text("\(hidden): --all-files") }
    }

    private func write(_ index: Int, of files: [AttachmentRow], _ ticket: String, _ export: AttachmentExport) throws {
        guard let file = files.first(where: { $0.number == index }) else {
            let there = files.isEmpty ? "no files" : files.count == 1 ? "one file" : "files 1 to \(files.count)"
            throw ExitStatus.fail(.noInput, "\(ticket) has no file \(index); it has \(there)")
        }
        guard blocked || file.action == .allow else {
            throw ExitStatus.fail(.failed, "file \(index) of \(ticket) is not written. \(Self.refusal(file))")
        }
        do {
            if target == "-" { return try export.writeToStandardOutput(file) }
            let path = target ?? file.harmlessName
            try export.write(file, to: path, overwriting: force)
            Output.text("\(path)  \(Output.size(file.size))")
        } catch {
            throw ExitStatus.fail(error)
        }
    }

    private func writeAll(
        _ files: [AttachmentRow],
        to folder: String,
        _ export: inout AttachmentExport
    ) throws {
        do {
            try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        } catch {
            throw ExitStatus.fail(.cannotCreate, "\(folder) cannot be made: \(error.reason)")
        }
        var failed: ExitCode?
        var names = AttachmentNames()
        for (index, file) in files.enumerated() where allFiles || !file.isHidden {
            guard blocked || file.action == .allow else {
                failed = ExitStatus.fail(.failed, "file \(file.number) is not written. \(Self.refusal(file))")
                continue
            }
            let path = "\(folder)/\(names.take(file.harmlessName, number: file.number))"
            export.take(files[index...])
            do {
                try export.write(file, to: path, overwriting: force)
                Output.text("[\(file.number)] \(path)  \(Output.size(file.size))")
            } catch {
                failed = ExitStatus.fail(error)
            }
        }
        if !allFiles, let hidden = files.map({ AttachmentView($0) }).hiddenText {
            Output.text("\(hidden): --all-files")
        }
        if failed != nil { throw ExitCode(ExitStatus.failed.rawValue) }
    }

    private static func refusal(_ file: AttachmentRow) -> String {
        "\(file.note ?? "It is blocked.") Whoever trusts it adds --blocked."
    }
}

extension ExitStatus {
    /// Says why a file could not be written.
    fileprivate static func fail(_ error: AttachmentExport.Failure) -> ExitCode {
        switch error {
        case .store(let error): fail(error)
        case .exists, .cannotCreate: fail(.cannotCreate, "\(error)")
        case .cannotWrite: fail(.inputOutput, "\(error)")
        case .missing, .changed: fail(.badData, "\(error)")
        }
    }
}

/// The names of files that are written into one folder, each once whatever the case of its letters.
package struct AttachmentNames {
    private var taken: Set<String> = []

    package init() {}

    /// The name, or one with the file's number in it when another file has the name.
    package mutating func take(_ name: String, number: Int) -> String {
        guard !taken.insert(name.lowercased()).inserted else { return name }
        let period = name.lastIndex(of: ".") ?? name.endIndex
        var other = "\(name[..<period])-\(number)\(name[period...])"
        while !taken.insert(other.lowercased()).inserted { other = "_" + other }
        return other
    }
}
