import Foundation
import TestSupport
import Testing

extension EndToEnd {
    /// The clients of others: swaks, curl, Python's smtplib.
    @Suite("Clients", .enabled(if: PeerProgram.areAtHand("sqlite3"), "needs sqlite3"))
    struct ClientTests {
        private func swaks(_ server: ServerProcess, _ arguments: String...) async throws -> ChildProcess.Outcome {
            let target =
                arguments.contains("--socket") || arguments.contains("--port")
                ? [] : ["--server", "127.0.0.1", "--port", "\(server.smtpPort)"]
            return try await ChildProcess.run(
                "swaks",
                target + ["--helo", "client.example", "--from", "ann@client.example"] + arguments
            )
        }

        @Test("swaks", .enabled(if: PeerProgram.areAtHand("swaks"), "needs swaks"))
        func swaks() async throws {
            try await ServerProcess.withServer { server in
                let to = "support@example.com"
                let plain = try await swaks(server, "--to", to, "--header", "Subject: plain", "--body", "Hello.")
                #expect(plain.succeeded, "\(plain.output)")

                let file = try server.folder.write(String(repeating: "attached \n", count: 5_000), to: "notes.txt")
                let attachment = try await swaks(
                    server,
                    "--to",
                    to,
                    "--header",
                    "Subject: attachment",
                    "--attach-type",
                    "text/plain",
                    "--attach",
                    "@\(file)"
                )
                #expect(attachment.succeeded, "\(attachment.output)")
                #expect(
                    try await server.rows(
                        "SELECT a.name, a.size FROM attachment a JOIN message m ON m.id = a.message "
                            + "WHERE m.subject = 'attachment' AND a.name IS NOT NULL"
                    ) == [["notes.txt", "50000"]]
                )

                let eightBit = try await swaks(
                    server,
                    "--to",
                    to,
                    "--header",
                    "Subject: eight bits",
                    "--add-header",
                    "MIME-Version: 1.0",
                    "--add-header",
                    "Content-Type: text/plain; charset=utf-8",
                    "--add-header",
                    "Content-Transfer-Encoding: 8bit",
                    "--body",
                    "Grüße aus Köln: 5 €"
                )
                #expect(eightBit.succeeded, "\(eightBit.output)")
                let number = try await server.outcomes().first { $0.subject == "eight bits" }?.ticket ?? 0
                #expect(try await server.run("ticket", "show", "\(number)").output.contains("Grüße aus Köln: 5 €"))

                let pipelined = try await swaks(
                    server,
                    "--pipeline",
                    "--to",
                    "\(to),sales@example.com",
                    "--header",
                    "Subject: pipelined"
                )
                #expect(pipelined.succeeded, "\(pipelined.output)")

                let unknown = try await swaks(server, "--to", "nobody@example.com", "--header", "Subject: unknown")
                #expect(unknown.ending == .exited(24))
                #expect(unknown.output.contains("550 5.1.1"))
                let foreign = try await swaks(server, "--to", "a@elsewhere.example", "--header", "Subject: foreign")
                #expect(foreign.output.contains("550 5.7.1"))
                let mixed = try await swaks(
                    server,
                    "--to",
                    "\(to),nobody@example.com",
                    "--header",
                    "Subject: mixed"
                )
                #expect(mixed.succeeded, "one recipient was taken: \(mixed.output)")

                // swaks sends no SIZE parameter, so the excess is seen only in the data.
                let big = try server.folder.write(String(repeating: "0123456789abcde\n", count: 8_192), to: "big.txt")
                let oversize = try await swaks(
                    server,
                    "--server",
                    "127.0.0.1",
                    "--port",
                    "\(server.smallPort)",
                    "--to",
                    to,
                    "--header",
                    "Subject: oversize",
                    "--body",
                    "@\(big)"
                )
                #expect(oversize.ending == .exited(26))
                #expect(oversize.output.contains("552 5.3.4"))

                // swaks cannot ask for SMTPUTF8, so its UTF-8 addresses are to be refused (RFC 6531 section 3.5).
                let utf8 = try await swaks(server, "--to", "jürgen@example.com", "--header", "Subject: utf8")
                #expect(!utf8.succeeded)
                #expect(utf8.output.contains("<** 5"))

                for (name, target) in [
                    ("socket", ["--socket", server.socketPath]),
                    ("tcp", ["--server", "127.0.0.1", "--port", "\(server.lmtpPort)"]),
                ] {
                    let outcome = try await ChildProcess.run(
                        "swaks",
                        target + [
                            "--protocol", "LMTP", "--helo", "client.example", "--from", "ann@client.example", "--to",
                            "\(to),sales@example.com", "--header", "Subject: lmtp \(name)",
                        ]
                    )
                    #expect(outcome.succeeded, "\(outcome.output)")
                }

                var found: [String: Int] = [:]
                for outcome in try await server.outcomes() { found[outcome.subject, default: 0] += 1 }
                #expect(
                    found == [
                        "plain": 1, "attachment": 1, "eight bits": 1, "pipelined": 2, "mixed": 1, "lmtp socket": 2,
                        "lmtp tcp": 2,
                    ]
                )
            }
        }

        @Test("curl", .enabled(if: PeerProgram.areAtHand("curl"), "needs curl"))
        func curl() async throws {
            try await ServerProcess.withServer { server in
                let text = mail(subject: "by curl", body: ".a line with a dot\nlast")
                let file = try server.folder.write(text, to: "mail.eml")
                let outcome = try await ChildProcess.run(
                    "curl",
                    [
                        "--silent", "--show-error", "--verbose", "--url",
                        "smtp://127.0.0.1:\(server.smtpPort)/client.example", "--mail-from", "ann@client.example",
                        "--mail-rcpt", "support@example.com", "--mail-rcpt", "sales@example.com", "--upload-file",
                        file,
                    ]
                )
                #expect(outcome.succeeded, "\(outcome.errors)")
                #expect(try await server.outcomes().map(\.mailbox).sorted() == ["sales", "support"])
                #expect(try await server.rawMessage(subject: "by curl") == Array(text.utf8))
                let refused = try await ChildProcess.run(
                    "curl",
                    [
                        "--silent", "--show-error", "--url", "smtp://127.0.0.1:\(server.smtpPort)/client.example",
                        "--mail-from", "ann@client.example", "--mail-rcpt", "nobody@example.com", "--upload-file", file,
                    ]
                )
                #expect(refused.ending == .exited(55), "\(refused.errors)")
            }
        }

        @Test("Python's smtplib", .enabled(if: PeerProgram.areAtHand("python3"), "needs python3"))
        func smtplib() async throws {
            try await ServerProcess.withServer { server in
                let script = """
                    import smtplib, sys
                    from email.message import EmailMessage
                    from email import policy
                    port, path = int(sys.argv[1]), sys.argv[2]
                    message = EmailMessage()
                    message["From"] = "ann@client.example"
                    message["To"] = "support@example.com"
                    message["Subject"] = "by smtplib"
                    message.set_content("Grüße\\n.dots\\n")
                    message.add_attachment(bytes(range(256)) * 40, "application", "octet-stream", filename="b.bin")
                    with smtplib.SMTP("127.0.0.1", port) as client:
                        assert client.send_message(message) == {}
                    message.replace_header("Subject", "by smtplib, in UTF-8: Grüße")
                    message.replace_header("From", "jürgen@client.example")
                    with smtplib.SMTP("127.0.0.1", port) as client:
                        assert client.send_message(message, "jürgen@client.example", "support@example.com") == {}
                    message.replace_header("Subject", "by smtplib's LMTP")
                    message.replace_header("From", "ann@client.example")
                    with smtplib.LMTP(path) as client:
                        assert client.send_message(message) == {}
                    with smtplib.SMTP("127.0.0.1", port) as client:
                        try:
                            client.sendmail("ann@client.example", ["nobody@example.com"], "Subject: no\\n\\nno\\n")
                            sys.exit("was not refused")
                        except smtplib.SMTPRecipientsRefused as error:
                            assert error.recipients["nobody@example.com"][0] == 550
                    """
                let outcome = try await ChildProcess.run(
                    "python3",
                    ["-c", script, "\(server.smtpPort)", server.socketPath]
                )
                #expect(outcome.succeeded, "\(outcome.errors)")
                #expect(
                    try await server.outcomes().map(\.subject) == [
                        "by smtplib", "by smtplib, in UTF-8: Grüße", "by smtplib's LMTP",
                    ]
                )
                #expect(
                    try await server.rows("SELECT DISTINCT name, size FROM attachment WHERE name IS NOT NULL")
                        == [["b.bin", "10240"]]
                )
                #expect(
                    try await server.rows("SELECT protocol FROM delivery ORDER BY id").map(\.first) == [
                        "ESMTP", "UTF8SMTP", "LMTP",
                    ]
                )
            }
        }
    }
}
