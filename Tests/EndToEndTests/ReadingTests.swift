import Foundation
import TestSupport
import Testing

extension EndToEnd {
    /// What an agent reads of a ticket and an administrator of a message (delivery 6 of readable mail).
    @Suite("Reading tickets") struct ReadingTests {
        private static let message = """
            From: Ann <ann@client.example>
            To: support@example.com
            Subject: Printer
            Message-ID: <1@client.example>
            MIME-Version: 1.0
            Content-Type: multipart/mixed; boundary=b

            --b
            Content-Type: text/html; charset=utf-8

            <p onclick="x()">It burns. <img src="http://track.example/p.gif"></p><script>x()</script>
            <div class="gmail_quote"><div class="gmail_attr">On Mon, 2 Mar 2026 at 10:00, Desk &lt;support@example.com&gt; wrote:</div>
            <blockquote>Does it burn?</blockquote></div>
            --b
            Content-Type: message/rfc822

            From: Bob <bob@client.example>
            Subject: the original
            MIME-Version: 1.0
            Content-Type: multipart/mixed; boundary=c

            --c

            Words of Bob.
            --c
            Content-Type: text/csv; name=list.csv

            1,2
            --c--
            --b--

            """.replacing("\n", with: "\r\n")

        @Test("A ticket is shown trimmed, full, as a page and raw; the second time from what was kept")
        func show() async throws {
            try await ServerProcess.withServer { server in
                try await server.send(Self.message)
                for _ in 0..<2 {
                    let shown = try await server.run("ticket", "show", "1")
                    #expect(shown.succeeded, "\(shown.errors)")
                    #expect(shown.output.contains("\n    It burns.\n    \n    [2 lines hidden: quoted text]\n"))
                    #expect(shown.output.contains("    |   Subject: the original\n"))
                    #expect(shown.output.contains("    | Words of Bob.\n"))
                    #expect(shown.output.contains("[1 picture from elsewhere not loaded]\n"))
                    #expect(!shown.output.contains("Does it burn?"))
                }
                let full = try await server.run("ticket", "show", "1", "--full")
                #expect(full.output.contains("> Does it burn?\n"))
                let page = try await server.run("ticket", "show", "MW-1", "--html")
                #expect(page.output.hasPrefix("<!DOCTYPE html>"))
                #expect(page.output.contains("It burns.") && page.output.contains("Does it burn?"))
                #expect(!page.output.contains("track.example") && !page.output.contains("<script"))
                let loading = try await server.run("ticket", "show", "1", "--html", "--remote-images")
                #expect(loading.output.contains("track.example"))
                let raw = try await server.run("ticket", "show", "1", "--raw")
                #expect(raw.output == Self.message)
                #expect(full.output.contains("[2] list.csv, text/csv, 3 B\n"))
                let file = try await server.run("ticket", "attachment", "1", "2", "--output", "-")
                #expect(file.output == "1,2")
                let none = try await server.run("ticket", "show", "1", "--entry", "2")
                #expect(none.ending == .exited(66))
                #expect(none.errors.contains("ends with entry 1"))
            }
        }

        @Test("explain tells structure, what was opened, defects, and what kind of machine wrote it")
        func explain() async throws {
            try await ServerProcess.withServer { server in
                try await poll("the server is wholly up") { try await server.run("status").succeeded ? true : nil }
                let text = Self.message
                    .replacing("From: Ann", with: "Auto-Submitted: auto-replied\r\nFrom: Ann")
                    .replacing("\r\n--b--", with: "")
                let file = try server.folder.write(text, to: "message.eml")
                let explained = try await server.run("explain", file, "--rcpt", "support@example.com")
                #expect(explained.succeeded, "\(explained.errors)")
                #expect(explained.output.contains("\n    classify: A machine wrote the message.\n"))
                #expect(explained.output.contains("\n      Auto-Submitted: auto-replied\n"))
                #expect(explained.output.contains("\nparts\n  0  multipart/mixed\n    1  text/html  charset utf-8  "))
                #expect(explained.output.contains("  shown\n    2  message/rfc822  "))
                #expect(explained.output.contains("  file, opened\n"))
                #expect(
                    explained.output.contains("\ndefects\n  part 0: A multipart ends without its closing boundary.\n")
                )
                let person = try server.folder.write(Self.message, to: "person.eml")
                let plain = try await server.run("explain", person, "--rcpt", "support@example.com")
                #expect(!plain.output.contains("classify:") && !plain.output.contains("defects"))
                let null = try await server.run("explain", person, "--rcpt", "support@example.com", "--from", "")
                #expect(null.output.contains("reverse-path: <>"))
            }
        }
    }
}
