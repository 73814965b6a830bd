import MIME
import Mail
import Testing
import Ticketing

/// What kind of machine wrote a message, by kinds of evidence.
@Suite("Classification")
struct ClassificationTests {
    typealias Kind = MachineEvidence.Kind

    private static func classified(_ header: String, _ body: String = "Hello", reversePath: ReversePath? = nil)
        -> Classified
    {
        let from = header.lowercased().contains("from:") ? "" : "From: Ann <ann@x.example>\n"
        let subject = header.contains("Subject:") ? "" : "Subject: Printer\n"
        return Classified("\(from)To: desk@desk.example\n\(subject)\(header)\n\n\(body)\n", reversePath: reversePath)
    }

    @Test(
        "tell a kind by one field",
        arguments: [
            ("Auto-Submitted: auto-replied", .autoReply), ("Auto-Submitted: Auto-Replied (vacation)", .outOfOffice),
            ("Auto-Submitted: auto-replied; owner-email=\"ann@x.example\"", .outOfOffice),
            ("Auto-Submitted: auto-generated", .automatic), ("Auto-Submitted: auto-notified", .automatic),
            ("Auto-Submitted: no", nil), ("Auto-Submitted: no (really)", nil), ("Auto-Submitted:", nil),
            ("Precedence: bulk", .bulk), ("Precedence: Junk", .bulk), ("Precedence: list", .list),
            ("Precedence: auto_reply", .autoReply), ("X-Precedence: auto_reply", .autoReply),
            ("Precedence: first-class", nil), ("X-Autoreply: yes", .autoReply), ("X-Autoreply: no", nil),
            ("X-Autoreply-From: ann@x.example", .autoReply), ("X-Autorespond: away", .autoReply),
            ("X-MS-Exchange-Inbox-Rules-Loop: ann@x.example", nil), ("X-Apple-Action: VACATION", .outOfOffice),
            ("X-FC-MachineGenerated: true", .automatic), ("X-Loop: desk@desk.example", nil),
            ("List-Id: <support.lists.example>", .list), ("List-Post: <mailto:support@lists.example>", .list),
            ("List-Post: NO", .bulk), ("List-Unsubscribe: <https://x.example/u>", .bulk),
            ("X-BeenThere: support@lists.example", .list), ("X-Auto-Response-Suppress: All", nil),
            ("Feedback-ID: 1:2:3:x", nil), ("Subject: Out of office", nil), ("Subject: Automatic reply: Printer", nil),
            ("Subject: Undeliverable: Printer", nil), ("Subject: Printer", nil),
        ] as [(String, Kind?)]
    )
    func byField(header: String, kind: Kind?) {
        let found = Self.classified(header)
        #expect(found.classification.kind == kind)
        #expect(found.classification.forbidsAutoReply == (kind != nil || header.contains("Suppress")))
    }

    @Test(
        "take weak evidence where something else tells a machine",
        arguments: [
            ("Subject: Automatic reply: Printer\nX-Auto-Response-Suppress: All", .autoReply),
            ("Subject: Abwesenheitsnotiz: Printer\nAuto-Submitted: auto-replied", .outOfOffice),
            ("Subject: Réponse automatique : Printer\nAuto-Submitted: auto-generated", .autoReply),
            ("Subject: 自動返信\nAuto-Submitted: auto-generated", .autoReply),
            ("Subject: Out of Office: Printer\nReturn-Path: <>", .outOfOffice),
            ("X-MS-Exchange-Inbox-Rules-Loop: ann@x.example\nX-Auto-Response-Suppress: All", .outOfOffice),
            ("X-MS-Exchange-Inbox-Rules-Loop: ann@x.example\nReturn-Path: <>", .outOfOffice),
            // A person who answers an absence note quotes its subject.
            ("Subject: Re: Out of Office\nPrecedence: bulk", .bulk),
            ("Subject: AW: Automatische Antwort: x\nX-Auto-Response-Suppress: OOF", nil),
        ] as [(String, Kind?)]
    )
    func byAgreement(header: String, kind: Kind?) {
        #expect(Self.classified(header).classification.kind == kind)
    }

    @Test("keep the kinds apart that a message is at once, the most telling one first")
    func severalKinds() {
        let found = Self.classified("List-Id: <l.x.example>\nAuto-Submitted: auto-replied (vacation)\nPrecedence: bulk")
        #expect(found.classification.kind == .outOfOffice)
        #expect(found.classification.otherKinds == [.list, .bulk])
    }

