import TestSupport
import Testing

extension EndToEnd {
    /// What becomes of replies, strangers' claims and repeated deliveries.
    @Suite("Replies and retries", .enabled(if: PeerProgram.areAtHand("sqlite3"), "needs sqlite3"))
    struct ThreadingTests {
        @Test("A reply by In-Reply-To and one by ticket number are comments; a stranger's is proposed")
        func replies() async throws {
            try await ServerProcess.withServer { server in
                try await server.send(mail(subject: "Printer", messageID: "<first@client.example>"))
                try await server.send(
                    mail(
                        subject: "Re: Printer",
                        messageID: "<second@client.example>",
                        headers: ["In-Reply-To: <first@client.example>", "References: <first@client.example>"]
                    )
                )
                try await server.send(
                    mail(subject: "Still burning [Ticket #MW-1]", messageID: "<third@client.example>")
                )
                try await server.send(
                    mail(
                        from: "eve@elsewhere.example",
                        subject: "[Ticket #MW-1] let me in",
                        messageID: "<fourth@elsewhere.example>"
                    ),
                    from: "eve@elsewhere.example"
                )
                try await server.send(mail(subject: "[Ticket #MW-99] what?", messageID: "<fifth@client.example>"))
                let found = try await server.outcomes()
                #expect(found.map(\.outcome) == ["created", "appended", "appended", "proposed", "created"])
                #expect(found.prefix(3).map(\.ticket) == [1, 1, 1])
                #expect(found.last?.ticket == 2)
                #expect(try await server.ticketCount() == 2)
                let comments = """
                    SELECT count(*) FROM comment c JOIN ticket t ON t.id = c.ticket WHERE t.number = 1
                    """
                #expect(try await server.count(comments) == 3)
            }
        }

        @Test("The same message twice is one ticket and the same reply", arguments: [true, false])
        func retry(hasMessageID: Bool) async throws {
            try await ServerProcess.withServer { server in
                let text = mail(subject: "Twice", messageID: hasMessageID ? "<twice@client.example>" : nil)
                let first = try await server.send("Received: from a by b; Sat, 21 Nov 2026 09:00:01 +0000\r\n" + text)
                // The second way had another trace header; the message is the same.
                let second = try await server.send("Received: from c by d; Sat, 21 Nov 2026 09:05:01 +0000\r\n" + text)
                #expect(first.hasPrefix("250"))
                #expect(first == second)
                #expect(try await server.ticketCount() == 1)
                #expect(try await server.count("SELECT count(*) FROM email_log") == 1)
                let other = try await server.send(
                    mail(subject: "Twice", messageID: hasMessageID ? "<twice@client.example>" : nil, body: "Other.")
                )
                #expect(other.hasPrefix("250") && other != first)
                #expect(try await server.count("SELECT count(*) FROM email_log") == 2)
            }
        }

        @Test("Two aliases of one mailbox are one outcome, two mailboxes are two")
        func recipients() async throws {
            try await ServerProcess.withServer { server in
                let peer = try await PeerConnection.connect(path: server.socketPath)
                let answers = try await peer.begin(
                    hello: "LHLO client.example",
                    from: "ann@client.example",
                    to: [
                        "support@example.com", "nobody@example.com", "help@example.com", "paused@example.com",
                        "sales@example.com", "support+tag@example.com",
                    ]
                )
                #expect(
                    answers.map { String($0.prefix(9)) } == [
                        "250 2.1.5", "550 5.1.1", "250 2.1.5", "451 4.2.1", "250 2.1.5", "250 2.1.5",
                    ]
                )
                try await peer.command("DATA")
                try await peer.send(mail(subject: "Several") + ".\r\n")
                var replies: [String] = []
                for _ in 0..<4 { replies.append(try await peer.reply()) }
                #expect(replies.allSatisfy { $0.hasPrefix("250 2.0.0") })
                let ids = replies.map { $0.split(separator: " ").first { $0.utf8.count == 36 } }
                #expect(ids.map { $0 != nil && $0 == ids.first } == [true, true, false, true], "\(replies)")
                await #expect(throws: PeerConnection.Failure.silence) { try await peer.reply(within: 1) }
                await peer.close()
                #expect(try await server.outcomes().map(\.mailbox).sorted() == ["sales", "support"])
                #expect(try await server.ticketCount() == 2)
            }
        }
    }
}
