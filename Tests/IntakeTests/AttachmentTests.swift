import Foundation
import Intake
import MIME
import Mail
import Storage
import Testing
import Ticketing

/// What becomes of attached files: the verdict in the trace and beside the file, and the ticket in every case.
@Suite struct AttachmentTests {
    struct File {
        var name: String
        var type = "application/octet-stream"
        var content: [UInt8]
    }

    static let program: [UInt8] = [0x7F, 0x45, 0x4C, 0x46, 2, 1, 1, 0] + [UInt8](repeating: 0, count: 60)

    static func image(_ seed: UInt8, size: Int = 200) -> [UInt8] {
        [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A] + [UInt8](repeating: seed, count: size)
    }

    static func mail(_ id: String, _ files: [File], from: String = "Jo <jo@customer.example>", answers: String? = nil)
        -> Mail
    {
        var mail = Mail(id: id, from: from)
        mail.fields = ["Content-Type: multipart/mixed; boundary=b"]
        if let answers { mail.fields.append("In-Reply-To: <\(answers)>") }
        mail.body = "--b\r\n\r\nSee the files.\r\n"
        for file in files {
            mail.body += "--b\r\nContent-Type: \(file.type)\r\n"
            mail.body += "Content-Disposition: attachment; filename=\"\(file.name)\"\r\n"
            mail.body += "Content-Transfer-Encoding: base64\r\n\r\n"
            mail.body += Data(file.content).base64EncodedString(options: [.lineLength76Characters]) + "\r\n"
        }
        mail.body += "--b--\r\n"
        return mail
    }

    static func withPipeline(
        _ adjust: (inout AttachmentPolicy) -> Void = { _ in },
        _ body: (Intake) async throws -> Void
    ) async throws {
        var settings = IntakeFixture.settings
        adjust(&settings.attachments)
        try await IntakeFixture().withPipeline { [settings] intake in
            intake.pipeline.update(settings)
            try await body(intake)
        }
    }

    static func step(_ intake: Intake, _ entry: EmailLogRow) async throws -> Trace.Step? {
        try await intake.outcomes(entry).first?.trace.steps.first { $0.verdict.stage == "attachments" }
    }