    @Test("give an account: each finding with its field and its value")
    func account() {
        let found = Self.classified("Subject: Out of office\nAuto-Submitted: auto-replied\nFeedback-ID: 1:x")
        let facts = found.classification.facts
        #expect(facts.first == Trace.Fact("kind", "out-of-office"))
        #expect(facts.contains(Trace.Fact("Auto-Submitted", "auto-replied")))
        #expect(facts.contains(Trace.Fact("subject", "Out of office")))
        // What does not count is told as such.
        #expect(facts.contains(Trace.Fact("Feedback-ID (bulk, weak)", "1:x")))
        let long = Self.classified("X-Autoreply: \(String(repeating: "a", count: 5000))")
        #expect(long.classification.facts.allSatisfy { $0.value.count <= 200 })
        let many = Self.classified((0..<500).map { "X-Autoreply: \($0)\n" }.joined() + "X: y")
        #expect(many.evidence.findings.count <= 50)
    }

    @Test("take the envelope's reverse-path before the field, and never answer the null one")
    func reversePath() throws {
        let address = ReversePath.address(try #require(MailAddress("ann@x.example")))
        #expect(Self.classified("Return-Path: <>").classification.forbidsAutoReply)
        #expect(!Self.classified("Return-Path: <>", reversePath: address).classification.forbidsAutoReply)
        #expect(Self.classified("X: y", reversePath: .null).classification.kind == .automatic)
        #expect(!Self.classified("Return-Path: <ann@x.example>").classification.forbidsAutoReply)
    }

    // MARK: Reports

    private static let status = """
        This is a report.
        --r
        Content-Type: message/delivery-status

        Reporting-MTA: dns; mx.example

        Final-Recipient: rfc822;bob@y.example
        Action: failed
        Status: 5.1.1
        --r
        Content-Type: text/rfc822-headers

        Message-ID: <m1@desk.example>
        --r--
        """

    @Test("know a delivery report by its part, and tell its recipients and the original message")
    func deliveryReport() {
        let found = Self.classified(
            "From: postmaster@mx.example\nContent-Type: multipart/report; report-type=delivery-status; boundary=r",
            "--r\n\n" + Self.status
        )
        #expect(found.classification.kind == .deliveryReport)
        #expect(found.evidence.deliveryReport?.unreachedRecipients.map(\.addressText) == ["bob@y.example"])
        #expect(found.classification.facts.contains(Trace.Fact("recipient", "bob@y.example: failed 5.1.1")))
        #expect(found.classification.facts.contains(Trace.Fact("original Message-ID", "<m1@desk.example>")))
    }

    @Test("take a report that a person sends on for a person's mail")
    func forwardedReport() {
        let attached = Self.classified(
            "Subject: What is this?\nContent-Type: multipart/mixed; boundary=r",
            "--r\n\nPlease help.\n" + Self.status
        )
        #expect(attached.classification.kind == nil)
        #expect(attached.evidence.deliveryReport == nil)
        let quoted = Self.classified(
            "Subject: Fwd: Undelivered Mail Returned to Sender",
            "Why?\n\n> <bob@y.example>: 550 5.1.1 user unknown\n"
        )
        #expect(quoted.classification.kind == nil)
        // Nor are a person's own words of failure.
        let told = Self.classified(
            "Subject: Delivery failure",
            "My message to bob@y.example could not be delivered:\n\nbob@y.example\n550 user unknown\n"
        )
        #expect(told.classification.kind == nil)
        let keeper = Self.classified(
            "From: System Administrator <it@x.example>\nSubject: Re: our relay",
            "Mail could not be delivered:\n\nbob@y.example\n550 user unknown\n"
        )
        #expect(keeper.classification.kind == nil)
    }

    @Test("know a delivery report by its text, with a mail system's mark")
    func textReport() {
        let text =
            "Unable to deliver your message:\n\n<bob@y.example>:\n550 5.1.1 user unknown\n\n--- Original message follows.\n"
        for mark in [
            "From: MAILER-DAEMON@mx.example", "From: Mail Delivery System <x@mx.example>", "From: <>",
            "From: ann@x.example\nX-Failed-Recipients: bob@y.example",
            "From: postmaster@mx.example\nSubject: failure notice",
        ] {
            let found = Self.classified(mark, text)
            #expect(found.classification.kind == .deliveryReport, "\(mark)")
            #expect(found.evidence.deliveryReport?.source == .text)
            #expect(found.evidence.deliveryReport?.recipients.map(\.addressText) == ["bob@y.example"])
            #expect(found.evidence.deliveryReport?.recipients.first?.status?.description == "5.1.1")
        }
    }

    @Test("take the recipients from the header before the text, and from the returned message when none is named")
    func recipients() {
        let listed = Self.classified(
            "From: mailer-daemon@mx.example\nX-Failed-Recipients: bob@y.example, cat@z.example",
            "Could not be delivered:\n\n  bob@y.example\n    550 5.1.1 unknown\n"
        )
        #expect(listed.evidence.deliveryReport?.recipients.map(\.addressText) == ["bob@y.example", "cat@z.example"])
        #expect(listed.evidence.deliveryReport?.recipients.map(\.action) == [.failed, .failed])
        let returned = Self.classified(
            "From: mailer-daemon@mx.example\nSubject: failure notice",
            "Your message could not be delivered.\n\nOriginal message follows.\n\nMessage-ID: <m1@desk.example>\nTo: bob@y.example\n"
        )
        #expect(returned.evidence.deliveryReport?.recipients.map(\.addressText) == ["bob@y.example"])
        #expect(returned.evidence.deliveryReport?.returned?.messageID?.value == "m1@desk.example")
    }

    @Test("take from the text an address that the part for programs spoils")
    func spoiltAddress() {
        let found = Self.classified(
            "From: mailer-daemon@mx.example\nContent-Type: multipart/report; boundary=r",
            "--r\n\nThe following addresses had permanent fatal errors:\n\n<bob@y.example>\n"
                + Self.status.replacing("rfc822;bob@y.example", with: "RFC822; @mx.example")
        )
        #expect(found.evidence.deliveryReport?.recipients.map { $0.address?.description } == ["bob@y.example"])
        #expect(found.evidence.deliveryReport?.recipients.first?.status?.description == "5.1.1")
    }

    private static func receipt(_ disposition: String, text: String) -> Classified {
        classified(
            "Subject: Read: Printer\nContent-Type: multipart/report; report-type=disposition-notification; boundary=r",
            "--r\n\n\(text)\n--r\nContent-Type: message/disposition-notification\n\nFinal-Recipient: rfc822;bob@y.example\n"
                + "Original-Message-ID: <m1@desk.example>\nDisposition: \(disposition)\n--r--"
        )
    }

    @Test("know a read receipt, and a Sieve script's refusal, which is one by form (RFC 5429)")
    func readReceipt() {
        let read = Self.receipt("manual-action/MDN-sent-manually; displayed", text: "Your message was displayed.")
        #expect(read.classification.kind == .readReceipt)
        #expect(read.evidence.readReceipt?.originalMessageID?.value == "m1@desk.example")
        let unread = Self.receipt("automatic-action/MDN-sent-automatically; deleted", text: "Deleted without reading.")
        #expect(unread.classification.kind == .readReceipt)
        let refused = Self.receipt(
            "automatic-action/MDN-sent-automatically; deleted",
            text: "Your message was automatically rejected: mailbox full"
        )
        #expect(refused.classification.kind == .deliveryReport)
        #expect(refused.evidence.deliveryReport?.recipients.map(\.addressText) == ["bob@y.example"])
    }

    @Test("know a feedback report (RFC 5965)")
    func feedbackReport() {
        let body =
            "--r\n\nComplaint.\n--r\nContent-Type: message/feedback-report\n\nFeedback-Type: abuse\nVersion: 1\n--r\n"
            + "Content-Type: message/rfc822\n\nMessage-ID: <m1@desk.example>\n\nx\n--r--"
        let found = Self.classified(
            "From: fbl@provider.example\nContent-Type: multipart/report; report-type=feedback-report; boundary=r",
            body
        )
        #expect(found.classification.kind == .feedbackReport)
        #expect(found.evidence.feedbackReport?.returned?.messageID?.value == "m1@desk.example")
        #expect(found.classification.facts.contains(Trace.Fact("Feedback-Type", "abuse")))
        #expect(Self.classified("Content-Type: multipart/mixed; boundary=r", body).classification.kind == nil)
    }

    @Test("know a challenge only where a machine answers")
    func challenge() {
        let demand = "To have your message delivered, please confirm that you are a person: https://c.example/1"
        let header = "In-Reply-To: <m1@desk.example>\nSubject: Your message"
        #expect(
            Self.classified(header + "\nAuto-Submitted: auto-replied", demand).classification.kind == .challenge
        )
        #expect(Self.classified(header, demand, reversePath: .null).classification.kind == .challenge)
        #expect(Self.classified(header, demand).classification.kind == nil)
        // A newsletter about verification answers nothing.
        #expect(Self.classified("Precedence: bulk", demand).classification.kind == .bulk)
    }
}
