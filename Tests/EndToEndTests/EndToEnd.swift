import Foundation
import TestSupport
import Testing

/// Everything that starts the built server and talks to it as the world does; one after the other, because each test
/// measures or kills something.
@Suite("End to end", .serialized)
enum EndToEnd {}

/// A message's text with network line ends.
func mail(
    from: String = "ann@client.example",
    to: String = "support@example.com",
    subject: String,
    messageID: String? = nil,
    headers: [String] = [],
    body: String = "Good morning,\nthe printer on the third floor is on fire again.\nAnn"
) -> String {
    var lines = ["From: Ann <\(from)>", "To: \(to)", "Subject: \(subject)", "Date: Sat, 21 Nov 2026 09:00:00 +0000"]
    if let messageID { lines.append("Message-ID: \(messageID)") }
    lines += headers + [""] + body.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
    return lines.joined(separator: "\r\n") + "\r\n"
}

/// A row of the email log.
struct StoredOutcome: Equatable {
    var outcome: String
    var mailbox: String
    var subject: String
    var ticket: Int?

    init(_ outcome: String, _ mailbox: String, _ subject: String, ticket: Int?) {
        self.outcome = outcome
        self.mailbox = mailbox
        self.subject = subject
        self.ticket = ticket
    }

    init?(_ row: [String]) {
        guard row.count == 4 else { return nil }
        self.init(row[0], row[1], row[2], ticket: Int(row[3]))
    }
}

extension ServerProcess {
    /// Sends one message over SMTP and gives the final reply.
    @discardableResult
    func send(
        _ text: String,
        from: String = "ann@client.example",
        to recipients: [String] = ["support@example.com"]
    ) async throws -> String {
        let peer = try await PeerConnection.connect(port: smtpPort)
        for answer in try await peer.begin(from: from, to: recipients) {
            try #require(answer.hasPrefix("250"), "RCPT was answered \(answer)")
        }
        let go = try await peer.command("DATA")
        try #require(go.hasPrefix("354"), "DATA was answered \(go)")
        try await peer.send(text + ".\r\n")
        let reply = try await peer.reply()
        try await peer.command("QUIT")
        await peer.close()
        return reply
    }

    /// The current outcomes, oldest first.
    func outcomes() async throws -> [StoredOutcome] {
        try await rows(
            """
            SELECT l.outcome, l.mailbox, m.subject, coalesce(t.number, '') FROM email_log l
            JOIN message m ON m.id = l.message LEFT JOIN ticket t ON t.id = l.ticket ORDER BY l.id
            """
        ).compactMap(StoredOutcome.init)
    }

    /// A raw message as it lies in the store.
    func rawMessage(subject: String) async throws -> [UInt8] {
        let hex =
            try await rows(
                "SELECT hex(r.octets) FROM message_raw r JOIN message m ON m.raw = r.id WHERE m.subject = '\(subject)'"
            ).first?.first ?? ""
        return stride(from: 0, to: hex.utf8.count - 1, by: 2).compactMap { offset in
            let start = hex.utf8.index(hex.utf8.startIndex, offsetBy: offset)
            return UInt8(hex[start..<hex.utf8.index(start, offsetBy: 2)], radix: 16)
        }
    }
}