    @Test(arguments: AttachmentPolicy.Action.allCases)
    func aProgram(action: AttachmentPolicy.Action) async throws {
        try await Self.withPipeline({ $0.programs = action }) { intake in
            let mail = Self.mail(
                "1@c.example",
                [
                    File(name: "../dir/setup.exe", content: [1]),
                    File(name: "a.txt", type: "text/plain", content: [0x61]),
                ]
            )
            let entry = try await intake.commit(mail)
            #expect(entry.outcome == .created)
            #expect(try intake.octets(entry) == mail.octets)
            let step = try await Self.step(intake, entry)
            #expect(step?.verdict == (action == .allow ? .attachmentsNoted : .attachmentsBlocked))
            #expect(
                step?.facts == [
                    Trace.Fact(action.rawValue, "setup.exe: the extension .exe is that of a program")
                ]
            )
            let files = try await intake.comments(entry.ticket)[0].attachments
            #expect(files.map(\.action) == [action, .allow])
            #expect(files[0].note?.contains("“setup.exe”") == true)
            #expect(files[1].note == nil)
            #expect(files.map(\.name) == ["../dir/setup.exe", "a.txt"])
            #expect(files.map(\.harmlessName) == ["setup.exe", "a.txt"])
            #expect(files.map(\.path) == ["2", "3"])
            #expect(files.map(\.number) == [1, 2])
        }
    }

    @Test func whatTheContentShows() async throws {
        try await Self.withPipeline { intake in
            let entry = try await intake.commit(
                Self.mail(
                    "1@c.example",
                    [
                        File(name: "holiday.jpg", type: "image/jpeg", content: Self.program),
                        File(name: "a.png", type: "image/png", content: Self.image(1)),
                    ]
                )
            )
            let files = try await intake.comments(entry.ticket)[0].attachments
            #expect(files.map(\.type) == ["image/jpeg", "image/png"])
            #expect(files.map(\.detectedType) == ["application/x-elf", "image/png"])
            #expect(files.map(\.action) == [.quarantine, .allow])
            #expect(files.map(\.size) == [68, 208])
        }
    }

    @Test func limits() async throws {
        try await Self.withPipeline({
            $0.maximumFileSize = 100
            $0.maximumMessageSize = 150
            $0.maximumCount = 2
        }) { intake in
            func text(_ size: Int) -> File { File(name: "\(size).txt", content: [UInt8](repeating: 0x61, count: size)) }
            let entry = try await intake.commit(
                Self.mail("1@c.example", [text(100), text(101), text(60), text(1), text(2)])
            )
            #expect(entry.outcome == .created)
            let files = try await intake.comments(entry.ticket)[0].attachments
            #expect(files.map(\.action) == [.allow, .strip, .strip, .allow, .strip])
            #expect(
                files.map(\.note) == [
                    nil, "The file “101.txt” was removed: it is larger than 100 octets.",
                    "The file “60.txt” was removed: the message's files are larger than 150 octets together.", nil,
                    "The file “2.txt” was removed: the message has more than 2 files.",
                ]
            )
            #expect(try await Self.step(intake, entry)?.facts.count == 3)
        }
    }

    @Test func manyFilesMakeAShortTrace() async throws {
        try await Self.withPipeline { intake in
            let files = (0..<30).map { File(name: "\($0).exe", content: [UInt8($0)]) }
            let entry = try await intake.commit(Self.mail("1@c.example", files))
            let facts = try await Self.step(intake, entry)?.facts
            #expect(facts?.count == 21)
            #expect(facts?.last == Trace.Fact("more", "10"))
        }
    }

    @Test func ordinaryFilesLeaveNoStep() async throws {
        try await Self.withPipeline { intake in
            let mail = Self.mail("1@c.example", [File(name: "a.txt", type: "text/plain", content: [0x61])])
            let entry = try await intake.commit(mail)
            #expect(entry.outcome == .created)
            #expect(try await Self.step(intake, entry) == nil)
        }
    }

    @Test func explainTellsTheSame() async throws {
        try await Self.withPipeline { intake in
            let octets = Self.mail("1@c.example", [File(name: "a.js", content: [1])]).octets
            let recipients = IntakeFixture.addresses("support@example.com").map { ForwardPath.address($0) }
            let steps = try await intake.store.engine.read { reader throws(StoreError) in
                try IntakePipeline.explain(
                    octets.span,
                    envelope: Envelope(reversePath: .null, recipients: recipients),
                    settings: IntakeFixture.settings,
                    windowStart: .now,
                    reader: reader
                )
                .flatMap(\.decision.trace.steps)
            }
            let step = steps.first { $0.verdict == .attachmentsBlocked }
            #expect(step?.facts.map(\.name) == ["quarantine"])
        }
    }

    /// An image that quoting brings again is told by its digest, whoever sends it.
    @Test func aRepeatedImageIsMarked() async throws {
        try await Self.withPipeline { intake in
            let screenshot = File(name: "screen.png", type: "image/png", content: Self.image(1, size: 200_000))
            let other = File(name: "other.png", type: "image/png", content: Self.image(2))
            let text = File(name: "a.txt", type: "text/plain", content: [0x61])
            _ = try await intake.commit(Self.mail("1@c.example", [screenshot, text]))
            var again = screenshot
            again.name = "image001.png"
            _ = try await intake.commit(Self.mail("2@c.example", [again, other, text], answers: "1@c.example"))
            let third = try await intake.commit(
                Self.mail("3@c.example", [other, screenshot], from: "bob@example.com", answers: "2@c.example")
            )
            let files = try await intake.comments(third.ticket).flatMap(\.attachments)
            #expect(files.map(\.number) == Array(1...7))
            // A text that comes again may be meant.
            #expect(files.map(\.repeats) == [nil, nil, 1, nil, nil, 4, 1])
            #expect(files.map(\.isHidden) == [false, false, true, false, false, true, true])
        }
    }

    @Test func aBlockedImageStandsForNoOther() async throws {
        try await Self.withPipeline { intake in
            let image = Self.image(1)
            let files = [
                File(name: "shot.png.exe", type: "image/png", content: image),
                File(name: "shot.png", type: "image/png", content: image),
            ]
            let entry = try await intake.commit(Self.mail("1@c.example", files))
            let rows = try await intake.comments(entry.ticket)[0].attachments
            #expect(rows.map(\.action) == [.quarantine, .allow])
            #expect(rows.map(\.repeats) == [nil, nil] && rows.allSatisfy { !$0.isHidden })
        }
    }

    @Test func filesWithinAMessageAreFilesOfTheTicket() async throws {
        try await Self.withPipeline { intake in
            var mail = Mail(id: "1@c.example")
            mail.fields = ["Content-Type: multipart/mixed; boundary=b"]
            mail.body = "--b\r\n\r\nSee below.\r\n--b\r\nContent-Type: message/rfc822\r\n\r\n"
            mail.body += "Subject: inner\r\nContent-Type: multipart/mixed; boundary=c\r\n\r\n--c\r\n\r\nWords.\r\n"
            mail.body += "--c\r\nContent-Type: text/csv; name=a.csv\r\n\r\n1,2\r\n"
            mail.body += "--c\r\nContent-Type: application/octet-stream; name=a.exe\r\n\r\nMZ\r\n--c--\r\n--b--\r\n"
            let entry = try await intake.commit(mail)
            let rows = try await intake.comments(entry.ticket)[0].attachments
            #expect(rows.map(\.path) == ["2", "2.2", "2.3"])
            #expect(rows.map(\.action) == [.quarantine, .allow, .quarantine])
            #expect(rows[0].note?.contains("it holds a file that is not kept (a.exe)") == true)
            let step = try #require(try await Self.step(intake, entry))
            #expect(step.verdict == .attachmentsBlocked)
        }
    }

    @Test func anImageOfManyTicketsIsASignature() async throws {
        try await Self.withPipeline { intake in
            let logo = File(name: "logo.png", type: "image/png", content: Self.image(1))
            let large = File(name: "large.png", type: "image/png", content: Self.image(2, size: 102_400))
            for number in 1...3 {
                _ = try await intake.commit(Self.mail("\(number)@c.example", [logo, large]))
                // Many messages of one ticket count once.
                _ = try await intake.commit(Self.mail("\(number)a@c.example", [logo], answers: "\(number)@c.example"))
            }
            func signatures(_ ticket: Int64, limit: Int) async throws -> [Bool] {
                let id = try await intake.ticket(ticket).id
                return try await intake.store.engine.read { reader throws(StoreError) in
                    try reader.comments(of: id, signatureImages: limit).flatMap(\.attachments).map(\.isSignature)
                }
            }
            #expect(try await signatures(1, limit: 2) == [true, false, true])
            #expect(try await signatures(1, limit: 3) == [false, false, false])
            #expect(try await signatures(1, limit: 0) == [false, false, false])
            // Another domain's use of the same image is its own.
            let other = try await intake.commit(Self.mail("x@d.example", [logo], from: "x@other.example"))
            #expect(try await signatures(other.ticket ?? 0, limit: 2) == [false])
        }
    }
}
